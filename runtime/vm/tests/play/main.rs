//! Scenarios played in memory: every kind of statement where it holds and where it does not.
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

mod acts;
mod children;
mod expectations;
mod messages;
mod people;
mod report;
mod story;
#[allow(dead_code)]
#[path = "../meaning/support/mod.rs"]
mod support;
