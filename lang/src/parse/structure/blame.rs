//! The errors of the first layer, put into words: texts, braces, words that have no place.
//!
//! Each is reported where its cause stands; what follows from it is not. Invariant: at most a bounded number of
//! errors is kept, however broken the text.

use super::{Ended, Statement, Structure, first_words, piece_text, word_at};
use crate::diagnostic::{Diagnostic, Edit, Fix, Related};
use crate::limits::{LIMIT_EXCEEDED, MAX_EXPRESSION_NESTING, MAX_STATEMENT_BYTES, MAX_SYNTAX_ERRORS};
use crate::parse::SYNTAX_ERROR;
use crate::parse::expectation::{Failure, or_list};
use crate::parse::shape::Shape;
use crate::parse::statement::BlockKind;
use crate::span::Span;

impl<'a> Structure<'a> {
    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) -> Option<&mut Diagnostic<Span>> {
        if self.errors.len() > MAX_SYNTAX_ERRORS {
            return None;
        }
        self.errors.push(Diagnostic::new(&SYNTAX_ERROR, span, message));
        self.errors.last_mut()
    }

    pub(super) fn limit(&mut self, span: Span, message: String) {
        if self.errors.len() <= MAX_SYNTAX_ERRORS {
            self.errors.push(Diagnostic::new(&LIMIT_EXCEEDED, span, message));
        }
    }

    /// A text without its closing quotes is one error, and whatever it swallowed is not judged.
    pub(super) fn report_open_texts(&mut self) {
        for piece in self.pieces.iter().filter(|piece| piece.shape == Shape::OpenText) {
            self.braces_blamed = true;
            let text = piece_text(self.text, *piece);
            let quotes = if text.starts_with("\"\"\"") { 3 } else { 1 };
            let start = piece.start as usize;
            let span = Span::new(start, start + quotes);
            let mark = if quotes == 3 { "\"\"\"" } else { "\"" };
            if let Some(error) = self.error(span, "this text is not closed") {
                error.unsettles = true;
                error.label = Some(format!("no `{mark}` ends it"));
                error.help = Some(format!("close the text with `{mark}`"));
            }
        }
    }

    pub(super) fn blame_extra_close(&mut self, span: Span) {
        // Behind another error in this piece, the brace most likely follows from it.
        if std::mem::replace(&mut self.braces_blamed, true) || !self.errors.is_empty() {
            return;
        }
        let opened = self.frames.last().map(|frame| frame.header);
        if let Some(error) = self.error(span, "this `}` closes nothing") {
            error.unsettles = true;
            error.help = Some("take it out, or write the line that opens its block".to_owned());
            if let Some(opened) = opened {
                error
                    .related
                    .push(Related { message: "the block around it opens here".to_owned(), at: opened });
            }
        }
    }

    pub(super) fn blame_missing_close(&mut self, header: Span, before: Option<Span>) {
        if std::mem::replace(&mut self.braces_blamed, true) {
            return;
        }
        let what = self.slice(header.start as usize, header.end as usize);
        let what = brief(first_words(what));
        if let Some(error) = self.error(header, format!("the block of `{what}` is not closed")) {
            error.unsettles = true;
            error.label = Some("opened here".to_owned());
            error.help = Some("write the missing `}`".to_owned());
            if let Some(before) = before {
                error
                    .related
                    .push(Related { message: "a `}` is missing before this".to_owned(), at: before });
            }
        }
    }

    /// Lines that belong in a block stand below it.
    pub(super) fn blame_early_end(&mut self, ended: Ended, line: Span) {
        self.braces_blamed = true;
        let what = self.slice(ended.header.start as usize, ended.header.end as usize);
        let what = brief(first_words(what));
        let (span, message, label) = match ended.close {
            Some(close) => (close, format!("the block of `{what}` ends too early"), "take this `}` out"),
            None => {
                let message = format!("the block of `{what}` does not begin: expected `{{`");
                (ended.header, message, "write `{` behind this")
            }
        };
        if let Some(error) = self.error(span, message) {
            error.unsettles = true;
            error.label = Some(label.to_owned());
            error.related.push(Related { message: "this belongs in it".to_owned(), at: line });
        }
    }

    pub(super) fn exceeds_limits(&mut self, statement: &Statement, slice: &str) -> bool {
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

    pub(super) fn blame_misspelt(&mut self, statement: &Statement, length: usize, meant: &str) {
        let span = Span::new(statement.start, statement.start + length);
        let written = self.slice(statement.start, statement.start + length).to_owned();
        if let Some(error) = self.error(span, format!("`{written}` is not a word of the language here")) {
            error.label = Some(format!("did you mean `{meant}`?"));
            error.help = Some(format!("did you mean `{meant}`?"));
            error.fixes.push(replace(meant, span));
        }
    }

    pub(super) fn blame_glued(&mut self, statement: &Statement, keyword: &str) {
        let word = word_at(self.slice(statement.start, statement.end));
        let span = Span::new(statement.start, statement.start + word.len());
        if let Some(error) = self.error(span, format!("a blank is missing behind `{keyword}`")) {
            let name = word.get(keyword.len()..).unwrap_or("");
            let meant = format!("{keyword} {name}");
            error.help = Some(format!("did you mean `{}`?", brief(&meant)));
            error.fixes.push(replace(&meant, span));
        }
    }

    pub(super) fn blame_failure(&mut self, statement: &Statement, failure: &Failure) {
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

    pub(super) fn blame_unknown(&mut self, statement: &Statement, here: BlockKind) {
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
}

pub(super) fn replace(meant: &str, at: Span) -> Fix<Span> {
    Fix {
        title: format!("write `{}`", brief(meant)),
        edits: vec![Edit { at, replacement: meant.to_owned() }],
    }
}

/// A text short enough for a message.
pub(super) fn brief(text: &str) -> String {
    if text.chars().nth(MOST_LETTERS_SHOWN).is_none() {
        return text.to_owned();
    }
    text.chars().take(MOST_LETTERS_SHOWN).chain(['…']).collect()
}

/// A longer word in a message hides what the message says.
const MOST_LETTERS_SHOWN: usize = 40;
