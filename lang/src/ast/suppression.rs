//! Comments that silence a finding: `# wf: allow NAME because … [until DATE]` on the line above it.
//!
//! They are read here as written; whether they silence anything, and that a missing reason is an error, is the
//! compiler's question. Invariant: every comment that begins with `# wf:` is given, also one that is wrong.

use super::{Kind, Token, Tree};
use crate::span::{LineIndex, Span};

/// One comment that begins with `# wf:`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Suppression<'t> {
    /// The whole comment.
    pub comment: Token<'t>,
    /// The name of the rule, if `allow` and a name are there.
    pub rule: Option<Part<'t>>,
    /// What stands behind `because`, without `until DATE`; never empty.
    pub reason: Option<Part<'t>>,
    /// The last day on which it silences, as written.
    pub until: Option<Part<'t>>,
}

/// A part of a comment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Part<'t> {
    /// Its text.
    pub text: &'t str,
    /// Its place.
    pub span: Span,
}

impl Suppression<'_> {
    /// The line (from 1) whose findings it silences: the one below the comment.
    pub fn line(&self, lines: &LineIndex) -> u32 {
        lines.line(self.comment.span().start) + 1
    }
}

/// The suppressions of a file, in order.
pub fn suppressions(tree: &Tree) -> impl Iterator<Item = Suppression<'_>> {
    let comments = tree.root().descendants().filter(|node| node.kind() == Kind::Comment);
    comments.filter_map(|node| read(Token(node)))
}

fn read(comment: Token<'_>) -> Option<Suppression<'_>> {
    let whole = comment.text();
    let start = comment.span().start as usize;
    let content = whole.strip_prefix('#')?.trim_start().strip_prefix("wf:")?;
    // Parts are slices of the comment, so their places follow from the lengths of what is left.
    let part = |text: &'_ str, behind: &str| {
        let at = start + whole.len() - behind.len();
        Span::new(at, at + text.len())
    };
    let mut found = Suppression { comment, rule: None, reason: None, until: None };
    let Some(behind) =
        content.trim_start().strip_prefix("allow").filter(|rest| rest.starts_with([' ', '\t']))
    else {
        return Some(found);
    };
    let behind = behind.trim_start();
    let name = behind.split_whitespace().next().unwrap_or("");
    if name.is_empty() || name == "because" {
        return Some(found);
    }
    found.rule = Some(Part { text: name, span: part(name, behind) });
    let rest = behind.get(name.len()..).unwrap_or("").trim_start();
    let Some(reason) = rest.strip_prefix("because").filter(|rest| rest.starts_with([' ', '\t'])) else {
        return Some(found);
    };
    let reason = reason.trim_start();
    let (text, until) = split_until(reason);
    if !text.is_empty() {
        found.reason = Some(Part { text, span: part(text, reason) });
    }
    found.until = until.map(|date| {
        let behind = reason.get(reason.trim_end().len() - date.len()..).unwrap_or(date);
        Part { text: date, span: part(date, behind) }
    });
    Some(found)
}

/// Parts `until DATE` at the end from the reason.
fn split_until(reason: &str) -> (&str, Option<&str>) {
    let trimmed = reason.trim_end();
    let date = trimmed.rsplit([' ', '\t']).next().unwrap_or("");
    let is_date = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let before = trimmed.get(..trimmed.len() - date.len()).unwrap_or("").trim_end();
    match before.strip_suffix("until") {
        Some(text) if is_date && (text.is_empty() || text.ends_with([' ', '\t'])) => {
            (text.trim_end(), Some(date))
        }
        _ => (trimmed, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rule_reason_and_day_with_their_places() {
        let text =
            "enum A { B }\n  # wf: allow unused-name because tests need it until 2027-01-01\nenum C { D }\n";
        let parse = crate::parse(text);
        let found: Vec<_> = suppressions(&parse.tree).collect();
        assert_eq!(found.len(), 1);
        let only = found[0];
        for (part, expected) in
            [(only.rule, "unused-name"), (only.reason, "tests need it"), (only.until, "2027-01-01")]
        {
            let part = part.unwrap();
            assert_eq!((part.text, part.span.slice(text)), (expected, expected));
        }
        assert_eq!(only.line(&LineIndex::new(text)), 3);
    }

    #[test]
    fn a_missing_reason_or_name_is_seen_as_missing() {
        let parse = crate::parse("# wf: allow unused-name\n# wf: allow because\n# wf: alow x\n# not one\n");
        let found: Vec<_> = suppressions(&parse.tree).collect();
        assert_eq!(found.len(), 3);
        assert!(found[0].rule.is_some() && found[0].reason.is_none());
        assert!(found[1].rule.is_none());
        assert!(found[2].rule.is_none());
    }
}
