//! Statements, blocks and comments under each other.
//!
//! One routine writes the entries of a file and of a block: statement, comment behind it, empty line where the
//! source has one. Invariant: a comment keeps the statement it stands behind or above.

use super::WIDTH;
use super::fill::{fill, width};
use super::pieces::{self, Piece};
use crate::ast::{Kind, Node};
use std::borrow::Cow;

/// Blanks per level.
const STEP: usize = 2;

/// The whole file, ending with one line end (an empty file stays empty).
pub fn file(root: Node<'_>) -> String {
    let text = root.tree().text();
    let mut out = Layout { text, out: String::new(), previous: None };
    out.entries(root.children(), 0);
    out.out
}

struct Layout<'t> {
    text: &'t str,
    out: String,
    /// The entry written last at this level: where it ended in the source, and whether it took several lines.
    previous: Option<Previous>,
}

#[derive(Clone, Copy)]
struct Previous {
    end: usize,
    tall: bool,
    comment: bool,
}

impl<'t> Layout<'t> {
    /// The entries of a file or block: statements and comments, each on its own lines.
    fn entries(&mut self, nodes: impl Iterator<Item = Node<'t>>, indent: usize) {
        for node in nodes.filter(|node| node.kind() != Kind::Symbol) {
            let leading = node.children().take_while(|child| !node.is_leaf() && child.kind().is_comment());
            let leading: Vec<Node<'t>> = leading.collect();
            for comment in leading {
                self.comment(comment, indent);
            }
            if node.kind().is_comment() {
                self.comment(node, indent);
            } else {
                self.statement(node, indent);
            }
        }
    }

    fn comment(&mut self, comment: Node<'t>, indent: usize) {
        let words = comment.text().trim_end();
        let start = comment.span().start as usize;
        if self.previous.is_some_and(|previous| !self.breaks(previous.end, start)) && self.out.ends_with('\n')
        {
            self.out.pop();
            self.out.push_str("  ");
            self.out.push_str(words);
            self.out.push('\n');
        } else {
            self.gap(start, false);
            self.out.push_str(&" ".repeat(indent));
            self.out.push_str(words);
            self.out.push('\n');
            self.previous = Some(Previous { end: 0, tall: false, comment: true });
        }
        if let Some(previous) = &mut self.previous {
            previous.end = comment.span().end as usize;
        }
    }

    fn statement(&mut self, node: Node<'t>, indent: usize) {
        let before = self.out.len();
        let pieces = pieces::of(node);
        let start = pieces.first().map_or(node.span().start, |piece| piece.node.span().start) as usize;
        let standing = self.previous;
        let mut inner = Layout { text: self.text, out: String::new(), previous: None };
        inner.pieces(&pieces, indent);
        let weighty = node.kind().is_declaration() || node.kind().is_flow_node();
        let tall = weighty && inner.out.trim_end().contains('\n');
        self.previous = standing;
        self.gap(start, tall);
        debug_assert!(self.out.len() >= before, "a gap only adds");
        self.out.push_str(&inner.out);
        self.previous = Some(Previous { end: node.span().end as usize, tall, comment: false });
    }

    /// An empty line where the source has one, or where one of two neighbours takes several lines.
    fn gap(&mut self, start: usize, tall: bool) {
        let Some(previous) = self.previous else { return };
        let written = self.text.get(previous.end..start).unwrap_or_default();
        let empty_line = written.matches('\n').count() > 1;
        if empty_line || previous.tall || (tall && !previous.comment) {
            self.out.push('\n');
        }
    }

    fn breaks(&self, from: usize, to: usize) -> bool {
        self.text.get(from..to).is_some_and(|between| between.contains('\n'))
    }

    /// One statement: on one line with its blocks where it may be, else with its blocks opened.
    fn pieces(&mut self, pieces: &[Piece<'t>], indent: usize) {
        let flat = self.flattened(pieces);
        if let Some(flat) = flat.filter(|flat| indent + width(flat) <= WIDTH || pieces.iter().all(is_word)) {
            self.out.push_str(&fill(&flat, indent, self.text));
            self.out.push('\n');
            return;
        }
        let mut from = 0;
        for (index, piece) in pieces.iter().enumerate().filter(|(_, piece)| piece.kind == Kind::Block) {
            let head = pieces.get(from..index).unwrap_or_default();
            if from == 0 {
                self.out.push_str(&fill(head, indent, self.text));
            } else {
                self.out.push_str(&fill(head, 0, self.text));
            }
            self.out.push_str(if head.is_empty() { "{" } else { " {" });
            self.block(piece.node, indent);
            from = index + 1;
        }
        let tail = pieces.get(from..).unwrap_or_default();
        if !tail.is_empty() {
            self.out.push(' ');
            self.out.push_str(&fill(tail, 0, self.text));
        }
        self.out.push('\n');
    }

    /// The inside of a block on lines of its own, and its closing brace.
    fn block(&mut self, block: Node<'t>, indent: usize) {
        let inside = |node: &Node<'t>| node.kind() != Kind::Symbol;
        if !block.children().any(|node| inside(&node)) {
            self.out.push('}');
            return;
        }
        self.out.push('\n');
        let mut inner = Layout { text: self.text, out: String::new(), previous: None };
        let opened = block.span().start as usize;
        let mut nodes = block.children().filter(inside).peekable();
        // A comment behind the opening brace stays behind it.
        if let Some(first) =
            nodes.next_if(|node| node.kind().is_comment() && !self.breaks(opened, node.span().start as usize))
        {
            self.out.pop();
            self.out.push_str("  ");
            self.out.push_str(first.text().trim_end());
            self.out.push('\n');
        }
        inner.entries(nodes, indent + STEP);
        self.out.push_str(&inner.out);
        self.out.push_str(&" ".repeat(indent));
        self.out.push('}');
    }

    /// The pieces with every block spelled out on one line; `None` where a block was opened in the source.
    fn flattened(&self, pieces: &[Piece<'t>]) -> Option<Vec<Piece<'t>>> {
        let mut flat = Vec::new();
        for piece in pieces {
            if piece.kind == Kind::Block {
                self.flatten_block(piece, &mut flat)?;
            } else {
                flat.push(piece.clone());
            }
        }
        Some(flat)
    }

    fn flatten_block(&self, block: &Piece<'t>, flat: &mut Vec<Piece<'t>>) -> Option<()> {
        let node = block.node;
        let span = node.span();
        if self.breaks(span.start as usize, span.end as usize)
            || node.descendants().any(|inner| inner.kind().is_comment())
        {
            return None;
        }
        let symbol = |text: &'static str| Piece {
            text: Cow::Borrowed(text),
            kind: Kind::Symbol,
            parent: Kind::Block,
            node,
        };
        flat.push(symbol("{"));
        let separator = if block.parent_lists_fields() { "," } else { ";" };
        let statements: Vec<Node<'t>> =
            node.children().filter(|child| child.kind() != Kind::Symbol).collect();
        for (index, statement) in statements.iter().enumerate() {
            if index > 0 {
                flat.push(symbol(separator));
            }
            flat.extend(self.flattened(&pieces::of(*statement))?);
        }
        flat.push(symbol("}"));
        Some(())
    }
}

fn is_word(piece: &Piece<'_>) -> bool {
    piece.kind != Kind::Block
}

impl Piece<'_> {
    /// Whether the block lists fields or values, which commas separate; other blocks hold statements.
    fn parent_lists_fields(&self) -> bool {
        matches!(self.parent, Kind::Input | Kind::Form | Kind::Record | Kind::Enum | Kind::SystemEvent)
    }
}
