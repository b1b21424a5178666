//! The one standard layout of a `.wf` file.
//!
//! Reads the lossless tree and writes the same words with the same comments: two blanks per level, lists filled up
//! to [`WIDTH`] columns, at most one empty line between statements, one around whatever takes several lines.
//! A block written on one line stays on it where it fits. Invariants: formatting twice changes nothing, no
//! comment or word is lost, and a file with anything that does not parse is not touched.

mod fill;
mod layout;
mod pieces;

use crate::ast::Kind;
use crate::span::LineIndex;

/// Columns a line may take where it can be broken: what fits beside a diff on a laptop.
pub const WIDTH: usize = 120;

/// What became of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Formatted {
    /// It is in the standard layout already.
    Unchanged,
    /// This is how it should read.
    Changed(String),
    /// Something in it could not be read, so nothing was touched.
    Unreadable {
        /// The first line (from 1) that could not be read.
        line: u32,
        /// Why, in the words of the finding.
        reason: String,
    },
}

/// Formats a whole file.
#[must_use]
pub fn format(text: &str) -> Formatted {
    let parse = crate::parse(text);
    let lines = LineIndex::new(text);
    if let Some(error) = parse.errors.iter().min_by_key(|error| error.at.start) {
        return Formatted::Unreadable { line: lines.line(error.at.start), reason: error.message.clone() };
    }
    let root = parse.tree.root();
    if let Some(unread) = root.descendants().find(|node| node.kind().is_error()) {
        let reason = format!("`{}` could not be read", unread.text().lines().next().unwrap_or_default());
        return Formatted::Unreadable { line: lines.line(unread.span().start), reason };
    }
    debug_assert_eq!(root.kind(), Kind::File, "a parsed tree has a file at its root");
    let formatted = layout::file(root);
    if formatted == text { Formatted::Unchanged } else { Formatted::Changed(formatted) }
}
