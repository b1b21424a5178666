//! `wfc check` and `wfc-lint`: findings for what was named, in every form, and what becomes of them.
//!
//! Paths become projects, projects are checked (and mended, if that is asked for), findings are held against the
//! baseline, and reports are written. Invariant: the exit code depends on the findings and `--fail-on` alone, not on the
//! forms they are shown in.

mod arguments;
mod baseline;
mod checked;
mod mending;

pub use arguments::Arguments;

use crate::input::{self, InputError, Project};
use crate::output::{self, Exit};
use arguments::BaselineUse;
use baseline::BaselineFile;
use checked::Checked;
use miette::IntoDiagnostic;
use std::path::Path;
use wf_compiler::render::{self, Finding, Format, Report, Summary};

/// Checks projects and says what was found.
///
/// # Errors
/// When paths cannot be read or reports cannot be written.
pub fn run(arguments: &Arguments) -> miette::Result<Exit> {
    let projects = match &arguments.config {
        Some(config) => input::projects_with(&arguments.paths, config)?,
        None => input::projects(&arguments.paths)?,
    };
    if arguments.show_config {
        projects.iter().for_each(show_config);
        return Ok(Exit::Fine);
    }
    let mut checked = Checked::default();
    for project in projects {
        checked.add(project, arguments)?;
    }
    checked.sort();
    if let Some(usage) = arguments.baseline {
        let file = BaselineFile::new(&arguments.baseline_file);
        match usage {
            BaselineUse::Write => {
                file.write(&checked)?;
                return Ok(Exit::Fine);
            }
            BaselineUse::Check => file.hold_against(&mut checked)?,
        }
    }
    report(&checked, arguments)
}

/// Prints all that is in force for a project.
fn show_config(project: &Project) {
    let root = input::shown(&project.root);
    output::print(&format!("# {root}\n{}", project.settings.show()));
}

/// Writes the reports and gives the verdict.
fn report(checked: &Checked, arguments: &Arguments) -> miette::Result<Exit> {
    let sources = checked.sources();
    let fails = |finding: &Finding| checked.fails(finding, arguments.fail_on);
    let report = Report {
        findings: &checked.findings,
        silenced: &checked.silenced,
        sources: &sources,
        looked_at: &checked.looked_at,
        fails: &fails,
    };
    for (format, path) in &arguments.outputs {
        write(format, &report, path)?;
    }
    if arguments.diff {
        output::print(&checked.difference);
    } else {
        output::print(&(arguments.format.render)(&report).into_diagnostic()?);
    }
    Ok(if checked.findings.iter().any(fails) { Exit::Findings } else { Exit::Fine })
}

/// Writes a report into a file, without colours.
fn write(format: &Format, report: &Report<'_>, path: &Path) -> miette::Result<()> {
    let text = (format.render)(report).into_diagnostic()?;
    let plain = anstream::adapter::strip_str(&text).to_string();
    let fault = |source| InputError::Unwritable { path: input::shown(path), source };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(fault)?;
    }
    // Straight into the file: it may be a pipe or a device that a build server gave.
    std::fs::write(path, plain).map_err(fault)?;
    Ok(())
}

/// One line on standard error for what was done beside the report.
fn say(text: &str) {
    output::error(text);
}

/// How much was found, for what is done beside the report.
fn counted(findings: &[Finding]) -> String {
    let total = Summary::of(findings, 0).total();
    render::terminal::plural(total, "finding")
}
