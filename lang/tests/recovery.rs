//! The recovery table: the whole example with every character deleted, every line deleted, and cut off behind
//! every character. What is kept of its declarations and nodes, and how many errors are shown.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use wf_lang::ast::{Kind, Node};
use wf_lang::chunk::{ChunkRole, chunks};
use wf_lang::parse::{ChunkParse, Parse, assemble, parse_chunk};
use wf_lang::span::LineIndex;

/// One damaged text: how it was damaged, and what became of it.
struct Case {
    what: String,
    lost: usize,
    shown: Vec<String>,
}

/// Parses as an editor does: a chunk that was seen before is not parsed again.
fn parse(text: &str) -> Parse {
    thread_local!(static SEEN: RefCell<HashMap<(String, ChunkRole), ChunkParse>> = RefCell::default());
    let chunks = chunks(text);
    let parsed: Vec<ChunkParse> = chunks
        .iter()
        .map(|chunk| {
            let key = (chunk.range.slice(text).to_owned(), chunk.role);
            SEEN.with_borrow_mut(|seen| {
                seen.entry(key).or_insert_with_key(|(text, role)| parse_chunk(text, *role)).clone()
            })
        })
        .collect();
    assemble(text, chunks.iter().copied().zip(&parsed))
}

/// Declarations and nodes that stand where they belong, by kind and name.
fn kept(text: &str) -> (Vec<String>, Vec<String>) {
    let parse = parse(text);
    let name = |node: Node<'_>| node.child(Kind::Name).map_or("", Node::text).to_owned();
    let mut kept = Vec::new();
    for declaration in parse.tree.root().children().filter(|node| node.kind().is_declaration()) {
        kept.push(format!("{:?} {}", declaration.kind(), name(declaration)));
        let block = declaration.child(Kind::Block).into_iter();
        for node in block.flat_map(Node::children).filter(|node| node.kind().is_flow_node()) {
            kept.push(format!("{:?} {}", node.kind(), name(node)));
        }
    }
    let lines = LineIndex::new(text);
    let shown = parse.errors.iter().map(|error| {
        let line = lines.line(error.at.start);
        format!("{line}: {}", error.message)
    });
    (kept, shown.collect())
}

fn damaged(what: String, text: &str, whole: &[String]) -> Case {
    // Names may change with a letter, so nodes are counted by kind.
    let count = |kept: &[String]| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for entry in kept {
            *counts.entry(entry.split(' ').next().unwrap().to_owned()).or_default() += 1;
        }
        counts
    };
    let (kept, shown) = kept(text);
    let kept = count(&kept);
    let lost = count(whole)
        .iter()
        .map(|(kind, number)| number.saturating_sub(kept.get(kind).copied().unwrap_or(0)))
        .sum();
    Case { what, lost, shown }
}

fn table(title: &str, cases: &[Case]) -> String {
    let mut table = format!("== {title}: {} texts\n", cases.len());
    let mut by_lost: BTreeMap<usize, usize> = BTreeMap::new();
    let mut by_errors: BTreeMap<usize, usize> = BTreeMap::new();
    for case in cases {
        *by_lost.entry(case.lost).or_default() += 1;
        *by_errors.entry(case.shown.len()).or_default() += 1;
    }
    for (lost, number) in &by_lost {
        writeln!(table, "{number:6} lose {lost} declarations or nodes").unwrap();
    }
    for (errors, number) in &by_errors {
        writeln!(table, "{number:6} show {errors} errors").unwrap();
    }
    let mut worst: Vec<&Case> = cases.iter().filter(|case| case.lost > 0 || case.shown.len() > 1).collect();
    worst.sort_by_key(|case| std::cmp::Reverse((case.lost, case.shown.len())));
    for case in worst.iter().take(12) {
        writeln!(table, "  {}: loses {}", case.what, case.lost).unwrap();
        for error in &case.shown {
            writeln!(table, "      {error}").unwrap();
        }
    }
    table
}

#[test]
fn recovery_from_every_deletion_and_prefix() {
    let example = include_str!("cases/clean/whole_example.wf");
    let (whole, errors) = kept(example);
    assert_eq!(errors, Vec::<String>::new());
    let lines = LineIndex::new(example);

    let mut deletions = Vec::new();
    for (at, letter) in example.char_indices() {
        let text = [&example[..at], &example[at + letter.len_utf8()..]].concat();
        let position = lines.position(example, at as u32);
        let what = format!("without {letter:?} at {}:{}", position.line, position.column);
        deletions.push(damaged(what, &text, &whole));
    }
    let mut line_deletions = Vec::new();
    let all: Vec<&str> = example.split_inclusive('\n').collect();
    for line in 0..all.len() {
        let text = [&all[..line], &all[line + 1..]].concat().concat();
        // A line that opens a declaration or node takes it along; what is lost besides counts.
        let what = format!("without line {}: {}", line + 1, all[line].trim());
        line_deletions.push(damaged(what, &text, &whole));
    }
    let mut prefixes = Vec::new();
    for (at, _) in example.char_indices() {
        let text = &example[..at];
        // What is written before the cut counts: everything up to the last whole line.
        let before = &text[..text.rfind('\n').map_or(0, |newline| newline + 1)];
        let written: Vec<String> = kept(before).0;
        let position = lines.position(example, at as u32);
        prefixes.push(damaged(format!("cut at {}:{}", position.line, position.column), text, &written));
    }

    let multiple = deletions.iter().filter(|case| case.lost > 1).count();
    assert_eq!(
        multiple,
        0,
        "a single character never costs more than one declaration or node\n{}",
        table("", &deletions)
    );
    insta::assert_snapshot!(
        [
            table("every character deleted", &deletions),
            table("every line deleted", &line_deletions),
            table("every prefix", &prefixes),
        ]
        .join("\n")
    );
}
