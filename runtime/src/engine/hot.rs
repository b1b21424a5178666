//! Instances the writer has at hand, so that those in motion are not read before every step.
//!
//! Two generations: what is put back goes to the young one; when that is full, the old one is dropped. Invariant: nothing
//! here is ever believed: the commit compares positions with what is stored.

use super::writer::Key;
use crate::store::row::InstanceRow;
use std::collections::HashMap;
use std::sync::Arc;
use wf_vm::State;

/// Instances in one generation; two of them with a few kilobytes each stay within some megabytes.
const GENERATION: usize = 2_048;

/// An instance at hand.
#[derive(Debug)]
pub(super) struct Hot {
    /// Its row as it was last read or written.
    pub row: Arc<InstanceRow>,
    /// Its state; `None` until it is first needed.
    pub state: Option<Arc<State>>,
}

/// The instances at hand.
#[derive(Debug, Default)]
pub(super) struct HotInstances {
    young: HashMap<Key, Hot>,
    old: HashMap<Key, Hot>,
}

impl HotInstances {
    /// Takes the instance out, if it is at hand: whoever steps it has it alone, and puts back what it became.
    pub fn take(&mut self, key: &Key) -> Option<Hot> {
        self.young.remove(key).or_else(|| self.old.remove(key))
    }

    /// Keeps an instance as it is now.
    pub fn put(&mut self, key: Key, hot: Hot) {
        self.old.remove(&key);
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, hot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::row::NO_HASH;

    fn row(id: usize) -> Arc<InstanceRow> {
        Arc::new(InstanceRow {
            id: id.to_string(),
            workflow: String::new(),
            number: 1,
            plan_hash: String::new(),
            reference: None,
            title: String::new(),
            one_per: None,
            start_key: None,
            parent: None,
            parent_place: None,
            status: "running".to_owned(),
            outcome: None,
            sequence: 1,
            trail_count: 1,
            outbox_count: 0,
            state: Vec::new(),
            journal_head: NO_HASH.to_owned(),
            trail_head: NO_HASH.to_owned(),
            started_at_ms: 0,
            last_event_ms: 0,
            ended_at_ms: None,
            subject: None,
        })
    }

    fn key(id: usize) -> Key {
        ("acme".to_owned(), id.to_string())
    }

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut hot = HotInstances::default();
        for id in 0..3 * GENERATION {
            hot.put(key(id), Hot { row: row(id), state: None });
            let used = hot.take(&key(0));
            assert!(used.is_some(), "used at {id}");
            hot.put(key(0), used.unwrap());
        }
        assert!(hot.take(&key(1)).is_none());
        assert!(hot.young.len() + hot.old.len() <= 2 * GENERATION + 1);
    }

    #[test]
    fn what_was_taken_and_not_put_back_is_read_again() {
        let mut hot = HotInstances::default();
        hot.put(key(1), Hot { row: row(1), state: None });
        assert!(hot.take(&key(1)).is_some());
        assert!(hot.take(&key(1)).is_none());
    }
}
