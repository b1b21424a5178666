//! From pieces to blocks and statements: the nodes of one chunk.
//!
//! Braces nest over an explicit stack of frames, so no text can exhaust the machine's. If the chunk's braces do
//! not balance, indentation decides which block is to blame (see `brace.rs`). Invariant: every piece that is
//! not a line end becomes a node, in order.

use super::brace::Balance;
use super::convert::{Converter, Placement};
use super::expectation::{self, Failure, or_list};
use super::grammar::{self, Meaning, Rule};
use super::shape::{Piece, Shape};
use super::statement::{BlockKind, Body, Entry, Found, find};
use super::{ChunkParse, SYNTAX_ERROR};
use crate::chunk::ChunkRole;
use crate::diagnostic::{Diagnostic, Edit, Fix, Related};
use crate::limits::{
    LIMIT_EXCEEDED, MAX_BLOCK_NESTING, MAX_EXPRESSION_NESTING, MAX_OPERATORS_IN_A_ROW, MAX_STATEMENT_BYTES,
    MAX_SYNTAX_ERRORS,
};
use crate::span::Span;
use crate::tree::{Kind, NodeData};
use std::borrow::Cow;

/// A block that is open.
pub(super) struct Frame {
    statement: usize,
    block: usize,
    kind: BlockKind,
    /// The header, for messages.
    header: Span,
    /// Whether a `{` was really written.
    written: bool,
    /// Whether the block itself stands at a level whose opening line is missing.
    astray: bool,
    pub(super) indentation: u32,
    pub(super) line: u32,
}

impl Frame {
    /// Whether its `{` is missing, so that only indentation can end it.
    pub(super) fn is_virtual(&self) -> bool {
        !self.written
    }
}

/// The statement that is being read.
struct Statement {
    /// Its first piece.
    first: usize,
    /// The piece behind its last one.
    behind: usize,
    start: usize,
    end: usize,
    /// Its node, reserved before its comments if it has doc comments.
    node: usize,
    depth: usize,
}

/// The work on one chunk.
pub(super) struct Structure<'a> {
    pub(super) text: &'a str,
    pub(super) pieces: &'a [Piece],
    pub(super) at: usize,
    pub(super) nodes: Vec<NodeData>,
    pub(super) frames: Vec<Frame>,
    pub(super) errors: Vec<Diagnostic<Span>>,
    pub(super) balance: Balance,
    base: BlockKind,
    /// Where the doc comments begin that wait for their declaration.
    docs_from: Option<usize>,
    /// Whether the statement before had no place here: what follows it is not judged again.
    astray: bool,
    /// Whether an error about braces was reported, or one that unbalances them.
    pub(super) braces_blamed: bool,
    parent_close: Option<usize>,
    parent_close_wanted: bool,
    lost_opener: bool,
}

/// Builds the nodes of a chunk.
pub(super) fn build(text: &str, pieces: &[Piece], role: ChunkRole) -> ChunkParse {
    let in_workflow = matches!(role, ChunkRole::Node | ChunkRole::LastNode);
    let mut structure = Structure {
        text,
        pieces,
        at: 0,
        nodes: Vec::with_capacity(pieces.len() * 2),
        frames: Vec::new(),
        errors: Vec::new(),
        balance: Balance::of(pieces, role),
        base: if in_workflow { BlockKind::Workflow } else { BlockKind::File },
        docs_from: None,
        astray: false,
        braces_blamed: false,
        parent_close: None,
        parent_close_wanted: role == ChunkRole::LastNode,
        lost_opener: false,
    };
    structure.report_open_texts();
    structure.run();
    structure.finish(role)
}

impl<'a> Structure<'a> {
    fn run(&mut self) {
        while let Some(piece) = self.piece(self.at) {
            if piece.shape != Shape::LineEnd {
                self.close_by_indentation(piece);
            }
            match piece.shape {
                Shape::LineEnd => self.at += 1,
                Shape::Semicolon => self.symbol(piece),
                Shape::Comma if self.block_kind().is_list() => self.symbol(piece),
                Shape::Comment => self.comment(piece),
                Shape::Close => self.close_brace(piece),
                _ => self.statement(piece),
            }
        }
    }

    pub(super) fn piece(&self, at: usize) -> Option<Piece> {
        self.pieces.get(at).copied()
    }

    fn block_kind(&self) -> BlockKind {
        self.frames.last().map_or(self.base, |frame| frame.kind)
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    fn leaf(&mut self, kind: Kind, start: usize, end: usize) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(NodeData { kind, start: start as u32, end: end as u32, next });
    }

