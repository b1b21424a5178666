//! WF601: personal data and secrets go only where they may.
//!
//! One finding for each field and each text with it, however many channels it reaches that way. Invariant: the
//! places shown lead from the field's declaration to the text.

use crate::exposure::{Exposure, Sink, exposures};
use crate::place::{Place, Problem};
use crate::subject::Subject;
use crate::typed::{Text, Typed};
use std::collections::BTreeMap;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF601",
    name: "personal-data-leak",
    severity: Severity::Error,
    summary: "personal data and secrets go only where they may",
};

/// Fields that reach what does not carry them.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let mut leaks: Vec<Vec<Exposure>> = Vec::new();
    let mut known: BTreeMap<(Place, String, bool), usize> = BTreeMap::new();
    for exposure in exposures(typed).into_iter().filter(|exposure| !exposure.is_carried(typed)) {
        let same_text = (exposure.at, exposure.mark.field.clone(), exposure.mark.secret);
        match known.get(&same_text).and_then(|at| leaks.get_mut(*at)) {
            Some(leak) => leak.push(exposure),
            None => {
                known.insert(same_text, leaks.len());
                leaks.push(vec![exposure]);
            }
        }
    }
    leaks.iter().filter_map(|leak| problem(typed, leak)).collect()
}

fn problem(typed: &Typed, leak: &[Exposure]) -> Option<Problem> {
    let first = leak.first()?;
    let (field, kind) = (&first.mark.field, if first.mark.secret { "secret" } else { "personal" });
    let mut sinks: Vec<Sink> = Vec::new();
    for exposure in leak {
        if !sinks.contains(&exposure.sink) {
            sinks.push(exposure.sink);
        }
    }
    let names: Vec<String> = sinks.iter().map(|sink| name(typed, *sink)).collect();
    let carries = if names.len() == 1 { "which does not carry it" } else { "which do not carry it" };
    let message = format!("`{field}` is {kind} and reaches {}, {carries}", listed(&names));
    let mut problem = Problem::new(&RULE, first.at, message).with_label(label(typed, first)).with_help(help(
        typed,
        &sinks,
        field,
        first.mark.secret,
    ));
    for (at, words) in way(first, kind) {
        problem = problem.with_related(at, words);
    }
    for exposure in leak {
        if let (Sink::Channel(_), Some(reach)) = (exposure.sink, exposure.reach) {
            let role = typed.roles.iter().find(|role| role.reach.iter().any(|way| way.at == reach));
            let role = role.map(|role| role.name.as_str()).unwrap_or_default();
            problem =
                problem.with_related(reach, format!("`{role}` is reached by {}", name(typed, exposure.sink)));
        }
    }
    Some(problem)
}

fn label(typed: &Typed, exposure: &Exposure) -> String {
    let field = &exposure.mark.field;
    let stands_at = |text: &Option<Text>| text.as_ref().is_some_and(|text| text.at == exposure.at);
    match (stands_at(&typed.title), stands_at(&typed.reference)) {
        (true, _) => format!("`{field}` goes out with the title, which stands on every message"),
        (_, true) => format!("`{field}` goes out with the reference, which stands on every message"),
        _ => format!("`{field}` goes out here"),
    }
}

/// The places from the field to the text, each once, without the one that is shown already.
fn way(exposure: &Exposure, kind: &str) -> Vec<(Place, String)> {
    let field = &exposure.mark.field;
    let mut found: Vec<(Place, String)> = Vec::new();
    // Of a field that stands in the text itself, its declaration says enough.
    let path = match exposure.mark.path.as_slice() {
        [declared, _] => std::slice::from_ref(declared),
        path => path,
    };
    for (index, at) in path.iter().enumerate() {
        if *at == exposure.at || found.iter().any(|(known, _)| known == at) {
            continue;
        }
        let words = match index {
            0 => format!("`{field}` is marked as {kind} here"),
            _ => format!("`{field}` is passed on here"),
        };
        found.push((*at, words));
    }
    found
}

fn name(typed: &Typed, sink: Sink) -> String {
    match sink {
        Sink::Channel(channel) => {
            let channel = typed.channels.get(channel.index());
            format!("`{}`", channel.map(|channel| channel.data.name.as_str()).unwrap_or_default())
        }
        Sink::System(system) => {
            let system = typed.systems.get(system.index());
            format!("`{}`", system.map(|system| system.name.as_str()).unwrap_or_default())
        }
        Sink::Agent => "the agent".to_owned(),
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        names => names.concat(),
    }
}

fn help(typed: &Typed, sinks: &[Sink], field: &str, secret: bool) -> String {
    let kind = if secret { "secret" } else { "personal" };
    let allow = |sink: &Sink| match sink {
        Sink::Agent if secret => None,
        Sink::Agent => Some("`carries personal` in `agent { … }`".to_owned()),
        Sink::Channel(_) => {
            let name = name(typed, *sink);
            Some(format!("`channel {} {{ carries {kind} }}`", name.trim_matches('`')))
        }
        Sink::System(_) => Some(format!("`carries {kind}` in the system {}", name(typed, *sink))),
    };
    let allowed: Vec<String> = sinks.iter().filter_map(allow).collect();
    let take_out = format!("take `{field}` out of what is sent");
    match allowed.is_empty() {
        true => format!("{take_out}: no agent carries secrets"),
        false => format!("{take_out}, or, if it may go there, write {}", allowed.join(" and ")),
    }
}
