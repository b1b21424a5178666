//! Fixes: changes of the text that are tried in memory before anybody sees them.
//!
//! Rules propose; a proposal is applied, the project is checked again, and it is offered only if its finding is gone and
//! no error came in its place. Invariant: what is offered or applied here was checked; what overlaps, points outside its
//! text or comes back to a state that was there before is refused.

use crate::db::Database;
use crate::render::Finding;
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};
use wf_lang::diagnostic::{Edit, Fix, Severity};
use wf_lang::span::{FileSpan, LineIndex, Span};

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

/// The same fix, but what takes away all that stands on a line takes the line, too, and what is added to a block that
/// stands on one line stays on it.
fn tidied(files: &Files, fix: &Fix<FileSpan>) -> Fix<FileSpan> {
    let tidied = |edit: &Edit<FileSpan>| {
        let Some(text) = files.get(&*edit.at.file) else { return edit.clone() };
        let mut edit = edit.clone();
        if edit.replacement.is_empty() {
            edit.at.span = with_blanks(text, with_lines(text, edit.at.span));
        } else if edit.at.span.is_empty() && is_inside_a_line(text, edit.at.span.end as usize) {
            edit.replacement = on_one_line(text, edit.at.span.start as usize, &edit.replacement);
        }
        edit
    };
    Fix { title: fix.title.clone(), edits: fix.edits.iter().map(tidied).collect() }
}

/// Whether something else follows on the line.
fn is_inside_a_line(text: &str, at: usize) -> bool {
    let rest = text.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    !rest.trim().is_empty()
}

/// Lines to be added as statements of a block on one line.
fn on_one_line(text: &str, at: usize, added: &str) -> String {
    let opens = text.get(..at).is_some_and(|before| before.trim_end().ends_with('{'));
    let lines = added.lines().map(str::trim).filter(|line| !line.is_empty());
    let statements: Vec<&str> = lines.collect();
    match added.starts_with('\n') {
        true => format!("{}{}", if opens { " " } else { "; " }, statements.join("; ")),
        false => added.to_owned(),
    }
}

/// A span and the blanks around it up to its lines' ends, if nothing else stands on them.
fn with_lines(text: &str, span: Span) -> Span {
    let (Some(before), Some(behind)) = (text.get(..span.start as usize), text.get(span.end as usize..))
    else {
        return span;
    };
    let is_blank = |part: &str| part.chars().all(|letter| letter == ' ' || letter == '\t' || letter == '\r');
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let rest = behind.find('\n').map_or(behind.len(), |newline| newline + 1);
    let alone = before.get(start..).is_some_and(is_blank)
        && behind.get(..rest).is_some_and(|line| is_blank(line.trim_end_matches('\n')));
    if alone && !span.is_empty() && !ends_with_its_line(text, span) {
        Span::new(start, span.end as usize + rest)
    } else {
        span
    }
}

/// A span and the blanks before it, where only the end of its line or statement stands behind it.
fn with_blanks(text: &str, span: Span) -> Span {
    let (Some(before), Some(behind)) = (text.get(..span.start as usize), text.get(span.end as usize..))
    else {
        return span;
    };
    let written = before.trim_end_matches([' ', '\t']).len();
    let ends = behind.is_empty() || behind.starts_with(['\n', '\r', ';']);
    let whole_line = before.get(..written).is_none_or(|before| before.is_empty() || before.ends_with('\n'));
    if ends && !whole_line { Span::new(written, span.end as usize) } else { span }
}

/// Whether a span already ends with its line.
fn ends_with_its_line(text: &str, span: Span) -> bool {
    span.slice(text).ends_with('\n')
}

/// The texts that a fix changes, with its edits made; `None` where it cannot be made.
#[must_use]
pub fn applied(files: &Files, fix: &Fix<FileSpan>) -> Option<Files> {
    let mut by_file: BTreeMap<&str, Vec<&Edit<FileSpan>>> = BTreeMap::new();
    for edit in &fix.edits {
        by_file.entry(&edit.at.file).or_default().push(edit);
    }
    let change = |(file, edits): (&str, Vec<&Edit<FileSpan>>)| {
        let before = files.get(file)?;
        let after = edited(before, edits)?;
        (after != *before).then(|| (file.to_owned(), after))
    };
    let changed: Option<Files> = by_file.into_iter().map(change).collect();
    changed.filter(|changed| !changed.is_empty())
}

/// A text with edits made; `None` where two overlap or one points outside the text.
#[must_use]
pub fn edited(text: &str, mut edits: Vec<&Edit<FileSpan>>) -> Option<String> {
    edits.sort_by_key(|edit| (edit.at.span.start, edit.at.span.end));
    let mut out = String::with_capacity(text.len());
    let mut written = 0;
    for edit in edits {
        let range = edit.at.span.range();
        // An edit that begins before the last one ended makes an empty or backward range here: no text.
        out.push_str(text.get(written..range.start)?);
        out.push_str(&edit.replacement);
        text.get(range.clone())?;
        written = range.end;
    }
    out.push_str(text.get(written..)?);
    Some(out)
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
    fn edits_are_made_from_the_front_and_never_overlap() {
        let made = |edits: &[Edit<FileSpan>]| edited("abcdef", edits.iter().collect());
        assert_eq!(made(&[edit(4, 5, "E"), edit(0, 1, "A"), edit(2, 2, "+")]).as_deref(), Some("Ab+cdEf"));
        assert_eq!(made(&[edit(0, 3, "x"), edit(2, 4, "y")]), None);
        assert_eq!(made(&[edit(5, 9, "x")]), None);
        assert_eq!(edited("é", vec![&edit(1, 2, "x")]), None, "inside a character");
    }

    #[test]
    fn what_takes_away_all_of_a_line_takes_the_line() {
        let files = Files::from([("main.wf".to_owned(), "a\n  when b  \nc d\n".to_owned())]);
        let made = |edits: Vec<Edit<FileSpan>>| {
            let fix = tidied(&files, &Fix { title: String::new(), edits });
            applied(&files, &fix).unwrap()["main.wf"].clone()
        };
        assert_eq!(made(vec![edit(4, 10, "")]), "a\nc d\n");
        assert_eq!(made(vec![edit(4, 10, "x")]), "a\n  x  \nc d\n");
        assert_eq!(made(vec![edit(13, 14, "")]), "a\n  when b  \n d\n", "not all of its line");
        assert_eq!(made(vec![edit(15, 16, "")]), "a\n  when b  \nc\n", "no blank stays at the end of a line");
        assert_eq!(made(vec![edit(2, 13, "")]), "a\nc d\n", "with its line end already");
    }

    #[test]
    fn what_is_added_to_a_block_on_one_line_stays_on_it() {
        let files =
            Files::from([("main.wf".to_owned(), "step a { owner b }\nstep c {\n  owner d\n}\n".to_owned())]);
        let made = |at: usize, added: &str| {
            let fix = tidied(&files, &Fix { title: String::new(), edits: vec![edit(at, at, added)] });
            applied(&files, &fix).unwrap()["main.wf"].clone()
        };
        let added = "\n  deadline 1 day\n  if late skip";
        assert_eq!(made(16, added).lines().next(), Some("step a { owner b; deadline 1 day; if late skip }"));
        assert_eq!(made(8, added).lines().next(), Some("step a { deadline 1 day; if late skip owner b }"));
        assert!(made(37, added).ends_with("step c {\n  owner d\n  deadline 1 day\n  if late skip\n}\n"));
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
