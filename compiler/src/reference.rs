//! The reference of all rules as Markdown: an index by family, and one page for each rule.
//!
//! Pages are those that `wfc explain` shows, with links between them. Invariant: every rule has one file, named by its
//! code, which never changes, and one line in the index with an anchor of that name.

use crate::rules::{self, Entry};
use wf_lang::diagnostic::Severity;

/// The families of checks: the letters their codes begin with, and what they are about.
pub const FAMILIES: &[(&str, &str)] = &[
    ("WF0", "Words, names and types"),
    ("WF1", "The graph"),
    ("WF2", "Decisions and conditions"),
    ("WF3", "Time"),
    ("WF4", "Reminders and escalation"),
    ("WF5", "People"),
    ("WF6", "Data"),
    ("WF7", "Policies and versions"),
    ("WF8", "Style"),
];

/// The name of the index.
const INDEX: &str = "README.md";

/// What a code's family is about.
#[must_use]
pub fn family(code: &str) -> &'static str {
    FAMILIES.iter().find(|(letters, _)| code.starts_with(letters)).map_or("", |(_, about)| about)
}

/// All pages: file names and texts, the index first.
#[must_use]
pub fn pages() -> Vec<(String, String)> {
    let page = |(at, entry): (usize, &Entry)| (file(entry), page(entry, at));
    std::iter::once((INDEX.to_owned(), index())).chain(rules::ALL.iter().enumerate().map(page)).collect()
}

/// `WF103.md`.
fn file(entry: &Entry) -> String {
    format!("{}.md", entry.rule.code)
}

fn index() -> String {
    let mut out =
        "# What is checked\n\nEvery finding has a code, which never changes, and a name. ".to_owned();
    out.push_str("`wfc explain WF103` shows the same page in the terminal.\n");
    for (letters, about) in FAMILIES {
        out.push_str(&format!(
            "\n## {about}\n\n| code | name | weight | what it holds |\n|---|---|---|---|\n"
        ));
        for entry in rules::ALL.iter().filter(|entry| entry.rule.code.starts_with(letters)) {
            let rule = entry.rule;
            let anchor = rule.code.to_lowercase();
            out.push_str(&format!(
                "| <a id=\"{anchor}\"></a>[{}]({}) | `{}` | {} | {} |\n",
                rule.code,
                file(entry),
                rule.name,
                rule.severity.as_str(),
                rule.summary
            ));
        }
    }
    out
}

/// A rule's page with what the page itself leaves to the list: weight, family, neighbours.
fn page(entry: &Entry, at: usize) -> String {
    let rule = entry.rule;
    let (title, rest) = entry.page.split_once('\n').unwrap_or((entry.page, ""));
    let anchor = rule.code.to_lowercase();
    let name = rule.name;
    let weight = match rule.severity {
        Severity::Error => "error: nothing is built before it is cured",
        Severity::Warning => "warning: it can be built, and probably does not say what was meant",
        Severity::Note => "note: worth knowing",
    };
    let link = |entry: &Entry, arrow: &str| {
        format!("[{arrow} {} {}]({})", entry.rule.code, entry.rule.name, file(entry))
    };
    let before = at.checked_sub(1).and_then(|at| rules::ALL.get(at)).map(|entry| link(entry, "←"));
    let after = rules::ALL.get(at + 1).map(|entry| link(entry, "→"));
    let list = format!("[all rules]({INDEX}#{anchor})");
    let links: Vec<String> = before.into_iter().chain([list]).chain(after).collect();
    format!(
        "<a id=\"{name}\"></a>\n\n{title}\n\n*{}* · {weight}\n{}\n\n---\n\n{}\n",
        family(rule.code),
        rest.trim_end(),
        links.join(" · ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_link_leads_to_a_page_that_is_there() {
        let pages = pages();
        let names: BTreeSet<&str> = pages.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names.len(), rules::ALL.len() + 1, "one page for each rule, and the index");
        let mut followed = 0;
        for (name, text) in &pages {
            for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
                assert!(names.contains(file), "{name}: there is no {file}");
                let (_, page) = pages.iter().find(|(other, _)| other == file).unwrap();
                assert!(anchor.is_empty() || page.contains(&format!("<a id=\"{anchor}\"></a>")), "{target}");
                followed += 1;
            }
        }
        assert!(followed > 3 * rules::ALL.len());
    }

    #[test]
    fn every_rule_has_a_family_and_stands_in_the_index() {
        let index = index();
        for entry in rules::ALL {
            assert!(!family(entry.rule.code).is_empty(), "{}", entry.rule.code);
            assert!(index.contains(&format!("`{}`", entry.rule.name)), "{}", entry.rule.name);
        }
    }
}
