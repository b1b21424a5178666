//! A fix as a change of texts: what its edits make of them, and how they look when they are made.
//!
//! `fix` tries what is made here. Invariant: edits that overlap or point outside their text are not made at all.

use super::Files;
use std::collections::BTreeMap;
use wf_lang::diagnostic::{Edit, Fix};
use wf_lang::span::{FileSpan, Span};

/// The same fix, but what takes away all that stands on a line takes the line, too, and what is added to a block that
/// stands on one line stays on it.
pub fn tidied(files: &Files, fix: &Fix<FileSpan>) -> Fix<FileSpan> {
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

/// A span and the blanks before it, where only the end of its line or statement stands behind it, or other blanks; and
/// where it is a whole statement among others, the `;` before it, or behind the first one.
fn with_blanks(text: &str, span: Span) -> Span {
    let (Some(before), Some(behind)) = (text.get(..span.start as usize), text.get(span.end as usize..))
    else {
        return span;
    };
    let written = before.trim_end_matches([' ', '\t']).len();
    let ends = behind.is_empty() || behind.starts_with(['\n', '\r', ';']);
    let whole_line = before.get(..written).is_none_or(|before| before.is_empty() || before.ends_with('\n'));
    let ends_block = behind.trim_start_matches([' ', '\t']).starts_with(['}', ';']);
    let written_before = before.get(..written).unwrap_or_default();
    let next = behind.trim_start_matches([';', ' ', '\t']);
    match written_before.strip_suffix(';') {
        _ if whole_line => span,
        // The first of several in a block on one line: what follows stands in its place.
        _ if written_before.ends_with('{') && behind.starts_with(';') && !next.starts_with(['\n', '\r']) => {
            Span::new(span.start as usize, text.len() - next.len())
        }
        Some(others) if ends_block => {
            Span::new(others.trim_end_matches([' ', '\t']).len(), span.end as usize)
        }
        _ if ends || (written < before.len() && behind.starts_with([' ', '\t'])) => {
            Span::new(written, span.end as usize)
        }
        _ => span,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

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
    fn what_takes_a_statement_out_of_a_line_leaves_no_trace() {
        let text = "s { owner b; when c; say d }\ns { owner b; when c }\ns { when c; say d }\noption e when c needs f\n";
        let files = Files::from([("main.wf".to_owned(), text.to_owned())]);
        let edits: Vec<Edit<FileSpan>> =
            text.match_indices("when c").map(|(at, _)| edit(at, at + "when c".len(), "")).collect();
        let fix = tidied(&files, &Fix { title: String::new(), edits });
        let made = applied(&files, &fix).unwrap()["main.wf"].clone();
        assert_eq!(made, "s { owner b; say d }\ns { owner b }\ns { say d }\noption e needs f\n");
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
}
