//! The earliest moments at which work can be done, whichever way is gone: asked for one deadline after the other, worked
//! out for all of them together.
//!
//! Deadlines that count from the same place are held against the same times, start by start; so what is found for one
//! is kept for the others. Invariant: what is kept is what a pass finds; memory is bounded by [`MOST_KEPT`].

use super::deadlines::counted_from;
use super::pass::{Origin, Pass, Times, get};
use super::schedule::Schedule;
use std::collections::HashMap;
use wf_plan::Moment;

/// Moments kept, 8 bytes each; what comes after these is worked out each time.
const MOST_KEPT: usize = 4_000_000;

/// What is known of a workflow so far.
pub(super) struct Earliest<'s, 'a> {
    schedule: &'s Schedule<'a>,
    known: HashMap<Origin, Known>,
    room: usize,
    times: Times,
}

/// Of one origin: the nodes with a deadline that counts from there, ascending; what decides about them, and by start when they
/// can be done.
struct Known {
    nodes: Vec<usize>,
    order: Vec<usize>,
    done: HashMap<Moment, Vec<Moment>>,
}

impl<'s, 'a> Earliest<'s, 'a> {
    pub(super) fn of(schedule: &'s Schedule<'a>) -> Self {
        Self { schedule, known: HashMap::new(), room: MOST_KEPT, times: Times::default() }
    }

    /// When a node with a deadline that counts from `origin` can be done, if that lies at `start`.
    pub(super) fn done(&mut self, origin: Origin, start: Moment, index: usize) -> Option<Moment> {
        let schedule = self.schedule;
        let known = self.known.entry(origin).or_insert_with(|| Known::of(schedule, origin));
        let place = known.nodes.binary_search(&index).ok()?;
        if let Some(done) = known.done.get(&start) {
            return done.get(place).copied();
        }
        Pass { order: &known.order, ..Pass::earliest(schedule) }.run(origin, start, &mut self.times);
        if let Some(room) = self.room.checked_sub(known.nodes.len()) {
            self.room = room;
            let done = known.nodes.iter().map(|node| get(&self.times.done, *node));
            known.done.insert(start, done.collect());
        }
        Some(get(&self.times.done, index))
    }
}

impl Known {
    fn of(schedule: &Schedule<'_>, origin: Origin) -> Self {
        let nodes = schedule.typed.nodes.iter().enumerate();
        let nodes = nodes.filter(|(_, node)| {
            let mut limits = node.deadlines.iter().flat_map(|line| &line.limits);
            limits.any(|limit| counted_from(limit) == Some(origin))
        });
        let nodes: Vec<usize> = nodes.map(|(index, _)| index).collect();
        Self { order: schedule.order_before(&nodes), nodes, done: HashMap::new() }
    }
}
