//! The tests of this package in one program: constructs, messages, recovery, totality, layout.
//!
//! One module per question; linking one program is faster than linking many.
#![allow(missing_docs)]

mod clean;
mod constructs;
mod format;
mod messages;
mod recovery;
mod total;
