//! Ladders in words: what sets one off, whom each level reaches and when, and what comes at its end.
//!
//! Shared by `wfc why` and `wfc drill`. Invariant: every level has its line, in order.

use super::{listed, role_words, who_words};
use crate::place::Place;
use crate::reach::has_if_late;
use crate::typed::{Action, ActionKind, Alternative, Ask, Ladder, Level, Node, Typed};

/// "if nobody does anything for 3 business days or its deadline passes (`nudge`)"; `None` where nothing sets it off.
#[must_use]
pub fn trigger(node: &Node, ladder: &Ladder) -> Option<String> {
    let silence = ladder.on_silence.as_ref().map(|time| format!("nobody does anything for {}", time.value));
    let block = ladder.on_block.as_ref().map(|time| format!("it is blocked for {}", time.value));
    // Lateness that settles the node leaves nothing overdue.
    let overdue = ladder.on_overdue && !node.deadlines.is_empty() && !has_if_late(node);
    let overdue = overdue.then(|| "its deadline passes".to_owned());
    let signs: Vec<String> = [silence, block, overdue].into_iter().flatten().collect();
    let name = if ladder.name.is_empty() { String::new() } else { format!(" (`{}`)", ladder.name) };
    (!signs.is_empty()).then(|| format!("if {}{name}", listed(&signs, "or")))
}

/// Why nothing sets a ladder off that waits for the deadline alone.
#[must_use]
pub fn why_never(node: &Node) -> &'static str {
    match has_if_late(node) && !node.deadlines.is_empty() {
        true => "when the deadline passes, `if late` settles it at once",
        false => "it has no deadline that could pass",
    }
}

/// One line for each level, and what comes behind the last question.
#[must_use]
pub fn levels(typed: &Typed, node: &Node, ladder: &Ladder, source: &dyn Fn(Place) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    let mut before: Option<&Level> = None;
    for level in &ladder.levels {
        let when = when(before, level);
        lines.push(format!("level {}, {when}: {}", level.number, does(typed, node, level, source)));
        before = Some(level);
    }
    lines.extend(end(typed, ladder));
    lines
}

/// When a level comes, counted from the one before.
fn when(before: Option<&Level>, level: &Level) -> String {
    let after = level.after.as_ref().map(|after| after.value.to_string());
    let decided = before.and_then(|before| before.ask.as_ref()).and_then(|ask| ask.decide_within.as_ref());
    match (after, decided, before) {
        (Some(after), Some(within), _) => {
            format!("{after} later, or when nobody has answered for {}", within.value)
        }
        (Some(after), None, Some(_)) => format!("{after} later"),
        (Some(after), None, None) => format!("{after} after that"),
        (None, Some(within), _) => format!("when nobody has answered for {}", within.value),
        (None, None, _) => "at once".to_owned(),
    }
}

/// "tells `legal`", "asks `csm`: go on, or wait".
#[must_use]
pub fn does(typed: &Typed, node: &Node, level: &Level, source: &dyn Fn(Place) -> String) -> String {
    let mut parts = Vec::new();
    let told: Vec<String> = told(typed, node, &level.actions, source);
    if !told.is_empty() {
        parts.push(format!("tells {}", listed(&told, "and")));
    }
    if let Some(ask) = &level.ask {
        let who: Vec<String> =
            ask.who.iter().flat_map(|who| who_words(typed, node, &who.value, source)).collect();
        let choices: Vec<String> =
            ask.alternatives.iter().map(|alternative| format!("“{}”", alternative.label)).collect();
        let choices = if choices.is_empty() {
            String::new()
        } else {
            format!(" to choose: {}", listed(&choices, "or"))
        };
        parts.push(format!("asks {}{choices}", listed(&who, "and")));
    }
    if parts.is_empty() { "tells nobody".to_owned() } else { parts.join(", and ") }
}

fn told(typed: &Typed, node: &Node, actions: &[Action], source: &dyn Fn(Place) -> String) -> Vec<String> {
    let who = actions.iter().flat_map(|action| match &action.kind {
        ActionKind::Tell { who, .. } => who.as_slice(),
        _ => &[],
    });
    who.flat_map(|who| who_words(typed, node, &who.value, source)).collect()
}

/// What comes when the last level has come and nothing has happened.
#[must_use]
pub fn end(typed: &Typed, ladder: &Ladder) -> Option<String> {
    let ask = ladder.levels.last()?.ask.as_ref()?;
    let Some(within) = &ask.decide_within else {
        return Some("then the question stays open".to_owned());
    };
    Some(match otherwise(ask) {
        Some(taken) => format!(
            "when nobody has answered for {}: “{}” is taken{}",
            within.value,
            taken.label,
            effect(typed, taken)
        ),
        None => format!(
            "when nobody has answered for {}: an incident for the process owner, and the question stays open",
            within.value
        ),
    })
}

fn otherwise(ask: &Ask) -> Option<&Alternative> {
    ask.otherwise.and_then(|at| ask.alternatives.get(usize::from(at)))
}

/// What taking an alternative does to the node.
fn effect(typed: &Typed, taken: &Alternative) -> String {
    let does = taken.actions.iter().find_map(|action| match &action.kind {
        ActionKind::Complete => Some("it counts as done".to_owned()),
        ActionKind::Skip => Some("it is skipped".to_owned()),
        ActionKind::Extend(by) => Some(format!("its deadline is extended by {}", by.value)),
        ActionKind::Reassign(role) => Some(format!("the work goes to {}", role_words(typed, *role))),
        ActionKind::Choose(_) => Some("it is decided by that".to_owned()),
        ActionKind::Outcome(outcome) => {
            Some(format!("the instance ends in `{}`", crate::proof_words::name(typed, *outcome)))
        }
        _ => None,
    });
    does.map(|does| format!(", so {does}")).unwrap_or_default()
}

/// With a capital letter.
#[must_use]
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
