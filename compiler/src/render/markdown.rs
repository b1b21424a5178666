//! `--format markdown`: a report for a web page, such as the summary of a step of GitHub Actions.
//!
//! Invariant: no text of a finding becomes markup, except that what stands in backticks stays in them.

use super::{Finding, Report, Summary, words};
use std::io;
use wf_lang::diagnostic::Severity;

/// The report: a heading that counts, then a list for each file.
///
/// # Errors
/// Never.
pub fn render(report: &Report<'_>) -> io::Result<String> {
    let mut out = heading(report.summary());
    for findings in report.findings.chunk_by(|a, b| a.at.file == b.at.file) {
        let Some(first) = findings.first() else { continue };
        out.push_str(&format!("\n### `{}`\n\n", words::plain_path(&first.at.file)));
        for finding in findings {
            out.push_str(&entry(finding, report));
        }
    }
    if !report.silenced.is_empty() {
        let silenced = super::terminal::plural(report.silenced.len(), "finding");
        out.push_str(&format!("\n{silenced} allowed by a comment or by the baseline.\n"));
    }
    Ok(out)
}

fn heading(counted: Summary) -> String {
    use super::terminal::plural;
    let files = plural(counted.files, "file");
    let parts = [(counted.errors, "error"), (counted.warnings, "warning"), (counted.notes, "note")];
    let words: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| plural(*count, word)).collect();
    let found = if words.is_empty() { "no findings".to_owned() } else { words.join(", ") };
    format!("## Workflows: {found} in {files}\n")
}

fn entry(finding: &Finding, report: &Report<'_>) -> String {
    let sign = match finding.severity {
        Severity::Error => "❌",
        Severity::Warning => "⚠️",
        Severity::Note => "ℹ️",
    };
    let start = report.sources.region(&finding.at).start;
    let (code, name) = (finding.rule.code, finding.rule.name);
    let weight = finding.severity.as_str();
    let mut out = format!(
        "- {sign} **{weight} {code}** line {}, column {}: {} (`{name}`)\n",
        start.line,
        start.column,
        prose(&finding.message)
    );
    for event in finding.run.iter().flatten() {
        out.push_str(&format!("  1. {}\n", prose(&words::event(event))));
    }
    for related in &finding.related {
        let line = report.sources.region(&related.at).start.line;
        let file = words::plain_path(&related.at.file);
        out.push_str(&format!("  - `{file}` line {line}: {}\n", prose(&related.message)));
    }
    if let Some(help) = &finding.help {
        out.push_str(&format!("  - help: {}\n", prose(help)));
    }
    out
}

const MARKUP: &[(char, &str)] = &[
    ('\\', "\\\\"),
    ('<', "&lt;"),
    ('>', "&gt;"),
    ('&', "&amp;"),
    ('*', "\\*"),
    ('_', "\\_"),
    ('[', "\\["),
    (']', "\\]"),
    ('#', "\\#"),
    ('|', "\\|"),
    ('~', "\\~"),
    ('@', "&#64;"),
];

/// A message as Markdown: what stands between two backticks is code, the rest plain text.
fn prose(message: &str) -> String {
    let parts: Vec<&str> = message.split('`').collect();
    let paired = parts.len() % 2 == 1;
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        let part = words::one_line(part);
        if index % 2 == 1 && paired && !part.is_empty() {
            out.push_str(&format!("`{part}`"));
        } else {
            out.push_str(&words::escaped(&part, MARKUP));
        }
    }
    out
}
