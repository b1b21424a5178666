//! `wfc check`: findings for what was named.

use crate::arguments::{Check, Format};
use crate::input;
use crate::output::{self, Exit};
use miette::IntoDiagnostic;
use wf_compiler::render::{self, Finding, Sources, Summary, json, terminal};

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
pub fn findings_of(project: &input::Project) -> Vec<Finding> {
    let checked = wf_compiler::project::check(&project.files);
    checked
        .into_iter()
        .filter(|finding| project.named.iter().any(|named| **named == *finding.at.file))
        .map(|finding| {
            finding.map_places(|mut at| {
                at.file = input::shown_in(&project.root, &at.file).into();
                at
            })
        })
        .collect()
}

/// Prints findings in one of the forms.
///
/// # Errors
/// Never for findings of the compiler (see `json::render`).
pub fn print(
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
                output::print("\n");
            }
            output::print(&terminal::summary(summary));
        }
    }
    Ok(())
}
