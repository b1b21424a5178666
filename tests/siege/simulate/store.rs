//! The simulated store: journal, state, timers, effects that may be asked for once, and the lease's epoch.
//!
//! Invariant: a commit is all or nothing; what was planted to be wrong is done wrong here, and seen elsewhere.

use super::Planted;
use std::collections::{BTreeMap, BTreeSet};
use wf_plan::Moment;
use wf_vm::event::Place;
use wf_vm::state::Phase;
use wf_vm::{Effect, Event, Outcome, Prepared, State, apply};

/// What is kept of one instance, and of its shard's lease.
#[derive(Default)]
pub struct Store {
    pub journal: Vec<Event>,
    state: State,
    /// Rows of the timer table.
    pub timers: BTreeMap<u32, Moment>,
    pub epoch: u64,
    /// Every timer that was ever armed.
    armed: BTreeSet<u32>,
    /// Children asked for: place and round.
    children: BTreeSet<(Place, u16)>,
    /// What was found wrong while writing.
    wrong: Option<String>,
    ended: Option<Phase>,
}

impl Store {
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Writes a transition. `position`: of the journal it was computed from.
    pub fn commit(
        &mut self,
        position: usize,
        event: &Event,
        outcome: &Outcome,
        is_zombie: bool,
        planted: Option<Planted>,
    ) {
        if is_zombie {
            self.wrong = Some(format!("a node wrote without the lease: {event:?}"));
        }
        if position != self.journal.len() {
            self.wrong = Some(format!("two transitions follow {position}, of {}", self.journal.len()));
        }
        let mut kept = event.clone();
        if planted == Some(Planted::OtherTime) {
            kept.at = kept.at.plus_ms(86_400_000).unwrap_or(kept.at);
        }
        self.journal.push(kept);
        for effect in &outcome.effects {
            self.carry(effect, planted);
        }
        self.state = outcome.state.clone();
    }

    fn carry(&mut self, effect: &Effect, planted: Option<Planted>) {
        match effect {
            Effect::ArmTimer(timer) => {
                if !self.armed.insert(timer.id.0) {
                    self.wrong = Some(format!("timer {} is armed a second time", timer.id.0));
                }
                self.timers.insert(timer.id.0, timer.due);
            }
            Effect::CancelTimer(id) if planted != Some(Planted::TimersStay) => {
                self.timers.remove(&id.0);
            }
            Effect::StartChild { place, round, .. } if !self.children.insert((*place, *round)) => {
                self.wrong = Some(format!("the child of {place:?}, round {round}, is started twice"));
            }
            _ => {}
        }
    }

    /// Timer rows are what the state waits for, what has ended stays ended, and nothing was done twice.
    pub fn holds(&mut self) -> Result<(), String> {
        if let Some(wrong) = &self.wrong {
            return Err(wrong.clone());
        }
        let waits: BTreeMap<u32, Moment> =
            self.state.timers.iter().map(|timer| (timer.id.0, timer.due)).collect();
        if waits != self.timers || waits.len() != self.state.timers.len() {
            return Err(format!("timer rows {:?}, the state waits for {waits:?}", self.timers));
        }
        if self.ended.is_some_and(|ended| ended != self.state.phase) {
            return Err(format!("it had ended: {:?}, now {:?}", self.ended, self.state.phase));
        }
        if matches!(self.state.phase, Phase::Ended(_)) {
            if !waits.is_empty() {
                return Err("it has ended and waits for time".to_owned());
            }
            self.ended = Some(self.state.phase);
        }
        Ok(())
    }

    /// Replaying the journal from its start gives the state, by value and as bytes.
    pub fn replays(&self, prepared: &Prepared) -> Result<(), String> {
        let mut state = State::new();
        for event in &self.journal {
            apply(prepared, &mut state, event, &mut Vec::new());
        }
        let bytes = |state: &State| postcard::to_stdvec(state).map_err(|fault| fault.to_string());
        if state != self.state || bytes(&state)? != bytes(&self.state)? {
            return Err(format!("the state is not the replay of its {} events", self.journal.len()));
        }
        let back: State = postcard::from_bytes(&bytes(&state)?).map_err(|fault| fault.to_string())?;
        if back == state { Ok(()) } else { Err("the state is another one after reading it back".to_owned()) }
    }
}
