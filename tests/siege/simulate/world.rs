//! One instance from its start to its end: nodes run, fail, fall behind and come back, and time passes.
//!
//! Invariant: after every event all that must hold is looked at, and the first thing that does not is told.

use super::super::dice::Dice;
use super::store::Store;
use super::{Planted, events};
use crate::explorer::subject::Subject;
use crate::explorer::values::Cells;
use std::collections::BTreeMap;
use wf_plan::Moment;
use wf_vm::state::{Phase, next_due};
use wf_vm::{Event, EventKind, Prepared, State, step};

const DAY_MS: i64 = 86_400_000;
/// Virtual nodes on one store.
const NODES: usize = 3;
/// What happens to an instance at most.
const MOMENTS: u32 = 120;
/// What is still tried on an instance that has ended.
const AFTER_END: u32 = 10;
/// Days on which the clocks of Rome change, and a leap day: Saturdays before, as days since 1970.
const SPECIAL_DAYS: [i64; 5] = [20_540, 20_750, 20_904, 21_121, 21_242];

/// A program that runs as a node: what it has at hand may be old.
#[derive(Clone, Default)]
struct Node {
    at_hand: Option<(usize, State)>,
    /// The epoch of the lease that it believes to hold.
    epoch: u64,
    /// How far its clock is off.
    skew_ms: i64,
}

/// One instance with everything around it.
pub struct World<'a> {
    subject: &'a Subject,
    prepared: &'a Prepared,
    cells: &'a Cells,
    dice: &'a mut Dice,
    planted: Option<Planted>,
    pub store: Store,
    nodes: Vec<Node>,
    pub began: i64,
    pub now: i64,
    /// Position and event of everything that was acknowledged.
    acknowledged: Vec<(usize, Event)>,
    /// How often each fault struck.
    pub faults: BTreeMap<&'static str, u64>,
}

/// What holds, or in words what does not.
pub type Held = Result<(), String>;

impl<'a> World<'a> {
    pub fn new(
        subject: &'a Subject,
        prepared: &'a Prepared,
        cells: &'a Cells,
        dice: &'a mut Dice,
        planted: Option<Planted>,
    ) -> Self {
        let special = SPECIAL_DAYS[usize::try_from(dice.below(5)).unwrap()];
        let day = if dice.chance(50) { special } else { 20_454 + i64::try_from(dice.below(1_500)).unwrap() };
        let began = day * DAY_MS + i64::try_from(dice.below(86_400_000)).unwrap();
        let nodes = vec![Node::default(); NODES];
        let (acknowledged, faults) = (Vec::new(), BTreeMap::new());
        Self {
            subject,
            prepared,
            cells,
            dice,
            planted,
            store: Store::default(),
            nodes,
            began,
            now: began,
            acknowledged,
            faults,
        }
    }

    /// The instance's whole life; what does not hold ends it.
    pub fn live(&mut self) -> Held {
        let start = events::start(self.subject, self.cells, self.dice);
        self.ask(start)?;
        let mut after_end = 0;
        for _ in 0..MOMENTS {
            self.one_moment()?;
            after_end += u32::from(matches!(self.store.state().phase, Phase::Ended(_)));
            if after_end > AFTER_END {
                break;
            }
        }
        self.store.replays(self.prepared)
    }

    fn struck(&mut self, fault: &'static str) {
        *self.faults.entry(fault).or_default() += 1;
    }

    fn some_node(&mut self) -> usize {
        usize::try_from(self.dice.below(NODES as u64)).unwrap()
    }

    fn one_moment(&mut self) -> Held {
        match self.dice.below(100) {
            0..=44 => {
                let kind = events::likely(self.subject, self.cells, self.store.state(), self.dice);
                self.ask(kind)
            }
            45..=51 => {
                self.struck("event twice");
                let at = usize::try_from(self.dice.below(self.store.journal.len() as u64)).unwrap();
                let again = self.store.journal.get(at).map(|event| event.kind.clone());
                again.map_or(Ok(()), |kind| self.ask(kind))
            }
            52..=76 => self.let_time_pass(),
            77..=84 => {
                let node = self.some_node();
                self.tick(node)
            }
            85..=90 => {
                self.struck("lease taken over");
                let node = self.some_node();
                self.store.epoch += 1;
                self.nodes[node].epoch = self.store.epoch;
                Ok(())
            }
            91..=95 => {
                let node = self.some_node();
                self.struck("clock set back or forward");
                self.nodes[node].skew_ms = i64::try_from(self.dice.below(14_400_001)).unwrap() - 7_200_000;
                Ok(())
            }
            _ => {
                let node = self.some_node();
                self.struck("node restarted");
                self.nodes[node].at_hand = None;
                Ok(())
            }
        }
    }

