//! Who hears of a node, and when: the work message, heads up, reminders, ladders, effects, and who may see it.
//!
//! Invariant: whoever gets a message because of the node stands here, with the moment.

use super::ladders::{self, capital};
use super::{Asked, listed, role_words, who_words};
use crate::typed::{Action, ActionKind, NodeKind, Reminder, Who};

/// One line for each occasion.
pub fn lines(asked: &Asked<'_>) -> Vec<String> {
    let node = asked.node;
    let mut lines = Vec::new();
    if let Some(heads_up) = &node.heads_up {
        lines.push(format!(
            "- {} before it is expected to start: {}.",
            capital(&heads_up.value.to_string()),
            owners(asked)
        ));
    }
    if !node.owners.is_empty() {
        let words = node.say.as_ref().map(|say| format!(": “{}”", asked.text(&say.text))).unwrap_or_default();
        let get = if node.owners.len() == 1 { "gets" } else { "get" };
        lines.push(format!("- When it starts: {} {get} the work{words}.", owners(asked)));
    }
    lines.extend(effects(asked, "When it starts", &node.on.start));
    lines.extend(node.reminders.iter().map(|reminder| reminded(asked, reminder)));
    for ladder in &node.ladders {
        let Some(trigger) = ladders::trigger(node, ladder) else {
            let name = if ladder.name.is_empty() {
                "Its escalation".to_owned()
            } else {
                format!("The escalation `{}`", ladder.name)
            };
            lines.push(format!("- {name} never begins: {}.", ladders::why_never(node)));
            continue;
        };
        lines.push(format!("- {}:", capital(&trigger)));
        lines.extend(
            ladders::levels(asked.typed(), node, ladder, asked.source)
                .into_iter()
                .map(|line| format!("  - {line}")),
        );
    }
    lines.extend(effects(asked, "When it is blocked", &node.on.block));
    lines.extend(effects(asked, "When its deadline passes", &node.on.overdue));
    lines.extend(effects(asked, "When it is done", &node.on.done));
    lines.extend(effects(asked, "When it is skipped", &node.on.skip));
    if let NodeKind::Outcome { effects: at_end, .. } = &node.kind {
        lines.extend(effects(asked, "When it is reached", at_end));
    }
    let mut seen: Vec<String> = node
        .seen_by
        .iter()
        .chain(&asked.typed().seen_by)
        .map(|role| role_words(asked.typed(), *role))
        .collect();
    seen.dedup();
    if !seen.is_empty() {
        lines.push(format!("- At any time: {} may look at it.", listed(&seen, "and")));
    }
    lines
}

fn owners(asked: &Asked<'_>) -> String {
    listed(&who_words(asked.typed(), asked.node, &Who::Owner, asked.source), "and")
}

fn reminded(asked: &Asked<'_>, reminder: &Reminder) -> String {
    let start = reminder.start.as_ref().map(|start| format!("{} before its deadline", start.value));
    let repeat = reminder.repeat.as_ref().map(|repeat| format!("every {}", repeat.value));
    let when = match (start, repeat) {
        (Some(start), Some(repeat)) => format!("{start}, then {repeat}"),
        (Some(start), None) => start,
        (None, Some(repeat)) => format!("{repeat} from its start"),
        (None, None) => "once".to_owned(),
    };
    let times = match reminder.stop_after {
        Some(1) => ", once".to_owned(),
        Some(times) => format!(", {times} times at most"),
        None => String::new(),
    };
    let to: Vec<String> = match reminder.to.is_empty() {
        true => who_words(asked.typed(), asked.node, &Who::Owner, asked.source),
        false => {
            let to = reminder.to.iter();
            to.flat_map(|who| who_words(asked.typed(), asked.node, &who.value, asked.source)).collect()
        }
    };
    let words = asked.text(&reminder.words.text);
    format!(
        "- {}{times}, while it is not done: {} {} reminded: “{words}”.",
        capital(&when),
        listed(&to, "and"),
        are(&to)
    )
}

fn are(people: &[String]) -> &'static str {
    if people.len() == 1 { "is" } else { "are" }
}

fn effects(asked: &Asked<'_>, when: &str, actions: &[Action]) -> Vec<String> {
    let tells = actions.iter().filter_map(|action| match &action.kind {
        ActionKind::Tell { who, words, .. } => {
            let who =
                who.iter().flat_map(|who| who_words(asked.typed(), asked.node, &who.value, asked.source));
            Some((who.collect::<Vec<String>>(), asked.text(&words.text)))
        }
        _ => None,
    });
    tells
        .map(|(who, words)| format!("- {when}: {} {} told: “{words}”.", listed(&who, "and"), are(&who)))
        .collect()
}
