//! What must hold after everything: the ledger against the store, and the store against itself.
//!
//! The numbers of the checks are those of the invariants in the description of the runtime. Invariant: pure, so that
//! each check is shown to see what is planted (`tests/faults`).

use super::drive::{ACTS, Ledger};
use super::stored::{Extent, Stored};
use super::{bells, neighbour};
use std::collections::{BTreeMap, BTreeSet};

/// A check and what it found.
#[derive(Clone, Debug)]
pub struct Checked {
    pub name: &'static str,
    /// How many things it looked at.
    pub looked_at: usize,
    pub violations: Vec<String>,
}

/// Names of all checks, in the order of the table.
pub const NAMES: [&str; 11] = [
    "acknowledged is present (1)",
    "nothing is done twice (1)",
    "one instance for each key (1)",
    "replies are sound (1)",
    "`wfrun audit verify` is whole (2, 3)",
    "numbers are dense (2)",
    "one timer row for each armed deadline (4, 9)",
    "one outbox row for each effect (5)",
    "an order is sent at most once (5)",
    "nothing rings early, twice or never (7)",
    "the tenant next door is as it was (8)",
];

/// All checks.
pub fn check(ledger: &Ledger, stored: &Stored) -> Vec<Checked> {
    let found = [
        (ledger.done.len(), lost(ledger, stored)),
        (stored.acts.len(), twice(stored)),
        (ledger.done.len(), keys(ledger, stored)),
        (ledger.done.len(), ledger.wrong.clone()),
        (stored.instances.len(), stored.broken.iter().cloned().collect()),
        (stored.instances.len(), gaps(stored)),
        (stored.instances.len(), deadlines(stored)),
        (stored.outbox.len(), stored.doubled.clone()),
        (stored.outbox.len(), stored.sent_twice.clone()),
        (ledger.bells.len(), bells::wrong(ledger, stored)),
        (ledger.neighbour.len(), neighbour::changes(&ledger.neighbour, &stored.neighbour)),
    ];
    let named = NAMES.into_iter().zip(found);
    named.map(|(name, (looked_at, violations))| Checked { name, looked_at, violations }).collect()
}

fn lost(ledger: &Ledger, stored: &Stored) -> Vec<String> {
    let mut lost = Vec::new();
    for done in &ledger.done {
        let is_there = match done.act {
            None => stored.instances.get(&done.instance).is_some_and(|row| ends_with(&row.title, &done.key)),
            Some(act) => stored.acts.contains_key(&(done.instance.clone(), act.to_owned())),
        };
        if !is_there {
            lost.push(format!("{} {} was acknowledged", done.instance, done.act.unwrap_or("start")));
        }
    }
    lost
}

fn ends_with(title: &str, key: &str) -> bool {
    title.strip_suffix(key).is_some_and(|before| before.ends_with(' '))
}

fn twice(stored: &Stored) -> Vec<String> {
    let more = stored.acts.iter().filter(|(_, times)| **times > 1);
    more.map(|((instance, node), times)| format!("{instance} {node}: done {times} times")).collect()
}

fn keys(ledger: &Ledger, stored: &Stored) -> Vec<String> {
    let mut by_key: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for done in &ledger.done {
        by_key.entry(&done.key).or_default().insert(&done.instance);
    }
    for (id, row) in &stored.instances {
        if let Some(key) = row.title.split(' ').next_back() {
            by_key.entry(key).or_default().insert(id);
        }
    }
    let more = by_key.iter().filter(|(_, instances)| instances.len() > 1);
    more.map(|(key, instances)| format!("{key}: {instances:?}")).collect()
}

fn gaps(stored: &Stored) -> Vec<String> {
    let mut gaps = Vec::new();
    for (id, row) in &stored.instances {
        for (table, extents, expected) in [
            ("event", &stored.journal, row.sequence),
            ("trail", &stored.trail, row.trail_count),
            ("outbox", &stored.outbox, row.outbox_count),
        ] {
            let found: Extent = extents.get(id).copied().unwrap_or_default();
            if found != (expected, expected) {
                gaps.push(format!("{id} {table}: {} rows up to {}, of {expected}", found.0, found.1));
            }
        }
    }
    gaps
}

/// An instance that runs waits for its next act, and that one's deadline is armed once; one that has ended waits for
/// nothing.
fn deadlines(stored: &Stored) -> Vec<String> {
    let mut armed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (instance, node) in &stored.deadlines {
        armed.entry(instance).or_default().push(node);
    }
    let mut wrong = Vec::new();
    for (id, row) in &stored.instances {
        let is_done = |act: &&&str| stored.acts.contains_key(&(id.clone(), (**act).to_owned()));
        let done = ACTS.iter().take_while(is_done).count();
        let due: Vec<&str> = ACTS.get(done).copied().into_iter().collect();
        let found = armed.remove(id.as_str()).unwrap_or_default();
        if found != due {
            wrong.push(format!("{id}: armed {found:?}, due {due:?}"));
        }
        if (row.status == "running") == due.is_empty() {
            wrong.push(format!("{id}: {} with {done} acts done", row.status));
        }
    }
    wrong.extend(armed.into_keys().map(|id| format!("{id}: a timer of no instance")));
    wrong
}
