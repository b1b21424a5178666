//! `--format checkstyle`: the report of Checkstyle, which most build servers read.
//!
//! Invariant: files stand in the order of the findings, each once; `source` is the rule's code and name.

use super::xml::Document;
use super::{Finding, Report, words};
use std::io;
use wf_lang::diagnostic::Severity;

/// The version of Checkstyle's own report that this one follows.
const VERSION: &str = "8.0";

/// The report.
///
/// # Errors
/// When the XML library refuses a text.
pub fn render(report: &Report<'_>) -> io::Result<String> {
    let mut out = Document::new()?;
    out.open("checkstyle", &[("version", VERSION)])?;
    for findings in report.findings.chunk_by(|a, b| a.at.file == b.at.file) {
        let Some(first) = findings.first() else { continue };
        out.open("file", &[("name", words::plain_path(&first.at.file))])?;
        for finding in findings {
            error(&mut out, finding, report)?;
        }
        out.close("file")?;
    }
    out.close("checkstyle")?;
    out.finish()
}

fn error(out: &mut Document, finding: &Finding, report: &Report<'_>) -> io::Result<()> {
    let start = report.sources.region(&finding.at).start;
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "info",
    };
    let mut message = vec![words::message(finding)];
    message.extend(words::notes(finding));
    out.empty(
        "error",
        &[
            ("line", &start.line.to_string()),
            ("column", &start.column.to_string()),
            ("severity", severity),
            ("message", &message.join("; ")),
            ("source", &format!("wf.{}.{}", finding.rule.code, finding.rule.name)),
        ],
    )
}
