//! One attempt: the case's nodes are finished one after the other, each by a way that disturbs no other.
//!
//! A [`Manner`] says in which order and how fast. Each move is tried on a copy and taken only if nothing else has
//! finished by it. Invariant: what a play holds, the interpreter has made from its events alone.

use super::stage::Stage;
use super::{cast, tell::Told, verdict, ways};
use crate::model::case::{Ending, How};
use wf_plan::Moment;
use wf_plan::calendar::{Duration, Unit};
use wf_plan::node::NodeKind;
use wf_plan::plan::NodeId;
use wf_vm::effect::{Effect, Fact};
use wf_vm::event::{Act, Actor, Place};
use wf_vm::state::{State, Task};
use wf_vm::{Event, EventKind, apply};

/// Moves of one attempt; a case of the largest workflow has fewer.
const MAX_MOVES: usize = 20_000;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

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

/// Something to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Move {
    /// Finish a node as the case says.
    Finish(NodeId, How),
    /// Take a redo once: of an option, or (0) of a step or wait.
    Redo(NodeId, u16),
    /// Finish a node in a round that a redo ends, as it comes.
    Pass(NodeId, How),
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

    /// When a timer of a place is due.
    pub fn timer(&self, place: Place, picks: impl Fn(Task) -> bool) -> Option<Moment> {
        let timers = self.state.timers.iter().filter(|timer| timer.place == Some(place) && picks(timer.task));
        timers.map(|timer| timer.due).min()
    }

    /// When work would naturally be finished if there were nothing else: before its own time runs out.
    pub fn wanted(&self, place: Place) -> Moment {
        if self.manner.pace == Pace::Quick {
            return self.soon();
        }
        let wanted = self.unhurried(place).unwrap_or(self.state.now);
        let own = self.timer(place, runs_out);
        own.map_or(wanted, |own| if wanted < own { wanted } else { self.before(own) })
    }

    /// When work would naturally be finished: before anybody's time runs out, and never before now.
    pub fn natural(&self, place: Place) -> Moment {
        let soon = self.soon();
        let wanted = self.wanted(place).max(soon);
        let timers = self.state.timers.iter().filter(|timer| timer.place.is_some() && runs_out(timer.task));
        let first = timers.map(|timer| timer.due).min();
        first.map_or(wanted, |first| if wanted < first { wanted } else { self.before(first) })
    }

    /// A moment after now and before another: an hour before it, or the end of the working day before that.
    fn before(&self, limit: Moment) -> Moment {
        let now = self.state.now;
        let hour_before = Moment(limit.0.saturating_sub(HOUR_MS));
        let calendar = self.stage.prepared.workflow_calendar();
        let closing = calendar
            .filter(|calendar| !calendar.is_working(hour_before))
            .and_then(|calendar| calendar.previous_closing(hour_before));
        let halfway = Moment(now.0.saturating_add(limit.0.saturating_sub(now.0) / 2));
        [closing, Some(hour_before)].into_iter().flatten().find(|at| *at > now).unwrap_or(halfway)
    }

    /// Some minutes from now, before the next thing that time brings.
    pub fn soon(&self) -> Moment {
        let soon = Moment(self.state.now.0.saturating_add(10 * MINUTE_MS));
        let next = self.state.timers.iter().map(|timer| timer.due).filter(|due| *due > self.state.now).min();
        next.filter(|next| *next <= soon).map_or(soon, |next| self.before(next))
    }

    fn unhurried(&self, place: Place) -> Option<Moment> {
        let node = self.stage.node(place.node)?;
        let started = self.state.active(place)?.started;
        let calendar = self.stage.prepared.workflow_calendar()?;
        let usual = Duration::new(1 + i64::from(place.node.0 % 2), Unit::BusinessDays);
        let takes = node.takes.map_or(usual, |(least, _)| least);
        calendar.add(started, &takes)
    }

    /// How often a redo was taken.
    pub fn rounds(&self, holder: NodeId, slot: u16) -> u16 {
        let record = self.state.nodes.get(holder.index());
        record.and_then(|record| record.redone.get(usize::from(slot))).copied().unwrap_or(0)
    }

    /// Redos that the case says were taken and that are not yet.
    pub fn open_redos(&self) -> Vec<(NodeId, u16)> {
        let open = |(node, slot): &&(NodeId, u16)| {
            let redo = self.stage.node(*node).and_then(|node| ways::redo_of(node, *slot));
            redo.is_some_and(|redo| self.rounds(*node, *slot) < redo.at_most)
        };
        self.stage.case.used_up.iter().filter(open).copied().collect()
    }

    /// Nodes of rounds that a redo will end: what happens to them now does not count.
    pub fn passing(&self) -> Vec<NodeId> {
        let redo = |(node, slot)| self.stage.node(node).and_then(|node| ways::redo_of(node, slot));
        let redos = self.open_redos().into_iter().filter_map(redo);
        redos.flat_map(|redo| redo.region.iter().copied()).collect()
    }

    /// Whether a node may have finished that the case does not list: the verdict rests on others, or the node has a
    /// condition that the case leaves open.
    pub fn is_free(&self, id: NodeId) -> bool {
        self.manner.lenient
            && self.stage.how(id).is_none()
            && (!self.stage.case.needed.contains(&id) || self.is_conditional(id))
    }

    fn is_conditional(&self, id: NodeId) -> bool {
        self.stage.node(id).is_some_and(|node| node.when.is_some())
    }

    fn open_moves(&self) -> Vec<Move> {
        let redos = self.open_redos();
        let passing = self.passing();
        let finish = |(node, how): &(NodeId, How)| {
            let held_back = redos.iter().any(|(holder, _)| holder == node);
            let finished = verdict::is_as_said(self, *node, *how);
            (!finished && !held_back).then(|| {
                if self.manner.detour > 0 && passing.contains(node) {
                    return Move::Pass(*node, ways::detour(self, *node, self.manner.detour).unwrap_or(*how));
                }
                Move::Finish(*node, *how)
            })
        };
        let mut moves: Vec<Move> = self.stage.case.finished.iter().filter_map(finish).collect();
        moves.extend(redos.iter().map(|(node, slot)| Move::Redo(*node, *slot)));
        let mut others = passing;
        if self.stage.case.ending != Ending::Running {
            // What a condition of unknown answer has set off must be done for an end to come.
            let set_off = |id: &NodeId| self.is_free(*id) && self.is_conditional(*id);
            let live = self.stage.worked().map(|(id, _)| id).filter(set_off);
            others.extend(live.filter(|id| self.state.node_state(*id).is_live()));
        }
        others.retain(|node| self.stage.how(*node).is_none());
        others.retain(|node| !redos.iter().any(|(holder, _)| holder == node));
        moves.extend(
            others.into_iter().filter_map(|node| Some(Move::Pass(node, ways::as_it_comes(self, node)?))),
        );
        moves
    }

    /// Takes the first move that disturbs nothing.
    fn take_one(&mut self, mut open: Vec<Move>) -> bool {
        // The finish that ends the instance comes when all else has happened.
        if let (Ending::Outcome(_), Some((last, how))) =
            (self.stage.case.ending, self.stage.case.finished.last())
            && open.len() > 1
        {
            open.retain(|one| *one != Move::Finish(*last, *how));
        }
        let mut ranked: Vec<(Moment, Move)> = open
            .into_iter()
            .filter(|one| !self.live_places(one.node()).is_empty())
            .map(|one| (ways::estimate(self, one), one))
            .collect();
        match self.manner.order {
            Order::Time => ranked.sort_by_key(|(at, one)| (one.is_pass(), *at)),
            Order::Listed => ranked.sort_by_key(|(_, one)| one.is_pass()),
            Order::LateFirst => ranked.sort_by_key(|(_, one)| (one.is_pass(), !ways::is_late(one))),
        }
        ranked.into_iter().any(|(_, one)| match ways::take(self, one) {
            Some(taken) => {
                *self = taken;
                true
            }
            None => false,
        })
    }

    /// Nothing has finished but what the case says, and what rounds bring that a redo will end.
    pub fn is_calm(&self) -> bool {
        let passing = self.passing();
        self.stage.worked().all(|(id, _)| {
            !verdict::counts(self.state.node_state(id))
                || self.is_free(id)
                || passing.contains(&id)
                || self.stage.how(id).is_some_and(|how| verdict::is_as_said(self, id, how))
        })
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

/// Whether time running out at this would finish something.
fn runs_out(task: Task) -> bool {
    matches!(task, Task::Deadline | Task::Pause | Task::Decide(_))
}

impl Move {
    pub fn node(self) -> NodeId {
        match self {
            Self::Finish(node, _) | Self::Redo(node, _) | Self::Pass(node, _) => node,
        }
    }

    fn is_pass(self) -> bool {
        matches!(self, Self::Pass(..))
    }
}
