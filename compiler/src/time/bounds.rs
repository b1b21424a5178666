//! A bound on how long a workflow takes from any start, so that most workflows need no sweep.
//!
//! Elapsed milliseconds are added up along the graph with the most that each duration can reach; a workflow whose
//! bound lies within the least that its deadline can reach fits from every start. Invariant: a bound is never below
//! what a pass of the same measure finds, for work whose time is known.

use super::deadlines::in_parts;
use super::pass::Measure;
use super::schedule::Schedule;
use super::years::Extent;
use crate::typed::{Deadline, Join, Limit, LimitKind, Node, NodeKind, Source};
use wf_plan::calendar::{Duration, Unit};
use wf_plan::node::CountFrom;

/// More than any bound: it is not known here.
const UNKNOWN_MS: i64 = i64::MAX;

/// The most elapsed milliseconds from the start until every node is done, work without a known deadline counted as
/// nothing.
#[must_use]
pub fn most_ms(schedule: &Schedule<'_>, measure: Measure) -> i64 {
    let mut done = vec![0_i64; schedule.typed.nodes.len()];
    for index in &schedule.order {
        let Some(node) = schedule.node(*index) else { continue };
        let ready = node.after.as_ref().map_or(0, |join| slowest(join, &done));
        let end = work(schedule, *index, node, ready, measure, &done);
        if let Some(place) = done.get_mut(*index) {
            *place = end;
        }
    }
    done.into_iter().max().unwrap_or(0)
}

/// The least elapsed milliseconds that deadline lines leave from the start, whichever of them holds; `None` where
/// that is not known.
#[must_use]
pub fn least_ms(schedule: &Schedule<'_>, lines: &[Deadline]) -> Option<i64> {
    let limits = lines.iter().flat_map(|line| &line.limits);
    let least = |limit: &Limit| match &limit.kind {
        LimitKind::Within(duration, _) | LimitKind::EndOf(duration, _) => {
            Some(schedule.years.extent(duration).least_ms)
        }
        LimitKind::By(_) => None,
    };
    limits.map(least).collect::<Option<Vec<i64>>>()?.into_iter().min()
}

/// The most of one kind of time that any way through the workflow adds up to, in the unit's smallest parts; `None`
/// where some work counts another kind. Durations of one kind one after the other never reach further than their sum
/// (a half day or a short month may take something off), so such a workflow fits without looking at any start.
#[must_use]
pub fn most_of(schedule: &Schedule<'_>, measure: Measure, kind: Unit) -> Option<i64> {
    let mut done = vec![0_i64; schedule.typed.nodes.len()];
    for index in &schedule.order {
        let node = schedule.node(*index)?;
        let ready = node.after.as_ref().map_or(0, |join| slowest(join, &done));
        let end = ready.checked_add(own_parts(node, measure, kind)?)?;
        *done.get_mut(*index)? = end;
    }
    done.into_iter().max()
}

/// So many business days that no way through the workflow ends later than they do, whatever the start; `None` where that
/// is not known. Business days one after the other never reach further than their sum, and any other duration is held
/// by as many of them as surely reach further.
#[must_use]
pub fn most_business_days(schedule: &Schedule<'_>, measure: Measure) -> Option<Duration> {
    let mut done = vec![0_i64; schedule.typed.nodes.len()];
    for index in &schedule.order {
        let node = schedule.node(*index)?;
        let ready = node.after.as_ref().map_or(0, |join| slowest(join, &done));
        let end = ready.checked_add(own_business_days(schedule, node, measure)?)?;
        *done.get_mut(*index)? = end;
    }
    Some(Duration::new(done.into_iter().max()?, Unit::BusinessDays))
}

fn own_business_days(schedule: &Schedule<'_>, node: &Node, measure: Measure) -> Option<i64> {
    let days = |duration: Duration| held_by(schedule, duration);
    match (&node.kind, measure) {
        (NodeKind::Converge | NodeKind::Outcome { .. }, _) => Some(0),
        (NodeKind::PauseFor(duration), _) => days(duration.value),
        (NodeKind::PauseUntil(_) | NodeKind::Run { .. }, _) => None,
        (_, Measure::Least) => node.takes.as_ref().map_or(Some(0), |takes| days(takes.value.0)),
        (_, Measure::Promised) => {
            let limits = node.deadlines.iter().flat_map(|line| &line.limits);
            let own = limits.map(|limit| match &limit.kind {
                LimitKind::Within(due, CountFrom::OwnStart) if !limit.moved_to_working_day => days(*due),
                _ => None,
            });
            own.collect::<Option<Vec<i64>>>().map(|all| all.into_iter().max().unwrap_or(0))
        }
    }
}

