//! From text to tree: total, linear, in two layers.
//!
//! `chunk.rs` cuts the text; each chunk is cut into pieces (`shape.pest`), its blocks and statements are found,
//! and each statement is read by one strict rule (`wf.pest`); the chunks' nodes are then put together.
//! Invariant: parsing a whole file is parsing its chunks and assembling them, so an edit costs one chunk.
//!
//! `pest` is used here and in `parse/`, nowhere else.

mod assemble;
mod brace;
mod convert;
mod expectation;
mod grammar;
mod plain_text;
mod shape;
mod statement;
mod structure;

use crate::chunk::{ChunkRole, chunks};
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::limits::{LIMIT_EXCEEDED, MAX_FILE_BYTES};
use crate::span::Span;
use crate::tree::{Kind, NodeData, Tree};

pub use assemble::assemble;
pub(crate) use statement::{closest, is_first_word};

/// What cannot be read.
pub static SYNTAX_ERROR: Rule = Rule {
    code: "WF001",
    name: "syntax-error",
    severity: Severity::Error,
    summary: "every line is one the language knows",
};

/// A parsed text: its tree, and what is wrong with it. Both always exist.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Parse {
    /// The tree, whose text is the text that was parsed.
    pub tree: Tree,
    /// What is wrong, in order; places are bytes of the text.
    pub errors: Vec<Diagnostic<Span>>,
}

/// A parsed chunk: nodes and errors with offsets from the chunk's own start. Made by [`parse_chunk`], used by
/// [`assemble`].
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ChunkParse {
    nodes: Vec<NodeData>,
    errors: Vec<Diagnostic<Span>>,
    /// The workflow that stays open, and its block, as indices of nodes; and its header.
    open: Option<(usize, usize, Span)>,
    /// The node that closes the workflow around this chunk.
    parent_close: Option<usize>,
    /// Whether the workflow around this chunk should end in it and does not.
    parent_unclosed: bool,
    /// Whether something at the top of the file shows that the line that opens a workflow is missing.
    lost_opener: bool,
}

/// Parses a whole file. Total: whatever the text, there is a tree.
pub fn parse(text: &str) -> Parse {
    if text.len() > MAX_FILE_BYTES {
        return too_large(text);
    }
    let chunks = chunks(text);
    let parsed: Vec<ChunkParse> =
        chunks.iter().map(|chunk| parse_chunk(chunk.range.slice(text), chunk.role)).collect();
    assemble(text, chunks.iter().copied().zip(&parsed))
}

/// Parses one chunk of a file, as cut by [`chunks`]. Its result depends on nothing but its text and its role.
pub fn parse_chunk(text: &str, role: ChunkRole) -> ChunkParse {
    match shape::pieces(text) {
        Some(pieces) => {
            let mut chunk = structure::build(text, &pieces, role);
            chunk.errors.extend(plain_text::errors(&chunk.nodes));
            chunk
        }
        None => unread(text, "this part is too involved to be read"),
    }
}

fn too_large(text: &str) -> Parse {
    let limit = MAX_FILE_BYTES / (1024 * 1024);
    let chunk = unread(text, &format!("this file is larger than {limit} MB"));
    let mut nodes = vec![NodeData { kind: Kind::File, start: 0, end: Span::at(text.len()).end, next: 2 }];
    nodes.extend(chunk.nodes.iter().map(|node| NodeData { next: node.next + 1, ..*node }));
    Parse { tree: Tree::new(text.into(), nodes), errors: chunk.errors }
}

/// A text of which nothing is read: one error node.
fn unread(text: &str, message: &str) -> ChunkParse {
    let end = Span::at(text.len()).end;
    ChunkParse {
        nodes: vec![NodeData { kind: Kind::Error, start: 0, end, next: 1 }],
        errors: vec![Diagnostic::new(&LIMIT_EXCEEDED, Span::at(0), message)],
        ..ChunkParse::default()
    }
}
