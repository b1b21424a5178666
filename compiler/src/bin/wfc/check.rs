//! Errors of a project that is about to be built, tested or run.
//!
//! `wfc check` itself is `shared/lint.rs`. Invariant: what stops a build is shown as a check shows it.

use crate::input::{self, Project};
use crate::output;
use std::collections::BTreeMap;
use wf_compiler::build::{Built, build_open};
use wf_compiler::render::{self, Finding, Sources, Summary, terminal};
use wf_lang::diagnostic::Severity;

/// Builds a project, as its settings and its lock say.
pub fn built(project: &Project) -> Built {
    build_open(project.open())
}

/// Builds a project to be played, whatever was built before: what is tried out needs no new version yet.
pub fn built_to_play(project: &Project) -> Built {
    let mut database = project.open();
    database.set_recorded(BTreeMap::new());
    build_open(database)
}

/// Prints the errors of a project that was built, if there are any; says whether there are.
pub fn report_errors(project: &Project, findings: &[Finding]) -> bool {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).cloned();
    let mut errors: Vec<Finding> = errors.map(|finding| input::shown_finding(project, finding)).collect();
    if errors.is_empty() {
        return false;
    }
    render::sort(&mut errors);
    let shown = |(file, text): (&String, &String)| (input::shown_in(&project.root, file), text.clone());
    let texts: Vec<(String, String)> = project.files.iter().map(shown).collect();
    let sources = Sources::new(texts.iter().map(|(path, text)| (&**path, &**text)));
    for finding in &errors {
        output::print(&terminal::finding(finding, &sources));
    }
    output::print(&terminal::summary(Summary::of(&errors, project.named.len())));
    true
}