/// The business days that reach at least as far as a duration from every start.
fn held_by(schedule: &Schedule<'_>, duration: Duration) -> Option<i64> {
    /// A longer duration than this many business days is not looked for.
    const MOST_DAYS: i64 = 400;
    if duration.unit == Unit::BusinessDays {
        return Some(duration.amount);
    }
    let most_ms = schedule.years.extent(&duration).most_ms;
    let reaches =
        |days: &i64| schedule.years.extent(&Duration::new(*days, Unit::BusinessDays)).least_ms >= most_ms;
    (1..MOST_DAYS).find(reaches)
}

fn own_parts(node: &Node, measure: Measure, kind: Unit) -> Option<i64> {
    let parts =
        |duration: Duration| in_parts(duration).filter(|(unit, _)| *unit == kind).map(|(_, count)| count);
    match (&node.kind, measure) {
        (NodeKind::Converge | NodeKind::Outcome { .. }, _) => Some(0),
        (NodeKind::PauseFor(duration), _) => parts(duration.value),
        (NodeKind::PauseUntil(_) | NodeKind::Run { .. }, _) => None,
        (_, Measure::Least) => node.takes.as_ref().map_or(Some(0), |takes| parts(takes.value.0)),
        (_, Measure::Promised) => {
            let limits = node.deadlines.iter().flat_map(|line| &line.limits);
            let own = limits.map(|limit| match &limit.kind {
                LimitKind::Within(due, CountFrom::OwnStart) if !limit.moved_to_working_day => parts(*due),
                _ => None,
            });
            own.collect::<Option<Vec<i64>>>().map(|all| all.into_iter().max().unwrap_or(0))
        }
    }
}

fn slowest(join: &Join, done: &[i64]) -> i64 {
    let of = |source: &Source| match source {
        Source::Node(node, _, _) => done.get(node.index()).copied().unwrap_or(UNKNOWN_MS),
        Source::Join(inner) => slowest(inner, done),
    };
    join.sources.iter().map(of).max().unwrap_or(0)
}

fn work(
    schedule: &Schedule<'_>,
    index: usize,
    node: &Node,
    ready: i64,
    measure: Measure,
    done: &[i64],
) -> i64 {
    let after = |duration: &Duration| ready.saturating_add(schedule.years.extent(duration).most_ms);
    match (&node.kind, measure) {
        (NodeKind::Converge | NodeKind::Outcome { .. }, _) => ready,
        (NodeKind::PauseFor(duration), _) => after(&duration.value),
        (NodeKind::PauseUntil(until), _) => {
            if super::schedule::fixed_moment(schedule, until).is_some() {
                UNKNOWN_MS
            } else {
                ready
            }
        }
        (NodeKind::Run { .. }, _) if measure == Measure::Least || node.deadlines.is_empty() => {
            let child = schedule.children.get(&index);
            child.map_or(ready, |child| ready.saturating_add(most_ms(&child.schedule, measure)))
        }
        (_, Measure::Least) => node.takes.as_ref().map_or(ready, |takes| after(&takes.value.0)),
        (_, Measure::Promised) => {
            let limits = node.deadlines.iter().flat_map(|line| &line.limits);
            limits.map(|limit| limit_ms(schedule, limit, ready, done)).max().unwrap_or(ready).max(ready)
        }
    }
}

fn limit_ms(schedule: &Schedule<'_>, limit: &Limit, ready: i64, done: &[i64]) -> i64 {
    let from = |from: CountFrom| match from {
        CountFrom::OwnStart => ready,
        CountFrom::InstanceStart => 0,
        CountFrom::Settled(node) => done.get(node.index()).copied().unwrap_or(UNKNOWN_MS),
    };
    let day = Duration::new(1, Unit::Days);
    let more = |duration: &Duration| schedule.years.extent(duration).most_ms;
    let end = match &limit.kind {
        LimitKind::Within(duration, since) => from(*since).saturating_add(more(duration)),
        LimitKind::EndOf(duration, since) => {
            from(*since).saturating_add(more(duration)).saturating_add(more(&day))
        }
        LimitKind::By(expr) => {
            if super::schedule::fixed_moment(schedule, expr).is_some() {
                UNKNOWN_MS
            } else {
                ready
            }
        }
    };
    if limit.moved_to_working_day {
        let next: Extent = schedule.years.extent(&Duration::new(1, Unit::BusinessDays));
        end.saturating_add(next.most_ms)
    } else {
        end
    }
}
