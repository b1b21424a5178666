//! What checkpoints saw of each chain: how long it was, and with which row it ended.
//!
//! Invariant: marks of one chain are in the order of their checkpoints, so their counts never fall.

use std::collections::{BTreeMap, VecDeque};

/// What one checkpoint saw of one chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Rows it had.
    pub count: i64,
    /// Hash of its last row.
    pub head: String,
    /// Which checkpoint.
    pub checkpoint: i64,
}

/// What checkpoints saw of one instance.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct InstanceMarks {
    /// Of its journal.
    pub journal: VecDeque<Mark>,
    /// Of its trail.
    pub trail: VecDeque<Mark>,
}

/// What checkpoints saw, by instance.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Marks(pub BTreeMap<String, InstanceMarks>);

impl Marks {
    /// Takes out what is known of an instance.
    pub(super) fn take(&mut self, instance: &str) -> InstanceMarks {
        self.0.remove(instance).unwrap_or_default()
    }
}

impl Marks {
    /// Forgets what checkpoints from a number on saw.
    pub fn forget_from(&mut self, checkpoint: i64) {
        for marks in self.0.values_mut() {
            marks.journal.retain(|mark| mark.checkpoint < checkpoint);
            marks.trail.retain(|mark| mark.checkpoint < checkpoint);
        }
        self.0.retain(|_, marks| !marks.journal.is_empty() || !marks.trail.is_empty());
    }
}

impl InstanceMarks {
    /// The newest checkpoint that saw the instance.
    #[must_use]
    pub fn newest(&self) -> i64 {
        self.journal.iter().chain(&self.trail).map(|mark| mark.checkpoint).max().unwrap_or(0)
    }
}
