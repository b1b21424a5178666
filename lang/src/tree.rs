//! The untyped, lossless tree (CST): one flat arena of nodes in reading order over the file's text.
//!
//! Children lie between a node and its `next`, so walking is a step through one vector and nothing is
//! counted or freed per token. Every byte that is not a blank belongs to a leaf; comments, error nodes
//! and statements that did not parse are leaves or nodes like any other. Invariant: a child lies inside
//! its parent, children do not overlap, and what lies between them is blank.

mod kind;

pub use kind::Kind;

use crate::span::Span;
use std::fmt;
use std::sync::Arc;

/// A text and its tree. Cheap to compare only by address; cheap to walk always.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Tree {
    text: Arc<str>,
    nodes: Vec<NodeData>,
}

/// 16 bytes per node; `next` is the index of the first node that is no longer inside this one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct NodeData {
    pub(crate) kind: Kind,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) next: u32,
}

impl Tree {
    pub(crate) fn new(text: Arc<str>, nodes: Vec<NodeData>) -> Self {
        Self { text, nodes }
    }

    /// The text of the tree: exactly the text that was parsed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The root, of kind [`Kind::File`].
    pub fn root(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }

    /// How many nodes there are, leaves included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node at all; a parsed tree always has its root.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node with this index, as given by [`Node::index`].
    pub fn node(&self, index: u32) -> Option<Node<'_>> {
        ((index as usize) < self.nodes.len()).then_some(Node { tree: self, index })
    }

    /// The nodes that hold `offset`, the outermost first.
    pub fn path_to(&self, offset: usize) -> Vec<Node<'_>> {
        let mut path = vec![self.root()];
        let mut here = self.root();
        while let Some(inner) = here.children().find(|child| child.span().touches(offset)) {
            path.push(inner);
            here = inner;
        }
        path
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ends: Vec<u32> = Vec::new();
        for index in 0..self.nodes.len() as u32 {
            let node = Node { tree: self, index };
            while ends.last().is_some_and(|end| *end <= index) {
                ends.pop();
            }
            write!(out, "{:indent$}{:?}", "", node.kind(), indent = ends.len() * 2)?;
            let data = node.data();
            if data.next == index + 1 {
                write!(out, " {:?}", node.text())?;
            }
            writeln!(out)?;
            ends.push(data.next);
        }
        Ok(())
    }
}

/// One node of a tree. Copied freely; two are equal if they are the same node of the same tree.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    index: u32,
}

impl<'t> Node<'t> {
    fn data(self) -> NodeData {
        const NOTHING: NodeData = NodeData { kind: Kind::Error, start: 0, end: 0, next: 0 };
        self.tree.nodes.get(self.index as usize).copied().unwrap_or(NOTHING)
    }

    /// Its kind.
    pub fn kind(self) -> Kind {
        self.data().kind
    }

    /// Its bytes in the text of the tree, from its first leaf to its last.
    pub fn span(self) -> Span {
        let data = self.data();
        Span { start: data.start, end: data.end }
    }

    /// Its text.
    pub fn text(self) -> &'t str {
        self.span().slice(&self.tree.text)
    }

    /// The tree it belongs to.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Its place in the arena: the same for the same text, usable with [`Tree::node`].
    pub fn index(self) -> u32 {
        self.index
    }

    /// Whether it has no children.
    pub fn is_leaf(self) -> bool {
        self.data().next <= self.index + 1
    }

    /// Its children in reading order: nodes, words, symbols and comments alike.
    pub fn children(self) -> Children<'t> {
        Children { tree: self.tree, next: self.index + 1, end: self.data().next }
    }

    /// Its first child of this kind.
    pub fn child(self, kind: Kind) -> Option<Node<'t>> {
        self.children().find(|child| child.kind() == kind)
    }

    /// Its children of this kind.
    pub fn children_of(self, kind: Kind) -> impl Iterator<Item = Node<'t>> + 't {
        self.children().filter(move |child| child.kind() == kind)
    }

    /// Itself and everything inside it, in reading order.
    pub fn descendants(self) -> impl Iterator<Item = Node<'t>> + 't {
        let tree = self.tree;
        (self.index..self.data().next).map(move |index| Node { tree, index })
    }

    /// The leaves inside it (itself, if it is one): every word, symbol, literal piece and comment.
    pub fn leaves(self) -> impl Iterator<Item = Node<'t>> + 't {
        self.descendants().filter(|node| node.is_leaf())
    }

    /// Whether anything inside it did not parse.
    pub fn has_error(self) -> bool {
        self.descendants().any(|node| node.kind().is_error())
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && std::ptr::eq(self.tree, other.tree)
    }
}

impl Eq for Node<'_> {}

impl std::hash::Hash for Node<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}@{}..{}", self.kind(), self.span().start, self.span().end)
    }
}

/// The children of a node, in reading order.
#[derive(Clone, Debug)]
pub struct Children<'t> {
    tree: &'t Tree,
    next: u32,
    end: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.next >= self.end {
            return None;
        }
        let node = Node { tree: self.tree, index: self.next };
        // A child always ends behind itself, so that the walk moves on whatever the arena holds.
        self.next = node.data().next.max(self.next + 1);
        Some(node)
    }
}
