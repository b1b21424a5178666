//! `--format json-lines`: the entries of `--format json`, one a line, for tools that read as they come.
//!
//! Invariant: a line is an object of the list `diagnostics` of `--format json`.

use super::{Report, json};
use std::io;

/// The lines; nothing where nothing was found.
///
/// # Errors
/// Only if serde_json cannot serialize, which plain strings and numbers never cause.
pub fn render(report: &Report<'_>) -> io::Result<String> {
    let mut text = String::new();
    for finding in report.findings {
        text.push_str(&serde_json::to_string(&json::entry(finding, report.sources))?);
        text.push('\n');
    }
    Ok(text)
}
