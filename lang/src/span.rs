//! Places in a text: byte ranges, and the lines and columns people count.
//!
//! Everything in this package speaks in byte offsets; lines and columns are made at the very end,
//! for people and for `--format json`. Invariant: a [`Span`] never ends before it starts.

use std::ops::Range;
use std::sync::Arc;

/// A range of bytes of one text: `start` is inside, `end` is not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` to `end`; an end before the start is taken as an empty span.
    pub fn new(start: usize, end: usize) -> Self {
        let start = saturate(start);
        Self { start, end: saturate(end).max(start) }
    }

    /// The empty span at `offset`.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The span as a range of `usize`, for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Its length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The same span in a text in which this one begins `by` bytes later.
    #[must_use]
    pub fn moved(self, by: usize) -> Self {
        Self::new(self.start as usize + by, self.end as usize + by)
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `offset` lies inside or at the end of the span.
    pub fn touches(self, offset: usize) -> bool {
        self.start as usize <= offset && offset <= self.end as usize
    }

    /// What the span covers in `text`; empty if the span does not fit the text.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or("")
    }
}

/// Files over 4 GB are refused long before (see `limits.rs`), so this loses nothing.
fn saturate(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A range of bytes in a named file: the place type of finished diagnostics.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileSpan {
    /// The file's path as the user wrote it, with `/` between folders.
    pub file: Arc<str>,
    /// The bytes in it.
    pub span: Span,
}

/// A line and a column as people count them: both from 1, columns in Unicode scalar values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in Unicode scalar values.
    pub column: u32,
}

/// Where the lines of one text begin. Lines end at `\n`; a `\r` before it belongs to the line's end.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    length: u32,
}

impl LineIndex {
    /// Reads the text once.
    pub fn new(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(newlines.map(|(at, _)| saturate(at + 1))).collect();
        Self { starts, length: saturate(text.len()) }
    }

    /// How many lines the text has; an empty text has one.
    pub fn line_count(&self) -> u32 {
        saturate(self.starts.len())
    }

    /// The line (from 1) that holds the byte at `offset`; the last line for offsets behind the text.
    pub fn line(&self, offset: u32) -> u32 {
        saturate(self.starts.partition_point(|start| *start <= offset))
    }

    /// The bytes of `line` (from 1), without its line end; `None` if there is no such line.
    pub fn line_span(&self, text: &str, line: u32) -> Option<Span> {
        let index = (line as usize).checked_sub(1)?;
        let start = *self.starts.get(index)? as usize;
        let end = self.starts.get(index + 1).map_or(self.length, |next| *next) as usize;
        let content = text.get(start..end)?.trim_end_matches(['\n', '\r']);
        Some(Span::new(start, start + content.len()))
    }

    /// The line and column of the byte at `offset`, which may be the end of the text.
    /// An offset inside a character counts as the character's place.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = offset.min(self.length);
        let line = self.line(offset);
        let start = self.starts.get(line.saturating_sub(1) as usize).copied().unwrap_or(0);
        let mut end = offset as usize;
        while end > 0 && !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(start as usize..end).unwrap_or("");
        Position { line, column: saturate(before.chars().count() + 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_columns_from_one_in_scalar_values() {
        let text = "aé\r\n😀b\n";
        let index = LineIndex::new(text);
        assert_eq!(index.line_count(), 3);
        assert_eq!(index.position(text, 0), Position { line: 1, column: 1 });
        assert_eq!(index.position(text, 3), Position { line: 1, column: 3 });
        assert_eq!(index.position(text, 5), Position { line: 2, column: 1 });
        assert_eq!(index.position(text, 9), Position { line: 2, column: 2 });
        assert_eq!(index.position(text, 7), Position { line: 2, column: 1 }, "inside a character");
        assert_eq!(index.position(text, 99), Position { line: 3, column: 1 });
        assert_eq!(index.line_span(text, 1).map(|span| span.slice(text)), Some("aé"));
        assert_eq!(index.line_span(text, 4), None);
    }
}
