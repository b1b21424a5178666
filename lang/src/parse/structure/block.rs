//! Blocks: how a statement's block opens, and how it ends, with its brace or without.
//!
//! Frames stand on a stack of our own, bounded in depth. Invariant: a frame that is opened is closed, and its
//! nodes with it.

use super::blame::brief;
use super::{Ended, Frame, Statement, Structure, first_words, word_at};
use crate::limits::MAX_BLOCK_NESTING;
use crate::parse::shape::{Piece, Shape};
use crate::parse::statement::{BlockKind, Body};
use crate::span::Span;
use crate::tree::{Kind, NodeData};

impl<'a> Structure<'a> {
    /// Opens the statement's block, or closes the statement.
    pub(super) fn body(&mut self, statement: &Statement, body: Body) {
        let brace = self.piece(self.at).filter(|piece| piece.shape == Shape::Open);
        let brace = brace.or_else(|| self.brace_on_next_line());
        match (brace, body) {
            (Some(brace), Body::Must(kind) | Body::May(kind)) => self.enter(statement, kind, brace),
            (Some(brace), Body::No) => {
                let what = brief(first_words(self.slice(statement.start, statement.end)));
                let span = Span::new(brace.start as usize, brace.end as usize);
                let is_judged =
                    self.nodes.get(statement.node).is_some_and(|node| node.kind != Kind::Unparsed);
                if is_judged && let Some(error) = self.error(span, format!("`{what}` has no block")) {
                    error.label = Some("this `{` is too much".to_owned());
                    // What its `}` closes, or that it has none, follows from this.
                    self.braces_blamed = true;
                }
                self.enter(statement, BlockKind::Unknown, brace);
            }
            (None, Body::Must(kind)) => self.missing_block(statement, kind),
            (None, body) => {
                self.check_names_or_block(statement);
                let end = self.last_end().min(statement.end);
                self.close_node(statement.node, end);
                if let Body::May(kind) = body {
                    let first = self.piece(statement.first);
                    let (indentation, line) = first.map_or((0, 0), |piece| (piece.indentation, piece.line));
                    let header = Span::new(statement.start, statement.end);
                    self.ended = Some(Ended { kind, header, indentation, line, close: None });
                }
            }
        }
    }

    /// `remind` and `escalate` need either names or a block.
    pub(super) fn check_names_or_block(&mut self, statement: &Statement) {
        let Some(node) = self.nodes.get(statement.node) else { return };
        let is_bare =
            word_at(self.slice(statement.start, statement.end)).len() == statement.end - statement.start;
        if matches!(node.kind, Kind::Remind | Kind::Escalate) && is_bare {
            let span = Span::new(statement.start, statement.end);
            if let Some(error) =
                self.error(span, "something is missing here: expected a name, `never` or `{`")
            {
                error.label = Some("expected a name, `never` or `{`".to_owned());
            }
            self.set_kind(statement, Kind::Unparsed);
        }
    }

    pub(super) fn brace_on_next_line(&mut self) -> Option<Piece> {
        let mut at = self.at;
        while self.piece(at)?.shape == Shape::LineEnd {
            at += 1;
        }
        let brace = self.piece(at).filter(|piece| piece.shape == Shape::Open)?;
        self.at = at;
        Some(brace)
    }

    pub(super) fn enter(&mut self, statement: &Statement, kind: BlockKind, brace: Piece) {
        if self.frames.len() < MAX_BLOCK_NESTING {
            return self.open_block(statement, kind, Some(brace));
        }
        let span = Span::new(brace.start as usize, brace.end as usize);
        self.limit(span, format!("more than {MAX_BLOCK_NESTING} blocks inside each other"));
        let end = self.skip_block();
        self.leaf(Kind::Error, span.start as usize, end);
        self.close_node(statement.node, end);
        self.braces_blamed = true;
    }

    /// Passes over a block without reading it, and says where it ends.
    pub(super) fn skip_block(&mut self) -> usize {
        let mut depth = 0usize;
        let mut end = 0;
        while let Some(piece) = self.piece(self.at) {
            self.at += 1;
            end = piece.end as usize;
            match piece.shape {
                Shape::Open => depth += 1,
                Shape::Close if depth <= 1 => break,
                Shape::Close => depth -= 1,
                _ => {}
            }
        }
        end
    }

