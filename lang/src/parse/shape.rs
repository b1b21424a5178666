//! The first layer: a flat list of pieces of one chunk, with line and indentation.
//!
//! The grammar is `shape.pest`; it matches any input. Invariant: what lies between two pieces is blank.

use pest::Parser as _;

#[derive(pest_derive::Parser)]
#[grammar = "shape.pest"]
struct ShapeParser;

/// What a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    LineEnd,
    Words,
    Open,
    Close,
    RoundOpen,
    RoundClose,
    Comma,
    Semicolon,
    Comment,
    Text,
    /// A text whose closing quotes are missing.
    OpenText,
    Stray,
}

/// One piece. `indentation` is that of its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) shape: Shape,
    /// Whether nothing but blanks stands before it on its line.
    pub(super) leads: bool,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) line: u32,
    pub(super) indentation: u32,
}

/// The pieces of a chunk. `None` if the grammar gave up, which only its call limit can cause.
pub(super) fn pieces(text: &str) -> Option<Vec<Piece>> {
    let pairs = ShapeParser::parse(Rule::pieces, text).ok()?;
    let mut pieces = Vec::with_capacity(text.len() / 5);
    let mut line = 0;
    let mut line_start = 0;
    let mut indentation = 0;
    let mut leads = true;
    for pair in pairs {
        let span = pair.as_span();
        let (start, end) = (span.start() as u32, span.end() as u32);
        let Some(shape) = shape(pair.as_rule()) else { continue };
        if leads && shape != Shape::LineEnd {
            indentation = start - line_start;
        }
        if pair.as_rule() == Rule::open_text {
            push_open_text(&mut pieces, span.as_str(), Piece { shape, leads, start, end, line, indentation });
            leads = false;
            continue;
        }
        pieces.push(Piece { shape, leads, start, end, line, indentation });
        leads = false;
        match shape {
            Shape::LineEnd => {
                line += 1;
                line_start = end;
                leads = true;
            }
            Shape::Text | Shape::OpenText => {
                line += span.as_str().bytes().filter(|byte| *byte == b'\n').count() as u32;
            }
            _ => {}
        }
    }
    Some(pieces)
}

/// A `"…` that reaches the line's end keeps its hands off the braces there, which are most likely meant as such.
fn push_open_text(pieces: &mut Vec<Piece>, text: &str, piece: Piece) {
    let is_blank = |c: char| c == ' ' || c == '\t';
    let mut content = text.trim_end_matches(|c| is_blank(c) || c == '\r');
    let mut braces = Vec::new();
    while let Some(before) = content.strip_suffix(['{', '}']) {
        if !before.ends_with(is_blank) {
            break;
        }
        braces.push((before.len() as u32, content.ends_with('{')));
        content = before.trim_end_matches(is_blank);
    }
    pieces.push(Piece { end: piece.start + content.len() as u32, ..piece });
    for (offset, opens) in braces.into_iter().rev() {
        let start = piece.start + offset;
        let shape = if opens { Shape::Open } else { Shape::Close };
        pieces.push(Piece { shape, leads: false, start, end: start + 1, ..piece });
    }
}

fn shape(rule: Rule) -> Option<Shape> {
    Some(match rule {
        Rule::line_end => Shape::LineEnd,
        Rule::words => Shape::Words,
        Rule::open => Shape::Open,
        Rule::close => Shape::Close,
        Rule::round_open => Shape::RoundOpen,
        Rule::round_close => Shape::RoundClose,
        Rule::comma => Shape::Comma,
        Rule::semicolon => Shape::Semicolon,
        Rule::comment => Shape::Comment,
        Rule::text | Rule::long_text => Shape::Text,
        Rule::open_text | Rule::open_long_text => Shape::OpenText,
        Rule::stray => Shape::Stray,
        _ => return None,
    })
}
