//! From text to tree.

use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::tree::{Kind, NodeData, Tree};

/// A parsed text: its tree, and what is wrong with it. Both always exist.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Parse {
    /// The tree, whose text is the text that was parsed.
    pub tree: Tree,
    /// What is wrong, in order; places are bytes of the text.
    pub errors: Vec<Diagnostic<Span>>,
}

/// Parses a whole file. Total: whatever the text, there is a tree.
pub fn parse(text: &str) -> Parse {
    let root = NodeData { kind: Kind::File, start: 0, end: Span::new(0, text.len()).end, next: 1 };
    Parse { tree: Tree::new(text.into(), vec![root]), errors: Vec::new() }
}
