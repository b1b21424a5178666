//! Findings for their readers: a terminal, a build server, or a tool that reads JSON.
//!
//! The last step of the flow: a [`Report`] goes in, one string comes out. Every form is one file below with one
//! function `render`, and one line in [`FORMATS`]. Invariant: a renderer knows no rule; what is particular to a finding
//! is in it.

pub mod azure;
pub mod checkstyle;
pub mod concise;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod json_lines;
pub mod junit;
pub mod markdown;
pub mod rdjson;
mod run;
pub mod sarif;
mod sources;
pub mod terminal;
mod words;
mod xml;

pub use sources::Sources;

use std::io;
use wf_lang::diagnostic::{Diagnostic, Severity};
use wf_lang::span::FileSpan;

/// A finding with its final places.
pub type Finding = Diagnostic<FileSpan>;

/// All that a form may show.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// What was found, by file and place.
    pub findings: &'a [Finding],
    /// What was found and is not held against anybody.
    pub silenced: &'a [Silenced],
    /// The texts they stand in.
    pub sources: &'a Sources<'a>,
    /// The files that were looked at, as their reader knows them.
    pub looked_at: &'a [String],
    /// Whether a finding fails the check.
    pub fails: &'a dyn Fn(&Finding) -> bool,
}

/// A finding that somebody allowed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Silenced {
    /// The finding.
    pub finding: Finding,
    /// What allows it.
    pub by: Silencer,
}

/// What allows a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Silencer {
    /// A comment `# wf: allow` with this reason.
    Comment(String),
    /// It was there when the baseline was written.
    Baseline,
}

impl Report<'_> {
    /// How many findings of each weight there are.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(self.findings, self.looked_at.len())
    }
}

/// A form of a report.
#[derive(Clone, Copy)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// For whom it is, in a few words.
    pub about: &'static str,
    /// Whether it carries fixes, which are then tried before.
    pub has_fixes: bool,
    /// Writes it. Errors: never for findings of the compiler; a form's library may refuse what it cannot write.
    pub render: fn(&Report<'_>) -> io::Result<String>,
}

const fn form(
    name: &'static str,
    has_fixes: bool,
    render: fn(&Report<'_>) -> io::Result<String>,
    about: &'static str,
) -> Format {
    Format { name, about, has_fixes, render }
}

/// Every form; the first is what people get who ask for none.
pub static FORMATS: &[Format] = &[
    form("full", false, terminal::render, "for people: your line, carets under it, and the cure"),
    form("concise", false, concise::render, "one line for each finding"),
    form("json", true, json::render, "one JSON object"),
    form("json-lines", true, json_lines::render, "one JSON object a line, one line for each finding"),
    form("sarif", true, sarif::render, "SARIF 2.1.0, for code scanning"),
    form("github", false, github::render, "annotations of GitHub Actions, the worst first, and a summary"),
    form("gitlab", false, gitlab::render, "GitLab's code quality report"),
    form("junit", false, junit::render, "JUnit XML: a finding is a failed test"),
    form("checkstyle", false, checkstyle::render, "Checkstyle XML"),
    form("rdjson", true, rdjson::render, "reviewdog's diagnostic format, with suggestions"),
    form("azure", false, azure::render, "annotations of Azure Pipelines"),
    form("markdown", false, markdown::render, "a report for a web page, such as GitHub's step summary"),
];

/// The form with this name.
#[must_use]
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// How many findings of each weight, in how many files looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Summary {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
    /// Files looked at.
    pub files: usize,
}

impl Summary {
    /// Counts findings.
    #[must_use]
    pub fn of(findings: &[Finding], files: usize) -> Self {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            files,
        }
    }

    /// All of them.
    #[must_use]
    pub fn total(self) -> usize {
        self.errors + self.warnings + self.notes
    }
}

/// Findings as people read them: file by file, from top to bottom, the graver first where two share a place.
pub fn sort(findings: &mut [Finding]) {
    let key = |finding: &Finding| (finding.at.clone(), finding.severity, finding.rule.code);
    findings.sort_by_key(key);
}
