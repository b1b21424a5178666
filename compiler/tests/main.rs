//! The tests of this package in one program: names, types, lowering, emission, pages, damage, increments, and `wfc test`.
//!
//! One module per question; linking one program is faster than linking many.
#![allow(missing_docs)]

mod cures;
mod cures_of_structure;
mod damage;
mod data;
mod emit;
mod escalation;
mod escalation_people;
mod formats;
mod incremental;
mod lint_program;
mod lowering;
mod names;
mod pages;
mod policies;
mod proofs;
mod readings;
mod separation;
mod settings;
mod style;
mod test_command;
mod told;
mod types;
mod witnesses;
