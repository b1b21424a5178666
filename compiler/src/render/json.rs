//! `--format json`: one object, as the language page specifies it.
//!
//! Lines and columns count from 1, columns in Unicode scalar values, offsets in bytes. Invariant: `version`
//! changes when a field changes its meaning or goes; new fields may come at any time.

use super::{Finding, Report, Sources, Summary};
use serde::Serialize;
use std::io;
use wf_lang::span::FileSpan;

/// Version of the object's form.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Whole<'a> {
    version: u32,
    diagnostics: Vec<Entry<'a>>,
    summary: Summary,
}

/// One finding.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    #[serde(flatten)]
    place: Place<'a>,
    related: Vec<RelatedEntry<'a>>,
    run: Option<Vec<RunEntry<'a>>>,
    fixes: Vec<FixEntry<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(Serialize, Default)]
struct Position {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct RelatedEntry<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct RunEntry<'a> {
    at: &'a str,
    event: &'a str,
    node: &'a str,
    detail: &'a str,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    replacement: &'a str,
}

/// All findings as one JSON object with a line end.
///
/// # Errors
/// Only if serde_json cannot serialize, which plain strings and numbers never cause.
pub fn render(report: &Report<'_>) -> io::Result<String> {
    let diagnostics = report.findings.iter().map(|finding| entry(finding, report.sources)).collect();
    let whole = Whole { version: VERSION, diagnostics, summary: report.summary() };
    Ok(serde_json::to_string_pretty(&whole)? + "\n")
}

/// One finding as an object.
pub(super) fn entry<'a>(finding: &'a Finding, sources: &Sources<'_>) -> Entry<'a> {
    let run = finding.run.as_ref().map(|events| {
        let entry = |event: &'a wf_lang::diagnostic::RunEvent| RunEntry {
            at: &event.at,
            event: &event.event,
            node: &event.node,
            detail: &event.detail,
        };
        events.iter().map(entry).collect()
    });
    Entry {
        code: finding.rule.code,
        name: finding.rule.name,
        severity: finding.severity.as_str(),
        message: &finding.message,
        help: finding.help.as_deref(),
        place: place(&finding.at, sources),
        related: finding
            .related
            .iter()
            .map(|related| RelatedEntry { message: &related.message, place: place(&related.at, sources) })
            .collect(),
        run,
        fixes: finding.fixes.iter().map(|fix| fix_entry(fix, sources)).collect(),
    }
}

fn fix_entry<'a>(fix: &'a wf_lang::diagnostic::Fix<FileSpan>, sources: &Sources<'_>) -> FixEntry<'a> {
    let edit = |edit: &'a wf_lang::diagnostic::Edit<FileSpan>| EditEntry {
        place: place(&edit.at, sources),
        replacement: &edit.replacement,
    };
    FixEntry { title: &fix.title, edits: fix.edits.iter().map(edit).collect() }
}

fn place<'a>(at: &'a FileSpan, sources: &Sources<'_>) -> Place<'a> {
    Place {
        file: &at.file,
        start: position(at, at.span.start, sources),
        end: position(at, at.span.end, sources),
    }
}

fn position(at: &FileSpan, offset: u32, sources: &Sources<'_>) -> Position {
    let Some(source) = sources.get(&at.file) else { return Position::default() };
    let found = source.lines.position(&source.text, offset);
    Position { line: found.line, column: found.column, offset }
}
