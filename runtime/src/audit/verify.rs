//! Verification: every chain whole, every number dense, every state the replay of its journal.
//!
//! Flow: instances are read in stretches, their rows in pages; each page is hashed and replayed on whichever core is
//! free while the next is read. Invariant: memory depends on the number of cores, not on the size of the store; one
//! bad row does not hide what is wrong elsewhere; and what moves while it is read is read again, not reported.

mod check;
mod marks;
mod walk;

use crate::engine::Engine;
use crate::error::{Problem, Result};
use crate::store::row::{InstanceRow, Position};
use crate::store::{Stretch, Wanted};
use check::{Check, Plan};
use serde::Serialize;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

pub use marks::{InstanceMarks, Mark, Marks};

/// Instances of one stretch.
const STRETCH: i64 = 512;
/// Rows of one page.
const PAGE: i64 = 1_024;
/// How often an instance that moves on meanwhile is read again.
const MAX_TRIES: u8 = 8;

/// What verification found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verified {
    /// Instances looked at.
    pub instances: usize,
    /// Journal rows looked at.
    pub events: usize,
    /// Trail rows looked at.
    pub facts: usize,
    /// Instances about a person who was erased: their chains were checked, their replay was left out.
    pub erased: usize,
    /// Instances under a master key that is not here: the same.
    pub locked: usize,
    /// What is wrong, the first bad row of each chain.
    pub findings: Vec<Finding>,
    /// How long it took.
    pub took: Duration,
}

impl Verified {
    /// Rows of both chains looked at per second.
    #[must_use]
    pub fn rows_per_second(&self) -> u64 {
        let rows = u128::try_from(self.events + self.facts).unwrap_or(u128::MAX);
        u64::try_from(rows.saturating_mul(1_000_000) / self.took.as_micros().max(1)).unwrap_or(u64::MAX)
    }

    fn add(&mut self, other: Self) {
        self.instances += other.instances;
        self.events += other.events;
        self.facts += other.facts;
        self.erased += other.erased;
        self.locked += other.locked;
        self.findings.extend(other.findings);
    }
}

/// Something that is not as it was written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
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
    verify_against(engine, only, Marks::default()).await
}

/// Verifies one instance or all, also against what checkpoints saw.
///
/// # Errors
/// When the store fails.
pub async fn verify_against(engine: &Engine, only: Option<&str>, mut marks: Marks) -> Result<Verified> {
    let began = Instant::now();
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let wanted = Wanted { instance: only.map(str::to_owned), ..Wanted::default() };
    let mut verified = Verified::default();
    let mut running = JoinSet::new();
    let mut after = String::new();
    loop {
        let instances = engine.store.instances_after(&after, &wanted, STRETCH).await?;
        let more = i64::try_from(instances.len()).unwrap_or(i64::MAX) == STRETCH;
        let last = instances.last().map(|instance| instance.id.clone());
        let stretch = match only {
            Some(id) => Stretch::of(id),
            None => Stretch::between(&after, last.as_deref().filter(|_| more)),
        };
        let marked = instances.into_iter().map(|row| {
            let marks = marks.take(&row.id);
            (row, marks)
        });
        // As many stretches as there are cores, and one more whose rows are read meanwhile.
        while running.len() > cores {
            absorb(&mut running, &mut verified).await?;
        }
        running.spawn(confirmed(engine.clone(), stretch, marked.collect()));
        match last.filter(|_| more && only.is_none()) {
            Some(last) => after = last,
            None => break,
        }
    }
    while !running.is_empty() {
        absorb(&mut running, &mut verified).await?;
    }
    if only.is_none() {
        for (instance, marks) in &marks.0 {
            verified.findings.extend(gone(engine, instance, marks).await?);
        }
    } else if let Some(found) = only.and_then(|id| marks.0.get_key_value(id)) {
        verified.findings.push(removed(found));
    }
    verified.findings.sort();
    verified.took = began.elapsed();
    Ok(verified)
}

