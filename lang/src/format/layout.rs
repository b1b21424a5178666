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

/// A statement or comment about to be written; `tall` if it, or what it is a comment of, takes several lines.
#[derive(Clone, Copy)]
struct Entry<'t> {
    node: Node<'t>,
    tall: bool,
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
        let nodes: Vec<Node<'t>> =
            nodes.filter(|node| node.kind() != Kind::Symbol).flat_map(with_comments).collect();
        for (index, node) in nodes.iter().enumerate() {
            let entry =
                Entry { node: *node, tall: self.is_tall(nodes.get(index..).unwrap_or_default(), indent) };
            if node.kind().is_comment() {
                self.comment(entry, indent);
            } else {
                self.statement(entry, indent);
            }
        }
    }

    /// Whether the declaration or node that begins here, behind the comments that stand directly above it, takes
    /// several lines.
    fn is_tall(&self, nodes: &[Node<'t>], indent: usize) -> bool {
        let mut end = None;
        for node in nodes {
            let start = node.span().start as usize;
            if end.is_some_and(|end| self.lines_between(end, start) > 1) {
                return false;
            }
            if !node.kind().is_comment() {
                let weighty = node.kind().is_declaration() || node.kind().is_flow_node();
                return weighty && self.written(*node, indent).trim_end().contains('\n');
            }
            end = Some(node.span().end as usize);
        }
        false
    }

    /// A statement as it will stand.
    fn written(&self, node: Node<'t>, indent: usize) -> String {
        let mut inner = Layout { text: self.text, out: String::new(), previous: None };
        inner.pieces(&pieces::of(node), indent);
        inner.out
    }

    fn comment(&mut self, entry: Entry<'t>, indent: usize) {
        let span = entry.node.span();
        let words = entry.node.text().trim_end();
        let start = span.start as usize;
        let behind = self.previous.is_some_and(|previous| self.lines_between(previous.end, start) == 0);
        if behind && self.out.ends_with('\n') {
            self.out.pop();
            self.out.push_str("  ");
        } else {
            self.gap(start, entry.tall);
            self.out.push_str(&" ".repeat(indent));
            self.previous = Some(Previous { end: 0, tall: false, comment: true });
        }
        self.out.push_str(words);
        self.out.push('\n');
        if let Some(previous) = &mut self.previous {
            previous.end = span.end as usize;
        }
    }

    fn statement(&mut self, entry: Entry<'t>, indent: usize) {
        let span = entry.node.span();
        self.gap(span.start as usize, entry.tall);
        let written = self.written(entry.node, indent);
        self.out.push_str(&written);
        self.previous = Some(Previous { end: span.end as usize, tall: entry.tall, comment: false });
    }

    /// An empty line where the source has one, or where one of two neighbours takes several lines.
    fn gap(&mut self, start: usize, tall: bool) {
        let Some(previous) = self.previous else { return };
        let empty_line = self.lines_between(previous.end, start) > 1;
        if empty_line || previous.tall || (tall && !previous.comment) {
            self.out.push('\n');
        }
    }

    /// How many line ends the source has between two offsets.
    fn lines_between(&self, from: usize, to: usize) -> usize {
        self.text.get(from..to).map_or(0, |between| between.matches('\n').count())
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
        if let Some(first) = nodes.next_if(|node| {
            node.kind().is_comment() && self.lines_between(opened, node.span().start as usize) == 0
        }) {
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
        if self.lines_between(span.start as usize, span.end as usize) > 0
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

/// A node's doc comments, which stand inside it, and the node without them.
fn with_comments(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let comments = node.children().take_while(move |child| !node.is_leaf() && child.kind().is_comment());
    comments.chain(std::iter::once(node))
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
