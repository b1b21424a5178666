//! The `.wf` language: text in, tree out; diagnostics as plain data.
//!
//! `parse(text)` is total: whatever the text, it gives a lossless tree and what is wrong with it. Above it
//! lie typed views (`ast`); below it nothing of this project. Invariant: no files, no clock, no
//! printing here.

pub mod ast;
pub mod chunk;
pub mod diagnostic;
pub mod format;
pub mod limits;
pub mod parse;
pub mod span;
pub mod tree;

pub use parse::{Parse, parse};
