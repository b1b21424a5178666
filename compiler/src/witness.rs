//! Counterexamples: a case of the model as a run with dates and people, replayed on the interpreter and told.
//!
//! The model answers "can this be?" with a [`Case`]. Here it becomes events on the draft's program (`play`, `ways`,
//! `ladder`, `arrive`), is held against what the case claims (`verdict`), and is told as dated events (`tell`) and
//! as the few facts that matter (`facts`). Nothing here knows the model's formulas.
//! Invariant: no run is shown that did not reach, on the interpreter, exactly the state that the case claims.

mod arrive;
mod assumed;
mod cast;
mod cells;
mod evaluate;
mod facts;
mod ladder;
mod moves;
mod play;
mod rounds;
mod stage;
mod tell;
mod times;
mod values;
mod verdict;
mod ways;

#[cfg(test)]
mod tests;

pub use cells::fields_read;
pub use facts::{facts, facts_but_for_work};
pub use tell::value_words;

use crate::model::case::Case;
use crate::place::Problem;
use crate::typed::Typed;
use play::{Manner, Order, Pace, Play};
use stage::Stage;
use wf_lang::diagnostic::RunEvent;
use wf_plan::Moment;
use wf_vm::{Event, State};

/// A run that the interpreter has made.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// What happened, as the interpreter was given it.
    pub events: Vec<Event>,
    /// The state in the end, as the case claims it.
    pub state: State,
    /// The same for people.
    pub run: Vec<RunEvent>,
}

/// In which order and how fast a run is tried, the most natural first.
const MANNERS: [(Order, Pace); 6] = [
    (Order::Time, Pace::Natural),
    (Order::Listed, Pace::Natural),
    (Order::LateFirst, Pace::Natural),
    (Order::Time, Pace::Quick),
    (Order::Listed, Pace::Quick),
    (Order::LateFirst, Pace::Quick),
];

/// A run of the case, checked on the interpreter; `None` where none was found.
#[must_use]
pub fn replay(typed: &Typed, case: &Case) -> Option<Replayed> {
    let stage = Stage::new(typed, case)?;
    let starts = stage.starts();
    let detours = 0..=stage.detours();
    let with = |lenient: bool, start: Moment| {
        let manners = MANNERS.iter().flat_map(|manner| detours.clone().map(move |detour| (*manner, detour)));
        let mut manners = manners.map(|((order, pace), detour)| Manner { order, pace, lenient, detour });
        manners.find_map(|manner| Play::of(&stage, start, manner))
    };
    // First as the case says; then with others left to time, on whom the verdict does not rest.
    let tries =
        [false, true].into_iter().flat_map(|lenient| starts.iter().map(move |start| (lenient, *start)));
    let played = { tries }.find_map(|(lenient, start)| with(lenient, start))?;
    let run = tell::run(&stage, &played);
    Some(Replayed { events: played.events, state: played.state, run })
}

/// A finding with the run that shows it, and with the facts that lead there at the carets where nothing stands yet;
/// as it was where the case does not replay.
#[must_use]
pub fn show(typed: &Typed, case: &Case, mut problem: Problem) -> Problem {
    let Some(replayed) = replay(typed, case) else { return problem };
    problem.run = Some(replayed.run);
    if problem.label.is_none() {
        let facts = facts_but_for_work(typed, case);
        problem.label = Some(facts).filter(|facts| !facts.is_empty());
    }
    problem
}
