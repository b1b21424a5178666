//! One statement on as many lines as it needs.
//!
//! Lines break behind commas only, where the language lets a statement go on: inside brackets under the first
//! entry, outside them four blanks deeper than the statement. Invariant: where the source broke its lines has
//! no influence, so that formatting twice changes nothing.

use super::WIDTH;
use super::pieces::{Piece, blank_between};
use crate::ast::Kind;

/// Blanks by which a statement's next line is deeper than its first, outside brackets.
const DEEPER: usize = 4;
/// Beyond this column entries are not put under an opening bracket: there would be no room for them.
const ROOM: usize = WIDTH / 2;

/// Writes the pieces, none of which is a block, behind what `line` holds; returns the text with its line breaks.
pub fn fill(pieces: &[Piece<'_>], indent: usize, text: &str) -> String {
    let mut out = Filled { text: " ".repeat(indent), column: indent, margins: vec![indent + DEEPER], indent };
    for (index, piece) in pieces.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| pieces.get(before));
        if let Some(before) = before {
            out.between(before, piece, pieces.get(index..).unwrap_or_default(), text);
        }
        out.put(piece);
    }
    out.text
}

/// How many columns the pieces take on one line; of a text of several lines, its last line counts.
pub fn width(pieces: &[Piece<'_>]) -> usize {
    let mut columns = 0;
    for (index, piece) in pieces.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| pieces.get(before));
        columns += usize::from(before.is_some_and(|before| blank_between(before, piece)));
        columns = column_behind(columns, &piece.text);
    }
    columns
}

/// The column behind a text that begins in `column`.
fn column_behind(column: usize, text: &str) -> usize {
    match text.rsplit_once('\n') {
        Some((_, last)) => last.chars().count(),
        None => column + text.chars().count(),
    }
}

struct Filled {
    text: String,
    column: usize,
    /// Where lines begin inside each open bracket; the first is outside all.
    margins: Vec<usize>,
    indent: usize,
}

impl Filled {
    fn put(&mut self, piece: &Piece<'_>) {
        self.text.push_str(&piece.text);
        self.column = column_behind(self.column, &piece.text);
        match &*piece.text {
            "(" | "[" => self.margins.push(self.margin(self.column)),
            "{" => self.margins.push(self.margin(self.column + 1)),
            ")" | "]" | "}" if self.margins.len() > 1 => {
                self.margins.pop();
            }
            _ => {}
        }
    }

    fn margin(&self, column: usize) -> usize {
        if column > ROOM { self.indent + DEEPER } else { column }
    }

    /// What stands between two pieces: a blank, nothing, or a new line.
    fn between(&mut self, before: &Piece<'_>, piece: &Piece<'_>, rest: &[Piece<'_>], text: &str) {
        let own_line = piece.kind.is_comment() && stands_alone(piece, text);
        if before.kind.is_comment() || own_line {
            self.new_line();
        } else if piece.kind.is_comment() {
            self.blanks(2);
        } else if before.text == "," && self.column + 1 + width(until_comma(rest)) > WIDTH {
            self.new_line();
        } else if blank_between(before, piece) {
            self.blanks(1);
        }
    }

    fn blanks(&mut self, count: usize) {
        self.text.push_str(&" ".repeat(count));
        self.column += count;
    }

    fn new_line(&mut self) {
        let margin = self.margins.last().copied().unwrap_or_default();
        self.text.push('\n');
        self.text.push_str(&" ".repeat(margin));
        self.column = margin;
    }
}

/// The pieces up to the next comma outside brackets that open here, the comma included, or up to where the values of
/// a `with` begin: lines may break among those.
fn until_comma<'a, 't>(rest: &'a [Piece<'t>]) -> &'a [Piece<'t>] {
    let mut depth = 0_usize;
    for (index, piece) in rest.iter().enumerate().filter(|(_, piece)| piece.kind == Kind::Symbol) {
        match &*piece.text {
            "{" if depth == 0 && piece.parent == Kind::With => return rest.get(..=index).unwrap_or(rest),
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "," if depth == 0 => return rest.get(..=index).unwrap_or(rest),
            _ => {}
        }
    }
    rest
}

/// Whether only blanks stand before the comment on its line.
fn stands_alone(comment: &Piece<'_>, text: &str) -> bool {
    let start = comment.node.span().start as usize;
    let before = text.get(..start).unwrap_or_default();
    before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty())
}
