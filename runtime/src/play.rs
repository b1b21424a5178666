//! `wfrun play`: a scenario played through a throw-away store on a fast clock, and shown as a time line.
//!
//! The player of `wf_vm::scenario` decides what people do and when; [`StoreStage`] lets it happen in a real store, with
//! the real worker, outbox and trail, so that what is shown at the end is what an auditor would see. Invariant:
//! nothing is left behind.

mod stage;
pub mod timeline;

pub use stage::StoreStage;
