//! One mistake is told once: findings that only follow from another are kept back, and those that tell the same
//! mistake again become one.
//!
//! The last step before people see what was found, over the whole project; an editor, which underlines every place,
//! asks for one file's diagnostics and gets them all. Invariant: as long as there is an error, at least one is told.

mod damage;
mod repeated;
mod shared;

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
    let found = shared::once(found);
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

#[cfg(test)]
mod tests {
    use crate::project::check_text;

    const PEOPLE: &str = "role clerk \"Clerk\" { reach email }\n";

    /// What is told, as `file:line message`.
    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let line = |file: &str, offset: u32| {
            let text = files.iter().find(|(path, _)| *path == file).map_or("", |(_, text)| text);
            text.bytes().take(offset as usize).filter(|byte| *byte == b'\n').count() + 1
        };
        let shown = |finding: super::Finding| {
            let at = &finding.at;
            format!("{}:{} {}", at.file, line(&at.file, at.span.start), finding.message)
        };
        check_text(files).into_iter().map(shown).collect()
    }

    fn workflow(body: &str) -> String {
        format!("use teams.clerk\n\nworkflow order \"Order\" {{\n  version 1\n  starts by clerk\n{body}}}\n")
    }

    const SHIP: &str = "  step ship \"Ship\" {\n    owner clerk\n    deadline 1 day\n  }\n";
    const DONE: &str = "  outcome done \"Done\" after ship\n";

    #[test]
    fn nothing_is_held_back_where_nothing_is_wrong() {
        let text = workflow(&format!("{SHIP}{DONE}"));
        assert_eq!(told(&[("main.wf", &text), ("teams.wf", PEOPLE)]), Vec::<String>::new());
    }

    #[test]
    fn a_declaration_unlike_all_its_uses_is_told_there_and_once() {
        let body = format!("{}{DONE}  outcome late \"Late\" after ship\n", SHIP.replace("ship", "shpi"));
        let text = workflow(&body);
        let expected = ["main.wf:6 nothing uses `shpi`, but `ship` is used in 2 places"];
        assert_eq!(told(&[("main.wf", &text), ("teams.wf", PEOPLE)]), expected);
    }

    #[test]
    fn a_role_misspelt_in_another_file_is_told_where_it_is_used_and_shows_the_other_file() {
        let text = workflow(&format!("{SHIP}{DONE}"));
        let people = PEOPLE.replace("clerk", "clrek");
        let found = check_text(&[("main.wf", &text), ("teams.wf", &people)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(&*found[0].at.file, "main.wf");
        assert_eq!(&*found[0].related[0].at.file, "teams.wf");
    }

    #[test]
    fn a_lost_brace_explains_what_is_missing_in_the_files_that_read_from_it() {
        let text = workflow(&format!("{SHIP}{DONE}"));
        let people = "role clerk \"Clerk\" {\n  reach email\n";
        assert_eq!(
            told(&[("main.wf", &text), ("teams.wf", people)]),
            ["teams.wf:1 the block of `role clerk` is not closed"]
        );
    }

    #[test]
    fn a_mistake_elsewhere_is_told_beside_a_line_that_cannot_be_read() {
        let text = workflow(&format!("{}{DONE}", SHIP.replace("owner clerk", "owner clrek")));
        let people = format!("{PEOPLE}\nrole boss \"Boss\" {{\n  reahc email\n  reach by\n}}\n");
        let found = told(&[("main.wf", &text), ("teams.wf", &people)]);
        assert!(found.iter().any(|finding| finding == "main.wf:7 there is no role `clrek`"), "{found:?}");
        assert!(found.iter().any(|finding| finding.starts_with("teams.wf:4")), "{found:?}");
    }
}
