//! The interpreter: `step(program, state, event)`, pure and deterministic, and business calendars.
//!
//! A worker or a test player makes events; [`step()`] decides what they mean and answers with the next state and
//! the effects it asks of the world. Texts, dates and amounts are finished here, in each reader's language.
//! Invariant: given the plan and the events with their times, the state is always the same; nothing else is asked
//! (no clock, no random number, no machine's own zone files).

pub mod calendar;
pub mod effect;
mod eval;
pub mod event;
mod join;
mod phrases;
pub mod prepared;
pub mod scenario;
pub mod starts;
pub mod state;
pub mod step;
pub mod view;

pub use effect::Effect;
pub use event::{Event, EventKind};
pub use prepared::Prepared;
pub use state::{State, next_due};
pub use step::{Outcome, apply, step};
pub use view::view;