    /// A header that must have a block and has no `{`. If deeper lines follow, they are its block.
    pub(super) fn missing_block(&mut self, statement: &Statement, kind: BlockKind) {
        let first = self.piece(statement.first);
        let deeper = first.is_some_and(|first| self.next_line_is_deeper(self.at, first));
        let was_read = !self.nodes.iter().skip(statement.node).any(|node| node.kind.is_error());
        if was_read && !std::mem::replace(&mut self.braces_blamed, true) {
            let end = statement.end;
            let last = self.slice(statement.start, end).chars().next_back().map_or(0, char::len_utf8);
            let what = brief(first_words(self.slice(statement.start, end)));
            if let Some(error) =
                self.error(Span::new(end - last, end), format!("`{what}` needs a block: expected `{{`"))
            {
                error.unsettles = true;
                error.label = Some("expected `{` after this".to_owned());
            }
        }
        if deeper && self.frames.len() < MAX_BLOCK_NESTING && self.balance.takes_missing_open() {
            self.open_block(statement, kind, None);
        } else {
            self.close_node(statement.node, statement.end);
        }
    }

    pub(super) fn open_block(&mut self, statement: &Statement, kind: BlockKind, brace: Option<Piece>) {
        let start = brace.map_or(statement.end, |brace| brace.start as usize);
        let first = self.piece(statement.first);
        self.nodes.push(NodeData { kind: Kind::Block, start: start as u32, end: start as u32, next: 0 });
        let block = self.nodes.len() - 1;
        if let Some(brace) = brace {
            self.symbol(brace);
        }
        self.frames.push(Frame {
            statement: statement.node,
            block,
            kind,
            header: Span::new(statement.start, statement.end.max(statement.start + 1)),
            written: brace.is_some(),
            astray: self.astray,
            indentation: first.map_or(0, |piece| piece.indentation),
            line: first.map_or(0, |piece| piece.line),
        });
        self.docs_from = None;
        self.astray = false;
    }

    /// Closes the innermost block at `end`, and its statement with it.
    pub(super) fn close_frame(&mut self, end: usize) {
        if let Some(frame) = self.frames.pop() {
            self.close_node(frame.block, end);
            self.close_node(frame.statement, end);
            self.astray = frame.astray;
        }
        self.docs_from = None;
    }

    pub(super) fn close_node(&mut self, index: usize, end: usize) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(index) {
            node.next = next;
            node.end = end as u32;
        }
    }

    pub(super) fn close_brace(&mut self, piece: Piece) {
        let end = piece.end as usize;
        let span = Span::new(piece.start as usize, end);
        if self.balance.ignores_close(piece, self.frames.last()) {
            self.blame_extra_close(span);
            self.leaf(Kind::Error, span.start as usize, end);
            self.at += 1;
        } else if !self.frames.is_empty() {
            self.symbol(piece);
            // A brace on a line of its own that stands as deep as the header is where it belongs.
            let ended = self.frames.last().filter(|frame| frame.line == piece.line);
            self.ended = ended.map(|frame| Ended {
                kind: frame.kind,
                header: frame.header,
                indentation: frame.indentation,
                line: piece.line,
                close: Some(span),
            });
            self.close_frame(end);
        } else if self.parent_close_wanted && self.parent_close.is_none() {
            self.parent_close = Some(self.nodes.len());
            self.symbol(piece);
            self.base = BlockKind::File;
            self.docs_from = None;
            self.astray = false;
        } else {
            self.blame_extra_close(span);
            self.leaf(Kind::Error, span.start as usize, end);
            self.at += 1;
        }
    }

    /// If a brace is missing, a line no deeper than the line that opened a block shows that the block has ended.
    pub(super) fn close_by_indentation(&mut self, piece: Piece) {
        while let Some(frame) = self.frames.last() {
            let is_brace = piece.shape == Shape::Close;
            if !self.balance.ends_unclosed(piece, is_brace, frame, self.frames.len()) {
                return;
            }
            let header = frame.header;
            let was_written = frame.written;
            if was_written {
                self.blame_missing_close(header, Some(Span::new(piece.start as usize, piece.end as usize)));
            }
            let end = self.last_end();
            self.close_frame(end);
        }
    }
}
