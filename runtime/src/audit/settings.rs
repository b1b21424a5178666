//! `[audit]` of the configuration: who signs checkpoints, where they are put, how often.

use serde::Deserialize;
use std::path::PathBuf;

/// How checkpoints are made; without a key there are none.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The secret file that `wfrun audit key new` made.
    pub key: Option<PathBuf>,
    /// A file outside the store that checkpoints are appended to, or a URL they are posted to.
    pub anchor: Option<String>,
    /// Minutes from one checkpoint to the next.
    pub every_minutes: u32,
    /// Public keys that may sign, in hexadecimal; none: the one of `key`.
    pub trusted_keys: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { key: None, anchor: None, every_minutes: 60, trusted_keys: Vec::new() }
    }
}
