//! `wfc check`: findings for what was named.

use crate::arguments::{Check, Format};
use crate::input::{self, Project};
use crate::output::{self, Exit};
use miette::IntoDiagnostic;
use std::time::SystemTime;
use wf_compiler::project::{findings, findings_in, open};
use wf_compiler::render::{self, Finding, Sources, Summary, json, terminal};
use wf_lang::diagnostic::Severity;
use wf_plan::Date;

/// Checks projects and prints what was found.
///
/// # Errors
/// When paths cannot be read.
pub fn run(arguments: &Check) -> miette::Result<Exit> {
    let projects = input::projects(&arguments.paths)?;
    let mut findings = Vec::new();
    let mut texts = Vec::new();
    let mut looked_at = 0;
    for project in projects {
        looked_at += project.named.len();
        findings.extend(findings_of(&project));
        texts.extend(
            project.files.into_iter().map(|(file, text)| (input::shown_in(&project.root, &file), text)),
        );
    }
    let sources = Sources::new(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    render::sort(&mut findings);
    let summary = Summary::of(&findings, looked_at);
    print(&findings, &sources, summary, arguments.format)?;
    Ok(if summary.errors > 0 { Exit::Findings } else { Exit::Fine })
}

/// Findings in the files of a project that were named, under the paths the user knows.
fn findings_of(project: &Project) -> Vec<Finding> {
    let is_named = |file: &str| project.named.contains(file);
    let mut database = open(&project.files);
    database.set_today(today());
    if project.files.keys().all(|file| is_named(file)) {
        return shown(project, findings(database).into_iter());
    }
    shown(project, findings_in(&database, is_named).into_iter())
}

/// Today in UTC, as `2026-03-02`: permissions may have ended. `None` if the machine's clock is before 1970.
fn today() -> Option<String> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let days = i32::try_from(since.as_secs() / 86_400).ok()?;
    Some(Date(days).to_string())
}

/// The same findings with every path as the user knows it.
fn shown(project: &Project, findings: impl Iterator<Item = Finding>) -> Vec<Finding> {
    let known = |finding: Finding| {
        finding.map_places(|mut at| {
            at.file = input::shown_in(&project.root, &at.file).into();
            at
        })
    };
    findings.map(known).collect()
}

/// Prints the errors of a project that is about to be built, if there are any; says whether there are.
///
/// # Errors
/// Never for findings of the compiler (see `print`).
pub fn report_errors(project: &Project, findings: &[Finding]) -> miette::Result<bool> {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).cloned();
    let mut errors = shown(project, errors);
    if errors.is_empty() {
        return Ok(false);
    }
    render::sort(&mut errors);
    let texts = project.shown_files();
    let sources = Sources::new(texts.iter().map(|(path, text)| (path.as_str(), *text)));
    print(&errors, &sources, Summary::of(&errors, project.named.len()), Format::Full)?;
    Ok(true)
}

/// Prints findings in one of the forms.
///
/// # Errors
/// Never for findings of the compiler (see `json::render`).
fn print(
    findings: &[Finding],
    sources: &Sources<'_>,
    summary: Summary,
    format: Format,
) -> miette::Result<()> {
    match format {
        Format::Json => output::print(&json::render(findings, sources, summary).into_diagnostic()?),
        Format::Full => {
            for finding in findings {
                output::print(&terminal::finding(finding, sources));
            }
            output::print(&terminal::summary(summary));
        }
    }
    Ok(())
}
