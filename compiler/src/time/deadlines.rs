//! Deadlines against the least time that the work before them takes, each limit by itself.
//!
//! A limit that counts from the node's own start depends on nothing but two durations; one that counts from the start
//! of the instance or from another node is held against the earliest way from there. Dates that come from inputs, and
//! fixed dates (from which some start is always too late), are left out. Invariant: a limit is late only where no run,
//! however quick, could keep it from the start that is named.

use super::due::limit_at;
use super::earliest::Earliest;
use super::pass::{Measure, Origin, Pass};
use super::schedule::{EVER, NEVER, Schedule};
use super::sweep::Sweep;
use super::years::Pair;
use crate::typed::{Limit, LimitKind, Node, NodeKind};
use wf_plan::Moment;
use wf_plan::calendar::{Duration, Unit};
use wf_plan::node::CountFrom;

/// A limit that is not always kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tight {
    /// The node, by position.
    pub node: usize,
    /// The deadline line of it.
    pub line: usize,
    /// The limit of that line.
    pub limit: usize,
    /// Where it counts from.
    pub from: CountFrom,
    /// From which starts it is not kept: starts of the node itself, of the instance, or settlings of the node it
    /// counts from. Never [`Sweep::Fits`].
    pub sweep: Sweep,
}

/// Limits that count from their node's own start and leave less than the least time of its work.
#[must_use]
pub fn own_limits(schedule: &Schedule<'_>) -> Vec<Tight> {
    all(schedule, |index, node, limit, from| match from {
        CountFrom::OwnStart if matches!(node.kind, NodeKind::Run { .. }) => own_run(schedule, index, limit),
        CountFrom::OwnStart => {
            node.takes.as_ref().map_or(Sweep::Fits, |takes| own(schedule, takes.value.0, limit))
        }
        _ => Sweep::Fits,
    })
}

/// Limits that count from elsewhere and lie before the earliest moment at which the work can be done.
#[must_use]
pub fn other_limits(schedule: &Schedule<'_>) -> Vec<Tight> {
    let mut earliest = Earliest::of(schedule);
    all(schedule, |index, _, limit, _| {
        let Some(origin) = counted_from(limit).filter(|_| !surely_kept(schedule, limit)) else {
            return Sweep::Fits;
        };
        schedule.years.sweep(|start| {
            let done = earliest.done(origin, start, index);
            let done = done.filter(|done| *done != EVER && *done != NEVER)?;
            let due = limit_at(schedule, limit, |_| Some(start))?;
            Some((done, schedule.when_work_goes_on(due)))
        })
    })
}

/// Where the time of a limit begins that counts from elsewhere than its own node's start.
#[must_use]
pub fn counted_from(limit: &Limit) -> Option<Origin> {
    match &limit.kind {
        LimitKind::Within(_, from) | LimitKind::EndOf(_, from) => match from {
            CountFrom::OwnStart => None,
            CountFrom::InstanceStart => Some(Origin::Start),
            CountFrom::Settled(node) => Some(Origin::Settling(*node)),
        },
        LimitKind::By(_) => None,
    }
}

fn all(schedule: &Schedule<'_>, mut ask: impl FnMut(usize, &Node, &Limit, CountFrom) -> Sweep) -> Vec<Tight> {
    let mut found = Vec::new();
    for (index, node) in schedule.typed.nodes.iter().enumerate() {
        for (line, deadline) in node.deadlines.iter().enumerate() {
            for (place, limit) in deadline.limits.iter().enumerate() {
                let from = match &limit.kind {
                    LimitKind::Within(_, from) | LimitKind::EndOf(_, from) => *from,
                    LimitKind::By(_) => continue,
                };
                let sweep = ask(index, node, limit, from);
                if sweep != Sweep::Fits {
                    found.push(Tight { node: index, line, limit: place, from, sweep });
                }
            }
        }
    }
    found
}

/// A limit against a duration that begins at the same moment; remembered with the calendar.
#[must_use]
pub fn own(schedule: &Schedule<'_>, least: Duration, limit: &Limit) -> Sweep {
    let (due, end_of_day) = match &limit.kind {
        LimitKind::Within(due, _) => (*due, false),
        LimitKind::EndOf(due, _) => (*due, true),
        LimitKind::By(_) => return Sweep::Fits,
    };
    if !end_of_day && never_less(due, least) {
        return Sweep::Fits;
    }
    let years = &schedule.years;
    if years.extent(&least).most_ms <= years.extent(&due).least_ms {
        return Sweep::Fits;
    }
    let pair = Pair { least, due, end_of_day, moved: limit.moved_to_working_day };
    years.sweep_of(pair, || {
        years.sweep(|start| Some((schedule.add(start, &least)?, due_by(schedule, limit, start, least)?)))
    })
}

fn due_by(schedule: &Schedule<'_>, limit: &Limit, start: Moment, least: Duration) -> Option<Moment> {
    let due = limit_at(schedule, limit, |_| Some(start))?;
    Some(if least.unit.is_business() { schedule.when_work_goes_on(due) } else { due })
}

/// A limit of a run against the earliest end of the workflow it runs.
fn own_run(schedule: &Schedule<'_>, index: usize, limit: &Limit) -> Sweep {
    let Some(child) = schedule.children.get(&index) else { return Sweep::Fits };
    let most_ms = super::bounds::most_ms(&child.schedule, Measure::Least);
    let due = match &limit.kind {
        LimitKind::Within(due, _) | LimitKind::EndOf(due, _) => due,
        LimitKind::By(_) => return Sweep::Fits,
    };
    if most_ms <= schedule.years.extent(due).least_ms {
        return Sweep::Fits;
    }
    let pass = Pass::earliest(schedule);
    schedule.years.sweep(|start| {
        let done = pass.child_done(index, start).filter(|done| *done != NEVER)?;
        Some((done, schedule.when_work_goes_on(limit_at(schedule, limit, |_| Some(start))?)))
    })
}

/// Whether a limit leaves more than all the work of the workflow can take.
#[must_use]
pub fn surely_kept(schedule: &Schedule<'_>, limit: &Limit) -> bool {
    let (LimitKind::Within(due, _) | LimitKind::EndOf(due, _)) = &limit.kind else { return true };
    super::bounds::most_ms(schedule, Measure::Least) <= schedule.years.extent(due).least_ms
}

/// Whether one duration never ends before another, because they count the same time.
#[must_use]
pub fn never_less(one: Duration, other: Duration) -> bool {
    matches!((in_parts(one), in_parts(other)), (Some((of, one)), Some((same, other))) if of == same && one >= other)
}

/// A duration as a number of the smallest unit that counts the same time.
#[must_use]
pub fn in_parts(duration: Duration) -> Option<(Unit, i64)> {
    let (unit, times) = match duration.unit {
        Unit::Hours => (Unit::Minutes, 60),
        Unit::Weeks => (Unit::Days, 7),
        Unit::Years => (Unit::Months, 12),
        same => (same, 1),
    };
    Some((unit, duration.amount.checked_mul(times)?))
}
