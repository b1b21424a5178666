//! Fixes: changes of the text that are tried in memory before anybody sees them.
//!
//! Rules propose; a proposal is applied, the project is checked again, and it is offered only if its finding is gone and
//! no error came in its place. Invariant: what is offered or applied here was checked; what overlaps, points outside its
//! text or comes back to a state that was there before is refused.

mod edits;

pub use edits::{applied, edited};

use crate::db::Database;
use crate::render::Finding;
use edits::tidied;
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};
use wf_lang::diagnostic::{Fix, Severity};
use wf_lang::span::{FileSpan, LineIndex};

/// How often a project is checked again for fixes. A try takes as long as an editor's keystroke; who has more findings
/// than this fixes the first of them and asks again.
pub const MAX_TRIES: usize = 1_000;

/// Texts by path from the project's root.
pub type Files = BTreeMap<String, String>;

/// A fix that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    /// The file of its finding.
    pub file: String,
    /// The line of its finding when it was made, from 1.
    pub line: u32,
    /// The rule's code.
    pub code: &'static str,
    /// What was done.
    pub title: String,
}

/// A project in which fixes are tried.
pub struct Trial {
    database: Database,
    files: Files,
    found: Vec<Finding>,
    tries_left: usize,
}

impl Trial {
    /// Opens a trial with a project's files, as they are in its database. `found` is what is wrong with it.
    #[must_use]
    pub fn new(database: Database, files: Files, found: Vec<Finding>) -> Self {
        Self { database, files, found, tries_left: MAX_TRIES }
    }

    /// The fixes of a finding that hold; the project stays as it is.
    pub fn holding(&mut self, finding: &Finding) -> Vec<Fix<FileSpan>> {
        let mut holding = Vec::new();
        for fix in &finding.fixes {
            let fix = tidied(&self.files, fix);
            if let Some(outcome) = self.attempt(finding, &fix) {
                self.take_back(&outcome.changed);
                holding.push(fix);
            }
        }
        holding
    }

    /// Makes the first fix that holds of every finding that is meant, one after the other, until nothing changes.
    pub fn make_all(&mut self, is_meant: impl Fn(&Finding) -> bool) -> Vec<Made> {
        let mut made = Vec::new();
        let mut seen = BTreeSet::from([self.state()]);
        let mut refused = BTreeSet::new();
        while let Some((finding, fix)) = self.next_proposal(&is_meant, &refused) {
            refused.insert(proposal(&finding, &fix));
            let fix = tidied(&self.files, &fix);
            let Some(outcome) = self.attempt(&finding, &fix) else { continue };
            let before = self.replace(&outcome.changed);
            if seen.insert(self.state()) {
                made.push(self.told(&finding, &fix, &before));
                self.found = outcome.found;
                // What did not hold before may hold now.
                refused.clear();
            } else {
                self.replace(&before);
                self.take_back(&outcome.changed);
            }
        }
        made
    }

    /// What is wrong with the project as it stands.
    #[must_use]
    pub fn found(&self) -> &[Finding] {
        &self.found
    }

    /// The texts as they stand.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The project's database and texts as they stand.
    #[must_use]
    pub fn close(self) -> (Database, Files, Vec<Finding>) {
        (self.database, self.files, self.found)
    }

    fn next_proposal(
        &self,
        is_meant: impl Fn(&Finding) -> bool,
        refused: &BTreeSet<String>,
    ) -> Option<(Finding, Fix<FileSpan>)> {
        let meant = self.found.iter().filter(|finding| is_meant(finding));
        let mut proposals = meant.flat_map(|finding| finding.fixes.iter().map(move |fix| (finding, fix)));
        let next = proposals.find(|(finding, fix)| !refused.contains(&proposal(finding, fix)));
        next.map(|(finding, fix)| (finding.clone(), fix.clone()))
    }

    /// Applies a fix and checks the project. Where it holds, the database keeps it; else everything is as before.
    fn attempt(&mut self, finding: &Finding, fix: &Fix<FileSpan>) -> Option<Outcome> {
        self.tries_left = self.tries_left.checked_sub(1)?;
        let changed = applied(&self.files, fix)?;
        for (file, text) in &changed {
            self.database.set_text(file, text);
        }
        let found = self.database.check_all();
        if cures(finding, &self.found, &found) {
            return Some(Outcome { changed, found });
        }
        self.take_back(&changed);
        None
    }

    /// Gives the database the texts of `files` again.
    fn take_back(&mut self, changed: &Files) {
        for file in changed.keys() {
            if let Some(text) = self.files.get(file) {
                self.database.set_text(file, text);
            }
        }
    }

    /// Puts texts in; gives those that were there.
    fn replace(&mut self, changed: &Files) -> Files {
        let put = |(file, text): (&String, &String)| {
            let before = self.files.insert(file.clone(), text.clone());
            before.map(|before| (file.clone(), before))
        };
        changed.iter().filter_map(put).collect()
    }

    fn state(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for (file, text) in &self.files {
            for part in [file, text] {
                hasher.update(&part.len().to_le_bytes()).update(part.as_bytes());
            }
        }
        *hasher.finalize().as_bytes()
    }

    fn told(&self, finding: &Finding, fix: &Fix<FileSpan>, before: &Files) -> Made {
        let file = finding.at.file.to_string();
        let text = before.get(&file).or_else(|| self.files.get(&file));
        let line = text.map_or(1, |text| LineIndex::new(text).line(finding.at.span.start));
        Made { file, line, code: finding.rule.code, title: fix.title.clone() }
    }
}

/// A fix that holds: the texts it changes, and what is wrong with the project then.
struct Outcome {
    changed: Files,
    found: Vec<Finding>,
}

