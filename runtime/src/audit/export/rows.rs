//! The rows to export: instance by instance, in chunks.
//!
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
/// Rows of one chunk.
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
        let Some(mut open) = self.opened().await? else { return Ok(None) };
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
        self.exported.instances += u64::from(chunk.begins);
        self.exported.events += u64::try_from(chunk.events.len()).unwrap_or_default();
        self.exported.facts += u64::try_from(chunk.facts.len()).unwrap_or_default();
        open.begun = true;
        self.open = (!ends).then_some(open);
        Ok(Some(chunk))
    }

    fn shown(&self, row: &InstanceRow, fact: TrailRow) -> TrailRow {
        match (self.shown, &row.subject) {
            (Shown::Stored, _) | (_, None) => fact,
            (Shown::Hidden, _) => hidden(fact),
            (Shown::Open, subject) => opened(fact, subject.as_ref(), &self.store.tenant().name, &row.id),
        }
    }

    /// The instance whose turn it is.
    async fn opened(&mut self) -> Result<Option<Open>> {
        if let Some(open) = self.open.take() {
            return Ok(Some(open));
        }
        if self.waiting.is_empty()
            && let Some(after) = self.after.take()
        {
            let page = self.store.instances_after(&after, &self.wanted, INSTANCES).await?;
            self.after = page.last().map(|last| last.id.clone());
            self.waiting = page.into();
        }
        Ok(self.waiting.pop_front().map(|row| {
            let event = if self.shown == Shown::Stored { 0 } else { row.sequence };
            let version = self.versions.get(&row.plan_hash).copied().unwrap_or_default();
            let case = Arc::new(Case { tenant: self.store.tenant().name.clone(), row, version });
            Open { case, begun: false, event, fact: 0 }
        }))
    }
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
