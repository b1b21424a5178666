//! The rows to export: instance by instance, in chunks.
//!
//! Flow: instances are read in stretches; those with few rows are read many at a time, one with many rows page by page.
//! Invariant: of an instance that goes on meanwhile, only the rows it had when its turn came are given out.

use super::Exported;
use crate::engine::Engine;
use crate::error::Result;
use crate::privacy::fact::{hidden, opened};
use crate::store::row::{EventRow, InstanceRow, TrailRow};
use crate::store::{Store, Stretch, Wanted};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Instances asked for in one go.
const INSTANCES: i64 = 256;
/// Rows of one chunk, and of all instances that are read at once.
const PAGE: i64 = 2_048;

/// How personal values are given out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    /// Rows with their journals as they are stored, sealed: what was hashed.
    Stored,
    /// As `[personal]`.
    Hidden,
    /// Open.
    Open,
}

/// An instance whose rows are exported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Whose it is.
    pub tenant: String,
    /// Its row.
    pub row: InstanceRow,
    /// Version of its workflow.
    pub version: u32,
}

/// Some rows of one instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// The instance.
    pub case: Arc<Case>,
    /// It is its first chunk.
    pub begins: bool,
    /// Rows of its journal, in order, if they were asked for.
    pub events: Vec<EventRow>,
    /// Rows of its trail, in order.
    pub facts: Vec<TrailRow>,
    /// It is its last chunk.
    pub ends: bool,
}

/// What is still to come.
#[derive(Debug)]
pub struct Rows {
    store: Store,
    wanted: Wanted,
    shown: Shown,
    versions: HashMap<String, u32>,
    waiting: VecDeque<InstanceRow>,
    /// The last instance asked for; `None`: there are no more.
    after: Option<String>,
    /// Instances that were read at once, each whole.
    read: VecDeque<Chunk>,
    /// The instance with many rows whose turn it is.
    open: Option<Open>,
    exported: Exported,
}

#[derive(Debug)]
struct Open {
    case: Arc<Case>,
    begun: bool,
    event: i64,
    fact: i64,
}

