//! Verification: every chain whole, every number dense, every state the replay of its journal.
//!
//! Invariant: for each chain the first bad row is named, and one bad row does not hide what is wrong elsewhere.

use super::chain;
use crate::engine::Engine;
use crate::error::Result;
use crate::plans::Ready;
use crate::store::row::{EventRow, InstanceRow, NO_HASH, TrailRow};
use crate::transition::bytes_of;
use serde::Serialize;
use wf_vm::{Event, State};

/// Instances verified at most in one run: more than any store of one file holds.
const INSTANCE_LIMIT: i64 = 10_000_000;

/// What verification found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verified {
    /// Instances looked at.
    pub instances: usize,
    /// Journal rows looked at.
    pub events: usize,
    /// Trail rows looked at.
    pub facts: usize,
    /// What is wrong, the first bad row of each chain.
    pub findings: Vec<Finding>,
}

/// Something that is not as it was written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// In which instance.
    pub instance: String,
    /// In which table.
    pub table: &'static str,
    /// The first bad row; `None`: the whole.
    pub row: Option<i64>,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.row {
            Some(row) => write!(out, "{}, {} row {row}: {}", self.instance, self.table, self.what),
            None => write!(out, "{}, {}: {}", self.instance, self.table, self.what),
        }
    }
}

/// Verifies one instance or all.
///
/// # Errors
/// When the store fails. What is wrong with its rows is a finding, not an error.
pub async fn verify(engine: &Engine, only: Option<&str>) -> Result<Verified> {
    let instances = match only {
        Some(id) => engine.store.instance(id).await?.into_iter().collect(),
        None => engine.store.instances(None, true, INSTANCE_LIMIT).await?,
    };
    let mut verified = Verified::default();
    for instance in instances {
        verify_instance(engine, &instance, &mut verified).await?;
    }
    if only.is_none() {
        for instance in engine.store.orphaned_chains().await? {
            let what = "the instance was removed, its rows are still there".to_owned();
            verified.findings.push(Finding { instance, table: "instance", row: None, what });
        }
    }
    Ok(verified)
}

async fn verify_instance(engine: &Engine, instance: &InstanceRow, verified: &mut Verified) -> Result<()> {
    let tenant = &engine.store.tenant().name;
    let journal = engine.store.journal(&instance.id).await?;
    let trail = engine.store.trail(&instance.id).await?;
    verified.instances += 1;
    verified.events += journal.len();
    verified.facts += trail.len();
    let finding = |table, (row, what)| Finding { instance: instance.id.clone(), table, row, what };
    let bad_event = bad_event(tenant, instance, &journal);
    let journal_is_whole = bad_event.is_none();
    verified.findings.extend(bad_event.map(|bad| finding("event", bad)));
    verified.findings.extend(bad_fact(tenant, instance, &trail).map(|bad| finding("trail", bad)));
    let plan = engine.plan_of(instance).await;
    match plan {
        Ok(ready) if journal_is_whole => {
            verified
                .findings
                .extend(bad_state(&ready, instance, &journal).map(|bad| finding("instance", bad)));
        }
        Ok(_) => {}
        Err(problem) => verified.findings.push(finding("plan", (None, problem.to_string()))),
    }
    Ok(())
}

/// Where a chain stands while it is walked.
struct Walk<'a> {
    next: i64,
    head: &'a str,
}

impl<'a> Walk<'a> {
    fn new() -> Self {
        Self { next: 1, head: NO_HASH }
    }

    fn step(
        &mut self,
        sequence: i64,
        previous: &str,
        hash: &'a str,
        computed: &str,
    ) -> Result<(), (Option<i64>, String)> {
        let next = self.next;
        if sequence != next {
            return Err((Some(next), "it is missing".to_owned()));
        }
        if computed != hash {
            return Err((Some(sequence), "it was changed: its content does not match its hash".to_owned()));
        }
        if previous != self.head {
            return Err((Some(sequence), "it does not follow the row before it".to_owned()));
        }
        self.next += 1;
        self.head = hash;
        Ok(())
    }

    fn end(&self, count: i64, head: &str) -> Result<(), (Option<i64>, String)> {
        if self.next - 1 < count {
            return Err((Some(self.next), "it is missing: the end was cut off".to_owned()));
        }
        if self.next - 1 > count {
            return Err((Some(count + 1), "it was added: the instance does not know it".to_owned()));
        }
        if self.head != head {
            Err((Some(count), "it is not the row the instance ended with".to_owned()))
        } else {
            Ok(())
        }
    }
}

fn bad_event(tenant: &str, instance: &InstanceRow, rows: &[EventRow]) -> Option<(Option<i64>, String)> {
    let mut walk = Walk::new();
    let walked = rows.iter().try_for_each(|row| {
        walk.step(row.sequence, &row.previous_hash, &row.hash, &chain::event_hash(tenant, &instance.id, row))
    });
    walked.and_then(|()| walk.end(instance.sequence, &instance.journal_head)).err()
}

fn bad_fact(tenant: &str, instance: &InstanceRow, rows: &[TrailRow]) -> Option<(Option<i64>, String)> {
    let mut walk = Walk::new();
    let walked = rows.iter().try_for_each(|row| {
        walk.step(row.sequence, &row.previous_hash, &row.hash, &chain::trail_hash(tenant, &instance.id, row))
    });
    walked.and_then(|()| walk.end(instance.trail_count, &instance.trail_head)).err()
}

fn bad_state(ready: &Ready, instance: &InstanceRow, journal: &[EventRow]) -> Option<(Option<i64>, String)> {
    let mut state = State::new();
    for row in journal {
        let Ok(event) = serde_json::from_str::<Event>(&row.body) else {
            return Some((None, format!("event {} cannot be read any more", row.sequence)));
        };
        wf_vm::apply(&ready.prepared, &mut state, &event, &mut Vec::new());
    }
    match bytes_of(&state) {
        Ok(bytes) if bytes == instance.state => None,
        _ => Some((None, "its state is not what replaying its journal gives".to_owned())),
    }
}
