//! Tables with aligned columns.

use super::screen::{BOLD, FAINT};

/// Letters a column may take before its text is cut.
const WIDEST: usize = 72;

/// A table: a heading per column, then rows. Cells are plain text.
#[derive(Debug, Default)]
pub struct Table {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub fn new(heading: &[&str]) -> Self {
        Self { heading: heading.iter().map(|word| (*word).to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.into_iter().map(|cell| shortened(&cell)).collect());
    }

    /// The table as lines, indented.
    pub fn lines(&self, indent: &str) -> Vec<String> {
        let widths: Vec<usize> = (0..self.heading.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.chain(self.heading.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let line = |cells: &[String]| {
            let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let heading = format!("{indent}{FAINT}{}{FAINT:#}", line(&self.heading));
        std::iter::once(heading).chain(self.rows.iter().map(|row| format!("{indent}{}", line(row)))).collect()
    }
}

/// A table of numbers, which stand under each other by their last digits, after a name and before a remark.
#[derive(Debug)]
pub struct Numbers {
    heading: Vec<String>,
    last: String,
    rows: Vec<(Vec<String>, String)>,
}

impl Numbers {
    /// A table with these headings, the first over names, and one over remarks.
    pub fn new(heading: Vec<String>, last: &str) -> Self {
        Self { heading, last: last.to_owned(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>, remark: String) {
        self.rows.push((cells.into_iter().map(|cell| shortened(&cell)).collect(), remark));
    }

    /// The table as lines, indented.
    pub fn lines(&self, indent: &str) -> Vec<String> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|(row, _)| row.get(column));
            cells.chain(self.heading.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.heading.len()).map(width).collect();
        let line = |cells: &[String], remark: &str| {
            let mut line = String::new();
            for (at, (cell, width)) in cells.iter().zip(&widths).enumerate() {
                if at == 0 {
                    line.push_str(&format!("{cell:<width$}"));
                } else {
                    line.push_str(&format!("  {cell:>width$}"));
                }
            }
            format!("{line}  {remark}").trim_end().to_owned()
        };
        let heading = format!("{indent}{FAINT}{}{FAINT:#}", line(&self.heading, &self.last));
        let rows = self.rows.iter().map(|(cells, remark)| format!("{indent}{}", line(cells, remark)));
        std::iter::once(heading).chain(rows).collect()
    }
}

/// One line of text, cut where it is too long.
fn shortened(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.chars().count() <= WIDEST {
        return text;
    }
    let kept: String = text.chars().take(WIDEST - 1).collect();
    format!("{}…", kept.trim_end())
}

/// A heading above a part of the answer.
pub fn heading(words: &str) -> String {
    format!("\n{BOLD}{words}{BOLD:#}")
}
