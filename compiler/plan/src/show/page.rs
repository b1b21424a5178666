//! The page: headings, items with the line they were written on, and entries in two columns.
//!
//! Invariant: no line ends in blanks, and control characters of a plan's texts reach no terminal.

use std::fmt::Write;

/// Width of the column of names.
const NAMES: usize = 16;

/// A text that grows from top to bottom.
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// The first line, underlined.
    pub(super) fn title(&mut self, title: &str) {
        self.line(0, title);
        self.line(0, &"═".repeat(title.chars().count().min(100)));
    }

    /// The heading of a part, unless the part is empty.
    pub(super) fn heading(&mut self, name: &str, count: usize) {
        if count > 0 {
            self.text.push('\n');
            self.line(0, name);
            self.line(0, &"─".repeat(name.chars().count()));
        }
    }

    /// The head of an item, and the source line it was written on.
    pub(super) fn item(&mut self, head: &str, source: Option<(String, &str)>) {
        self.text.push('\n');
        self.line(1, head);
        if let Some((place, line)) = source {
            self.line(2, &format!("{place} │ {}", line.trim()));
        }
    }

    /// A text of several lines.
    pub(super) fn prose(&mut self, text: &str) {
        text.lines().for_each(|line| self.line(1, line));
    }

    /// A name and what it is.
    pub(super) fn entry(&mut self, name: &str, value: &str) {
        let mut lines = value.lines();
        let first = lines.next().unwrap_or_default();
        self.line(2, &format!("{name:<NAMES$}{first}"));
        lines.for_each(|line| self.line(2, &format!("{:NAMES$}{line}", "")));
    }

    /// An entry that may be absent.
    pub(super) fn entry_some(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.entry(name, &value);
        }
    }

    /// An entry for each value; the name stands before the first only.
    pub(super) fn entry_list(&mut self, name: &str, values: impl Iterator<Item = String>) {
        for (at, value) in values.enumerate() {
            self.entry(if at == 0 { name } else { "" }, &value);
        }
    }

    /// One line, indented by steps of two.
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        let safe: String =
            text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect();
        let line = format!("{:indent$}{safe}", "", indent = indent * 2);
        // Writing to a text cannot fail.
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    /// The whole text.
    pub(super) fn finish(self) -> String {
        self.text
    }
}
