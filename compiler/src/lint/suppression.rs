//! Comments that allow one finding: `# wf: allow NAME because REASON [until DATE]` on the line above it.
//!
//! The last step of a file's diagnostics. Invariant: errors of words, names and types (WF0…) are never silenced,
//! because nothing can be built from what could not be read.

use crate::lint::{suppression_unused, suppression_without_reason};
use std::sync::Arc;
use wf_lang::diagnostic::{Diagnostic, Severity};
use wf_lang::span::{FileSpan, LineIndex, Span};

const MARK: &str = "wf: allow";

/// One permission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Permission<'t> {
    /// Name or code of the rule.
    pub rule: &'t str,
    /// The reason; empty if none is given.
    pub reason: &'t str,
    /// `until DATE`, the last day on which it holds.
    pub until: Option<&'t str>,
    /// The comment.
    pub span: Span,
    /// The line it speaks of, from 1: the next that is no permission.
    pub line: u32,
}

/// Takes out what is allowed, and adds what is wrong with the permissions.
pub fn apply(
    found: Vec<Diagnostic<FileSpan>>,
    file: &Arc<str>,
    text: &str,
    today: Option<&str>,
) -> Vec<Diagnostic<FileSpan>> {
    if !text.contains(MARK) {
        return found;
    }
    let lines = LineIndex::new(text);
    let permissions = permissions(text, &lines);
    let mut used = vec![false; permissions.len()];
    let mut kept = Vec::new();
    for finding in found {
        let line = lines.line(finding.at.span.start);
        let silences = |permission: &Permission<'_>| {
            permission.line == line && is_silenced(&finding, permission) && !has_ended(permission, today)
        };
        match permissions.iter().position(silences) {
            Some(index) => used.iter_mut().skip(index).take(1).for_each(|used| *used = true),
            None => kept.push(finding),
        }
    }
    for (permission, used) in permissions.iter().zip(used) {
        let at = FileSpan { file: Arc::clone(file), span: permission.span };
        if permission.reason.is_empty() {
            kept.push(suppression_without_reason::problem(at, permission.rule));
        } else if !used {
            kept.push(suppression_unused::problem(at, permission.rule, permission.until, today));
        }
    }
    kept
}

fn is_silenced(finding: &Diagnostic<FileSpan>, permission: &Permission<'_>) -> bool {
    let rule = finding.rule;
    let named = rule.name == permission.rule || rule.code.eq_ignore_ascii_case(permission.rule);
    let may_be_silenced = !rule.code.starts_with("WF0") || rule.severity != Severity::Error;
    named && may_be_silenced
}

/// Dates are compared as words: `2026-03-02` sorts as it means.
pub fn has_ended(permission: &Permission<'_>, today: Option<&str>) -> bool {
    permission.until.zip(today).is_some_and(|(until, today)| until < today)
}

/// The permissions of a text, in order.
pub fn permissions<'t>(text: &'t str, lines: &LineIndex) -> Vec<Permission<'t>> {
    let mut permissions: Vec<Permission<'t>> = Vec::new();
    for line in 1..=lines.line_count() {
        let Some(span) = lines.line_span(text, line) else { continue };
        let content = span.slice(text);
        let Some(said) =
            content.trim().strip_prefix('#').map(str::trim).and_then(|said| said.strip_prefix(MARK))
        else {
            continue;
        };
        let start = span.start as usize + (content.len() - content.trim_start().len());
        let span = Span::new(start, start + content.trim().len());
        permissions.push(read(said.trim(), span, line + 1));
    }
    // Permissions in a row all speak of the line behind the last of them.
    let mut behind: Option<(u32, u32)> = None;
    for permission in permissions.iter_mut().rev() {
        let own = permission.line - 1;
        if let Some((line, meant)) = behind
            && line == own + 1
        {
            permission.line = meant;
        }
        behind = Some((own, permission.line));
    }
    permissions
}

/// `NAME because REASON [until DATE]`.
fn read(said: &str, span: Span, line: u32) -> Permission<'_> {
    let (rule, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
    let reason = rest.trim().strip_prefix("because").unwrap_or("").trim();
    let (reason, until) = match reason.rsplit_once("until ") {
        Some((before, date)) if is_date(date.trim()) => (before.trim(), Some(date.trim())),
        _ => (reason, None),
    };
    Permission { rule, reason, until, span, line }
}

fn is_date(word: &str) -> bool {
    word.len() == 10
        && word
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rule_reason_and_end() {
        let text = "# wf: allow work-left-open because the survey may stay open until 2026-12-31\nstep a {\n  \
                    #wf: allow WF306\n  # wf: allow no-deadline because until then\n  owner b\n";
        let found = permissions(text, &LineIndex::new(text));
        assert_eq!(found[0].rule, "work-left-open");
        assert_eq!(found[0].reason, "the survey may stay open");
        assert_eq!(found[0].until, Some("2026-12-31"));
        assert_eq!(found[0].line, 2);
        assert_eq!(
            (found[1].rule, found[1].reason, found[1].line),
            ("WF306", "", 5),
            "two in a row, one line"
        );
        assert_eq!((found[2].reason, found[2].until, found[2].line), ("until then", None, 5));
    }

    #[test]
    fn a_permission_holds_until_its_last_day() {
        let text = "# wf: allow x because y until 2026-12-31\n";
        let found = permissions(text, &LineIndex::new(text));
        assert!(!has_ended(&found[0], Some("2026-12-31")));
        assert!(has_ended(&found[0], Some("2027-01-01")));
        assert!(!has_ended(&found[0], None), "without a clock nothing ends");
    }
}
