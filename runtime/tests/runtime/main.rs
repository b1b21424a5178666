//! The runtime held against what it promises: through the store, through loopback servers, and through the binary.
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

mod api;
mod api_access;
mod api_links;
mod api_replies;
mod api_server;
mod audit;
mod backup;
mod checkpoint;
mod cluster;
mod command_line;
mod commands;
mod delivery;
mod delivery_faults;
mod delivery_mail;
mod delivery_nodes;
mod disk_full;
mod export;
mod inflow;
mod leases;
mod life;
mod mailbox;
mod months;
mod needless;
mod privacy;
mod privacy_care;
mod quarantine;
mod questions;
mod replay;
mod retention;
mod stage;
mod store;
mod traces;
mod two_stages;
mod upgrades;
