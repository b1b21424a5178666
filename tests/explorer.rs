//! The second engine: workflows explored event by event with the interpreter itself, and their faults read off.
//!
//! `generate` writes a workflow, `subject` makes it ready, `space` visits every state it can come to, `facts` and
//! `verdict` say what is wrong by the definitions of the checks, `compare` holds that against the compiler, `shrink`
//! makes a difference small. Invariant: shares with the compiler's Boolean model nothing but those definitions.

pub mod compare;
pub mod facts;
pub mod generate;
mod key;
pub mod moves;
pub mod places;
mod policies;
mod reads;
pub mod run;
pub mod shrink;
pub mod sketch;
pub mod space;
pub mod subject;
pub mod truth;
mod uses;
pub mod values;
pub mod verdict;
