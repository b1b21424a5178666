//! What decides when something happens: the critical path from the start to a node, and the slack of the others.
//!
//! Both are read off the times of a pass: of all that a join waits for, the source that holds at the very moment at
//! which the node is ready is the one that decides. Slack is found by trying: how much later a node may be done
//! without the end moving. Invariant: the nodes of a path follow each other, and its last one is the node asked for.

use super::pass::{Err, Measure, Origin, Pass, Times, get};
use super::schedule::{EVER, NEVER};
use crate::typed::{Join, Source};
use wf_plan::Moment;
use wf_plan::time::MINUTE_MS;

/// More slack than this is not told exactly: about two years.
pub const MOST_SLACK_MINUTES: i64 = 2 * 366 * 24 * 60;

/// The nodes that decide when a node is ready, from the first to the node itself.
#[must_use]
pub fn critical(pass: &Pass<'_, '_>, times: &Times, to: usize) -> Vec<usize> {
    let mut path = vec![to];
    let mut at = to;
    while let Some(join) = pass.schedule.node(at).and_then(|node| node.after.as_ref())
        && path.len() <= pass.schedule.order.len()
        && let Some(before) = deciding(pass, times, join, get(&times.ready, at))
    {
        path.push(before);
        at = before;
    }
    path.reverse();
    path
}

/// The node of a join that holds at a moment; of several the one that took longest.
fn deciding(pass: &Pass<'_, '_>, times: &Times, join: &Join, at: Moment) -> Option<usize> {
    let found = join.sources.iter().filter_map(|source| match source {
        Source::Join(inner) => deciding(pass, times, inner, at),
        Source::Node(node, ..) => (pass.source(source, times) == at).then_some(node.index()),
    });
    let took = |index: &usize| {
        let (ready, done) = (get(&times.ready, *index), get(&times.done, *index));
        done.0.saturating_sub(ready.0)
    };
    found.max_by_key(took)
}

/// The nodes of a path that take any time, with the moments at which they are ready and done.
#[must_use]
pub fn working(times: &Times, path: &[usize]) -> Vec<(usize, Moment, Moment)> {
    let of = |index: &usize| (*index, get(&times.ready, *index), get(&times.done, *index));
    let known = |(_, ready, done): &(usize, Moment, Moment)| ready < done && *ready != EVER && *done != NEVER;
    path.iter().map(of).filter(known).collect()
}

/// By how much later a node may be done, in milliseconds, so that the end stays where it is; whole minutes.
#[must_use]
pub fn slack_ms(
    pass: &Pass<'_, '_>,
    start: Moment,
    index: usize,
    end: impl Fn(&Pass<'_, '_>, &Times) -> Moment,
) -> i64 {
    let mut times = Times::default();
    let mut end_when = |minutes: i64| {
        let delayed = Pass { delayed: Some((index, minutes.saturating_mul(MINUTE_MS))), ..*pass };
        delayed.run(Origin::Start, start, &mut times);
        end(&delayed, &times)
    };
    let undelayed = end_when(0);
    let (mut fits, mut moves) = (0, MOST_SLACK_MINUTES);
    if end_when(moves) <= undelayed {
        return moves.saturating_mul(MINUTE_MS);
    }
    while moves - fits > 1 {
        let middle = fits + (moves - fits) / 2;
        if end_when(middle) <= undelayed {
            fits = middle;
        } else {
            moves = middle;
        }
    }
    fits.saturating_mul(MINUTE_MS)
}

/// The earliest end of a workflow: of the first of its outcomes that the work leads to, or, where it has none, when
/// all that surely comes has settled. `None` where nothing can be said.
#[must_use]
pub fn earliest_end(pass: &Pass<'_, '_>, times: &Times) -> Option<(usize, Moment)> {
    debug_assert!(pass.measure == Measure::Least && pass.err == Err::Early);
    let schedule = pass.schedule;
    if schedule.has_outcomes() {
        let ends = schedule.outcomes().map(|index| (index, get(&times.ready, index)));
        return ends.min_by_key(|(_, at)| *at).filter(|(_, at)| *at != EVER && *at != NEVER);
    }
    let sure = schedule.order.iter().filter(|index| schedule.certain.get(**index) == Some(&true));
    sure.map(|index| (*index, pass.settled(*index, times))).max_by_key(|(_, at)| *at)
}
