//! WF003: two things of one name where the name could mean either.

use crate::place::{Place, Problem};
use crate::resolve::{Item, ItemKind, UseLine};
use std::collections::HashMap;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF003",
    name: "duplicate-name",
    severity: Severity::Error,
    summary: "no two things of one place have the same name",
};

/// Two declarations of one name in a file. Languages of one message share its name; nothing refers to policies and
/// tests, so they only differ from their like.
pub fn of_declarations(items: &[Item]) -> Vec<Problem> {
    let mut seen: HashMap<(bool, &str, Option<&str>), &Item> = HashMap::new();
    let mut messages: HashMap<&str, &Item> = HashMap::new();
    let mut problems = Vec::new();
    for item in items {
        let is_message = item.kind == ItemKind::Message;
        let key = (item.kind.is_referred_to(), item.name.as_str(), item.language.as_deref());
        let same_words = seen.get(&key).copied();
        let other_thing = seen.get(&(key.0, key.1, None)).filter(|first| first.kind != item.kind).copied();
        let message = messages.get(item.name.as_str()).filter(|_| !is_message && key.0).copied();
        match same_words.or(other_thing).or(message) {
            Some(first) => problems.push(problem(item, first.kind.as_str(), first.place())),
            None => {
                seen.insert(key, item);
            }
        }
        if is_message {
            messages.entry(&item.name).or_insert(item);
        }
    }
    problems
}

/// A name that is brought in although it is declared in the file, or twice.
pub fn of_imports(uses: &[UseLine], items: &[Item]) -> Vec<Problem> {
    let mut seen: HashMap<&str, Place> = HashMap::new();
    let mut problems = Vec::new();
    for line in uses {
        for name in &line.names {
            let at = Place { decl: line.id, at: name.at };
            let own = items.iter().find(|item| item.name == name.text && item.kind.is_referred_to());
            if let Some(own) = own {
                problems.push(problem(own, "name brought in by `use`", at));
            } else if let Some(first) = seen.get(name.text.as_str()) {
                let message = format!("`{}` is brought in twice", name.text);
                let problem = Problem::new(&RULE, at, message).with_related(*first, "first brought in here");
                problems
                    .push(problem.with_help("delete one of them, so that it is clear which one is meant"));
            } else {
                seen.insert(&name.text, at);
            }
        }
    }
    problems
}

fn problem(item: &Item, first: &str, place: Place) -> Problem {
    let message =
        format!("there is already a {first} `{}`", item.name).replace("already a enum", "already an enum");
    let message = message.replace("already a escalation", "already an escalation");
    Problem::new(&RULE, item.place(), message)
        .with_label("the same name again")
        .with_related(place, "first used here")
        .with_help("give one of them another name")
}
