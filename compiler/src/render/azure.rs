//! `--format azure`: annotations of Azure Pipelines, and a last line that counts.
//!
//! Azure knows errors and warnings only: notes stand in the log as plain lines. Invariant: no text of a finding can end
//! its command or begin another.

use super::words::{self, escaped};
use super::{Finding, Report, Sources, terminal};
use std::io;
use wf_lang::diagnostic::Severity;

const IN_TEXT: &[(char, &str)] = &[('%', "%AZP25"), ('\r', "%0D"), ('\n', "%0A")];
const IN_PROPERTY: &[(char, &str)] =
    &[('%', "%AZP25"), ('\r', "%0D"), ('\n', "%0A"), (';', "%3B"), (']', "%5D")];

/// The commands, then the count.
///
/// # Errors
/// Never.
pub fn render(report: &Report<'_>) -> io::Result<String> {
    let lines = report.findings.iter().map(|finding| line(finding, report.sources));
    Ok(lines.collect::<String>() + &terminal::summary(report.summary()))
}

fn line(finding: &Finding, sources: &Sources<'_>) -> String {
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => return format!("{}\n", words::line(finding, sources)),
    };
    let start = sources.region(&finding.at).start;
    let file = escaped(words::plain_path(&finding.at.file), IN_PROPERTY);
    let mut text = vec![format!("{} ({})", words::message(finding), finding.rule.name)];
    text.extend(words::notes(finding));
    format!(
        "##vso[task.logissue type={kind};sourcepath={file};linenumber={};columnnumber={};code={};]{}\n",
        start.line,
        start.column,
        finding.rule.code,
        escaped(&text.join("\n"), IN_TEXT)
    )
}
