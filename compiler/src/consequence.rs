//! One mistake is told once: findings that only follow from another are kept back, and those that tell the same
//! mistake again become one.
//!
//! The last step before people see what was found, over the whole project; an editor, which underlines every place,
//! asks for one file's diagnostics and gets them all. Invariant: as long as there is an error, at least one is told.

mod damage;
mod repeated;

use crate::lint::{import_not_found, unknown_name, unused_name};
use damage::Damage;
use std::collections::BTreeMap;
use wf_lang::diagnostic::{Diagnostic, Severity};
use wf_lang::span::{FileSpan, LineIndex};

/// A finding with its final place.
type Finding = Diagnostic<FileSpan>;

/// What is told of everything that was found, in the same order. `texts` are the project's own files by path.
#[must_use]
pub fn told(found: Vec<Finding>, texts: &BTreeMap<&str, &str>) -> Vec<Finding> {
    if !found.iter().any(|finding| finding.severity == Severity::Error) {
        return found;
    }
    let sources = Sources::of(&found, texts);
    let damage = Damage::of(&found, &sources);
    let kept = found.into_iter().filter(|finding| !damage.explains(finding, &sources)).collect();
    let mut told = repeated::once(kept, &sources);
    // A file that moved to another place in the order of findings stays with its file.
    told.sort_by(|a, b| (&a.at, a.rule.code).cmp(&(&b.at, b.rule.code)));
    told
}

/// The texts that findings stand in, with their lines.
struct Sources<'a> {
    texts: &'a BTreeMap<&'a str, &'a str>,
    lines: BTreeMap<&'a str, LineIndex>,
}

impl<'a> Sources<'a> {
    fn of(found: &[Finding], texts: &'a BTreeMap<&'a str, &'a str>) -> Self {
        let mut lines = BTreeMap::new();
        for finding in found {
            let places = finding.related.iter().map(|related| &related.at).chain([&finding.at]);
            for (file, text) in places.filter_map(|at| texts.get_key_value(&*at.file)) {
                lines.entry(*file).or_insert_with(|| LineIndex::new(text));
            }
        }
        Self { texts, lines }
    }

    fn line(&self, at: &FileSpan) -> u32 {
        self.lines.get(&*at.file).map_or(0, |lines| lines.line(at.span.start))
    }

    /// What the user wrote at a place, without the quotation marks of a text.
    fn written(&self, at: &FileSpan) -> &'a str {
        self.texts.get(&*at.file).map_or("", |text| at.span.slice(text)).trim_matches('"')
    }
}

/// Whether the finding says that a name is not there.
fn is_not_found(finding: &Finding) -> bool {
    finding.rule == &unknown_name::RULE || finding.rule == &import_not_found::RULE
}

fn is_unused(finding: &Finding) -> bool {
    finding.rule == &unused_name::RULE
}

/// The words of a text, as names are written.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).filter(|word| !word.is_empty())
}
