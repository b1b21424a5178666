//! Plans as bytes: what is written is read, what is spoilt is refused with its reason, what was once written stays
//! readable.
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

#[path = "plans/built.rs"]
mod built;
#[path = "plans/bytes.rs"]
mod bytes;
#[path = "plans/limits.rs"]
mod limits;
#[path = "plans/refused.rs"]
mod refused;
#[path = "plans/samples.rs"]
mod samples;
#[path = "plans/shown.rs"]
mod shown;
