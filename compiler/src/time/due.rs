//! When a deadline falls: as the interpreter works it out, for work that becomes ready at a moment of a pass.
//!
//! Of several lines the first true one holds, and which one that is a pass does not know: it takes the earliest or the
//! latest, whichever way it errs. Deadlines that come from inputs and clocks that stand are left out; what is left
//! out is listed by [`left_out`], and who reports something says so. Invariant: a limit that cannot be worked out
//! here is `None` here, and never a guess.

use super::pass::{Err, Pass, Times};
use super::schedule::{EVER, NEVER, Schedule, fixed_moment};
use crate::typed::{Deadline, Limit, LimitKind, Node, NodeKind, Typed};
use wf_plan::Moment;
use wf_plan::node::CountFrom;
use wf_plan::plan::ClockPause;

impl Pass<'_, '_> {
    /// The end of a node's time; its start, if that is later.
    pub(super) fn due(&self, node: &Node, ready: Moment, times: &Times) -> Moment {
        let lines = node.deadlines.iter().map(|line| self.line(line, ready, times));
        let always_one = node.deadlines.iter().any(|line| line.condition.is_none());
        let due = match self.err {
            Err::Early if always_one => lines.map(|due| due.unwrap_or(ready)).min(),
            Err::Early => None,
            Err::Late if always_one => lines.map(|due| due.unwrap_or(NEVER)).max(),
            Err::Late => None,
            Err::LateAsFarAsKnown => lines.flatten().max(),
        };
        due.unwrap_or(self.unknown(ready)).max(ready)
    }

    /// One line: the earliest of its limits. One that is not known may be earlier, but not later than the others.
    fn line(&self, line: &Deadline, ready: Moment, times: &Times) -> Option<Moment> {
        let limits = line.limits.iter();
        let ends = limits.map(|limit| limit_at(self.schedule, limit, |from| self.from(from, ready, times)));
        if self.err == Err::Early { ends.min().flatten() } else { ends.flatten().min() }
    }

    fn from(&self, from: CountFrom, ready: Moment, times: &Times) -> Option<Moment> {
        match from {
            CountFrom::OwnStart => Some(ready),
            CountFrom::InstanceStart => times.origin,
            CountFrom::Settled(node) => {
                Some(self.settled(node.index(), times)).filter(|moment| *moment != EVER && *moment != NEVER)
            }
        }
    }
}

/// The moment of a limit; `None` where it comes from inputs or counts from what is not known.
pub fn limit_at(
    schedule: &Schedule<'_>,
    limit: &Limit,
    from: impl FnOnce(CountFrom) -> Option<Moment>,
) -> Option<Moment> {
    let calendar = &schedule.years.calendar;
    let end = match &limit.kind {
        LimitKind::Within(duration, since) => schedule.add(from(*since)?, duration)?,
        LimitKind::EndOf(duration, since) => {
            let since = from(*since)?;
            if since == EVER || since == NEVER { since } else { calendar.end_of(duration, since)? }
        }
        LimitKind::By(moment) => fixed_moment(schedule, moment)?,
    };
    if limit.moved_to_working_day && end != EVER && end != NEVER {
        calendar.move_to_next_working_day(end)
    } else {
        Some(end)
    }
}

/// What a statement about a workflow's deadlines leaves out, in words; empty if nothing.
#[must_use]
pub fn left_out(typed: &Typed) -> Vec<&'static str> {
    let lines = || typed.nodes.iter().flat_map(|node| &node.deadlines).chain(&typed.deadlines);
    let mut left_out = Vec::new();
    let ladders = || typed.nodes.iter().flat_map(|node| &node.ladders);
    let alternatives = ladders()
        .flat_map(|ladder| &ladder.levels)
        .filter_map(|level| level.ask.as_ref())
        .flat_map(|ask| &ask.alternatives);
    if alternatives.flat_map(|alternative| &alternative.actions).any(extends) {
        left_out.push("deadlines that are extended");
    }
    if lines().any(|line| line.pause != ClockPause::Never) {
        left_out.push("clocks that stand still");
    }
    let by_input = |line: &Deadline| line.limits.iter().any(|limit| matches!(limit.kind, LimitKind::By(_)));
    let until_input = typed.nodes.iter().any(|node| matches!(node.kind, NodeKind::PauseUntil(_)));
    if lines().any(by_input) || until_input {
        left_out.push("dates that come from elsewhere");
    }
    left_out
}

fn extends(action: &crate::typed::Action) -> bool {
    matches!(action.kind, crate::typed::ActionKind::Extend(_))
}
