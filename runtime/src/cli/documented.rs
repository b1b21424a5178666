//! What the pages tell operators to type is what the program takes, and what they say is configured is all there is.

use super::Cli;
use crate::config::Config;
use clap::Parser;
use std::collections::BTreeSet;

const OPERATIONS: &str = include_str!("../../OPERATIONS.md");
const REPLAY: &str = include_str!("../../REPLAY.md");
const README: &str = include_str!("../../../README.md");

/// Words of a command as a shell would give them.
fn words(line: &str) -> Vec<String> {
    let (mut all, mut word, mut quote, mut open) = (Vec::new(), String::new(), None, false);
    for letter in line.chars() {
        match (quote, letter) {
            (None, '\'' | '"') => (quote, open) = (Some(letter), true),
            (Some(mark), _) if mark == letter => quote = None,
            (None, ' ') => {
                if open {
                    all.push(std::mem::take(&mut word));
                }
                open = false;
            }
            _ => {
                word.push(letter);
                open = true;
            }
        }
    }
    all.extend(open.then_some(word));
    all
}

/// Commands of a page: lines of its blocks, and what stands between backticks.
fn commands(page: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut in_block = false;
    for line in page.lines() {
        if line.starts_with("```") {
            in_block = line.len() > 3;
        } else if in_block {
            all.extend(line.starts_with("wfrun ").then(|| line.to_owned()));
        } else {
            all.extend(
                line.split('`')
                    .skip(1)
                    .step_by(2)
                    .filter(|code| code.starts_with("wfrun "))
                    .map(str::to_owned),
            );
        }
    }
    all
}

#[test]
fn what_is_to_be_typed_is_understood() {
    let mut looked_at = 0;
    for command in commands(OPERATIONS).into_iter().chain(commands(README)).chain(commands(REPLAY)) {
        // Where a reader puts in a value of their own, one is put in here.
        let typed = command
            .replace("\\|jsonl\\|xes\\|ocel-json\\|ocel-sqlite", " -o rows.csv")
            .replace("INSTANCE/NUMBER", "order-1/2")
            .replace('…', "x");
        match Cli::try_parse_from(words(&typed)) {
            Ok(_) => looked_at += 1,
            // Named, not typed: `wfrun backup` in a sentence.
            Err(error) if command.split(' ').count() <= 3 && is_only_incomplete(&error) => {}
            Err(error) => panic!("{command}\n{error}"),
        }
    }
    assert!(looked_at > 30, "{looked_at}");
}

fn is_only_incomplete(error: &clap::Error) -> bool {
    use clap::error::ErrorKind::{
        DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, MissingRequiredArgument, MissingSubcommand,
    };
    matches!(
        error.kind(),
        DisplayHelp | DisplayHelpOnMissingArgumentOrSubcommand | MissingRequiredArgument | MissingSubcommand
    )
}

/// The blocks of configuration of a page.
fn blocks(page: &str) -> Vec<&str> {
    page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// Keys that a section may have, as the program tells them of one it does not know.
fn known_keys(section: &str) -> Vec<String> {
    let text = format!("{section}\nan_unknown_key = 1\n");
    let told = Config::parse(&text, "wfrun.toml").unwrap_err().to_string();
    let (_, list) = told.split_once("expected ").unwrap();
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_configuration_reference_is_whole() {
    let blocks = blocks(OPERATIONS);
    for block in &blocks {
        Config::parse(block, "OPERATIONS.md").unwrap_or_else(|problem| panic!("{problem}\n{block}"));
    }
    let reference = blocks.last().unwrap();
    let said: BTreeSet<&str> = reference
        .lines()
        .filter_map(|line| line.split(['=', '.', ']']).next())
        // What stands there as one of two ways is commented out.
        .map(|key| key.trim().trim_start_matches(['[', '#']))
        .collect();
    for section in ["", "[people.anna]", "[channels.slack]", "[systems.crm]", "[audit]", "[privacy]"] {
        let known = known_keys(section);
        assert!(!known.is_empty(), "{section}");
        for key in known.iter().filter(|key| *key != "tenants") {
            assert!(said.contains(key.as_str()), "OPERATIONS.md does not say `{key}` of `{section}`");
        }
    }
}

#[test]
fn every_measurement_that_is_named_is_measured() {
    let measured = concat!(include_str!("../api/gauges.rs"), include_str!("../api/metrics.rs"));
    let mut named = 0;
    for piece in OPERATIONS.split("wfrun_").skip(1) {
        let rest: String =
            piece.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect();
        assert!(measured.contains(&format!("wfrun_{rest}")), "wfrun_{rest}");
        named += 1;
    }
    assert!(named > 10);
}
