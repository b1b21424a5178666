//! Tests of a workflow played from start to end: what people do, what follows, and whether it is what was expected.
//!
//! A scenario (`wf_plan::scenario`) is a `test` block as data. [`play`] makes its lines into events on a [`Stage`]
//! (`wfc test`: [`MemoryStage`]; `wfrun play`: its store), moves the clock, reads what the interpreter asks of the
//! world, and answers with a [`Report`]: a time line, and per line whether it held. What was decided here:
//!
//! - **Who acts**, where no `by` is said: the owner's role, the first of several; a role's person is named like it. Where
//!   one role must be two people (separation, votes), its second person acts without being asked for (`cast.rs`).
//! - **A line is one act of one person**; `complete A, B` one each. On a `for each` it acts on every active copy.
//! - **`expect message` looks at what was delivered since the last time it looked**: expectations in a row look at the
//!   same messages, and the next line that acts or waits begins anew. `N times` is exact. Quiet hours hold: a message
//!   that waits for the morning has not been delivered (`letters.rs`).
//! - **`expect outcome X within D`** counts from the start; while the instance runs, the clock goes on, but no further.
//! - An expectation that fails is noted and the story goes on; an act that is refused ends it, for what follows would
//!   only fail for the same reason.
//!
//! Invariant: pure but for the stage; the same scenario on the same plans gives the same report.

mod acts;
mod amend;
mod answers;
mod cast;
mod events;
mod expect;
mod expect_messages;
mod find;
mod letters;
mod memory;
mod play;
mod refusals;
mod report;
mod scenes;
mod stage;
mod tell;
mod words;

pub use memory::MemoryStage;
pub use play::play;
pub use refusals::refusal;
pub use report::{Failure, Happening, Played, Report, Scene, Verdict};
pub use stage::{Instance, People, Seen, Stage, StageError};
pub use words::local;