/// What makes two proposals the same one.
fn proposal(finding: &Finding, fix: &Fix<FileSpan>) -> String {
    let Finding { rule, at, message, .. } = finding;
    format!("{}\0{}\0{}\0{message}\0{}", rule.code, at.file, at.span.start, fix.title)
}

/// Whether a finding is gone and no error came in its place.
fn cures(finding: &Finding, before: &[Finding], after: &[Finding]) -> bool {
    let count = |found: &[Finding], like: &Finding| found.iter().filter(|other| is_same(other, like)).count();
    let is_gone = count(after, finding) < count(before, finding);
    let is_new = |other: &Finding| {
        other.severity == Severity::Error
            && !was_hidden_by(finding, other)
            && count(after, other) > count(before, other)
    };
    is_gone && !after.iter().any(is_new)
}

/// The same finding before and after: places move, words stay.
fn is_same(one: &Finding, other: &Finding) -> bool {
    one.rule == other.rule && one.at.file == other.at.file && one.message == other.message
}

/// Whether an error may have been there all the time: nobody looks for it before a mistake like `finding` is cured.
fn was_hidden_by(finding: &Finding, error: &Finding) -> bool {
    let stage = |finding: &Finding| match finding.rule.code {
        "WF001" => 0,
        code if code.starts_with("WF0") => 1,
        _ => 2,
    };
    stage(error) > stage(finding)
}

/// The difference of two texts, as version control writes it.
#[must_use]
pub fn difference(path: &str, before: &str, after: &str) -> String {
    // From the root of the file system there is no `a/` and `b/` to put before a path: `patch -p1` takes it away again.
    let path = path.trim_start_matches('/');
    let (old, new) = (format!("a/{path}"), format!("b/{path}"));
    TextDiff::from_lines(before, after).unified_diff().context_radius(3).header(&old, &new).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project;
    use std::sync::Arc;
    use wf_lang::diagnostic::Edit;
    use wf_lang::span::Span;

    const WRONG: &str = "role clerk \"Clerk\" {\n  reach email\n}\n\nworkflow order \"Order\" {\n  version 1\n  starts by clerk\n\n  step ship \"Ship it\" {\n    owner clrk\n    deadline 2 business days\n  }\n\n  step bill \"Bill it\" {\n    owner clekr\n    after shp\n    deadline 2 business days\n  }\n\n  outcome done \"Done\" after bill\n}\n";

    fn trial(text: &str) -> Trial {
        let files = Files::from([("main.wf".to_owned(), text.to_owned())]);
        let database = project::open(&files);
        let found = database.check_all();
        Trial::new(database, files, found)
    }

    fn edit(start: usize, end: usize, replacement: &str) -> Edit<FileSpan> {
        let at = FileSpan { file: Arc::from("main.wf"), span: Span::new(start, end) };
        Edit { at, replacement: replacement.to_owned() }
    }

    #[test]
    fn misspellings_are_cured_one_after_the_other() {
        let mut trial = trial(WRONG);
        let made = trial.make_all(|_| true);
        let told: Vec<(u32, &str)> = made.iter().map(|made| (made.line, &*made.title)).collect();
        assert_eq!(told, [(10, "write `clerk`"), (15, "write `clerk`"), (16, "write `ship`")]);
        let expected = WRONG.replace("clrk", "clerk").replace("clekr", "clerk").replace("shp", "ship");
        assert_eq!(trial.files()["main.wf"], expected);
        assert_eq!(trial.found(), project::check(trial.files()), "the trial says what a fresh check says");
    }

    #[test]
    fn one_mistake_in_many_places_is_cured_in_all_of_them_at_once() {
        let mut trial = trial(&WRONG.replace("clekr", "clrk"));
        assert_eq!(trial.found().len(), 2, "the name is told once");
        assert_eq!(trial.make_all(|_| true).len(), 2);
        assert_eq!(trial.found(), []);
    }

    #[test]
    fn nothing_is_touched_that_is_not_meant() {
        let mut trial = trial(WRONG);
        assert_eq!(trial.make_all(|finding| finding.at.span.start > 300), []);
        assert_eq!(trial.files()["main.wf"], WRONG);
    }

    #[test]
    fn a_fix_that_cures_nothing_or_breaks_something_is_not_offered() {
        let mut trial = trial(WRONG);
        let finding = trial.found()[0].clone();
        assert_eq!(trial.holding(&finding), finding.fixes, "the rule's own holds");
        let start = finding.at.span.start as usize;
        let with = |edits: Vec<Edit<FileSpan>>| {
            let mut finding = finding.clone();
            finding.fixes = vec![Fix { title: "change it".to_owned(), edits }];
            finding
        };
        let other_name = with(vec![edit(start, start + 4, "clrrrk")]);
        let breaks_the_version = with(vec![edit(start, start + 4, "clerk"), edit(80, 81, "{")]);
        let no_change = with(vec![edit(start, start + 4, "clrk")]);
        let elsewhere = with(vec![Edit {
            at: FileSpan { file: Arc::from("other.wf"), span: Span::new(0, 0) },
            replacement: "x".to_owned(),
        }]);
        for finding in [other_name, breaks_the_version, no_change, elsewhere] {
            assert_eq!(trial.holding(&finding), []);
        }
        assert_eq!(trial.files()["main.wf"], WRONG);
        assert_eq!(trial.holding(&finding), finding.fixes, "and the project stayed as it was");
    }

    #[test]
    fn a_difference_reads_as_in_version_control() {
        let shown = difference("main.wf", "a\nb\nc\n", "a\nB\nc\n");
        assert_eq!(shown, "--- a/main.wf\n+++ b/main.wf\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
    }
}