    fn symbol(&mut self, piece: Piece) {
        self.leaf(Kind::Symbol, piece.start as usize, piece.end as usize);
        self.at += 1;
    }

    fn comment(&mut self, piece: Piece) {
        let (start, mut end) = (piece.start as usize, piece.end as usize);
        let text = self.slice(start, end);
        end = start + text.trim_end_matches('\r').len();
        let is_doc = piece.leads && text.starts_with("##");
        if is_doc && self.docs_from.is_none() {
            self.docs_from = Some(self.nodes.len());
        }
        self.leaf(if is_doc { Kind::DocComment } else { Kind::Comment }, start, end);
        self.at += 1;
    }

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) -> Option<&mut Diagnostic<Span>> {
        if self.errors.len() > MAX_SYNTAX_ERRORS {
            return None;
        }
        self.errors.push(Diagnostic::new(&SYNTAX_ERROR, span, message));
        self.errors.last_mut()
    }

    fn limit(&mut self, span: Span, message: String) {
        if self.errors.len() <= MAX_SYNTAX_ERRORS {
            self.errors.push(Diagnostic::new(&LIMIT_EXCEEDED, span, message));
        }
    }

    /// A text without its closing quotes is one error, and whatever it swallowed is not judged.
    fn report_open_texts(&mut self) {
        for piece in self.pieces.iter().filter(|piece| piece.shape == Shape::OpenText) {
            self.braces_blamed = true;
            let text = piece_text(self.text, *piece);
            let quotes = if text.starts_with("\"\"\"") { 3 } else { 1 };
            let start = piece.start as usize;
            let span = Span::new(start, start + quotes);
            let mark = if quotes == 3 { "\"\"\"" } else { "\"" };
            if let Some(error) = self.error(span, "this text is not closed") {
                error.label = Some(format!("no `{mark}` ends it"));
                error.help = Some(format!("close the text with `{mark}`"));
            }
        }
    }

    // ---- blocks --------------------------------------------------------------------------------------------

    fn open_block(&mut self, statement: &Statement, kind: BlockKind, brace: Option<Piece>) {
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

    fn close_node(&mut self, index: usize, end: usize) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(index) {
            node.next = next;
            node.end = end as u32;
        }
    }

    /// The end of the last node, for blocks that end without a brace.
    pub(super) fn last_end(&self) -> usize {
        self.nodes.last().map_or(0, |node| node.end as usize)
    }

    fn close_brace(&mut self, piece: Piece) {
        let end = piece.end as usize;
        let span = Span::new(piece.start as usize, end);
        if self.balance.ignores_close(piece, self.frames.last()) {
            self.blame_extra_close(span);
            self.leaf(Kind::Error, span.start as usize, end);
            self.at += 1;
        } else if !self.frames.is_empty() {
            self.symbol(piece);
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

    fn blame_extra_close(&mut self, span: Span) {
        // Behind another error in this piece, the brace most likely follows from it.
        if std::mem::replace(&mut self.braces_blamed, true) || !self.errors.is_empty() {
            return;
        }
        let opened = self.frames.last().map(|frame| frame.header);
        if let Some(error) = self.error(span, "this `}` closes nothing") {
            error.help = Some("take it out, or write the line that opens its block".to_owned());
            if let Some(opened) = opened {
                error
                    .related
                    .push(Related { message: "the block around it opens here".to_owned(), at: opened });
            }
        }
    }

    /// If a brace is missing, a line no deeper than the line that opened a block shows that the block has ended.
    fn close_by_indentation(&mut self, piece: Piece) {
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

    pub(super) fn blame_missing_close(&mut self, header: Span, before: Option<Span>) {
        if std::mem::replace(&mut self.braces_blamed, true) {
            return;
        }
        let what = self.slice(header.start as usize, header.end as usize);
        let what = brief(first_words(what));
        if let Some(error) = self.error(header, format!("the block of `{what}` is not closed")) {
            error.label = Some("opened here".to_owned());
            error.help = Some("write the missing `}`".to_owned());
            if let Some(before) = before {
                error
                    .related
                    .push(Related { message: "a `}` is missing before this".to_owned(), at: before });
            }
        }
    }

    // ---- statements ----------------------------------------------------------------------------------------

    fn statement(&mut self, first: Piece) {
        let mut statement = self.gather(first);
        let found_word = word_at(self.slice(statement.start, statement.end));
        let word_length = found_word.len();
        let found = if statement.first == statement.behind {
            Found::Unknown
        } else {
            find(self.block_kind(), found_word)
        };
        if let Some(docs) = self.docs_from.take().filter(|_| found_word != "use") {
            // Doc comments become the first children of what they describe.
            let start = self.nodes.get(docs).map_or(first.start, |node| node.start);
            self.nodes.insert(docs, NodeData { kind: Kind::Unparsed, start, end: start, next: 0 });
            for node in self.nodes.iter_mut().skip(docs + 1) {
                node.next += 1;
            }
            statement.node = docs;
        } else {
            let start = statement.start as u32;
            self.nodes.push(NodeData { kind: Kind::Unparsed, start, end: start, next: 0 });
            statement.node = self.nodes.len() - 1;
        }
        let body = match found {
            Found::Entry(entry) => self.known(&statement, entry, None),
            Found::Misspelt(entry) => {
                self.blame_misspelt(&statement, word_length, entry.word);
                self.known(&statement, entry, Some((word_length, entry.word.to_owned())))
            }
            Found::Glued(entry) => {
                self.blame_glued(&statement, entry.word);
                self.known(&statement, entry, Some((entry.word.len(), format!("{} ", entry.word))))
            }
            Found::Elsewhere(kind) => self.misplaced(&statement, kind),
            Found::Unknown => self.unknown(&statement),
        };
        self.body(&statement, body);
    }

    /// Finds the end of the statement, and what of its brackets is open there.
    fn gather(&self, first: Piece) -> Statement {
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
    fn opens_list(&self, last: Option<usize>) -> bool {
        let Some(piece) = last.and_then(|last| self.piece(last)) else { return false };
        let text = piece_text(self.text, piece);
        piece.shape == Shape::Words && (text == "with" || text.ends_with(['=', '.']))
    }

    fn ends_in_comma(&self, last: Option<usize>) -> bool {
        last.and_then(|last| self.piece(last)).is_some_and(|piece| piece.shape == Shape::Comma)
    }

    /// The first piece of the lines behind `at` that is neither line end nor comment.
    fn next_content(&self, at: usize) -> Option<Piece> {
        let rest = self.pieces.get(at..)?;
        rest.iter().find(|piece| !matches!(piece.shape, Shape::LineEnd | Shape::Comment)).copied()
    }

    fn next_content_index(&self, at: usize) -> usize {
        let rest = self.pieces.get(at..).unwrap_or(&[]);
        let is_content = |piece: &Piece| !matches!(piece.shape, Shape::LineEnd | Shape::Comment);
        rest.iter().position(is_content).map_or(self.pieces.len(), |index| at + index)
    }

    fn next_line_is_deeper(&self, at: usize, first: Piece) -> bool {
        self.next_content(at)
            .is_some_and(|next| next.indentation > first.indentation && next.shape != Shape::Close)
    }

    /// Whether the statement goes on behind the line end at `at`.
    fn goes_on(
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

    /// A statement the language knows. If its beginning is misspelt, `corrected` says how many bytes of it
    /// are to be read as which text; that was reported already.
    fn known(&mut self, statement: &Statement, entry: Entry, corrected: Option<(usize, String)>) -> Body {
        let slice = self.slice(statement.start, statement.end);
        if self.exceeds_limits(statement, slice) {
            self.push_unread(statement);
            return entry.body;
        }
        let was_corrected = corrected.is_some();
        let (source, placement) = match corrected {
            None => (Cow::Borrowed(slice), Placement::at(statement.start)),
            Some((written, beginning)) => {
                let rest = slice.get(written..).unwrap_or("");
                let placement = Placement { base: statement.start, written, corrected: beginning.len() };
                (Cow::Owned(beginning + rest), placement)
            }
        };
        // Where the line that opens a block is missing, nothing that follows at this level is judged.
        let is_lost = self.astray && self.frames.is_empty();
        self.astray = is_lost;
        match grammar::run(entry.rule, &source) {
            Ok(mut pairs) => {
                if let Some(pair) = pairs.next() {
                    self.push_read(statement, pair, placement);
                }
            }
            Err(error) => {
                let behind = if matches!(entry.body, Body::Must(_)) { "`{`" } else { "the end of the line" };
                let failure = expectation::explain(&source, &error, behind);
                // A first word that is misspelt was already reported on this line.
                if self.has_open_text(statement) {
                    self.astray = true;
                } else if !was_corrected && !is_lost {
                    self.blame_failure(statement, &failure);
                }
                if was_corrected || entry.body != Body::No || !self.read_up_to(statement, entry, failure.at) {
                    self.push_broken(statement, entry);
                }
            }
        }
        entry.body
    }

    /// Two statements on one line: if another one begins where this one failed, this one ends there.
    fn read_up_to(&mut self, statement: &Statement, entry: Entry, at: usize) -> bool {
        let place = statement.start + at;
        let pieces = self.pieces.get(statement.first..statement.behind).unwrap_or(&[]);
        let Some(index) = pieces.iter().position(|piece| piece.start as usize == place) else { return false };
        let behind = statement.first + index;
        let next = word_at(self.slice(place, statement.end));
        if index == 0
            || !matches!(find(self.block_kind(), next), Found::Entry(entry) if !entry.word.is_empty())
        {
            return false;
        }
        let slice = self.slice(statement.start, place).trim_end();
        let Ok(mut pairs) = grammar::run(entry.rule, slice) else { return false };
        let Some(pair) = pairs.next() else { return false };
        let end = statement.start + slice.len();
        let shorter = Statement { behind, end, ..*statement };
        self.push_read(&shorter, pair, Placement::at(statement.start));
        true
    }

    fn has_open_text(&self, statement: &Statement) -> bool {
        let pieces = self.pieces.get(statement.first..statement.behind).unwrap_or(&[]);
        pieces.iter().any(|piece| piece.shape == Shape::OpenText)
    }

    fn exceeds_limits(&mut self, statement: &Statement, slice: &str) -> bool {
        let start = statement.start;
        if slice.len() > MAX_STATEMENT_BYTES {
            let limit = MAX_STATEMENT_BYTES / 1024;
            self.limit(Span::new(start, start + 1), format!("this statement is longer than {limit} KB"));
            true
        } else if statement.depth > MAX_EXPRESSION_NESTING {
            let message = format!("more than {MAX_EXPRESSION_NESTING} brackets inside each other");
            self.limit(Span::new(start, statement.end), message);
            true
        } else {
            false
        }
    }

    fn blame_misspelt(&mut self, statement: &Statement, length: usize, meant: &str) {
        let span = Span::new(statement.start, statement.start + length);
        let written = self.slice(statement.start, statement.start + length).to_owned();
        if let Some(error) = self.error(span, format!("`{written}` is not a word of the language here")) {
            error.label = Some(format!("did you mean `{meant}`?"));
            error.help = Some(format!("did you mean `{meant}`?"));
            error.fixes.push(replace(meant, span));
        }
    }

    fn blame_glued(&mut self, statement: &Statement, keyword: &str) {
        let word = word_at(self.slice(statement.start, statement.end));
        let span = Span::new(statement.start, statement.start + word.len());
        if let Some(error) = self.error(span, format!("a blank is missing behind `{keyword}`")) {
            let name = word.get(keyword.len()..).unwrap_or("");
            let meant = format!("{keyword} {name}");
            error.help = Some(format!("did you mean `{}`?", brief(&meant)));
            error.fixes.push(replace(&meant, span));
        }
    }

    fn blame_failure(&mut self, statement: &Statement, failure: &Failure) {
        let at = statement.start + failure.at;
        let span = if failure.length == 0 {
            // At the end of the line: the last character is where the eye should go.
            let end = statement.end.min(at);
            let last = self.slice(statement.start, end).chars().next_back().map_or(0, char::len_utf8);
            Span::new(end - last, end)
        } else {
            Span::new(at, at + failure.length)
        };
        if failure.gave_up {
            self.limit(span, "this statement is too involved to be read".to_owned());
            return;
        }
        if let Some(error) = self.error(span, failure.message.clone()) {
            error.label = Some(failure.label.clone());
            error.help = failure.help.clone();
            if let Some(meant) = &failure.meant {
                error.help = Some(format!("did you mean `{meant}`?"));
                error.fixes.push(replace(meant, span));
            }
        }
    }

    /// A statement that was read: its pairs become the children of its node.
    fn push_read(
        &mut self,
        statement: &Statement,
        pair: pest::iterators::Pair<'_, Rule>,
        placement: Placement,
    ) {
        let kind = match grammar::meaning(pair.as_rule()) {
            Meaning::Node(kind) => kind,
            _ => Kind::Unparsed,
        };
        let mut converter = Converter::new(self.text, &mut self.nodes, placement);
        converter.children(pair.into_inner(), statement.start, statement.end);
        let (too_many, nested) = (converter.too_many_operators, converter.nested_text);
        self.set_kind(statement, if too_many { Kind::Unparsed } else { kind });
        if too_many {
            let span = Span::new(statement.start, statement.end);
            self.limit(span, format!("more than {MAX_OPERATORS_IN_A_ROW} operators in a row"));
        }
        if let Some((start, end)) = nested {
            let message = "no quotation mark stands inside `{ }` of a text";
            if let Some(error) = self.error(Span::new(start, end), message) {
                error.help = Some("use a name inside the braces".to_owned());
            }
        }
        self.at = statement.behind;
    }

    fn set_kind(&mut self, statement: &Statement, kind: Kind) {
        if let Some(node) = self.nodes.get_mut(statement.node) {
            node.kind = kind;
        }
    }

    /// A statement that could not be read. A header keeps its kind and its name, so that its block has a place.
    fn push_broken(&mut self, statement: &Statement, entry: Entry) {
        let kind = match grammar::meaning(entry.rule) {
            Meaning::Node(kind) if kind.is_declaration() || kind.is_flow_node() => kind,
            _ => return self.push_unread(statement),
        };
        let slice = self.slice(statement.start, statement.end);
        let keyword = word_at(slice).len();
        let behind = slice.get(keyword..).unwrap_or("");
        let blanks = behind.len() - behind.trim_start().len();
        let name = word_at(behind.trim_start()).len();
        self.set_kind(statement, kind);
        let (start, mut done) = (statement.start, statement.start + keyword);
        self.leaf(Kind::Keyword, start, done);
        if name > 0 && !matches!(kind, Kind::Test | Kind::Use) {
            let from = done + blanks;
            done = from + name;
            self.leaf(Kind::Name, from, done);
        }
        if done < statement.end {
            self.push_pieces(Kind::Error, statement, done);
        }
        self.at = statement.behind;
    }

    /// Everything of the statement as leaves under its node, which stays `Unparsed`.
    fn push_unread(&mut self, statement: &Statement) {
        self.push_leaves(statement, statement.start);
        self.at = statement.behind;
    }

    fn push_pieces(&mut self, kind: Kind, statement: &Statement, from: usize) {
        let rest = self.slice(from, statement.end);
        let from = from + rest.len() - rest.trim_start().len();
        if from >= statement.end {
            return;
        }
        self.nodes.push(NodeData { kind, start: from as u32, end: from as u32, next: 0 });
        let index = self.nodes.len() - 1;
        self.push_leaves(statement, from);
        self.close_node(index, statement.end);
    }

    fn push_leaves(&mut self, statement: &Statement, from: usize) {
        for at in statement.first..statement.behind {
            let Some(piece) = self.piece(at) else { break };
            let kind = match piece.shape {
                Shape::LineEnd => continue,
                Shape::Words => Kind::Keyword,
                Shape::Text | Shape::OpenText => Kind::TextPiece,
                Shape::Comment => Kind::Comment,
                _ => Kind::Symbol,
            };
            let start = (piece.start as usize).max(from);
            if start < piece.end as usize {
                self.leaf(kind, start, piece.end as usize);
            }
        }
    }

    fn misplaced(&mut self, statement: &Statement, kind: BlockKind) -> Body {
        let word = word_at(self.slice(statement.start, statement.end)).to_owned();
        let here = self.block_kind();
        if !std::mem::replace(&mut self.astray, true) {
            let span = Span::new(statement.start, statement.start + word.len());
            let top_level = matches!(here, BlockKind::File | BlockKind::Workflow);
            self.braces_blamed |= top_level;
            self.lost_opener |= here == BlockKind::File;
            let message = format!("`{word}` does not stand in {}", here.describe());
            if let Some(error) = self.error(span, message) {
                error.label = Some(format!("belongs in {}", kind.describe()));
                error.help = Some(if top_level {
                    format!(
                        "it belongs in {}: is the line that opens it missing, or a `}}` too early?",
                        kind.describe()
                    )
                } else {
                    format!("it belongs in {}", kind.describe())
                });
            }
        }
        self.push_unread(statement);
        Body::May(BlockKind::Unknown)
    }

    fn unknown(&mut self, statement: &Statement) -> Body {
        let here = self.block_kind();
        if here != BlockKind::Unknown && !self.astray && !self.has_open_text(statement) {
            self.blame_unknown(statement, here);
        }
        self.push_unread(statement);
        Body::May(BlockKind::Unknown)
    }

    fn blame_unknown(&mut self, statement: &Statement, here: BlockKind) {
        let slice = self.slice(statement.start, statement.end);
        let found = word_at(slice);
        let (found, length) = match found.len() {
            0 => {
                let first = slice.chars().next().unwrap_or('{');
                (first.to_string(), first.len_utf8())
            }
            length => (brief(found), length),
        };
        let words: Vec<String> = here.words().iter().map(|word| format!("`{word}`")).collect();
        let span = Span::new(statement.start, statement.start + length);
        let place = here.describe();
        if let Some(error) =
            self.error(span, format!("`{found}` does not begin anything that stands in {place}"))
        {
            error.label = Some("not a word of the language here".to_owned());
            error.help = Some(format!("in {place} a line begins with {}", or_list(&words)));
        }
    }

    /// Opens the statement's block, or closes the statement.
    fn body(&mut self, statement: &Statement, body: Body) {
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
                }
                self.enter(statement, BlockKind::Unknown, brace);
            }
            (None, Body::Must(kind)) => self.missing_block(statement, kind),
            (None, _) => {
                self.check_names_or_block(statement);
                let end = self.last_end().min(statement.end);
                self.close_node(statement.node, end);
            }
        }
    }

    /// `remind` and `escalate` need either names or a block.
    fn check_names_or_block(&mut self, statement: &Statement) {
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

    fn brace_on_next_line(&mut self) -> Option<Piece> {
        let mut at = self.at;
        while self.piece(at)?.shape == Shape::LineEnd {
            at += 1;
        }
        let brace = self.piece(at).filter(|piece| piece.shape == Shape::Open)?;
        self.at = at;
        Some(brace)
    }

    fn enter(&mut self, statement: &Statement, kind: BlockKind, brace: Piece) {
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
    fn skip_block(&mut self) -> usize {
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
    fn missing_block(&mut self, statement: &Statement, kind: BlockKind) {
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
                error.label = Some("expected `{` after this".to_owned());
            }
        }
        if deeper && self.frames.len() < MAX_BLOCK_NESTING && self.balance.takes_missing_open() {
            self.open_block(statement, kind, None);
        } else {
            self.close_node(statement.node, statement.end);
        }
    }

    fn finish(mut self, role: ChunkRole) -> ChunkParse {
        let keeps_open = usize::from(role == ChunkRole::WorkflowHead);
        while self.frames.len() > keeps_open {
            let header = self.frames.last().filter(|frame| frame.written).map(|frame| frame.header);
            if let Some(header) = header {
                self.blame_missing_close(header, None);
            }
            let end = self.last_end();
            self.close_frame(end);
        }
        let open = self.frames.last().map(|frame| (frame.statement, frame.block, frame.header));
        let parent_unclosed = self.parent_close_wanted && self.parent_close.is_none() && !self.braces_blamed;
        ChunkParse {
            nodes: self.nodes,
            errors: self.errors,
            open,
            parent_close: self.parent_close,
            parent_unclosed,
            lost_opener: self.lost_opener,
        }
    }
}

fn replace(meant: &str, at: Span) -> Fix<Span> {
    Fix {
        title: format!("write `{}`", brief(meant)),
        edits: vec![Edit { at, replacement: meant.to_owned() }],
    }
}

fn piece_text(text: &str, piece: Piece) -> &str {
    text.get(piece.start as usize..piece.end as usize).unwrap_or("")
}

/// How deep brackets nest inside the `{ }` of a text.
fn depth_of_text(text: &str) -> usize {
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

/// A text short enough for a message.
fn brief(text: &str) -> String {
    if text.chars().nth(MOST_LETTERS_SHOWN).is_none() {
        return text.to_owned();
    }
    text.chars().take(MOST_LETTERS_SHOWN).chain(['…']).collect()
}

/// A longer word in a message hides what the message says.
const MOST_LETTERS_SHOWN: usize = 40;

/// The word at the start of a text; empty if there is none.
fn word_at(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// The first two words of a header, for messages.
fn first_words(text: &str) -> &str {
    let keyword = word_at(text).len();
    let rest = text.get(keyword..).unwrap_or("");
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let name = word_at(rest.trim_start_matches([' ', '\t'])).len();
    let end = if name == 0 { keyword } else { keyword + blanks + name };
    text.get(..end.max(1)).unwrap_or(text)
}
