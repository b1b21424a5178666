//! All tests that cross two packages, in one program.
//!
//! Each module is one question about the whole: does the house stand (`layering`), do the pages and examples
//! tell the truth (`docs`), does the real program do what README says. Invariant: a module here needs at least
//! two packages; what needs one is tested beside its code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout
)]

mod calendars;
mod docs;
mod faults;
mod layering;
mod meaning;
mod mutations;
mod programs;
mod proofs;
mod replay;
mod stages;
mod two_stages;
mod verdicts;
