//! The compiler: from `.wf` text to names, types, graph, proofs and plans.
//!
//! Plain functions behind salsa queries; each result's type proves that the step before it ran. Nothing here
//! reads files, the environment or a clock, and nothing prints: that is for the programs under `bin/`.

pub mod hir;
pub mod place;
pub mod scope;
pub mod typed;
pub mod zones;
