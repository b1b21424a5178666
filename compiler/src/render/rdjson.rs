//! `--format rdjson`: the diagnostic format of reviewdog, with fixes as suggestions.
//!
//! A suggestion replaces one range, so a fix of several edits gives none. Invariant: columns count bytes from 1, as the
//! format says, and not characters.

use super::{Finding, Report, Sources, words};
use serde::Serialize;
use std::io;
use wf_lang::diagnostic::{Fix, Severity};
use wf_lang::span::{FileSpan, Position};

#[derive(Serialize)]
struct Log<'a> {
    source: Tool,
    severity: &'static str,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
}

#[derive(Serialize)]
struct Entry<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

/// One object.
///
/// # Errors
/// Only if serde_json cannot serialize, which plain strings and numbers never cause.
pub fn render(report: &Report<'_>) -> io::Result<String> {
    let entries = report.findings.iter().map(|finding| entry(finding, report.sources));
    let worst = report.findings.iter().map(|finding| finding.severity).min();
    let log = Log {
        source: Tool { name: "wfc" },
        severity: worst.map_or("UNKNOWN_SEVERITY", weight),
        diagnostics: entries.collect(),
    };
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "INFO",
    }
}

fn entry<'a>(finding: &'a Finding, sources: &Sources<'_>) -> Entry<'a> {
    let mut message = vec![words::message(finding)];
    message.extend(words::notes(finding));
    let related = finding
        .related
        .iter()
        .map(|related| Related { message: &related.message, location: location(&related.at, sources) });
    Entry {
        message: message.join("\n"),
        location: location(&finding.at, sources),
        severity: weight(finding.severity),
        code: Code { value: finding.rule.code },
        suggestions: finding.fixes.iter().filter_map(|fix| suggestion(finding, fix, sources)).collect(),
        related_locations: related.collect(),
    }
}

fn suggestion<'a>(
    finding: &Finding,
    fix: &'a Fix<FileSpan>,
    sources: &Sources<'_>,
) -> Option<Suggestion<'a>> {
    let [edit] = fix.edits.as_slice() else { return None };
    let is_here = edit.at.file == finding.at.file;
    is_here.then(|| Suggestion { range: range(&edit.at, sources), text: &edit.replacement })
}

fn location<'a>(at: &'a FileSpan, sources: &Sources<'_>) -> Location<'a> {
    Location { path: words::plain_path(&at.file), range: range(at, sources) }
}

fn range(at: &FileSpan, sources: &Sources<'_>) -> Range {
    let region = sources.region_in_bytes(at);
    let place = |position: Position| Place { line: position.line, column: position.column };
    Range { start: place(region.start), end: place(region.end) }
}
