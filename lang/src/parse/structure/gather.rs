//! Where a statement ends: at its line's end, unless brackets, list braces or a comma carry it on.
//!
//! `with {`, `= {` and `.{` open lists that belong to the statement; any other `{` opens its block. Invariant: each
//! piece is looked at a bounded number of times, so the work is linear in the text.

use super::{Statement, Structure, piece_text};
use crate::parse::shape::{Piece, Shape};

impl<'a> Structure<'a> {
    /// Finds the end of the statement, and what of its brackets is open there.
    pub(super) fn gather(&self, first: Piece) -> Statement {
        let in_list = self.block_kind().is_list();
        let mut brackets: Vec<Shape> = Vec::new();
        let (mut depth, mut braces) = (0, 0);
        let mut at = self.at;
        let mut last = None;
        while let Some(piece) = self.piece(at) {
            match piece.shape {
                Shape::LineEnd => {
                    if !self.goes_on(at, first, last, &brackets, in_list) {
                        break;
                    }
                    // Straight to the next content: looking at each blank line again would cost their square.
                    at = self.next_content_index(at);
                    continue;
                }
                Shape::Comment if brackets.is_empty() => {
                    let continued =
                        self.ends_in_comma(last) && !in_list && self.next_line_is_deeper(at, first);
                    if !continued {
                        break;
                    }
                }
                Shape::Comment => {}
                Shape::Semicolon if brackets.is_empty() => break,
                Shape::Comma if brackets.is_empty() && in_list => break,
                Shape::Open if brackets.is_empty() && !self.opens_list(last) => break,
                Shape::Open => {
                    brackets.push(Shape::Open);
                    braces += 1;
                }
                Shape::RoundOpen => brackets.push(Shape::RoundOpen),
                Shape::Close => {
                    if braces == 0 {
                        break;
                    }
                    braces -= 1;
                    while brackets.pop().is_some_and(|open| open != Shape::Open) {}
                }
                Shape::RoundClose if brackets.last() == Some(&Shape::RoundOpen) => {
                    brackets.pop();
                }
                _ => {}
            }
            depth = depth.max(brackets.len());
            if piece.shape == Shape::Text {
                depth = depth.max(brackets.len() + depth_of_text(piece_text(self.text, piece)));
            }
            if piece.shape != Shape::LineEnd && piece.shape != Shape::Comment {
                last = Some(at);
            }
            at += 1;
        }
        let behind = last.map_or(self.at, |last| last + 1);
        let end = last.and_then(|last| self.piece(last)).map_or(first.start, |piece| piece.end) as usize;
        let start = first.start as usize;
        Statement { first: self.at, behind, start, end: end.max(start), node: 0, depth }
    }

    /// Whether a `{` after the piece `last` opens a list of the statement and not its block.
    pub(super) fn opens_list(&self, last: Option<usize>) -> bool {
        let Some(piece) = last.and_then(|last| self.piece(last)) else { return false };
        let text = piece_text(self.text, piece);
        piece.shape == Shape::Words && (text == "with" || text.ends_with(['=', '.']))
    }

    pub(super) fn ends_in_comma(&self, last: Option<usize>) -> bool {
        last.and_then(|last| self.piece(last)).is_some_and(|piece| piece.shape == Shape::Comma)
    }

    /// The first piece of the lines behind `at` that is neither line end nor comment.
    pub(super) fn next_content(&self, at: usize) -> Option<Piece> {
        let rest = self.pieces.get(at..)?;
        rest.iter().find(|piece| !matches!(piece.shape, Shape::LineEnd | Shape::Comment)).copied()
    }

    pub(super) fn next_content_index(&self, at: usize) -> usize {
        let rest = self.pieces.get(at..).unwrap_or(&[]);
        let is_content = |piece: &Piece| !matches!(piece.shape, Shape::LineEnd | Shape::Comment);
        rest.iter().position(is_content).map_or(self.pieces.len(), |index| at + index)
    }

    pub(super) fn next_line_is_deeper(&self, at: usize, first: Piece) -> bool {
        self.next_content(at)
            .is_some_and(|next| next.indentation > first.indentation && next.shape != Shape::Close)
    }

    /// Whether the statement goes on behind the line end at `at`.
    pub(super) fn goes_on(
        &self,
        at: usize,
        first: Piece,
        last: Option<usize>,
        brackets: &[Shape],
        in_list: bool,
    ) -> bool {
        if !brackets.is_empty() {
            // In a chunk whose brackets do not match, a line no deeper than the statement is a new one.
            let Some(next) = self.next_content(at) else { return false };
            let is_closer = matches!(next.shape, Shape::Close | Shape::RoundClose);
            let shallow =
                next.indentation < first.indentation || (next.indentation == first.indentation && !is_closer);
            return !(shallow && self.balance.brackets_doubtful());
        }
        if self.ends_in_comma(last) && !in_list {
            return self.next_line_is_deeper(at, first);
        }
        // A brace on a line of its own belongs to the header above it.
        let rest = self.pieces.get(at..).unwrap_or(&[]);
        let next = rest.iter().find(|piece| piece.shape != Shape::LineEnd);
        next.is_some_and(|next| next.shape == Shape::Open)
    }
}

/// How deep brackets nest inside the `{ }` of a text.
pub(super) fn depth_of_text(text: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => depth += 1,
            b'(' | b'[' if depth > 0 => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
