//! When every run has ended at the latest, if everybody uses the whole deadline: for policies and for promises.
//!
//! A run ends with the first of its outcomes, so at the latest with the latest of them, and with the earliest of those
//! that surely come; in a workflow without outcomes when all has settled. Work without a deadline, or with one that
//! comes from inputs, makes the answer unknown. Invariant: a known answer is one that no run is above which keeps its
//! deadlines, does not have them extended, and whose clocks do not stand; [`super::left_out`] says whether that matters.

use super::bounds;
use super::deadlines::{in_parts, own};
use super::due::limit_at;
use super::pass::{Measure, Origin, Pass, Times, get};
use super::path;
use super::schedule::{EVER, NEVER, Schedule, is_outcome};
use super::sweep::{Late, Sweep};
use crate::typed::{Deadline, Join, Limit, LimitKind, Node, NodeKind};
use wf_plan::Moment;
use wf_plan::calendar::Duration;
use wf_plan::node::IfLate;

/// Whether every run ends in time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finish {
    /// It does, from every start.
    InTime,
    /// It is not proven: these nodes take a time that nobody can say.
    Unknown(Vec<Unknown>),
    /// It is not proven: from this start, the worst, the deadlines along these nodes (by position) allow more.
    Beyond {
        /// The start, the latest end that the deadlines allow, and the moment it was to end by.
        late: Late,
        /// What decides about that end, from the first node on.
        path: Vec<usize>,
    },
}

/// A node whose time is not known, by its position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unknown {
    /// The node.
    pub node: usize,
    /// Why, in words that go on behind the node's name: "has no deadline".
    pub why: &'static str,
}

/// Whether every run of a workflow ends within a duration of its start, every round of every redo taken.
#[must_use]
pub fn latest_finish(schedule: &Schedule<'_>, within: &Duration) -> Finish {
    let pass = Pass::latest(schedule, true);
    let mut times = Times::default();
    let Some(first) = schedule.years.starts().first() else { return Finish::InTime };
    pass.run(Origin::Start, *first, &mut times);
    if latest_end(&pass, &times) == NEVER {
        return Finish::Unknown(unknown(&pass, &times));
    }
    let found = schedule.years.sweep(|start| {
        pass.run(Origin::Start, start, &mut times);
        Some((latest_end(&pass, &times), schedule.add(start, within)?))
    });
    match found {
        Sweep::Fits => Finish::InTime,
        Sweep::Sometimes(late) | Sweep::Always(late) => {
            pass.run(Origin::Start, late.start, &mut times);
            let last = ends(&pass, &times).into_iter().max_by_key(|(_, at)| *at);
            let path = last.map(|(index, _)| path::critical(&pass, &times, index)).unwrap_or_default();
            Finish::Beyond { late, path }
        }
    }
}

/// When a run has ended at the latest.
#[must_use]
pub fn latest_end(pass: &Pass<'_, '_>, times: &Times) -> Moment {
    let latest = ends(pass, times).into_iter().map(|(_, at)| at).max().unwrap_or(NEVER);
    let schedule = pass.schedule;
    let sure = schedule.outcomes().filter(|index| schedule.certain.get(*index) == Some(&true));
    let earliest_sure = sure.map(|index| get(&times.ready, index)).min();
    earliest_sure.map_or(latest, |sure| sure.min(latest))
}

/// Everything that can end a run, with the latest moment at which it does: a node by its position.
fn ends(pass: &Pass<'_, '_>, times: &Times) -> Vec<(usize, Moment)> {
    let schedule = pass.schedule;
    if !schedule.has_outcomes() {
        return schedule.order.iter().map(|index| (*index, pass.settled(*index, times))).collect();
    }
    let by_work = schedule.outcomes().map(|index| (index, get(&times.ready, index)));
    let otherwise = schedule.typed.nodes.iter().enumerate().filter(|(_, node)| may_end_the_run(node));
    by_work.chain(otherwise.map(|(index, _)| (index, get(&times.done, index)))).collect()
}

