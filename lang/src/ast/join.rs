//! What a node waits for: the tree behind `after`.
//!
//! Commas and `any of`, `N of`, `all taken of` reach to the end of the line or of their parentheses.
//! Invariant: the innermost group around a source decides how a bare source counts.

use super::{Kind, Node, Path, Token, View, many, one, views};
use crate::span::Span;

views! {
    /// `after …`, on a line of its own or in an outcome's header.
    After {
        /// What is waited for.
        join: one Join,
    }

    /// One source: `node`, or `node.result` such as `go_live.yes`.
    Source {
        /// The name, or the name and the result.
        path: one Path,
    }

    /// `N of a, b, c`.
    JoinCount {
        /// How many must be done.
        count: token Number,
        /// Of which.
        items: many Join,
    }
}

/// A join. Groups in parentheses are looked through; a group of one list is the list itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Join<'t> {
    /// `a, b`: all of them have settled. Also a single source alone.
    All(JoinList<'t>),
    /// `any of a, b`: at least one is done.
    Any(JoinList<'t>),
    /// `2 of a, b, c`: so many are done.
    Count(JoinCount<'t>),
    /// `all taken of a, b`.
    AllTaken(JoinList<'t>),
    /// A node, or a node and its result.
    Source(Source<'t>),
}

/// The items of a join, in order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct JoinList<'t>(Node<'t>);

impl<'t> JoinList<'t> {
    /// The items in order.
    pub fn items(self) -> impl Iterator<Item = Join<'t>> + 't {
        many(self.0)
    }

    /// Its bytes in the text.
    pub fn span(self) -> Span {
        self.0.span()
    }
}

impl<'t> View<'t> for Join<'t> {
    fn cast(node: Node<'t>) -> Option<Self> {
        Some(match node.kind() {
            Kind::JoinAll => Self::All(JoinList(node)),
            Kind::JoinAny => Self::Any(JoinList(node)),
            Kind::JoinCount => Self::Count(JoinCount(node)),
            Kind::JoinAllTaken => Self::AllTaken(JoinList(node)),
            Kind::JoinGroup => return one(node),
            Kind::Source => Self::Source(Source(node)),
            _ => return None,
        })
    }

    fn node(self) -> Node<'t> {
        match self {
            Self::All(list) | Self::Any(list) | Self::AllTaken(list) => list.0,
            Self::Count(count) => count.0,
            Self::Source(source) => source.0,
        }
    }
}

impl<'t> Join<'t> {
    /// Its bytes in the text.
    pub fn span(self) -> Span {
        View::node(self).span()
    }

    /// The items; none for a source.
    pub fn items(self) -> impl Iterator<Item = Join<'t>> + 't {
        let node = match self {
            Self::Source(_) => None,
            _ => Some(View::node(self)),
        };
        node.into_iter().flat_map(many)
    }

    /// Every source inside, in reading order.
    pub fn sources(self) -> impl Iterator<Item = Source<'t>> + 't {
        View::node(self).descendants().filter_map(Source::cast)
    }
}

impl<'t> Source<'t> {
    /// The node's name.
    pub fn name(self) -> Option<Token<'t>> {
        self.path()?.segments().next()
    }

    /// The result after the dot, if one is given.
    pub fn result(self) -> Option<Token<'t>> {
        self.path()?.segments().nth(1)
    }
}
