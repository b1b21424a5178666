//! The compiler: from `.wf` text to names, types, graph, proofs and plans.
//!
//! Plain functions behind salsa queries; each result's type proves that the step before it ran. Nothing here
//! reads files, the environment or a clock, and nothing prints: that is for the programs under `bin/`.

pub mod after_text;
pub mod baseline;
pub mod build;
pub mod check;
pub mod consequence;
pub mod db;
mod dead_end;
pub mod drill;
pub mod emit;
pub mod exposure;
pub mod fingerprint;
pub mod firing;
pub mod fix;
pub mod graph;
pub mod hir;
pub mod lint;
pub mod lock;
pub mod model;
pub mod place;
pub mod policies;
pub mod project;
pub mod proof_words;
pub mod reach;
pub mod readings;
pub mod reference;
pub mod region;
pub mod rejoin;
pub mod render;
pub mod resolve;
pub mod rules;
pub mod scene;
pub mod scope;
pub mod separation;
pub mod settings;
pub mod starts;
pub mod subject;
pub mod symbol;
pub mod time;
pub mod together;
pub mod typed;
pub mod types;
pub mod uses;
pub mod verify;
pub mod why;
pub mod witness;
pub mod zones;
