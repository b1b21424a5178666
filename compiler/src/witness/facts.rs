//! The few facts that lead to a case, as a clause: "if `scope` is decided as `small` and `seats` is 50 or less".
//!
//! A number, amount or date is told by the cell it lies in, as the comparisons of the workflow cut it.
//! Invariant: only what the case needs is told, values first.

use super::cells;
use super::tell::{listed, name_of, option_name, value_words};
use crate::model::case::{Case, Ending, FieldKey, How};
use crate::typed::{NodeKind, Operator, Typed};
use std::cmp::Ordering;
use wf_plan::Value;
use wf_plan::node::IfLate;
use wf_plan::plan::NodeId;

/// The facts as a clause that begins with "if"; empty where there is nothing to say.
#[must_use]
pub fn facts(typed: &Typed, case: &Case) -> String {
    let values = case.values.iter().take(case.values_needed);
    let mut told: Vec<String> = values.filter_map(|(key, value)| of_value(typed, key, value)).collect();
    let needed = case.finished.iter().filter(|(node, _)| case.needed.contains(node));
    told.extend(needed.filter_map(|(node, how)| of_finish(typed, *node, *how)));
    if case.ending != Ending::Quiet {
        let open = case.needed.iter().filter(|node| case.finished.iter().all(|(other, _)| other != *node));
        told.extend(open.filter_map(|node| of_open(typed, *node)));
    }
    let used_up = case.used_up.iter().filter(|(node, _)| case.needed.contains(node));
    told.extend(used_up.filter_map(|(node, slot)| of_redo(typed, *node, *slot)));
    if told.is_empty() { String::new() } else { format!("if {}", listed(&told)) }
}

/// The same without work that is done as it should be, which goes without saying beside anything else; the run says
/// when.
#[must_use]
pub fn facts_but_for_work(typed: &Typed, case: &Case) -> String {
    let mut told = case.clone();
    let goes_without_saying = |id: &NodeId| {
        let optional = typed.nodes.get(id.index()).is_some_and(|node| node.optional);
        !optional && case.finished.iter().any(|(node, how)| node == id && *how == How::Completed)
    };
    told.needed.retain(|node| !goes_without_saying(node));
    let short = facts(typed, &told);
    if short.is_empty() { facts(typed, case) } else { short }
}

/// Whether a wait ends the instance so when its event does not come: then no more needs to be said of it.
fn ends_by_lateness(kind: &NodeKind, to: NodeId) -> bool {
    matches!(kind, NodeKind::Wait { if_late: Some(IfLate::Outcome(outcome)), .. } if *outcome == to)
}

fn of_finish(typed: &Typed, id: NodeId, how: How) -> Option<String> {
    let node = typed.nodes.get(id.index())?;
    let name = &node.name;
    let outcome = |at: u16| match &node.kind {
        NodeKind::Run { outcomes, .. } => outcomes.get(usize::from(at)).cloned(),
        _ => None,
    };
    Some(match how {
        How::Completed if is_pause(&node.kind) => format!("`{name}` is over"),
        How::Completed => format!("`{name}` is done"),
        How::Skipped if matches!(node.kind, NodeKind::Wait { .. }) && !node.optional => {
            format!("`{name}` does not come in time")
        }
        How::Skipped => format!("`{name}` is skipped"),
        How::Chosen(option) | How::ChosenInAnswer(option) => {
            format!("`{name}` is decided as `{}`", option_name(typed, id, option)?)
        }
        How::ChosenByNobody(_) if has_deadline(typed, id) => {
            format!("nobody chooses in `{name}` before its deadline")
        }
        How::ChosenByNobody(_) => format!("nobody chooses in `{name}` in time"),
        How::CompletedByNobody => format!("nobody decides about `{name}` in time"),
        How::Arrived => format!("`{name}` arrives"),
        How::Late => format!("`{name}` does not come in time"),
        How::Ended(at) => format!("`{name}` ends in `{}`", outcome(at)?),
        How::EndedInstance(to) if ends_by_lateness(&node.kind, to) => {
            format!("`{name}` does not come in time")
        }
        How::EndedInstance(to) | How::SettledAndEnded(_, to) => {
            format!("`{name}` ends everything in `{}`", typed.nodes.get(to.index())?.name)
        }
    })
}

fn of_open(typed: &Typed, id: NodeId) -> Option<String> {
    let node = typed.nodes.get(id.index())?;
    // With a condition that the case leaves open it may not have been started at all.
    let stays = node.when.is_none()
        && node.for_each.is_none()
        && !matches!(node.kind, NodeKind::Converge | NodeKind::Outcome { .. });
    stays.then(|| format!("`{}` is not finished", node.name))
}