    /// To the next timer or some time past it, and a tick by whoever holds the lease.
    fn let_time_pass(&mut self) -> Held {
        let due = self.store.timers.values().min().copied();
        self.now = match due {
            Some(due) if self.dice.chance(70) => self.now.max(due.0),
            Some(due) => {
                self.struck("tick late");
                self.now.max(due.0) + i64::try_from(self.dice.below(30 * 86_400_000)).unwrap()
            }
            None => self.now + i64::try_from(self.dice.below(10 * 86_400_000)).unwrap(),
        };
        let holder = self.nodes.iter().position(|node| node.epoch == self.store.epoch).unwrap_or(0);
        self.tick(holder)
    }

    /// A request of a client, tried at one node after the other until it is answered.
    fn ask(&mut self, kind: EventKind) -> Held {
        for _ in 0..8 {
            let node = self.some_node();
            if self.attempt(node, &kind, false)? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn tick(&mut self, node: usize) -> Held {
        if self.nodes[node].epoch != self.store.epoch {
            self.struck("zombie writes");
        }
        self.attempt(node, &EventKind::Tick, true).map(drop)
    }

    /// One try of one node; `true`: it was answered.
    fn attempt(&mut self, node: usize, kind: &EventKind, is_fenced: bool) -> Result<bool, String> {
        let (position, state) = match self.nodes[node].at_hand.take() {
            Some(at_hand) => at_hand,
            None => (self.store.journal.len(), self.store.state().clone()),
        };
        let event = Event { at: Moment(self.now + self.nodes[node].skew_ms), kind: kind.clone() };
        let mut seen = event.clone();
        if self.planted == Some(Planted::EarlyTimers) && event.kind == EventKind::Tick {
            seen.at = Moment(event.at.0 + DAY_MS);
        }
        let outcome = step(self.prepared, &state, &seen);
        if self.dice.chance(4) {
            self.struck("crash before commit");
            return Ok(false);
        }
        if self.dice.chance(5) && kind != &EventKind::Tick {
            // Somebody else is faster, between the reading and the commit.
            self.struck("overtaken");
            let other = (node + 1) % NODES;
            self.attempt(other, &EventKind::Tick, true)?;
        }
        let crash = self.dice.chance(6);
        if crash && self.planted == Some(Planted::EarlyAnswer) {
            self.acknowledged.push((position, event));
            return Ok(true);
        }
        let has_epoch = !is_fenced
            || self.nodes[node].epoch == self.store.epoch
            || self.planted == Some(Planted::NoEpoch);
        let is_current = position == self.store.journal.len() || self.planted == Some(Planted::NoPosition);
        if !has_epoch || !is_current {
            return Ok(false);
        }
        self.holds_of_tick(&state, &event, &outcome)?;
        let zombie = is_fenced && self.nodes[node].epoch != self.store.epoch;
        self.store.commit(position, &event, &outcome, zombie, self.planted);
        self.holds()?;
        if crash {
            self.struck("crash after commit");
            return Ok(false);
        }
        self.acknowledged.push((position, event));
        self.nodes[node].at_hand = Some((position + 1, outcome.state));
        Ok(true)
    }

    /// Nothing early, and nothing left that is due.
    fn holds_of_tick(&self, before: &State, event: &Event, after: &wf_vm::Outcome) -> Held {
        if event.kind != EventKind::Tick {
            return Ok(());
        }
        let at = event.at.max(before.now);
        let was_due = next_due(before).is_some_and(|due| due <= at);
        let same = State { now: before.now, ..after.state.clone() } == *before;
        let is_nothing = same && after.effects.is_empty();
        if !was_due && !is_nothing {
            return Err(format!("something happened early, at {at:?}: {:?}", after.effects));
        }
        match next_due(&after.state) {
            Some(due) if due <= at => Err(format!("due at {due:?} and not fired at {at:?}")),
            _ => Ok(()),
        }
    }

    /// All that must hold after every event.
    fn holds(&mut self) -> Held {
        for (position, event) in self.acknowledged.iter().rev().take(8) {
            if self.store.journal.get(*position) != Some(event) {
                return Err(format!("acknowledged and not there: {position} {event:?}"));
            }
        }
        self.store.holds()?;
        let state = self.store.state();
        let is_waiting = state.nodes.iter().any(|node| node.own.state.is_live())
            || !state.timers.is_empty()
            || !state.questions.is_empty();
        if state.phase == Phase::Running && !is_waiting {
            return Err("it runs and waits for nothing".to_owned());
        }
        Ok(())
    }
}