/// Whether a node can end the instance by itself: by lateness, or in the last round of its redo. (An alternative ends it
/// earlier than the work would.)
fn may_end_the_run(node: &Node) -> bool {
    let by_redo = node.redo.as_ref().is_some_and(|redo| redo.otherwise.is_some());
    let by_lateness = matches!(node.kind, NodeKind::Wait { if_late: Some(IfLate::Outcome(_)), .. });
    by_redo || by_lateness
}

/// The nodes that make the end unknown: of all that the end waits for, those whose own time is not known.
fn unknown(pass: &Pass<'_, '_>, times: &Times) -> Vec<Unknown> {
    let mut open: Vec<usize> =
        ends(pass, times).into_iter().filter(|(_, at)| *at == NEVER).map(|(index, _)| index).collect();
    let mut seen = vec![false; pass.schedule.typed.nodes.len()];
    let mut found = Vec::new();
    while let Some(index) = open.pop() {
        let Some(first_time) = seen.get_mut(index) else { continue };
        if std::mem::replace(first_time, true) {
            continue;
        }
        let Some(node) = pass.schedule.node(index) else { continue };
        if get(&times.ready, index) != NEVER && !is_outcome(node) {
            found.push(Unknown { node: index, why: why_unknown(node) });
        }
        let sources = node.after.as_ref().map(Join::nodes).unwrap_or_default();
        let unknown = sources.into_iter().map(|(source, ..)| source.index());
        open.extend(unknown.filter(|source| get(&times.done, *source) == NEVER));
    }
    found.sort_by_key(|unknown| unknown.node);
    found
}

fn why_unknown(node: &Node) -> &'static str {
    match &node.kind {
        NodeKind::PauseUntil(_) => "waits for a date that comes from elsewhere",
        NodeKind::Run { .. } if node.deadlines.is_empty() => {
            "has no deadline, and the workflow it runs may take any time"
        }
        _ if node.deadlines.is_empty() => "has no deadline",
        _ => "has a deadline that comes from elsewhere, or does not hold in every case",
    }
}

/// When the deadline lines of a workflow fall for a start, the latest of them, whichever holds; `None` where one of
/// them comes from inputs or may not hold.
#[must_use]
pub fn workflow_due(schedule: &Schedule<'_>, start: Moment) -> Option<Moment> {
    let line = |line: &Deadline| {
        let ends = line.limits.iter().map(|limit| limit_at(schedule, limit, |_| Some(start)));
        ends.collect::<Option<Vec<Moment>>>()?.into_iter().min()
    };
    let lines = &schedule.typed.deadlines;
    if lines.iter().all(|line| line.condition.is_some()) {
        return None;
    }
    lines.iter().map(line).collect::<Option<Vec<Moment>>>()?.into_iter().max().filter(|due| *due != EVER)
}

/// Whether a workflow's own deadline lies behind a bound that no run is above.
#[must_use]
pub fn surely_fits(schedule: &Schedule<'_>, measure: Measure) -> bool {
    let lines = &schedule.typed.deadlines;
    let least = bounds::least_ms(schedule, lines);
    if least.is_some_and(|least| bounds::most_ms(schedule, measure) <= least) {
        return true;
    }
    let of_one_kind = |limit: &Limit| match &limit.kind {
        LimitKind::Within(due, _) => in_parts(*due).is_some_and(|(kind, count)| {
            bounds::most_of(schedule, measure, kind).is_some_and(|most| most <= count)
        }),
        _ => false,
    };
    if lines.iter().flat_map(|line| &line.limits).all(of_one_kind) {
        return true;
    }
    // Two durations against each other, an answer that all workflows of a calendar share.
    let most =
        schedule.counts_working_time().then(|| bounds::most_business_days(schedule, measure)).flatten();
    most.is_some_and(|most| {
        let mut limits = lines.iter().flat_map(|line| &line.limits);
        let never_by_date = |limit: &Limit| !matches!(limit.kind, LimitKind::By(_));
        limits.all(|limit| never_by_date(limit) && own(schedule, most, limit) == Sweep::Fits)
    })
}
