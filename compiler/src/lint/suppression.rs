//! Comments that allow a finding: `# wf: allow NAME because REASON [until DATE]` on the line above it.
//!
//! The last step of a file's diagnostics. A permission speaks of the statement that begins on the next line that is no
//! comment, with all its lines but not its block, and allows what is found there or points there. Invariant: errors of
//! words, names and types (WF0…) are never silenced, because nothing can be built from what could not be read.

use crate::lint::{suppression_unused, suppression_without_reason};
use std::collections::BTreeMap;
use std::sync::Arc;
use wf_lang::ast::{Suppression, suppressions};
use wf_lang::diagnostic::{Diagnostic, Severity};
use wf_lang::span::{FileSpan, LineIndex, Span};
use wf_lang::tree::{Kind, Node, Tree};

/// What every permission begins with.
const MARK: &str = "wf:";

type Finding = Diagnostic<FileSpan>;

/// One permission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Permission {
    /// Name or code of the rule; empty where the comment names none.
    pub rule: String,
    /// The reason; empty if none is given.
    pub reason: String,
    /// `until DATE`, the last day on which it holds.
    pub until: Option<String>,
    /// The comment.
    pub span: Span,
    /// What it speaks of.
    pub about: Span,
}

/// What became of the findings of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Judged {
    /// What is told, with what is wrong with the permissions.
    pub told: Vec<Finding>,
    /// What is allowed, and the reason for it.
    pub silenced: Vec<(Finding, String)>,
    /// Permissions of other files that allowed something here.
    pub used_elsewhere: Vec<FileSpan>,
}

/// The texts of a project and the day.
pub struct Surroundings<'a> {
    /// The text of a file.
    pub text_of: &'a dyn Fn(&str) -> Option<Arc<str>>,
    /// Today, if it is known.
    pub today: Option<&'a str>,
}

/// Parts what is found in a file from what is allowed, and adds what is wrong with the file's own permissions.
#[must_use]
pub fn apply(found: Vec<Finding>, file: &Arc<str>, around: &Surroundings<'_>) -> Judged {
    let mut known = Known { around, by_file: BTreeMap::new() };
    let mut used: Vec<FileSpan> = Vec::new();
    let mut judged = Judged::default();
    for finding in found {
        match known.permission(&finding) {
            Some((place, reason)) => {
                used.push(place);
                judged.silenced.push((finding, reason));
            }
            None => judged.told.push(finding),
        }
    }
    // What cannot be read is not looked at by every rule: nobody is sent to delete what is needed again tomorrow.
    let is_sound = judged.told.iter().all(|finding| finding.severity != Severity::Error);
    for permission in known.of(file) {
        let at = FileSpan { file: Arc::clone(file), span: permission.span };
        if permission.rule.is_empty() || !used.contains(&at) {
            let text = (around.text_of)(file).unwrap_or_default();
            let fault = fault(permission, at, &text, around.today);
            judged
                .told
                .extend(Some(fault).filter(|fault| is_sound || !suppression_unused::is_doubtful(fault)));
        } else if permission.reason.is_empty() {
            judged.told.push(suppression_without_reason::problem(at, &permission.rule));
        }
    }
    judged.used_elsewhere = used.into_iter().filter(|at| at.file != *file).collect();
    judged
}

/// What is wrong with a permission that silences nothing.
fn fault(permission: &Permission, at: FileSpan, text: &str, today: Option<&str>) -> Finding {
    let line = FileSpan { file: Arc::clone(&at.file), span: whole_line(at.span, text) };
    if !permission.rule.is_empty() && permission.reason.is_empty() {
        return suppression_without_reason::problem(at, &permission.rule);
    }
    let ended = permission.until.as_deref().filter(|_| has_ended(permission, today));
    suppression_unused::problem(at, line, &permission.rule, ended)
}

/// The line of a comment with its line end, where nothing else stands on it.
fn whole_line(comment: Span, text: &str) -> Span {
    let lines = LineIndex::new(text);
    let number = lines.line(comment.start);
    let Some(line) = lines.line_span(text, number) else { return comment };
    if line.slice(text).trim() != comment.slice(text).trim() {
        return comment;
    }
    let end = lines.line_span(text, number + 1).map_or(line.end, |next| next.start);
    Span { start: line.start, end }
}

/// The permissions of the files that were asked about.
struct Known<'a> {
    around: &'a Surroundings<'a>,
    by_file: BTreeMap<Arc<str>, Vec<Permission>>,
}

impl Known<'_> {
    fn of(&mut self, file: &Arc<str>) -> &[Permission] {
        let text_of = self.around.text_of;
        let read = || text_of(file).map(|text| permissions(&text)).unwrap_or_default();
        self.by_file.entry(Arc::clone(file)).or_insert_with(read)
    }

    /// The permission that allows a finding, and its reason.
    fn permission(&mut self, finding: &Finding) -> Option<(FileSpan, String)> {
        if !may_be_silenced(finding) {
            return None;
        }
        let today = self.around.today;
        let places = finding.related.iter().map(|related| &related.at);
        std::iter::once(&finding.at).chain(places).find_map(|at| {
            let allows = |permission: &&Permission| {
                names(permission, finding)
                    && permission.about.touches(at.span.start as usize)
                    && !has_ended(permission, today)
            };
            let permission = self.of(&at.file).iter().find(allows)?;
            let place = FileSpan { file: Arc::clone(&at.file), span: permission.span };
            Some((place, permission.reason.clone()))
        })
    }
}

fn may_be_silenced(finding: &Finding) -> bool {
    !finding.rule.code.starts_with("WF0") || finding.rule.severity != Severity::Error
}

