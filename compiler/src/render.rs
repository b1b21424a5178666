//! Findings for their readers: a terminal, or a tool that reads JSON.
//!
//! The last step of the flow: diagnostics with spans and the texts they point into go in, one string comes out.
//! Every form is one file below. Invariant: a renderer knows no rule; what is particular to a finding is in it.

pub mod json;
pub mod terminal;

use std::borrow::Cow;
use std::collections::BTreeMap;
use wf_lang::diagnostic::{Diagnostic, Severity};
use wf_lang::span::{FileSpan, LineIndex};

/// A finding with its final places.
pub type Finding = Diagnostic<FileSpan>;

/// The texts that findings point into, by the path they are shown with.
#[derive(Default)]
pub struct Sources<'text> {
    files: Vec<Source<'text>>,
    by_path: BTreeMap<&'text str, usize>,
}

/// One text with its lines.
struct Source<'text> {
    path: &'text str,
    /// With every control character replaced, byte for byte, so that offsets stay and none reaches a terminal.
    text: Cow<'text, str>,
    lines: LineIndex,
}

impl<'text> Sources<'text> {
    /// Takes paths and texts; a path that comes twice keeps its first text.
    pub fn new(files: impl IntoIterator<Item = (&'text str, &'text str)>) -> Self {
        let mut sources = Self::default();
        for (path, text) in files {
            let next = sources.files.len();
            if *sources.by_path.entry(path).or_insert(next) == next {
                sources.files.push(Source { path, text: readable(text), lines: LineIndex::new(text) });
            }
        }
        sources
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn get(&self, path: &str) -> Option<&Source<'text>> {
        self.files.get(*self.by_path.get(path)?)
    }
}

/// Whether a character could steer a terminal.
fn steers(letter: char) -> bool {
    letter.is_ascii_control() && !"\n\r\t".contains(letter)
}

fn readable(text: &str) -> Cow<'_, str> {
    if text.chars().any(steers) {
        Cow::Owned(text.chars().map(|letter| if steers(letter) { '?' } else { letter }).collect())
    } else {
        Cow::Borrowed(text)
    }
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
}

/// Findings as people read them: file by file, from top to bottom, the graver first where two share a place.
pub fn sort(findings: &mut [Finding]) {
    let key = |finding: &Finding| (finding.at.clone(), finding.severity, finding.rule.code);
    findings.sort_by_key(key);
}
