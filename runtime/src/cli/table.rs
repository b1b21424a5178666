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