fn is_pause(kind: &NodeKind) -> bool {
    matches!(kind, NodeKind::PauseFor(_) | NodeKind::PauseUntil(_))
}

fn has_deadline(typed: &Typed, id: NodeId) -> bool {
    let node = typed.nodes.get(id.index());
    node.is_some_and(|node| {
        matches!(node.kind, NodeKind::Decision { if_late: Some(_), .. }) && !node.deadlines.is_empty()
    })
}

fn of_redo(typed: &Typed, id: NodeId, slot: u16) -> Option<String> {
    let name = &typed.nodes.get(id.index())?.name;
    Some(match option_name(typed, id, slot) {
        Some(option) => format!("`{name}` was decided as `{option}` as often as it may be"),
        None => format!("`{name}` was done as often as it may be"),
    })
}

fn of_value(typed: &Typed, key: &FieldKey, value: &Value) -> Option<String> {
    let (node, field) = name_of(typed, key)?;
    let name = if node.is_empty() { format!("`{field}`") } else { format!("`{node}.{field}`") };
    Some(match value {
        Value::List(elements) if elements.is_empty() => format!("{name} is empty"),
        Value::List(_) => format!("{name} is not empty"),
        Value::Number(_) | Value::Money(..) | Value::Date(_) | Value::Moment(_) => {
            format!("{name} {}", cell(typed, key, value))
        }
        other => format!("{name} is {}", value_words(typed, other)),
    })
}

/// The cell of a value: "is 50 or less", "is more than 50", "is 2026-05-01 or later".
fn cell(typed: &Typed, key: &FieldKey, value: &Value) -> String {
    let cuts = cells::comparisons(typed, key);
    let mut low: Option<(Value, bool)> = None;
    let mut high: Option<(Value, bool)> = None;
    for (operator, constant) in cuts {
        let Some(order) = order(value, &constant) else { continue };
        if order == Ordering::Equal && matches!(operator, Operator::Equal | Operator::NotEqual) {
            return format!("is {}", value_words(typed, value));
        }
        // Whether the constant itself belongs to the cell.
        let (above, with) = match (operator, order) {
            (Operator::Less | Operator::GreaterOrEqual, Ordering::Less) => (false, false),
            (Operator::Less | Operator::GreaterOrEqual, _) => (true, true),
            (Operator::Greater | Operator::LessOrEqual, Ordering::Greater) => (true, false),
            (Operator::Greater | Operator::LessOrEqual, _) => (false, true),
            _ => continue,
        };
        let side = if above { &mut low } else { &mut high };
        let tighter = side.as_ref().is_none_or(|(bound, _)| {
            self::order(&constant, bound) == Some(if above { Ordering::Greater } else { Ordering::Less })
        });
        if tighter {
            *side = Some((constant, with));
        }
    }
    let time = matches!(value, Value::Date(_) | Value::Moment(_));
    let words = |bound: &Value| value_words(typed, bound);
    match (low, high) {
        (None, None) => format!("is {}", value_words(typed, value)),
        (Some((low, true)), Some((high, true))) if order(&low, &high) == Some(Ordering::Equal) => {
            format!("is {}", words(&low))
        }
        (Some(low), None) => format!("is {}", from(&words(&low.0), low.1, time)),
        (None, Some(high)) => format!("is {}", to(&words(&high.0), high.1, time)),
        (Some(low), Some(high)) => {
            let (from, to) = (from(&words(&low.0), low.1, time), to(&words(&high.0), high.1, time));
            format!("is {from} and {to}")
        }
    }
}

fn from(bound: &str, with: bool, time: bool) -> String {
    match (with, time) {
        (true, false) => format!("{bound} or more"),
        (false, false) => format!("more than {bound}"),
        (true, true) => format!("{bound} or later"),
        (false, true) => format!("after {bound}"),
    }
}

fn to(bound: &str, with: bool, time: bool) -> String {
    match (with, time) {
        (true, false) => format!("{bound} or less"),
        (false, false) => format!("less than {bound}"),
        (true, true) => format!("{bound} or earlier"),
        (false, true) => format!("before {bound}"),
    }
}

fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => Some(one.cmp(other)),
        (Value::Money(one, of), Value::Money(other, as_well)) if of == as_well => Some(one.cmp(other)),
        (Value::Date(one), Value::Date(other)) => Some(one.cmp(other)),
        (Value::Moment(one), Value::Moment(other)) => Some(one.cmp(other)),
        _ => None,
    }
}