/// An instance that checkpoints saw and that is not there: it was archived as they saw it, or else removed.
async fn gone(engine: &Engine, instance: &String, marks: &InstanceMarks) -> Result<Option<Finding>> {
    let Some((end, file)) = engine.store.archived(instance).await? else {
        return Ok(Some(removed((instance, marks))));
    };
    let differs =
        |mark: &&Mark, count: i64, head: &str| mark.count > count || mark.count == count && mark.head != head;
    let journal = marks.journal.iter().find(|mark| differs(mark, end.sequence, &end.journal_head));
    let trail = marks.trail.iter().find(|mark| differs(mark, end.trail_count, &end.trail_head));
    Ok(journal.or(trail).map(|mark| Finding {
        instance: instance.clone(),
        table: "archive",
        row: None,
        what: format!("what is in `{file}` is not what checkpoint {} saw", mark.checkpoint),
    }))
}

fn removed((instance, marks): (&String, &InstanceMarks)) -> Finding {
    let what = format!("the instance was removed: checkpoint {} saw it", marks.newest());
    Finding { instance: instance.clone(), table: "instance", row: None, what }
}

async fn absorb(running: &mut JoinSet<Result<Verified>>, verified: &mut Verified) -> Result<()> {
    match running.join_next().await {
        Some(Ok(part)) => verified.add(part?),
        Some(Err(cause)) => return Err(broken(cause)),
        None => {}
    }
    Ok(())
}

fn broken(cause: tokio::task::JoinError) -> Problem {
    Problem::machine("a part of the verification broke off").because(cause)
}

type Marked = Vec<(InstanceRow, InstanceMarks)>;

/// Checks a stretch; what is found at an instance that moved on meanwhile is looked at again.
async fn confirmed(engine: Engine, stretch: Stretch, instances: Marked) -> Result<Verified> {
    let kept: HashMap<String, (Position, InstanceMarks)> =
        instances.iter().map(|(row, marks)| (row.id.clone(), (position(row), marks.clone()))).collect();
    let mut verified = check(&engine, &stretch, instances).await?;
    let suspects: std::collections::BTreeSet<String> =
        verified.findings.iter().map(|finding| finding.instance.clone()).collect();
    for id in suspects {
        let (mut seen, marks) = match kept.get(&id) {
            Some((position, marks)) => (Some(*position), marks.clone()),
            None => (None, InstanceMarks::default()),
        };
        for _ in 0..MAX_TRIES {
            let Some(row) = engine.store.instance(&id).await?.filter(|row| Some(position(row)) != seen)
            else {
                break;
            };
            seen = Some(position(&row));
            let again = check(&engine, &Stretch::of(&id), vec![(row, marks.clone())]).await?;
            verified.findings.retain(|finding| finding.instance != id);
            verified.findings.extend(again.findings);
        }
    }
    Ok(verified)
}

fn position(row: &InstanceRow) -> Position {
    Position { sequence: row.sequence, trail_count: row.trail_count }
}

async fn check(engine: &Engine, stretch: &Stretch, instances: Marked) -> Result<Verified> {
    let mut planned = Vec::with_capacity(instances.len());
    let mut plans: HashMap<String, Plan> = HashMap::new();
    for (row, marks) in instances {
        if !plans.contains_key(&row.plan_hash) {
            let plan = engine.plan_of(&row).await.map_err(|problem| problem.to_string());
            plans.insert(row.plan_hash.clone(), plan);
        }
        let plan = plans.get(&row.plan_hash).cloned().unwrap_or_else(|| Err(String::new()));
        planned.push((row, marks, plan));
    }
    let mut check = Check::new(&engine.store.tenant().name, planned);
    let mut place = stretch.start();
    loop {
        let rows = engine.store.events_page(stretch, &place, PAGE).await?;
        let Some((instance, last)) = rows.last() else { break };
        place = (instance.to_string(), last.sequence);
        check = on_a_core(check, move |check| check.take_events(&rows)).await?;
    }
    let mut place = stretch.start();
    loop {
        let rows = engine.store.facts_page(stretch, &place, PAGE).await?;
        let Some((instance, last)) = rows.last() else { break };
        place = (instance.to_string(), last.sequence);
        check = on_a_core(check, move |check| check.take_facts(&rows)).await?;
    }
    Ok(check.end())
}

/// Lets a free core work on a check.
async fn on_a_core(mut check: Check, work: impl FnOnce(&mut Check) + Send + 'static) -> Result<Check> {
    let done = tokio::task::spawn_blocking(move || {
        work(&mut check);
        check
    });
    done.await.map_err(broken)
}
