//! The audit registry: the facts of the trail in words, the chains over them, their verification, and exports.

pub mod chain;
pub mod checkpoint;
#[cfg(test)]
mod described;
pub mod export;
pub mod fact;
pub mod settings;
pub mod verify;
