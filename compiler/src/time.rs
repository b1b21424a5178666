//! Time: earliest and latest moments of every node, critical paths, and which start is the worst.
//!
//! The rules of family 3, policies about time and `wfc why` ask here. A workflow is made ready once ([`schedule`]);
//! a start moment is pushed through it ([`pass`], [`due`]); [`sweep`] asks that of every start of the calendar's years
//! ([`years`]) without trying them all, and [`bounds`] spares most workflows even that. The arithmetic is the
//! interpreter's. Invariant: what is not known is said to be unknown, and never taken for fitting or for late.

pub mod bounds;
pub mod deadlines;
pub mod due;
mod earliest;
pub mod ends;
pub mod fates;
pub mod finish;
pub mod pass;
pub mod path;
pub mod runs;
pub mod schedule;
pub mod sweep;
pub mod words;
pub mod years;

#[cfg(test)]
mod tests;

pub use due::left_out;
pub use finish::{Finish, Unknown, latest_finish};
pub use pass::{Fate, Measure, Origin, Pass, Times};
pub use schedule::Schedule;
pub use sweep::{Late, Sweep, sweep};
