//! Findings that tell one mistake again and again: a name that is misspelt where it is declared, a declaration that is
//! gone, several names of one `use` line.
//!
//! Invariant: each place that is not told by itself is shown with the finding that stands for it, as far as people
//! read.

use super::{Finding, Sources, is_not_found};
use crate::lint::{duplicate_name, import_not_found, unknown_name};
use std::collections::{BTreeMap, BTreeSet};
use wf_lang::diagnostic::{Diagnostic, Related};
use wf_lang::span::{FileSpan, Span};

/// The whole project is searched for so many names; with more that are wrong, something else is the matter.
const MOST_NAMES_SEARCHED: usize = 64;

/// More places than these are counted, not shown.
const MOST_PLACES_SHOWN: usize = 3;

/// The findings with each mistake told once.
pub(super) fn once(found: Vec<Finding>, sources: &Sources<'_>) -> Vec<Finding> {
    let mut groups: BTreeMap<Key, Vec<Finding>> = BTreeMap::new();
    let mut told = Vec::new();
    let proposals: BTreeSet<&str> =
        found.iter().filter(|finding| is_not_found(finding)).filter_map(proposed).collect();
    let searched = proposals.into_iter().take(MOST_NAMES_SEARCHED);
    let declared: BTreeMap<String, FileSpan> =
        searched.filter_map(|name| Some((name.to_owned(), only_place(name, sources)?))).collect();
    for finding in found {
        match key(&finding, sources, &declared) {
            Some(key) => groups.entry(key).or_default().push(finding),
            None => told.push(finding),
        }
    }
    // Declarations last: they take the place of what else is said about them.
    for (key, group) in groups.into_iter().rev() {
        match key {
            Key::Declared { at, written, meant } => {
                told.retain(|finding| finding.at != at);
                told.push(declared_wrongly(at, &written, &meant, group));
            }
            Key::Missing { .. } | Key::Same { .. } | Key::Line { .. } => told.extend(first_of(group)),
        }
    }
    told
}

/// What makes two findings the same mistake.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// `meant` is nowhere, and `written`, which is much like it, is declared and used nowhere.
    Declared { at: FileSpan, written: String, meant: String },
    /// A name that is not there, in one file.
    Missing { file: String, name: String },
    /// Word for word the same, in one file.
    Same { file: String, message: String },
    /// Names of one line, by the rule's code.
    Line { file: String, line: u32, code: &'static str },
}

fn key(finding: &Finding, sources: &Sources<'_>, declared: &BTreeMap<String, FileSpan>) -> Option<Key> {
    let file = finding.at.file.to_string();
    let line = sources.line(&finding.at);
    if finding.rule == &duplicate_name::RULE {
        return Some(Key::Line { file, line, code: finding.rule.code });
    }
    if !is_not_found(finding) {
        let message = finding.message.clone();
        return Some(Key::Same { file, message });
    }
    let name = sources.written(&finding.at);
    if let Some(written) = proposed(finding)
        && let Some(at) = declared.get(written)
        && !name.is_empty()
    {
        return Some(Key::Declared { at: at.clone(), written: written.to_owned(), meant: name.to_owned() });
    }
    if finding.rule == &import_not_found::RULE && proposed(finding).is_none() {
        return Some(Key::Line { file, line, code: finding.rule.code });
    }
    Some(Key::Missing { file, name: name.to_owned() })
}

/// The name that the finding proposes instead.
fn proposed(finding: &Finding) -> Option<&str> {
    let [fix] = finding.fixes.as_slice() else { return None };
    let edit = fix.edits.iter().find(|edit| edit.at == finding.at)?;
    Some(edit.replacement.trim_matches('"'))
}

/// Where a name stands, if the whole project has it in one place only: there it is declared, and nothing uses it.
fn only_place(name: &str, sources: &Sources<'_>) -> Option<FileSpan> {
    let mut only = None;
    for (file, text) in sources.texts {
        for (at, _) in
            text.match_indices(name).filter(|(at, _)| is_whole(text, *at, name) && !in_comment(text, *at))
        {
            if only.is_some() {
                return None;
            }
            only = Some(FileSpan { file: (*file).into(), span: Span::new(at, at + name.len()) });
        }
    }
    only
}

fn is_whole(text: &str, at: usize, name: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let behind = text.get(at + name.len()..).and_then(|behind| behind.chars().next());
    !before.is_some_and(is_word) && !behind.is_some_and(is_word)
}

fn in_comment(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.trim_start().starts_with('#')
}

/// One finding at the declaration whose name is unlike all its uses; with a single use, at the use.
fn declared_wrongly(at: FileSpan, written: &str, meant: &str, group: Vec<Finding>) -> Finding {
    // A fix of a name that stands in several places has an edit for each.
    let edits = |finding: &Finding| {
        finding.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.at.clone()).collect::<Vec<_>>()
    };
    let places: Vec<FileSpan> = group.iter().flat_map(edits).collect();
    let mut group = group.into_iter();
    if let (1, Some(only)) = (places.len(), group.next()) {
        return only.with_related(at, format!("`{written}` is here, and nothing uses it"));
    }
    let message = format!("nothing uses `{written}`, but `{meant}` is used in {} places", places.len());
    let finding = Diagnostic::new(&unknown_name::RULE, at.clone(), message)
        .with_label(format!("did you mean `{meant}`?"))
        .with_help(format!("write `{meant}` here, or `{written}` in the other places"))
        .with_fix(format!("write `{meant}`"), at, meant);
    with_places(finding, places, "used here")
}

/// The first of several findings, with the places of the others and what cures them in the same way.
fn first_of(group: Vec<Finding>) -> Option<Finding> {
    let mut group = group.into_iter();
    let mut first = group.next()?;
    let others: Vec<Finding> = group.collect();
    if others.is_empty() {
        return Some(first);
    }
    for fix in &mut first.fixes {
        let same = others.iter().flat_map(|other| &other.fixes).filter(|other| other.title == fix.title);
        for edit in same.flat_map(|other| &other.edits) {
            if !fix.edits.contains(edit) {
                fix.edits.push(edit.clone());
            }
        }
    }
    let places = others.into_iter().map(|finding| finding.at).collect();
    let told = if first.rule == &unknown_name::RULE { "used here, too" } else { "the same here" };
    Some(with_places(first, places, told))
}

fn with_places(mut finding: Finding, places: Vec<FileSpan>, told: &str) -> Finding {
    let more = places.len().saturating_sub(MOST_PLACES_SHOWN);
    let shown = places.into_iter().take(MOST_PLACES_SHOWN);
    finding.related.extend(shown.map(|at| Related { message: told.to_owned(), at }));
    if more > 0
        && let Some(last) = finding.related.last_mut()
    {
        last.message = format!("{told}, and in {more} more {}", if more == 1 { "place" } else { "places" });
    }
    finding
}
