//! `--format concise`: one line for each finding, as compilers write it, and a last line that counts.
//!
//! Invariant: every finding is exactly one line.

use super::{Report, terminal, words};
use std::io;

/// The lines.
///
/// # Errors
/// Never.
pub fn render(report: &Report<'_>) -> io::Result<String> {
    let line = |finding| format!("{}\n", words::line(finding, report.sources));
    let lines: String = report.findings.iter().map(line).collect();
    Ok(lines + &terminal::summary(report.summary()))
}
