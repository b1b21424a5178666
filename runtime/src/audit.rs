//! The audit registry: the facts of the trail in words, the chains over them, and their verification.

pub mod chain;
pub mod fact;
pub mod verify;
