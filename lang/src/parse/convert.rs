//! From the grammar's pairs to nodes of the arena.
//!
//! What the grammar passes over silently (words, symbols, comments) becomes leaves here, so that the tree
//! stays lossless whatever a rule mentions. Invariant: nodes are pushed in reading order, and a node's
//! `next` is set when its last child has been pushed.

use super::grammar::{Meaning, Rule, meaning};
use crate::limits::MAX_OPERATORS_IN_A_ROW;
use crate::tree::{Kind, NodeData};
use pest::iterators::{Pair, Pairs};

/// Where a slice stands in its chunk. If the slice was parsed with its first word corrected, positions
/// behind that word are moved back to where the user wrote them.
#[derive(Clone, Copy)]
pub(super) struct Placement {
    pub(super) base: usize,
    pub(super) written: usize,
    pub(super) corrected: usize,
}

impl Placement {
    pub(super) fn at(base: usize) -> Self {
        Self { base, written: 0, corrected: 0 }
    }

    pub(super) fn place(self, offset: usize) -> usize {
        if offset < self.corrected || offset == 0 {
            self.base
        } else {
            self.base + offset - self.corrected + self.written
        }
    }
}

/// Appends the nodes of a statement to the arena.
pub(super) struct Converter<'a> {
    pub(super) chunk: &'a str,
    pub(super) nodes: &'a mut Vec<NodeData>,
    pub(super) placement: Placement,
    /// Whether a row of operators was too long.
    pub(super) too_many_operators: bool,
    /// Where a text stands inside `{ }` of a text.
    pub(super) nested_text: Option<(usize, usize)>,
    pub(super) in_interpolation: bool,
}

impl<'a> Converter<'a> {
    pub(super) fn new(chunk: &'a str, nodes: &'a mut Vec<NodeData>, placement: Placement) -> Self {
        Self {
            chunk,
            nodes,
            placement,
            too_many_operators: false,
            nested_text: None,
            in_interpolation: false,
        }
    }

    /// Opens a node; close it with [`Self::close`].
    pub(super) fn open(&mut self, kind: Kind, start: usize) -> usize {
        self.nodes.push(NodeData { kind, start: start as u32, end: start as u32, next: 0 });
        self.nodes.len() - 1
    }

