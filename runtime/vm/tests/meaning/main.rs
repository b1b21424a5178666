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

mod onboarding;
mod rule_01_start;
mod rule_02_not_taken;
mod rule_03_outcomes_first;
mod support;
