//! Runs to begin with: 64 at a time, from a fixed seed, the ordinary ones first.
//!
//! Most questions ask whether something can be at all, and the answer is nearly always yes: some run of these shows it,
//! at a thousandth of the cost of a proof. Each run stands still at a moment, then one node finishes; so there is a
//! state before and a state after. Invariant: every lane is a real run, so what a sample shows can be; what none shows
//! is for the formulas to decide.

use super::finishes::triggers;
use super::layout::{Choice, Layout};
use super::logic::Lanes;
use super::states::{Loose, States, World, states};
use std::cell::OnceCell;
use wf_plan::plan::NodeId;

/// Batches of 64 runs; twice as many showed nothing more on any workflow of the benchmark.
const BATCHES: usize = 6;

/// 64 runs.
pub struct Sample {
    /// Their variables.
    pub lanes: Lanes,
    /// Before the finish.
    pub before: States<u64>,
    /// Which of them run, before the finish.
    pub live: u64,
    /// After the finish.
    pub after: States<u64>,
    /// Per outcome, in file order, which of them the finish ends there.
    pub ends: Vec<u64>,
}

/// A few hundred runs, 64 at a time, each batch made when the ones before it have not shown enough.
#[derive(Default)]
pub struct Samples {
    last: OnceCell<Vec<NodeId>>,
    batches: [OnceCell<Sample>; BATCHES],
}

impl Samples {
    /// The batches, in order.
    pub fn batches<'a>(&'a self, layout: &'a Layout, loose: &'a Loose) -> impl Iterator<Item = &'a Sample> {
        (0u64..).zip(&self.batches).map(move |(number, batch)| {
            batch.get_or_init(|| {
                let last = self.last.get_or_init(|| triggers(layout).into_iter().collect());
                sample(layout, loose, last, &mut Random(number + 1), number)
            })
        })
    }
}

fn sample(layout: &Layout, loose: &Loose, last: &[NodeId], random: &mut Random, batch: u64) -> Sample {
    let mut lanes = Lanes { variables: vec![0; layout.variables] };
    // In the first batch everything is ordinary but for little; later ones stray more and more. One lane in four never
    // does: where there are many choices, only such a run comes to the end.
    let strays = |random: &mut Random| {
        (0..=(2u64.saturating_sub(batch / 2))).fold(0x7777_7777_7777_7777, |bits, _| bits & random.next())
    };
    for choice in
        layout.nodes.iter().map(|node| node.how).chain(layout.fields.iter().map(|field| field.value))
    {
        choose(&mut lanes, choice, random, &strays);
    }
    for opaque in &layout.opaque {
        set(&mut lanes, opaque.variable, random.next());
    }
    stop(layout, &mut lanes, random);
    // One node has not finished, and does so as the run's last event.
    let mut now = vec![0u64; layout.nodes.len()];
    for lane in 0..64u64 {
        let Some(node) = last.get(random.below(last.len())) else { break };
        let variable = layout.nodes.get(node.index()).map_or(0, |node| node.finished);
        if let (Some(bits), Some(slot)) = (lanes.variables.get_mut(variable), now.get_mut(node.index())) {
            *bits &= !(1 << lane);
            *slot |= 1 << lane;
        }
    }
    played(layout, loose, lanes, &now)
}

/// Every lane has got somewhere: everything before a place in the order has finished, but for a few.
fn stop(layout: &Layout, lanes: &mut Lanes, random: &mut Random) {
    let count = layout.order.len();
    let everywhere = random.next() | random.next();
    let stops: Vec<usize> = (0..64)
        .map(|lane| if everywhere >> lane & 1 == 1 { count } else { random.below(count + 1) })
        .collect();
    let mut running = u64::MAX;
    for (position, id) in layout.order.iter().enumerate() {
        for (lane, stop) in stops.iter().enumerate() {
            if *stop == position {
                running &= !(1u64 << lane);
            }
        }
        // One in 64 is slow; half of the lanes have none of these.
        let slow = (0..5).fold(random.next(), |bits, _| bits & random.next()) & 0xaaaa_aaaa_aaaa_aaaa;
        if let Some(node) = layout.nodes.get(id.index()) {
            set(lanes, node.finished, running & !slow);
        }
    }
}

fn played(layout: &Layout, loose: &Loose, lanes: Lanes, now: &[u64]) -> Sample {
    let mut is_loose = |reader, node, _: &u64, _: &u64| loose.contains(&(reader, node));
    let before = states(&lanes, layout, World::Any, None, &mut is_loose);
    let live = before.outcomes.iter().fold(u64::MAX, |live, outcome| live & !outcome);
    let ready: Vec<u64> = before.nodes.iter().map(|state| state.ready).collect();
    let by = |id: NodeId| now.get(id.index()).copied().unwrap_or(0);
    let yes = |id: NodeId| before.nodes.get(id.index()).map_or(0, |state| state.yes);
    let filled = |id: NodeId| before.nodes.get(id.index()).map_or(0, |state| state.filled);
    let world = World::After { ready: &ready, yes: &yes, filled: &filled, by: &by };
    let after = states(&lanes, layout, world, None, &mut is_loose);
    // Where the node that is to finish was not at work, nothing happens.
    let happens =
        now.iter().zip(&before.nodes).fold(0, |happens, (now, state)| happens | (now & state.active));
    let mut open = live & happens;
    let mut ends = Vec::with_capacity(after.outcomes.len());
    for outcome in &after.outcomes {
        ends.push(open & outcome);
        open &= !outcome;
    }
    Sample { lanes, before, live, after, ends }
}

/// The first thing, except in the lanes that stray.
fn choose(lanes: &mut Lanes, choice: Choice, random: &mut Random, strays: &impl Fn(&mut Random) -> u64) {
    let astray = if choice.of > 1 { strays(random) } else { 0 };
    for (index, variable) in (choice.first..choice.first + choice.of.saturating_sub(1)).enumerate() {
        // Among those that stray, each of the things left is as likely as the others.
        let left = choice.of - index;
        let bits = if index == 0 { !astray } else { random.one_in(left) };
        set(lanes, variable, bits);
    }
}

fn set(lanes: &mut Lanes, variable: usize, bits: u64) {
    if let Some(slot) = lanes.variables.get_mut(variable) {
        *slot = bits;
    }
}

/// Splitmix64 (Steele, Lea, Flood 2014): the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below another, or 0.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// About one bit in so many, as powers of two go.
    fn one_in(&mut self, count: usize) -> u64 {
        (1..count.max(2).ilog2()).fold(self.next(), |bits, _| bits & self.next())
    }
}
