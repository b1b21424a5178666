//! What the player says to people: dates, names, states.
//!
//! English, as the language itself. A date is written with its weekday, because deadlines are about working days.
//! Invariant: every sentence names things as the source does, in backticks, and says what to do where something can
//! be done.

use super::cast;
use super::stage::Instance;
use crate::event::Place;
use crate::prepared::Prepared;
use crate::state::{End, NodeState, Phase};
use crate::view::{NodeView, view};
use wf_plan::{Date, Moment};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Names that a list shows before it is cut short.
const MAX_NAMES: usize = 12;

/// `Thu 5 Mar 2026 09:00`, on the clocks of the workflow's calendar.
#[must_use]
pub fn local(prepared: &Prepared, moment: Moment) -> String {
    let shown = prepared.workflow_calendar().and_then(|calendar| calendar.local(moment));
    let Some(local) = shown else { return "a time that no calendar has".to_owned() };
    format!("{} {:02}:{:02}", day(local.date), local.minute_of_day / 60, local.minute_of_day % 60)
}

/// A deadline: a midnight is the end of the day before it.
pub(super) fn due(prepared: &Prepared, moment: Moment) -> String {
    let shown = prepared.workflow_calendar().and_then(|calendar| calendar.local(moment));
    match shown.filter(|local| local.minute_of_day == 0 && local.ms_of_minute == 0) {
        Some(local) => match local.date.plus_days(-1) {
            Some(before) => format!("at the end of {}", day(before)),
            None => self::local(prepared, moment),
        },
        None => local(prepared, moment),
    }
}

fn day(date: Date) -> String {
    let (year, month, day) = date.ymd();
    let weekday = WEEKDAYS.get(date.weekday()).copied().unwrap_or_default();
    let month = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default();
    format!("{weekday} {day} {month} {year}")
}

/// Names in backticks, one after the other; `none` where there are none.
pub(super) fn names<'n>(names: impl Iterator<Item = &'n str>, none: &str) -> String {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        let name = format!("`{name}`");
        if !all.contains(&name) {
            all.push(name);
        }
    }
    let more = all.len().saturating_sub(MAX_NAMES);
    all.truncate(MAX_NAMES);
    match (all.is_empty(), more) {
        (true, _) => none.to_owned(),
        (false, 0) => all.join(", "),
        (false, more) => format!("{} and {more} more", all.join(", ")),
    }
}

/// A text as a test quotes it: in one line, cut short if it is long.
pub(super) fn quoted(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = flat.chars().take(160).collect();
    if short.len() < flat.len() {
        short.push('…');
    }
    format!("\"{short}\"")
}

/// The title of work, with the element of a copy.
pub(super) fn label(of: Instance<'_>, place: Place) -> String {
    let label = of.prepared.node(place.node).map(|node| node.label.clone()).unwrap_or_default();
    match element(of, place) {
        Some(element) => format!("{label} for {element}"),
        None => label,
    }
}

/// The name of work, with the element of a copy, as a test writes it.
pub(super) fn name(of: Instance<'_>, place: Place) -> String {
    let name = of.prepared.node(place.node).map(|node| node.name.clone()).unwrap_or_default();
    match element(of, place) {
        Some(element) => format!("`{name}(\"{element}\")`"),
        None => format!("`{name}`"),
    }
}

fn element(of: Instance<'_>, place: Place) -> Option<String> {
    let elements = &of.state.nodes.get(place.node.index())?.elements;
    let element = elements.get(usize::from(place.copy?))?;
    Some(crate::eval::show::show(of.prepared, element, None))
}

/// Where work stands: `` `kickoff` is waiting for `go_live` ``.
pub(super) fn stands(of: Instance<'_>, place: Place) -> String {
    let shown = view(of.prepared, of.state);
    let Some(node) = shown.nodes.iter().find(|node| node.place == place) else {
        return format!("{} has not started", name(of, place));
    };
    format!("{} {}", name(of, place), state(of, node))
}

/// Where a node stands, after its name.
fn state(of: Instance<'_>, node: &NodeView) -> String {
    let since = node.since.map(|since| format!(" since {}", local(of.prepared, since))).unwrap_or_default();
    let by = match node.done_by.as_slice() {
        [] => String::new(),
        people => {
            let people: Vec<String> =
                people.iter().map(|person| cast::shown(of.prepared.program(), person)).collect();
            format!(", by {}", people.join(", "))
        }
    };
    match node.state {
        NodeState::Waiting if matches!(of.state.phase, Phase::Ended(_)) => {
            "never started: the workflow ended before".to_owned()
        }
        NodeState::Waiting if node.waits_for.is_empty() => "is waiting".to_owned(),
        NodeState::Waiting => {
            let sources = node.waits_for.iter().filter_map(|source| of.prepared.node(*source));
            format!("is waiting for {}", names(sources.map(|node| node.name.as_str()), "nothing"))
        }
        NodeState::Active if node.owner.is_empty() => format!("is active{since}"),
        NodeState::Active => {
            format!("is active{since}, with {}", cast::shown(of.prepared.program(), &node.owner))
        }
        NodeState::Blocked => {
            let reason = node.block_reason.as_deref().unwrap_or_default();
            format!("is blocked{since}: {reason}")
        }
        NodeState::Completed | NodeState::Arrived => format!("is done{since}{by}"),
        NodeState::Chosen(_) => {
            format!("is done{since}{by}: `{}` was chosen", node.result.as_deref().unwrap_or_default())
        }
        NodeState::Ended(_) => {
            format!("is done{since}: it ended in `{}`", node.result.as_deref().unwrap_or_default())
        }
        NodeState::Late => format!("is late{since}: its time ran out and the story went on"),
        NodeState::SkippedByRule => format!("is skipped{since}, by rule"),
        NodeState::SkippedByPerson => format!("is skipped{since}{by}"),
        NodeState::NotTaken => "is not taken".to_owned(),
        NodeState::Cancelled => format!("was cancelled{since}"),
    }
}

/// How an instance ended, or that it runs and what is open.
pub(super) fn instance_stands(of: Instance<'_>) -> String {
    let shown = view(of.prepared, of.state);
    let at = local(of.prepared, of.state.ended);
    match of.state.phase {
        Phase::New => "it has not started".to_owned(),
        Phase::Running if shown.open.is_empty() => "it is still running".to_owned(),
        Phase::Running => format!("it is still running; open now: {}", shown.open.join("; ")),
        Phase::Ended(End::Outcome(_)) => {
            format!("it ended in `{}` on {at}", shown.outcome.as_deref().unwrap_or_default())
        }
        Phase::Ended(End::Finished) => format!("it finished on {at}"),
        Phase::Ended(End::WithoutOutcome) => format!("it ended without an outcome on {at}"),
        Phase::Ended(End::Cancelled) => format!("it was cancelled on {at}"),
    }
}
