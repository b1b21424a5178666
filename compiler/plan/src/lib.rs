//! The plan: the one contract between the compiler and the runtime.
//!
//! A [`Program`] is plain data: everything one version of one workflow needs to run. The compiler makes it
//! (`emit`), the interpreter reads it (`wf-vm`), and between them it travels as bytes ([`codec`]) that
//! [`load`](mod@load) trusts in nothing. Invariant: a `Program` inside a `LoadedPlan` has passed the load-time verifier;
//! nothing else in the runtime makes one.

pub mod calendar;
pub mod codec;
pub mod error;
pub mod ladder;
pub mod limits;
pub mod load;
pub mod node;
pub mod op;
pub mod people;
pub mod plan;
pub mod scenario;
pub mod show;
pub mod source;
pub mod time;
pub mod value;

pub use codec::{Plan, encode, meaning_hash};
pub use error::PlanError;
pub use load::{LoadedPlan, load};
pub use plan::{MeaningHash, Program};
pub use time::{Date, Moment};
pub use value::Value;
