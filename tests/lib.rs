//! What tests and the programs of this package share; the tests themselves are in `all.rs`.
//!
//! The explorer is the second engine, which knows of a workflow what happens in its runs; the siege breaks the real
//! program and looks at what is left. Invariant: nothing in here uses the compiler's Boolean model, nor the runtime.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "test code that a binary shares with the tests"
)]

pub mod explorer;
pub mod siege;
