//! `--format github`: annotations of GitHub Actions, and a summary for the step's log.
//!
//! GitHub shows the first ten annotations of each kind in a step, so the worst come first; the log, which does not show
//! places, lists them all. Invariant: no text of a finding can end its command or begin another.

use super::words::{self, escaped};
use super::{Finding, Report, Sources, terminal};
use std::io;
use wf_lang::diagnostic::Severity;

/// How many annotations of one kind GitHub shows in one step.
pub const SHOWN: usize = 10;

const IN_TEXT: &[(char, &str)] = &[('%', "%25"), ('\r', "%0D"), ('\n', "%0A")];
const IN_PROPERTY: &[(char, &str)] =
    &[('%', "%25"), ('\r', "%0D"), ('\n', "%0A"), (':', "%3A"), (',', "%2C")];

/// The commands, then the summary.
///
/// # Errors
/// Never.
pub fn render(report: &Report<'_>) -> io::Result<String> {
    let mut worst_first: Vec<&Finding> = report.findings.iter().collect();
    worst_first.sort_by_key(|finding| (finding.severity, finding.rule.code, finding.at.clone()));
    let commands = worst_first.iter().map(|finding| command(finding, report.sources));
    Ok(commands.collect::<String>() + &summary(report, &worst_first))
}

fn command(finding: &Finding, sources: &Sources<'_>) -> String {
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let region = sources.region(&finding.at);
    let (start, end) = (region.start, region.end);
    let file = escaped(words::plain_path(&finding.at.file), IN_PROPERTY);
    let mut place = format!("file={file},line={},endLine={}", start.line, end.line);
    if start.line == end.line {
        place.push_str(&format!(",col={},endColumn={}", start.column, end.column));
    }
    let title = escaped(&words::rule(finding), IN_PROPERTY);
    let mut text = vec![words::message(finding)];
    text.extend(words::notes(finding));
    format!("::{kind} {place},title={title}::{}\n", escaped(&text.join("\n"), IN_TEXT))
}

fn summary(report: &Report<'_>, worst_first: &[&Finding]) -> String {
    let mut text = String::new();
    let counted = report.summary();
    if [counted.errors, counted.warnings, counted.notes].iter().any(|count| *count > SHOWN) {
        text.push_str(&format!(
            "::notice title=More than {SHOWN} findings::GitHub shows {SHOWN} annotations of a kind, the worst first; \
             the log of this step lists all {}\n",
            counted.total()
        ));
    }
    if !worst_first.is_empty() {
        text.push_str("::group::All findings\n");
        for finding in worst_first {
            // A line that began with `::` would be a command; a place never does.
            text.push_str(&format!("{}\n", words::line(finding, report.sources)));
        }
        text.push_str("::endgroup::\n");
    }
    text + &terminal::summary(counted)
}
