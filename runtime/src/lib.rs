//! The runtime: durable instances of compiled workflows, their delivery and their trail.
//!
//! Flow: a plan is loaded ([`plans`]), events come from people, systems and timers ([`engine`]), the interpreter says
//! what they mean ([`transition`]), the store keeps it ([`store`]), the worker carries out what was asked
//! ([`worker`], [`outbox`]). Invariant: no part of this knows the language; plans are all it reads.

pub mod api;
pub mod appended;
pub mod asked;
pub mod audit;
pub mod backup;
pub mod channel;
pub mod cli;
pub mod clock;
pub mod config;
pub mod engine;
pub mod error;
pub mod failpoint;
pub mod lease;
pub mod letter;
pub mod link;
pub mod loading;
pub mod moment;
pub mod opened;
pub mod outbox;
pub mod people;
pub mod plans;
pub mod play;
pub mod privacy;
pub mod pulse;
pub mod quarantine;
pub mod replay;
pub mod replied;
pub mod restoration;
pub mod retention;
pub mod schedule;
pub mod sent;
pub mod store;
pub mod system;
pub mod told;
pub mod trace;
pub mod transition;
pub mod values;
pub mod worker;
