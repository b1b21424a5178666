//! One statement: found by its first word, read by its strict rule, or kept as what it is.
//!
//! A header that cannot be read keeps its kind and its name, so that its block has a place in the tree. Invariant:
//! whatever happens, every piece of the statement becomes a leaf.

use super::{Ended, Statement, Structure, word_at};
use crate::limits::MAX_OPERATORS_IN_A_ROW;
use crate::parse::convert::{Converter, Placement};
use crate::parse::expectation;
use crate::parse::grammar::{self, Meaning, Rule};
use crate::parse::shape::{Piece, Shape};
use crate::parse::statement::{BlockKind, Body, Entry, Found, find};
use crate::span::Span;
use crate::tree::{Kind, NodeData};
use std::borrow::Cow;

impl<'a> Structure<'a> {
    pub(super) fn statement(&mut self, first: Piece) {
        let mut statement = self.gather(first);
        let goes_on = |ended: &Ended| {
            first.leads && first.line == ended.line + 1 && first.indentation > ended.indentation
        };
        let ended = self.ended.take().filter(goes_on);
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
            Found::Elsewhere(kind) => self.misplaced(&statement, kind, ended),
            Found::Unknown => self.unknown(&statement),
        };
        self.body(&statement, body);
    }

    /// A statement the language knows. If its beginning is misspelt, `corrected` says how many bytes of it
    /// are to be read as which text; that was reported already.
    pub(super) fn known(
        &mut self,
        statement: &Statement,
        entry: Entry,
        corrected: Option<(usize, String)>,
    ) -> Body {
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
    pub(super) fn read_up_to(&mut self, statement: &Statement, entry: Entry, at: usize) -> bool {
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

    pub(super) fn has_open_text(&self, statement: &Statement) -> bool {
        let pieces = self.pieces.get(statement.first..statement.behind).unwrap_or(&[]);
        pieces.iter().any(|piece| piece.shape == Shape::OpenText)
    }

    /// A statement that was read: its pairs become the children of its node.
    pub(super) fn push_read(
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

    pub(super) fn set_kind(&mut self, statement: &Statement, kind: Kind) {
        if let Some(node) = self.nodes.get_mut(statement.node) {
            node.kind = kind;
        }
    }

    /// A statement that could not be read. A header keeps its kind and its name, so that its block has a place.
    pub(super) fn push_broken(&mut self, statement: &Statement, entry: Entry) {
        let kind = match grammar::meaning(entry.rule) {
            Meaning::Node(kind) if kind.is_declaration() || kind.is_flow_node() => kind,
            _ => return self.push_unread(statement),
        };
        let slice = self.slice(statement.start, statement.end);
        let keyword = word_at(slice).len();
        let behind = slice.get(keyword..).unwrap_or("");
        let blanks = behind.len() - behind.trim_start().len();
        let name = word_at(behind.trim_start()).len();
        if name == 0
            && kind.is_declaration()
            && !matches!(kind, Kind::Test | Kind::Use)
            && let Some(error) = self.errors.last_mut()
        {
            // Without its name, whoever uses it looks for something that is not there.
            error.unsettles = true;
        }
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
    pub(super) fn push_unread(&mut self, statement: &Statement) {
        self.push_leaves(statement, statement.start);
        self.at = statement.behind;
    }

    pub(super) fn push_pieces(&mut self, kind: Kind, statement: &Statement, from: usize) {
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

    pub(super) fn push_leaves(&mut self, statement: &Statement, from: usize) {
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

    pub(super) fn misplaced(&mut self, statement: &Statement, kind: BlockKind, ended: Option<Ended>) -> Body {
        let word = word_at(self.slice(statement.start, statement.end)).to_owned();
        let here = self.block_kind();
        if !std::mem::replace(&mut self.astray, true) {
            let span = Span::new(statement.start, statement.start + word.len());
            let top_level = matches!(here, BlockKind::File | BlockKind::Workflow);
            self.lost_opener |= here == BlockKind::File;
            let belongs =
                |ended: &Ended| !ended.kind.is_list() && matches!(find(ended.kind, &word), Found::Entry(_));
            if let Some(ended) = ended.filter(belongs) {
                self.blame_early_end(ended, span);
                self.push_unread(statement);
                return Body::May(BlockKind::Unknown);
            }
            self.braces_blamed |= top_level;
            let message = format!("`{word}` does not stand in {}", here.describe());
            if let Some(error) = self.error(span, message) {
                error.unsettles = top_level;
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

    pub(super) fn unknown(&mut self, statement: &Statement) -> Body {
        let here = self.block_kind();
        let first = self.piece(statement.first);
        let is_indented = here == BlockKind::File && first.is_some_and(|first| first.indentation > 0);
        let behind_brace = statement.first.checked_sub(1).and_then(|before| self.piece(before));
        let behind_brace = behind_brace.is_some_and(|before| before.shape == Shape::Close);
        // The rest of a statement whose beginning could not be read says nothing new.
        let is_rest = !self.errors.is_empty() && (is_indented || behind_brace);
        if here != BlockKind::Unknown && !self.astray && !is_rest && !self.has_open_text(statement) {
            self.blame_unknown(statement, here);
        }
        self.astray |= is_indented;
        self.push_unread(statement);
        Body::May(BlockKind::Unknown)
    }
}
