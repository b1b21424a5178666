//! One attempt: the case's nodes are finished one after the other, each by a way that disturbs no other.
//!
//! A [`Manner`] says in which order and how fast. Each move is tried on a copy and taken only if nothing else has
//! finished by it. Invariant: what a play holds, the interpreter has made from its events alone.

use super::stage::Stage;
use super::{cast, tell::Told, verdict};
use crate::model::case::Ending;
use wf_plan::Moment;
use wf_plan::node::NodeKind;
use wf_plan::plan::NodeId;
use wf_vm::effect::{Effect, Fact};
use wf_vm::event::{Act, Actor, Place};
use wf_vm::state::{Armed, State, Task};
use wf_vm::{Event, EventKind, apply};

/// Moves of one attempt; a case of the largest workflow has fewer.
const MAX_MOVES: usize = 20_000;
/// Timers and comments while one moment is waited for.
const MAX_TIMERS: usize = 500;
/// How long before a question decides by itself somebody speaks.
const COMMENT_BEFORE_MS: i64 = 3_600_000;

/// Which of the nodes that can be finished comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// Whichever would naturally be finished first.
    Time,
    /// As the case lists them.
    Listed,
    /// What must be late before anything else.
    LateFirst,
}

/// How long work takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pace {
    /// At least as long as it `takes`, else a working day or two, and never beyond a deadline.
    Natural,
    /// Minutes: so that nobody else's time runs out.
    Quick,
}

/// How an attempt goes about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub order: Order,
    pub pace: Pace,
    /// Whether nodes that the verdict does not rest on may finish as time brings it.
    pub lenient: bool,
    /// Which other option decisions take in rounds that a redo ends; 0: the one of the last round.
    pub detour: u16,
}

/// An instance as far as it has come.
#[derive(Clone)]
pub(super) struct Play<'a, 'b> {
    pub stage: &'b Stage<'a>,
    pub manner: Manner,
    pub state: State,
    pub events: Vec<Event>,
    pub told: Vec<Told>,
    /// Facts of the last event.
    pub facts: Vec<Fact>,
}

impl<'a, 'b> Play<'a, 'b> {
    /// An attempt that reached what the case claims.
    pub fn of(stage: &'b Stage<'a>, start: Moment, manner: Manner) -> Option<Self> {
        let mut play = Self {
            stage,
            manner,
            state: State::new(),
            events: Vec::new(),
            told: Vec::new(),
            facts: Vec::new(),
        };
        let starter = cast::starter(stage.program());
        let inputs = stage.inputs();
        if !play.happens(start, EventKind::Start { inputs, starter, number: 1 }) {
            return None;
        }
        play.told.push(Told::Started(start));
        for _ in 0..MAX_MOVES {
            let open = play.open_moves();
            if open.is_empty() {
                break;
            }
            if !play.is_calm() || !play.take_one(open) {
                return None;
            }
        }
        play.end_at_any_time();
        verdict::holds(&play).then_some(play)
    }

    /// Hands an event to the interpreter; false if it is refused. Nothing is undone.
    pub fn happens(&mut self, at: Moment, kind: EventKind) -> bool {
        let event = Event { at: at.max(self.state.now), kind };
        let mut effects: Vec<Effect> = Vec::new();
        apply(&self.stage.prepared, &mut self.state, &event, &mut effects);
        self.events.push(event);
        let fact = |effect: Effect| match effect {
            Effect::Record(record) => Some(record.fact),
            _ => None,
        };
        self.facts = effects.into_iter().filter_map(fact).collect();
        !self.facts.iter().any(|fact| matches!(fact, Fact::Refused(_)))
    }

    /// Lets the first person act who is not refused.
    pub fn somebody(&mut self, at: Moment, place: Place, kind: impl Fn(Actor) -> EventKind) -> bool {
        for person in cast::candidates(self.stage, self, place) {
            let mut tried = self.clone();
            if tried.happens(at, kind(person)) {
                *self = tried;
                return true;
            }
        }
        false
    }

    /// Lets the first person who may do this at a place.
    pub fn act(&mut self, at: Moment, place: Place, act: &Act) -> bool {
        self.somebody(at, place, |by| EventKind::Act { place, act: act.clone(), by })
    }

    /// Lets time pass until a moment. Where a question of another node would decide it by itself before, somebody there
    /// says a word, which stops its ladder.
    pub fn waits(&mut self, until: Moment, place: Place) {
        for _ in 0..MAX_TIMERS {
            let due = self.state.timers.iter().filter(|timer| timer.due < until);
            let decides =
                |timer: &&Armed| matches!(timer.task, Task::Decide(_)) && timer.place != Some(place);
            let first = due.clone().filter(decides).min_by_key(|timer| timer.due).copied();
            if let Some((at, other)) = first.and_then(|timer| Some((timer.due, timer.place?))) {
                let before = Moment(at.0.saturating_sub(COMMENT_BEFORE_MS)).max(self.state.now);
                if !self.act(before, other, &Act::Comment("it is being looked at".to_owned())) {
                    break;
                }
                self.told.push(Told::Commented(self.state.now, other.node));
            } else if let Some(next) = due.map(|timer| timer.due).min() {
                self.happens(next, EventKind::Tick);
            } else {
                break;
            }
        }
        self.happens(until, EventKind::Tick);
    }

    /// The places at which a node is worked on now: its own, or those of its copies.
    pub fn live_places(&self, node: NodeId) -> Vec<Place> {
        let Some(record) = self.state.nodes.get(node.index()) else { return Vec::new() };
        if self.stage.node(node).is_some_and(|node| node.for_each.is_some()) {
            let copies = (0u16..).zip(&record.copies).filter(|(_, work)| work.state.is_live());
            return copies.map(|(copy, _)| Place { node, copy: Some(copy) }).collect();
        }
        let live = record.own.state.is_live();
        live.then_some(Place { node, copy: None }).into_iter().collect()
    }

    /// An outcome that somebody brings about at any time, where the case ends in it and no finish does.
    fn end_at_any_time(&mut self) {
        let Ending::Outcome(outcome) = self.stage.case.ending else { return };
        let any_time = self.stage.node(outcome).is_some_and(
            |node| matches!(&node.kind, NodeKind::Outcome(outcome) if outcome.at_any_time.is_some()),
        );
        if !any_time || !self.state.is_running() {
            return;
        }
        let reason = "as agreed".to_owned();
        let place = Place { node: outcome, copy: None };
        self.somebody(self.soon(), place, |by| EventKind::EndAtAnyTime {
            outcome,
            reason: reason.clone(),
            by,
        });
    }
}