fn names(permission: &Permission, finding: &Finding) -> bool {
    finding.rule.name == permission.rule || finding.rule.code.eq_ignore_ascii_case(&permission.rule)
}

/// Dates are compared as words: `2026-03-02` sorts as it means.
#[must_use]
pub fn has_ended(permission: &Permission, today: Option<&str>) -> bool {
    permission.until.as_deref().zip(today).is_some_and(|(until, today)| until < today)
}

/// The permissions of a text, in order.
#[must_use]
pub fn permissions(text: &str) -> Vec<Permission> {
    if !text.contains(MARK) {
        return Vec::new();
    }
    let parse = wf_lang::parse(text);
    let lines = LineIndex::new(text);
    suppressions(&parse.tree).map(|comment| permission(&comment, &parse.tree, &lines)).collect()
}

fn permission(comment: &Suppression<'_>, tree: &Tree, lines: &LineIndex) -> Permission {
    let word = |part: Option<wf_lang::ast::Part<'_>>| part.map(|part| part.text.to_owned());
    Permission {
        rule: word(comment.rule).unwrap_or_default(),
        reason: word(comment.reason).unwrap_or_default(),
        until: word(comment.until),
        span: comment.comment.span(),
        about: about(comment.line(lines), tree, lines),
    }
}

/// What a permission above a line speaks of: the statement that begins on the first line from there that is no comment.
fn about(first: u32, tree: &Tree, lines: &LineIndex) -> Span {
    let text = tree.text();
    let is_comment = |line: &u32| {
        lines.line_span(text, *line).is_some_and(|line| line.slice(text).trim_start().starts_with('#'))
    };
    let line = (first..).find(|line| !is_comment(line)).unwrap_or(first);
    let Some(span) = lines.line_span(text, line) else { return Span::at(text.len()) };
    let begins_here = |node: &Node<'_>| {
        !node.kind().is_comment() && node.kind() != Kind::File && lines.line(node.span().start) == line
    };
    // A statement's lines are all meant, those of its block are not: they have lines of their own to stand above.
    let ends = tree.root().descendants().filter(begins_here).filter(|node| !has_block(*node));
    Span { start: span.start, end: ends.map(|node| node.span().end).fold(span.end, u32::max) }
}

fn has_block(node: Node<'_>) -> bool {
    node.descendants().any(|inner| inner.kind() == Kind::Block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::check_text;

    #[test]
    fn reads_rule_reason_and_end() {
        let text = "# wf: allow work-left-open because the survey may stay open until 2026-12-31\nstep a {\n  \
                    #wf: allow WF306\n  # wf: allow no-deadline because until then\n  # of the office\n  owner b\n}\n";
        let found = permissions(text);
        assert_eq!(found[0].rule, "work-left-open");
        assert_eq!(found[0].reason, "the survey may stay open");
        assert_eq!(found[0].until.as_deref(), Some("2026-12-31"));
        assert_eq!(found[0].about.slice(text), "step a {");
        assert_eq!((&*found[1].rule, &*found[1].reason), ("WF306", ""));
        assert_eq!(found[1].about.slice(text).trim(), "owner b", "comments in a row, one line");
        assert_eq!((&*found[2].reason, &found[2].until), ("until then", &None));
        assert_eq!(found[2].about, found[1].about);
    }

    #[test]
    fn a_permission_holds_until_its_last_day() {
        let found = permissions("# wf: allow x because y until 2026-12-31\n");
        assert!(!has_ended(&found[0], Some("2026-12-31")));
        assert!(has_ended(&found[0], Some("2027-01-01")));
        assert!(!has_ended(&found[0], None), "without a clock nothing ends");
    }

    const ROLES: &str = "role clerk \"Clerk\" {\n  reach email\n}\n";

    fn told(text: &str) -> Vec<String> {
        let found = check_text(&[("main.wf", &format!("{ROLES}{text}"))]);
        found.iter().map(|finding| format!("{} {}", finding.rule.code, finding.message)).collect()
    }

    #[test]
    fn a_text_that_speaks_of_permissions_is_none() {
        let text = "message m() {\n  text \"\"\"\n  # wf: allow nagging\n  \"\"\"\n}\n";
        assert_eq!(permissions(text), []);
    }

    #[test]
    fn a_permission_of_an_unknown_rule_or_of_none_says_so() {
        let [unknown] = told("\n# wf: allow no-dedline because we wait\nlet a = 1 day\n")
            .into_iter()
            .filter(|line| line.starts_with("WF804"))
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        assert_eq!(unknown, "WF804 there is no rule `no-dedline` that this comment could allow");
        let all = told("\n# wf: alow nagging because we wait\nlet a = 1 day\n");
        assert!(all.contains(&"WF804 this comment allows nothing".to_owned()), "{all:?}");
    }

    #[test]
    fn a_permission_is_not_called_needless_while_an_error_keeps_rules_from_looking() {
        let permission = "\n# wf: allow self-approval because there is one clerk\n";
        let say_so = |told: Vec<String>| told.iter().any(|line| line.starts_with("WF804"));
        assert!(say_so(told(&format!("{permission}let a = 1 day\n"))));
        assert!(!say_so(told(&format!("{permission}let a = 1 dya\n"))));
    }

    #[test]
    fn a_permission_stands_above_the_place_or_above_one_it_points_to() {
        let unused = "let a = 1 day\n";
        assert_eq!(told(unused).len(), 2, "the role and the value");
        let allowed = told(&format!("# wf: allow unused-name because it comes in May\n{unused}"));
        assert_eq!(allowed.len(), 1, "{allowed:?}");
    }
}
