//! WF413: options and alternatives fit the buttons of the channels their people are reached by.

use crate::place::{Place, Problem};
use crate::reach::{Reached, owners, receivers, role_name};
use crate::subject::Subject;
use crate::typed::{Ask, Node, NodeKind, Typed};
use crate::uses::also_at;
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::RoleId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF413",
    name: "title-too-long-for-channel",
    severity: Severity::Warning,
    summary: "options and alternatives fit the buttons of the channels their people are reached by",
};

/// What a channel's buttons hold.
struct Buttons {
    kind: &'static str,
    /// As people know it.
    name: &'static str,
    /// Characters of one button.
    characters: usize,
    /// Buttons of one message.
    count: usize,
}

/// Channels whose makers say what a button holds. The others (email, Telegram, Teams, Google Chat) name no limit for
/// the words of a button that a person could read at a glance.
///
/// WhatsApp: Meta, Cloud API, "Interactive reply buttons messages": up to three buttons, label up to 20 characters.
/// Slack: Block Kit, "Button element": text up to 75 characters; "Actions block": up to 25 elements.
const BUTTONS: [Buttons; 2] = [
    Buttons { kind: "whatsapp", name: "WhatsApp", characters: 20, count: 3 },
    Buttons { kind: "slack", name: "Slack", characters: 75, count: 25 },
];

/// Something to choose: its words, the shorter ones, and where they stand.
type Choice<'a> = (&'a str, Option<&'a str>, Place);

/// Decisions and questions that do not fit where they are read.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let mut found = Vec::new();
    for node in &typed.nodes {
        let NodeKind::Decision { options, .. } = &node.kind else { continue };
        let choices: Vec<Choice<'_>> = options
            .iter()
            .map(|option| (option.label.as_str(), option.short.as_deref(), option.at))
            .collect();
        found.extend(unfit(typed, &owners(typed, node), &choices, "option", node.at));
    }
    for used in &subject.uses.declared_ladders {
        let mut told: Vec<Problem> = Vec::new();
        for user in &used.by {
            for ask in user.used.levels.iter().filter_map(|level| level.ask.as_ref()) {
                for problem in in_question(typed, user.node, ask) {
                    if !told.iter().any(|known| known.at == problem.at) {
                        told.push(also_at(problem, user.used.used_at, "the escalation is used here"));
                    }
                }
            }
        }
        found.extend(told);
    }
    found
}

fn in_question(typed: &Typed, node: &Node, ask: &Ask) -> Vec<Problem> {
    let people: Vec<Reached<'_>> =
        ask.who.iter().flat_map(|who| receivers(typed, node, &who.value)).collect();
    let choices = ask.alternatives.iter();
    let choices: Vec<Choice<'_>> =
        choices.map(|one| (one.label.as_str(), one.short.as_deref(), one.at)).collect();
    unfit(typed, &people, &choices, "alternative", ask.at)
}

/// What does not fit the channels of these people: each word that is too long, or too many of them.
fn unfit(
    typed: &Typed,
    people: &[Reached<'_>],
    choices: &[Choice<'_>],
    what: &str,
    all_at: Place,
) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    for (buttons, role) in
        BUTTONS.iter().filter_map(|buttons| Some((buttons, reached_by(typed, people, buttons)?)))
    {
        let role = role_name(typed, role);
        for (label, short, at) in choices {
            let shown = short.unwrap_or(label);
            let length = shown.chars().count();
            if length <= buttons.characters || found.iter().any(|known| known.at == *at) {
                continue;
            }
            let message = format!(
                "“{shown}” does not fit a button: `{role}` is reached by {}, which shows {} characters of its {length}",
                buttons.name, buttons.characters
            );
            let help = match short {
                Some(_) => format!("shorten the words after `short` to {} characters", buttons.characters),
                None => format!("add `short \"…\"` with at most {} characters", buttons.characters),
            };
            found.push(Problem::new(&RULE, *at, message).with_help(help));
        }
        if choices.len() > buttons.count {
            let message = format!(
                "`{role}` is reached by {}, which shows {} buttons, and there are {} {what}s to choose from",
                buttons.name,
                buttons.count,
                choices.len()
            );
            let help = format!("offer at most {}, or reach the role another way", buttons.count);
            found.push(Problem::new(&RULE, all_at, message).with_help(help));
        }
    }
    found
}

/// A role among these people that a kind of channel reaches.
fn reached_by(typed: &Typed, people: &[Reached<'_>], buttons: &Buttons) -> Option<RoleId> {
    people.iter().find_map(|person| {
        let Reached::Role(role) = person else { return None };
        let reach = &typed.roles.get(role.index())?.reach;
        let kinds = reach.iter().filter_map(|reach| typed.channels.get(reach.channel.index()));
        kinds.map(|channel| channel.data.kind.as_str()).any(|kind| kind == buttons.kind).then_some(*role)
    })
}
