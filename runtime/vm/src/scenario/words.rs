//! What the player says to people: dates, states, refusals.
//!
//! English, as the language itself. A date is written with its weekday, because deadlines are about working days.
//! Invariant: every sentence names things as the source does, in backticks, and says what to do where something can
//! be done.

use super::cast;
use super::stage::Instance;
use crate::effect::Refusal;
use crate::event::{Actor, Place};
use crate::prepared::Prepared;
use crate::state::{End, NodeState, Phase};
use crate::view::{NodeView, view};
use wf_plan::calendar::{Duration, Unit};
use wf_plan::node::NodeKind;
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

/// `2 business days`, as the language writes it.
pub(super) fn duration(duration: &Duration) -> String {
    let unit = match duration.unit {
        Unit::Minutes => "minute",
        Unit::Hours => "hour",
        Unit::Days => "day",
        Unit::Weeks => "week",
        Unit::Months => "month",
        Unit::Years => "year",
        Unit::BusinessHours => "business hour",
        Unit::BusinessDays => "business day",
    };
    let plural = if duration.amount.unsigned_abs() == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", duration.amount)
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

/// Why an act at a place was refused, without naming who acts.
#[must_use]
pub fn refusal(
    prepared: &Prepared,
    state: &crate::state::State,
    place: Option<Place>,
    refusal: &Refusal,
) -> String {
    refused(Instance { prepared, state }, place, refusal, None)
}

/// Why an act was refused.
pub(super) fn refused(
    of: Instance<'_>,
    place: Option<Place>,
    refusal: &Refusal,
    by: Option<&Actor>,
) -> String {
    let program = of.prepared.program();
    let who = by.map_or_else(|| "this person".to_owned(), |by| cast::shown(program, &by.person));
    let it = place.map_or_else(|| "it".to_owned(), |place| name(of, place));
    let stands = || place.map_or_else(|| instance_stands(of), |place| stands(of, place));
    match refusal {
        Refusal::NotStarted => "the workflow has not started".to_owned(),
        Refusal::AlreadyStarted => "the workflow has started already".to_owned(),
        Refusal::AlreadyEnded => format!("nothing can be done any more: {}", instance_stands(of)),
        Refusal::NoSuchPlace => format!("there is no such work: {}", stands()),
        Refusal::NotActive => stands(),
        Refusal::NotBlocked => format!("{it} is not blocked"),
        Refusal::NotForThisKind => not_for_this_kind(of, place),
        Refusal::NotYourRole => format!("{who} may not do this{}", owner_words(of, place)),
        Refusal::ClaimedByAnother { owner } => {
            format!("{} has taken {it}, so {who} may not do this", cast::shown(program, owner))
        }
        Refusal::SamePerson { person } => {
            let person = cast::shown(program, person);
            format!("{it} needs a different person than {person}, and nobody else fills the role")
        }
        Refusal::ReasonMissing => match kind_at(of, place) {
            Some(NodeKind::Decision(_) | NodeKind::Outcome(_)) => {
                "a reason is missing: add `because \"…\"`".to_owned()
            }
            _ => "a reason is missing".to_owned(),
        },
        Refusal::FieldMissing { field } => match kind_at(of, place) {
            Some(NodeKind::Decision(_)) => {
                let node = it.trim_matches('`');
                format!(
                    "`{field}` is missing: fill in the form first, `complete {node} with {{ {field} = … }}`"
                )
            }
            _ => format!("`{field}` is missing: add `with {{ {field} = … }}`"),
        },
        Refusal::WrongType { field } if field.is_empty() => "there are more values than fields".to_owned(),
        Refusal::WrongType { field } => format!("the value of `{field}` is not of the field's type"),
        Refusal::OptionClosed => {
            format!("{it} does not offer this option: its `when` was not true, or it was used up")
        }
        Refusal::AlreadyVoted => format!("{who} has voted already"),
        Refusal::NotOptional => format!("{it} may not be skipped: it is not `optional`"),
        Refusal::QuestionClosed => "the question is no longer open".to_owned(),
        Refusal::NoSuchAlternative => "the question has no such alternative".to_owned(),
        Refusal::AlreadySettledAfter { node } => {
            let later = of.prepared.node(*node).map(|node| node.name.as_str()).unwrap_or_default();
            format!("`{later}`, which comes after it, has settled already")
        }
        Refusal::TooLate => match kind_at(of, place) {
            Some(NodeKind::Outcome(outcome)) => {
                let until = outcome.at_any_time.as_ref().and_then(|any_time| any_time.until);
                let until = until.and_then(|until| of.prepared.node(until));
                format!("it is too late: `{}` has settled", until.map_or("", |node| node.name.as_str()))
            }
            _ => "it is too late".to_owned(),
        },
        Refusal::ActionImpossible => format!("this cannot be done as things stand: {}", stands()),
        Refusal::CatchingUp => "too much is due at once".to_owned(),
    }
}

fn kind_at<'a>(of: Instance<'a>, place: Option<Place>) -> Option<&'a NodeKind> {
    Some(&of.prepared.node(place?.node)?.kind)
}

fn owner_words(of: Instance<'_>, place: Option<Place>) -> String {
    let Some(place) = place else { return String::new() };
    if let Some(NodeKind::Outcome(outcome)) = kind_at(of, Some(place)) {
        let roles = outcome.at_any_time.iter().flat_map(|any_time| &any_time.by);
        let roles = roles.filter_map(|role| of.prepared.role(*role)).map(|role| role.name.as_str());
        return format!(": {} is for {}", name(of, place), names(roles, "nobody"));
    }
    let shown = view(of.prepared, of.state);
    let owner = shown.nodes.iter().find(|node| node.place == place).map(|node| node.owner.clone());
    match owner.filter(|owner| !owner.is_empty()) {
        Some(owner) => {
            format!(": {} is with {}", name(of, place), cast::shown(of.prepared.program(), &owner))
        }
        None => String::new(),
    }
}

fn not_for_this_kind(of: Instance<'_>, place: Option<Place>) -> String {
    let Some((place, node)) = place.and_then(|place| Some((place, of.prepared.node(place.node)?))) else {
        return "this cannot be done here".to_owned();
    };
    let it = name(of, place);
    match &node.kind {
        NodeKind::Step => {
            format!("{it} is a step; only a decision is chosen: write `complete {}`", node.name)
        }
        NodeKind::Decision(decision) => {
            let options = decision.options.iter().map(|option| option.name.as_str());
            format!(
                "{it} is a decision: write `choose {}.OPTION` with one of {}",
                node.name,
                names(options, "none")
            )
        }
        NodeKind::Wait(wait) => {
            let system = of.prepared.system(wait.system);
            let event = system.and_then(|system| system.events.get(usize::from(wait.event)));
            match (system, event) {
                (Some(system), Some(event)) => {
                    format!("{it} waits for another system: write `event {} \"{}\"`", system.name, event.name)
                }
                _ => format!("{it} waits for another system"),
            }
        }
        NodeKind::Pause(_) => format!("{it} is a pause: it ends when its time is over; write `wait …`"),
        NodeKind::Run(run) => {
            format!("{it} runs `{}`: it ends with that workflow, whose nodes can be named here", run.workflow)
        }
        NodeKind::Converge => format!("{it} is a meeting point: it settles by itself"),
        NodeKind::Outcome(outcome) if outcome.at_any_time.is_none() => {
            format!("{it} is an outcome: it is reached by what comes before it, not by a person at any time")
        }
        NodeKind::Outcome(_) => format!("{it} is an outcome: it cannot be worked on"),
    }
}