impl Rows {
    /// The rows of the instances wanted; of journals only as they are stored.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn new(engine: &Engine, wanted: Wanted, shown: Shown) -> Result<Self> {
        let plans = engine.store.plans().await?.into_iter();
        Ok(Self {
            store: if shown == Shown::Open { engine.store.clone() } else { engine.store.closed() },
            shown,
            wanted,
            versions: plans.map(|plan| (plan.hash, plan.version)).collect(),
            waiting: VecDeque::new(),
            after: Some(String::new()),
            read: VecDeque::new(),
            open: None,
            exported: Exported::default(),
        })
    }

    /// Whether every instance is given out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.wanted == Wanted::default()
    }

    /// How much was given out.
    #[must_use]
    pub fn exported(&self) -> Exported {
        self.exported
    }

    /// The next chunk; `None` after the last.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next(&mut self) -> Result<Option<Chunk>> {
        if self.read.is_empty() && self.open.is_none() {
            self.go_on().await?;
        }
        let chunk = match self.open.take() {
            Some(open) => Some(self.page(open).await?),
            None => self.read.pop_front(),
        };
        if let Some(chunk) = &chunk {
            self.exported.instances += u64::from(chunk.begins);
            self.exported.events += u64::try_from(chunk.events.len()).unwrap_or_default();
            self.exported.facts += u64::try_from(chunk.facts.len()).unwrap_or_default();
        }
        Ok(chunk)
    }

    /// Reads the next instances, or opens the next one where it is long.
    async fn go_on(&mut self) -> Result<()> {
        if self.waiting.is_empty()
            && let Some(after) = self.after.take()
        {
            let page = self.store.instances_after(&after, &self.wanted, INSTANCES).await?;
            self.after = page.last().map(|last| last.id.clone());
            self.waiting = page.into();
        }
        let (mut together, mut rows) = (0, 0);
        for row in &self.waiting {
            rows += row.trail_count + self.events_in(row);
            if rows > PAGE {
                break;
            }
            together += 1;
        }
        if together > 0 {
            let instances: Vec<InstanceRow> = self.waiting.drain(..together).collect();
            return self.read_whole(instances).await;
        }
        self.open = self.waiting.pop_front().map(|row| {
            // Of journals that nobody wants, everything is behind.
            let event = row.sequence - self.events_in(&row);
            Open { case: self.case(row), begun: false, event, fact: 0 }
        });
        Ok(())
    }

    /// Rows of an instance's journal that are given out.
    fn events_in(&self, row: &InstanceRow) -> i64 {
        if self.shown == Shown::Stored { row.sequence } else { 0 }
    }

    fn case(&self, row: InstanceRow) -> Arc<Case> {
        let version = self.versions.get(&row.plan_hash).copied().unwrap_or_default();
        Arc::new(Case { tenant: self.store.tenant().name.clone(), row, version })
    }

    /// Reads instances that are short.
    async fn read_whole(&mut self, instances: Vec<InstanceRow>) -> Result<()> {
        let ids: Vec<&str> = instances.iter().map(|row| row.id.as_str()).collect();
        let mut events = match self.shown {
            Shown::Stored => by_instance(self.store.events_of(&ids, PAGE).await?),
            Shown::Hidden | Shown::Open => HashMap::new(),
        };
        let mut facts = by_instance(self.store.facts_of(&ids, PAGE).await?);
        for row in instances {
            let mut events = events.remove(row.id.as_str()).unwrap_or_default();
            events.retain(|event| event.sequence <= row.sequence);
            let mut facts = facts.remove(row.id.as_str()).unwrap_or_default();
            facts.retain(|fact| fact.sequence <= row.trail_count);
            let facts = facts.into_iter().map(|fact| self.shown(&row, fact)).collect();
            self.read.push_back(Chunk { case: self.case(row), begins: true, events, facts, ends: true });
        }
        Ok(())
    }

    /// The next page of an instance that is long.
    async fn page(&mut self, mut open: Open) -> Result<Chunk> {
        let row = &open.case.row;
        let stretch = Stretch::of(&row.id);
        let (mut events, mut facts) = (Vec::new(), Vec::new());
        if open.event < row.sequence {
            let page = self.store.events_page(&stretch, &(row.id.clone(), open.event), PAGE).await?;
            open.event = page.last().map_or(row.sequence, |(_, last)| last.sequence);
            events = page.into_iter().map(|(_, event)| event).collect();
            events.retain(|event| event.sequence <= row.sequence);
        }
        if open.fact < row.trail_count {
            let page = self.store.facts_page(&stretch, &(row.id.clone(), open.fact), PAGE).await?;
            open.fact = page.last().map_or(row.trail_count, |(_, last)| last.sequence);
            facts = page.into_iter().map(|(_, fact)| self.shown(row, fact)).collect();
            facts.retain(|fact| fact.sequence <= row.trail_count);
        }
        let ends = open.event >= row.sequence && open.fact >= row.trail_count;
        let chunk = Chunk { case: Arc::clone(&open.case), begins: !open.begun, events, facts, ends };
        open.begun = true;
        self.open = (!ends).then_some(open);
        Ok(chunk)
    }

    fn shown(&self, row: &InstanceRow, fact: TrailRow) -> TrailRow {
        match (self.shown, &row.subject) {
            (Shown::Stored, _) | (_, None) => fact,
            (Shown::Hidden, _) => hidden(fact),
            (Shown::Open, subject) => opened(fact, subject.as_ref(), &self.store.tenant().name, &row.id),
        }
    }
}

/// Rows of each instance, in their order.
fn by_instance<T>(rows: Vec<(Arc<str>, T)>) -> HashMap<Arc<str>, Vec<T>> {
    let mut each: HashMap<Arc<str>, Vec<T>> = HashMap::new();
    for (instance, row) in rows {
        each.entry(instance).or_default().push(row);
    }
    each
}

#[cfg(test)]
impl Case {
    /// An instance to write about in tests.
    pub(super) fn of_a_test() -> Self {
        let row = InstanceRow {
            id: "order-1".to_owned(),
            workflow: "order".to_owned(),
            number: 1,
            plan_hash: "ab".repeat(32),
            reference: Some("O-<1>".to_owned()),
            title: "Order \"1\"".to_owned(),
            one_per: None,
            start_key: None,
            parent: Some("season-7".to_owned()),
            parent_place: Some("{}".to_owned()),
            status: "outcome".to_owned(),
            outcome: Some("sent".to_owned()),
            sequence: 2,
            trail_count: 3,
            outbox_count: 0,
            state: vec![1, 2],
            journal_head: "cd".repeat(32),
            trail_head: "ef".repeat(32),
            started_at_ms: 1_772_442_000_000,
            last_event_ms: 1_772_442_060_000,
            ended_at_ms: Some(1_772_442_060_000),
            subject: None,
        };
        Self { tenant: "acme".to_owned(), row, version: 3 }
    }

    /// A row of its trail.
    pub(super) fn fact_of_a_test(sequence: i64, fact: &str, node: Option<&str>) -> TrailRow {
        TrailRow {
            sequence,
            fact: fact.to_owned(),
            node: node.map(str::to_owned),
            plan_hash: "ab".repeat(32),
            at_ms: 1_772_442_000_000 + sequence,
            ..TrailRow::default()
        }
    }
}