    pub(super) fn close(&mut self, index: usize, end: usize) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(index) {
            node.next = next;
            node.end = end as u32;
        }
    }

    /// The children of a pair, with all that lies around them up to `end`. Returns where the last one ends: the
    /// grammar counts blanks and comments behind a repetition as its own, the tree does not.
    pub(super) fn children(&mut self, pairs: Pairs<'_, Rule>, start: usize, end: usize) -> usize {
        let mut done = start;
        for pair in pairs {
            if meaning(pair.as_rule()) == Meaning::Nothing {
                continue;
            }
            self.gap(done, self.placement.place(pair.as_span().start()));
            done = self.pair(pair);
        }
        let end = self.without_trivia(done, end);
        self.gap(done, end);
        end
    }

    /// The nodes of a pair. Returns where they end.
    fn pair(&mut self, pair: Pair<'_, Rule>) -> usize {
        let span = pair.as_span();
        let (start, end) = (self.placement.place(span.start()), self.placement.place(span.end()));
        match meaning(pair.as_rule()) {
            Meaning::Node(kind) => {
                let outside = self.in_interpolation;
                if kind == Kind::Text && outside {
                    self.nested_text.get_or_insert((start, end));
                }
                self.in_interpolation |= kind == Kind::Interpolation;
                let index = self.open(kind, start);
                let inner = pair.into_inner();
                let is_leaf = inner.peek().is_none() && !has_unnamed_parts(kind);
                let end = if is_leaf { end } else { self.children(inner, start, end) };
                self.close(index, end);
                self.in_interpolation = outside;
                end
            }
            Meaning::Chain => self.chain(pair),
            Meaning::Comparison => self.comparison(pair),
            Meaning::MissingTail | Meaning::OneOfTail => self.children(pair.into_inner(), start, end),
            Meaning::Nothing => end,
        }
    }

    /// Operands and operators of one strength. The first operator's node lies innermost, so all nodes open
    /// before the first operand and close one by one behind each further one.
    fn chain(&mut self, pair: Pair<'_, Rule>) -> usize {
        let start = self.placement.place(pair.as_span().start());
        let inner = pair.into_inner();
        let operators = inner.len() / 2;
        if operators > MAX_OPERATORS_IN_A_ROW {
            // The words stay as leaves; the statement is marked by the caller.
            self.too_many_operators = true;
            let end = inner.last().map_or(start, |last| self.placement.place(last.as_span().end()));
            let end = self.without_trivia(start, end);
            self.gap(start, end);
            return end;
        }
        let opened: Vec<usize> = (0..operators).map(|_| self.open(Kind::Binary, start)).collect();
        let mut open = opened.into_iter().rev();
        let mut done = start;
        for (number, part) in inner.enumerate() {
            self.gap(done, self.placement.place(part.as_span().start()));
            done = self.pair(part);
            if number > 0
                && number % 2 == 0
                && let Some(index) = open.next()
            {
                self.close(index, done);
            }
        }
        done
    }

    fn comparison(&mut self, pair: Pair<'_, Rule>) -> usize {
        let span = pair.as_span();
        let (start, end) = (self.placement.place(span.start()), self.placement.place(span.end()));
        let mut inner = pair.into_inner();
        let kind = match inner.clone().nth(1).map(|second| meaning(second.as_rule())) {
            None => return inner.next().map_or(start, |only| self.pair(only)),
            Some(Meaning::MissingTail) => Kind::IsMissing,
            Some(Meaning::OneOfTail) => Kind::IsOneOf,
            Some(_) => Kind::Binary,
        };
        let index = self.open(kind, start);
        let end = self.children(inner, start, end);
        self.close(index, end);
        end
    }

    /// The end of the last leaf between two places that is not a comment; `start` if there is none.
    fn without_trivia(&self, start: usize, end: usize) -> usize {
        let mut last = start;
        if start < end {
            leaves(self.chunk, start, end, &mut |kind, _, to| {
                if kind != Kind::Comment {
                    last = to;
                }
            });
        }
        last
    }

    /// Leaves for what lies between two pairs: words, symbols and comments.
    pub(super) fn gap(&mut self, start: usize, end: usize) {
        if start < end {
            leaves(self.chunk, start, end, &mut |kind, from, to| {
                let next = self.nodes.len() as u32 + 1;
                self.nodes.push(NodeData { kind, start: from as u32, end: to as u32, next });
            });
        }
    }
}

/// Kinds that hold symbols or words even when no rule inside them made a pair: `""`, `[]`, `with { }`.
fn has_unnamed_parts(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Text | Kind::List | Kind::RecordLiteral | Kind::Arguments | Kind::Parameters | Kind::UseList
    )
}

/// Cuts `chunk[start..end]` into words, symbols and comments.
pub(super) fn leaves(chunk: &str, start: usize, end: usize, leaf: &mut dyn FnMut(Kind, usize, usize)) {
    let mut at = start;
    while at < end {
        let Some(rest) = chunk.get(at..end) else { return };
        let Some(first) = rest.chars().next() else { return };
        let length = match first {
            ' ' | '\t' | '\r' | '\n' | '\u{feff}' | '\u{a0}' => {
                at += first.len_utf8();
                continue;
            }
            '#' => rest.find('\n').unwrap_or(rest.len()),
            _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            '"' => rest.bytes().take_while(|byte| *byte == b'"').count(),
            _ => first.len_utf8(),
        };
        let kind = match first {
            '#' => Kind::Comment,
            _ if is_word(first) => Kind::Keyword,
            _ => Kind::Symbol,
        };
        let trimmed = rest.get(..length).map_or(length, |leaf| leaf.trim_end_matches('\r').len());
        leaf(kind, at, at + trimmed);
        at += length;
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
