//! Checkpoints proved: each by itself, one after the other, signed by a key that is trusted.
//!
//! What is sound becomes marks that the chains of the store are held against. Invariant: a checkpoint that is not
//! sound marks nothing, and neither do those after it.

use super::{Checkpoint, Head};
use crate::audit::verify::{Finding, Mark, Marks};
use crate::store::row::NO_HASH;
use std::collections::{BTreeMap, BTreeSet};

/// What checkpoints prove.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Proved {
    /// What they saw of each chain.
    pub marks: Marks,
    /// What is wrong with them; after the first nothing is believed.
    pub findings: Vec<Finding>,
    /// Checkpoints that are sound: number and hash.
    pub sound: BTreeMap<i64, String>,
    /// Who signed them.
    pub keys: BTreeSet<String>,
    /// When the sound ones were made.
    pub times: BTreeMap<i64, i64>,
    /// Those made between a backup and its restoration, which the store has forgotten.
    pub lost: BTreeSet<i64>,
}

/// What a store forgot when it was put back: from when the backup was, and when it was put back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// From when the backup was.
    pub taken_at_ms: i64,
    /// When it was put back.
    pub restored_at_ms: i64,
}

impl Gap {
    /// Whether something made at a moment was forgotten.
    #[must_use]
    pub fn swallowed(&self, at_ms: i64) -> bool {
        (self.taken_at_ms..=self.restored_at_ms).contains(&at_ms)
    }
}

/// Proves checkpoints, in order, as they come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prover<'a> {
    /// Whose checkpoints; those of others are passed over.
    pub tenant: &'a str,
    /// Who may sign, in hexadecimal; empty: anybody, and the caller tells who did.
    pub trusted: &'a [String],
    /// Where they come from, for findings.
    pub place: &'static str,
    /// Times when the store was put back, as far as they are believed.
    pub gaps: &'a [Gap],
    /// What they prove so far.
    pub proved: Proved,
}

impl Prover<'_> {
    /// Takes the next one; false once nothing more is believed.
    pub fn take(&mut self, checkpoint: Checkpoint) -> bool {
        let known = self.proved.sound.get(&checkpoint.number) == Some(&checkpoint.hash);
        if checkpoint.tenant != self.tenant || known {
            return true;
        }
        if self.goes_on_after_a_gap(&checkpoint) {
            self.proved.forget_from(checkpoint.number);
        }
        if let Some(what) = self.fault(&checkpoint) {
            let row = Some(checkpoint.number.min(self.proved.next()));
            let instance = "checkpoints".to_owned();
            self.proved.findings.push(Finding { instance, table: self.place, row, what });
            return false;
        }
        let Checkpoint { number, hash, public_key, heads, at_ms, .. } = checkpoint;
        self.proved.times.insert(number, at_ms);
        self.proved.keys.insert(public_key);
        self.proved.sound.insert(number, hash);
        heads.into_iter().for_each(|head| self.proved.mark(number, head));
        true
    }

    /// A store that was put back numbers its checkpoints on from the backup: this one follows one from before the gap,
    /// and all that it stands in the place of were made within the gap.
    fn goes_on_after_a_gap(&self, checkpoint: &Checkpoint) -> bool {
        let before = self.proved.sound.range(..checkpoint.number).next_back();
        let follows = checkpoint.previous_hash == before.map_or(NO_HASH, |(_, hash)| hash);
        let mut replaced = self.proved.times.range(checkpoint.number..).peekable();
        follows
            && replaced.peek().is_some()
            && self.gaps.iter().any(|gap| {
                gap.restored_at_ms <= checkpoint.at_ms
                    && replaced.clone().all(|(_, at_ms)| gap.swallowed(*at_ms))
            })
    }

    fn fault(&self, checkpoint: &Checkpoint) -> Option<String> {
        if let Some(what) = checkpoint.fault() {
            return Some(what.to_owned());
        }
        if !self.trusted.is_empty() && !self.trusted.contains(&checkpoint.public_key) {
            return Some(format!("it is signed by another key: {}", checkpoint.public_key));
        }
        let next = self.proved.next();
        if checkpoint.number > next {
            return Some("it is missing".to_owned());
        }
        let before = self.proved.sound.last_key_value().map_or(NO_HASH, |(_, hash)| hash);
        (checkpoint.number < next || checkpoint.previous_hash != before)
            .then(|| "it does not follow the one before it".to_owned())
    }
}

impl Proved {
    /// Believes checkpoints from a number on no more: the store they saw is gone.
    pub fn forget_from(&mut self, number: i64) {
        self.lost.extend(self.sound.split_off(&number).into_keys());
        self.times.split_off(&number);
        self.marks.forget_from(number);
    }

    fn next(&self) -> i64 {
        self.sound.last_key_value().map_or(0, |(number, _)| *number) + 1
    }

    fn mark(&mut self, checkpoint: i64, head: Head) {
        let marks = self.marks.0.entry(head.instance).or_default();
        // A chain that did not move is marked once.
        if marks
            .journal
            .back()
            .is_none_or(|last| last.count != head.sequence || last.head != head.journal_head)
        {
            marks.journal.push_back(Mark { count: head.sequence, head: head.journal_head, checkpoint });
        }
        if marks
            .trail
            .back()
            .is_none_or(|last| last.count != head.trail_count || last.head != head.trail_head)
        {
            marks.trail.push_back(Mark { count: head.trail_count, head: head.trail_head, checkpoint });
        }
    }
}
