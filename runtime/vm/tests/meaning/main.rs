//! Every rule of *Meaning*, one file each, on programs built by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

mod deadlines;
mod laws;
mod onboarding;
mod rule_01_start;
mod rule_02_not_taken;
mod rule_03_outcomes_first;
mod rule_04_time;
mod rule_05_redo;
mod rule_06_votes;
mod rule_07_acts;
mod rule_08_ladders;
mod rule_09_waits;
mod rule_10_for_each;
mod rule_11_run;
mod rule_12_separation;
mod status;
mod support;
mod texts;
