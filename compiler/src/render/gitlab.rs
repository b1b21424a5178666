//! `--format gitlab`: GitLab's code quality report.
//!
//! GitLab compares the fingerprints of two branches to say what is new, so they know nothing of lines. Invariant: paths
//! are relative and without `./` before them, or GitLab links to nowhere.

use super::{Finding, Report, words};
use crate::fingerprint::fingerprints;
use serde::Serialize;
use std::io;
use wf_lang::diagnostic::Severity;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// A list of issues.
///
/// # Errors
/// Only if serde_json cannot serialize, which plain strings and numbers never cause.
pub fn render(report: &Report<'_>) -> io::Result<String> {
    let all: Vec<&Finding> = report.findings.iter().collect();
    let fingerprints = fingerprints(&all, report.sources);
    let issue = |(finding, fingerprint)| issue(finding, fingerprint, report);
    let issues: Vec<Issue<'_>> = report.findings.iter().zip(fingerprints).map(issue).collect();
    Ok(serde_json::to_string_pretty(&issues)? + "\n")
}

fn issue<'a>(finding: &'a Finding, fingerprint: String, report: &Report<'_>) -> Issue<'a> {
    let region = report.sources.region(&finding.at);
    let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    Issue {
        description: format!("{}{help}", words::message(finding)),
        check_name: words::rule(finding),
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: Location {
            path: words::plain_path(&finding.at.file),
            lines: Lines { begin: region.start.line, end: region.end.line },
        },
    }
}
