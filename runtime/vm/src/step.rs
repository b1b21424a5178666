//! One event: the state before it, what it means, the state after it and what is asked of the world.
//!
//! See *Meaning* in the language's description. [`step`] is the pure form, [`apply`] the same in place. The parts of
//! the meaning live one per file under `step/`; this file holds only their order: due timers first, then the event,
//! then what both set free. Invariant: `state` and `effects` follow from program, state and event alone.
//!
//! Timers armed by an event and due at its own time fire within the same step, after it: before any later event they
//! would fire anyway. A timer that is armed for the past is due at once. One step fires at most
//! [`MAX_FIRINGS`] timers; see there.

mod actions;
mod acts;
mod begin;
mod closure;
mod correct;
mod deadlines;
mod end;
mod ladders;
mod messages;
mod people;
mod questions;
mod redo;
mod reminders;
mod runs;
mod settle;
mod start;
mod summary;
mod timers;
mod turn;
mod votes;
mod waits;

use crate::effect::{Effect, Refusal};
use crate::event::{Event, EventKind};
use crate::prepared::Prepared;
use crate::state::{Phase, State};
use turn::Turn;

/// Timers that one step fires at most. A worker that missed a year of daily reminders on a thousand nodes' worth of
/// work stays below it. Beyond it a `Tick` stops early with timers still due (`next_due` is not later than the
/// event's time: tick again), and any other event is refused as [`Refusal::CatchingUp`] until ticks have caught up.
pub const MAX_FIRINGS: u32 = 50_000;

/// What a step gives back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The state after the event.
    pub state: State,
    /// What is asked of the world, in order.
    pub effects: Vec<Effect>,
}

/// Handles one event. Total: an event that cannot be is recorded as refused and changes nothing else.
#[must_use]
pub fn step(prepared: &Prepared, state: &State, event: &Event) -> Outcome {
    let mut outcome = Outcome { state: state.clone(), effects: Vec::new() };
    apply(prepared, &mut outcome.state, event, &mut outcome.effects);
    outcome
}

/// Handles one event in place, adding its effects to those there are.
pub fn apply(prepared: &Prepared, state: &mut State, event: &Event, effects: &mut Vec<Effect>) {
    let at = event.at.max(state.now);
    let mut turn = Turn::new(prepared, state, effects, at);
    if turn.fire_until(at) {
        turn.at = at;
        turn.state.now = at;
        turn.handle(&event.kind);
        turn.by = None;
        turn.role = None;
        turn.close();
        // What the event armed for its own moment; what cannot be reached now is due at the next tick.
        let _ = turn.fire_until(at);
    } else if event.kind != EventKind::Tick {
        turn.refuse(None, Refusal::CatchingUp);
    }
    turn.take_back_untold();
}

impl<'a> Turn<'a> {
    /// What an event means, with due timers already fired.
    fn handle(&mut self, kind: &'a EventKind) {
        match (self.state.phase, kind) {
            (_, EventKind::Tick) => return,
            (Phase::New, EventKind::Start { inputs, starter, number }) => {
                return self.start(inputs, starter.as_ref(), *number);
            }
            (Phase::New, _) => return self.refuse(None, Refusal::NotStarted),
            (_, EventKind::Start { .. }) => return self.refuse(None, Refusal::AlreadyStarted),
            // A child that ends after its parent has nobody to tell.
            (Phase::Ended(_), EventKind::ChildEnded { .. }) => return,
            (Phase::Ended(_), _) => {
                self.by = actor_of(kind);
                return self.refuse(None, Refusal::AlreadyEnded);
            }
            (Phase::Running, _) => {}
        }
        self.by = actor_of(kind);
        match kind {
            EventKind::Act { place, act, .. } => self.act(*place, act),
            EventKind::Answer { question, answer, .. } => self.answer(*question, answer),
            EventKind::Suggested { question, suggestions } => self.suggested(*question, suggestions),
            EventKind::Correct { field, value, reason, .. } => self.correct(*field, value, reason),
            EventKind::Reopen { node, reason, .. } => self.reopen(*node, reason),
            EventKind::EndAtAnyTime { outcome, reason, .. } => self.end_at_any_time(*outcome, reason),
            EventKind::Arrived { system, event, fields } => self.arrived(*system, *event, fields),
            EventKind::ChildEnded { place, round, outcome } => self.child_ended(*place, *round, *outcome),
            EventKind::Cancel { reason, .. } => self.cancel(reason),
            EventKind::Start { .. } | EventKind::Tick => {}
        }
    }
}

/// Who does what an event says.
fn actor_of(kind: &EventKind) -> Option<&crate::event::Actor> {
    match kind {
        EventKind::Act { by, .. }
        | EventKind::Answer { by, .. }
        | EventKind::Correct { by, .. }
        | EventKind::Reopen { by, .. }
        | EventKind::EndAtAnyTime { by, .. } => Some(by),
        EventKind::Cancel { by, .. } => by.as_ref(),
        EventKind::Start { starter, .. } => starter.as_ref(),
        EventKind::Suggested { .. }
        | EventKind::Arrived { .. }
        | EventKind::ChildEnded { .. }
        | EventKind::Tick => None,
    }
}
