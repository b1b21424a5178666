//! Puts the nodes and errors of chunks together to the tree of a file.
//!
//! A node's chunk always belongs to the workflow before it, whatever the braces say, so a missing brace costs an
//! error and never a node. Invariant: shifting indices and offsets is all that happens to a chunk's nodes.

use super::{ChunkParse, Parse, SYNTAX_ERROR};
use crate::chunk::{Chunk, ChunkRole};
use crate::diagnostic::Diagnostic;
use crate::limits::{LIMIT_EXCEEDED, MAX_NODES_PER_FILE, MAX_SYNTAX_ERRORS};
use crate::span::{LineIndex, Span};
use crate::tree::{Kind, NodeData, Tree};

/// The workflow whose nodes are being added.
struct OpenWorkflow {
    statement: usize,
    block: usize,
    header: Span,
}

/// The tree of a file from its chunks, in order; the chunks must be those of `text`.
pub fn assemble<'c>(text: &str, chunks: impl Iterator<Item = (Chunk, &'c ChunkParse)> + Clone) -> Parse {
    let count: usize = chunks.clone().map(|(_, chunk)| chunk.nodes.len()).sum();
    let end = Span::at(text.len()).end;
    let mut nodes = Vec::with_capacity(count + 1);
    nodes.push(NodeData { kind: Kind::File, start: 0, end, next: count as u32 + 1 });
    let mut errors = Vec::new();
    let mut workflow: Option<OpenWorkflow> = None;
    let mut outside_reported = false;
    for (place, chunk) in chunks {
        let offset = place.range.start;
        let in_workflow = matches!(place.role, ChunkRole::Node | ChunkRole::LastNode);
        outside_reported |= chunk.lost_opener;
        if !in_workflow {
            close(&mut nodes, workflow.take());
        } else if workflow.is_none() && !std::mem::replace(&mut outside_reported, true) {
            errors.extend(outside(chunk, offset));
        }
        let base = nodes.len();
        for (index, node) in chunk.nodes.iter().enumerate() {
            nodes.push(NodeData {
                kind: node.kind,
                start: node.start + offset,
                end: node.end + offset,
                next: node.next + base as u32,
            });
            if chunk.parent_close == Some(index) {
                close(&mut nodes, workflow.take());
            }
        }
        if let Some((statement, block, header)) = chunk.open {
            let header = header.moved(offset as usize);
            workflow = Some(OpenWorkflow { statement: statement + base, block: block + base, header });
        }
        errors.extend(chunk.errors.iter().map(|error| {
            let error = error.clone();
            error.map_places(|span| span.moved(offset as usize))
        }));
        if chunk.parent_unclosed
            && let Some(open) = &workflow
        {
            errors.push(unclosed(text, open.header, place.range.end as usize));
        }
    }
    close(&mut nodes, workflow.take());
    let flow_nodes = nodes.iter().filter(|node| node.kind.is_flow_node()).nth(MAX_NODES_PER_FILE);
    if let Some(node) = flow_nodes {
        let span = Span { start: node.start, end: node.start };
        errors.push(Diagnostic::new(
            &LIMIT_EXCEEDED,
            span,
            format!("this file has more than {MAX_NODES_PER_FILE} nodes"),
        ));
    }
    Parse { errors: selected(text, errors), tree: Tree::new(text.into(), nodes) }
}

/// Ends the open workflow behind the last node.
fn close(nodes: &mut [NodeData], workflow: Option<OpenWorkflow>) {
    let Some(open) = workflow else { return };
    let next = nodes.len() as u32;
    let end = nodes.last().map_or(0, |node| node.end);
    for index in [open.block, open.statement] {
        if let Some(node) = nodes.get_mut(index) {
            node.next = next;
            node.end = end;
        }
    }
}

fn outside(chunk: &ChunkParse, offset: u32) -> Option<Diagnostic<Span>> {
    let node = chunk.nodes.iter().find(|node| node.kind.is_flow_node())?;
    let span = Span { start: node.start + offset, end: node.start + offset + 1 };
    let error = Diagnostic::new(&SYNTAX_ERROR, span, "this node stands outside of a workflow").unsettling();
    Some(error.with_help(
        "nodes stand inside `workflow NAME { … }`: is its opening line missing, or a `}` too early?",
    ))
}

fn unclosed(text: &str, header: Span, end: usize) -> Diagnostic<Span> {
    let before = text.get(..end).unwrap_or("").trim_end();
    let last = before.chars().next_back().map_or(0, char::len_utf8);
    let at = Span::new(before.len() - last, before.len());
    Diagnostic::new(&SYNTAX_ERROR, at, "the workflow is not closed: expected `}` after this")
        .with_related(header, "the workflow opens here")
        .with_help("write the missing `}`")
        .unsettling()
}

/// At most one error per line, in order, and not more than people read.
fn selected(text: &str, mut errors: Vec<Diagnostic<Span>>) -> Vec<Diagnostic<Span>> {
    if errors.len() > 1 {
        let lines = LineIndex::new(text);
        errors.sort_by_key(|error| error.at.start);
        errors.dedup_by_key(|error| lines.line(error.at.start));
    }
    errors.truncate(MAX_SYNTAX_ERRORS);
    errors
}
