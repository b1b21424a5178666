//! Chains of many instances, page by page: what verification and exports read, a bounded number of rows at a time.
//!
//! Pages go by instance and row number, the order of the tables' keys, so that each is one walk along a key.
//! Invariant: the order of instances is the database's own; callers compare ids for equality only.

use super::row::{EventRow, InstanceRow, TrailRow};
use super::{Store, failed};
use crate::error::Result;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::sync::Arc;

/// Consecutive instances: those after one, up to another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stretch {
    /// Only instances after this one.
    pub after: String,
    /// And up to this one; `None`: to the end.
    pub through: Option<String>,
}

impl Stretch {
    /// One instance.
    #[must_use]
    pub fn of(instance: &str) -> Self {
        Self { after: instance.to_owned(), through: Some(instance.to_owned()) }
    }

    /// Those after one, up to another or to the end.
    #[must_use]
    pub fn between(after: &str, through: Option<&str>) -> Self {
        Self { after: after.to_owned(), through: through.map(str::to_owned) }
    }

    /// Before its first row.
    #[must_use]
    pub fn start(&self) -> Place {
        let alone = self.through.as_ref() == Some(&self.after);
        (self.after.clone(), if alone { i64::MIN } else { i64::MAX })
    }
}

/// A row of a chain: instance and number.
pub type Place = (String, i64);

/// Which instances are wanted; everything empty: all of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Only this one.
    pub instance: Option<String>,
    /// Only those of this workflow.
    pub workflow: Option<String>,
    /// Only those that still ran at this moment or later.
    pub from_ms: Option<i64>,
    /// Only those that started before this moment.
    pub to_ms: Option<i64>,
}

macro_rules! of_a_chain {
    ($table:literal, $columns:literal, $end:literal) => {
        concat!(
            "select instance, sequence, previous_hash, hash, at_ms, recorded_at_ms, ",
            $columns,
            " from ",
            $table,
            " where shard = ?1 and tenant = ?2 and (instance, sequence) > (?3, ?4) and ",
            $end,
            " order by instance, sequence limit ?6"
        )
    };
}

// Up to an instance, or (an open end must not cost a scan beyond the stretch) to the end of the table.
const EVENTS: &str = of_a_chain!("event", "body", "instance <= ?5");
const EVENTS_TO_THE_END: &str = of_a_chain!("event", "body", "?5 is null");
const FACTS: &str = of_a_chain!(
    "trail",
    "event_sequence, fact, node, copy, person, role, channel, external_id, plan_hash, source, alternatives_shown,
     alternative_chosen, forced_reason, detail",
    "instance <= ?5"
);
const FACTS_TO_THE_END: &str = of_a_chain!(
    "trail",
    "event_sequence, fact, node, copy, person, role, channel, external_id, plan_hash, source, alternatives_shown,
     alternative_chosen, forced_reason, detail",
    "?5 is null"
);

impl Store {
    /// Instances in the order of their ids, after one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instances_after(
        &self,
        after: &str,
        wanted: &Wanted,
        limit: i64,
    ) -> Result<Vec<InstanceRow>> {
        let rows = sqlx::query(
            "select * from instance
             where shard = ?1 and tenant = ?2 and id > ?3 and (?4 is null or id = ?4)
               and (?5 is null or workflow = ?5) and (?6 is null or coalesce(ended_at_ms, ?6) >= ?6)
               and (?7 is null or started_at_ms < ?7)
             order by id limit ?8",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(after)
        .bind(&wanted.instance)
        .bind(&wanted.workflow)
        .bind(wanted.from_ms)
        .bind(wanted.to_ms)
        .bind(limit)
        .fetch_all(&self.pool)
        .await;
        rows.and_then(|rows| rows.iter().map(instance).collect())
            .map_err(|cause| failed("instances were read", cause))
    }

    /// Journal rows of a stretch, after a row of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn events_page(
        &self,
        stretch: &Stretch,
        after: &Place,
        limit: i64,
    ) -> Result<Vec<(Arc<str>, EventRow)>> {
        let statement = if stretch.through.is_some() { EVENTS } else { EVENTS_TO_THE_END };
        let rows = self.chain_page(statement, stretch, after, limit).await;
        rows.and_then(|rows| with_instance(&rows, event))
            .map_err(|cause| failed("the journal was read", cause))
    }

    /// Trail rows of a stretch, after a row of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn facts_page(
        &self,
        stretch: &Stretch,
        after: &Place,
        limit: i64,
    ) -> Result<Vec<(Arc<str>, TrailRow)>> {
        let statement = if stretch.through.is_some() { FACTS } else { FACTS_TO_THE_END };
        let rows = self.chain_page(statement, stretch, after, limit).await;
        rows.and_then(|rows| with_instance(&rows, fact)).map_err(|cause| failed("the trail was read", cause))
    }

    async fn chain_page(
        &self,
        statement: &'static str,
        stretch: &Stretch,
        after: &Place,
        limit: i64,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        sqlx::query(statement)
            .bind(self.tenant.shard)
            .bind(&self.tenant.name)
            .bind(&after.0)
            .bind(after.1)
            .bind(&stretch.through)
            .bind(limit)
            .fetch_all(&self.pool)
            .await
    }
}

/// Rows with their instance, which those of one chain share.
fn with_instance<T>(
    rows: &[SqliteRow],
    read: fn(&SqliteRow) -> Result<T, sqlx::Error>,
) -> Result<Vec<(Arc<str>, T)>, sqlx::Error> {
    let mut of: Arc<str> = Arc::from("");
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let instance: &str = row.try_get(0)?;
        if *of != *instance {
            of = Arc::from(instance);
        }
        all.push((Arc::clone(&of), read(row)?));
    }
    Ok(all)
}

fn event(row: &SqliteRow) -> Result<EventRow, sqlx::Error> {
    Ok(EventRow {
        sequence: row.try_get(1)?,
        previous_hash: row.try_get(2)?,
        hash: row.try_get(3)?,
        at_ms: row.try_get(4)?,
        recorded_at_ms: row.try_get(5)?,
        body: row.try_get(6)?,
    })
}

fn fact(row: &SqliteRow) -> Result<TrailRow, sqlx::Error> {
    Ok(TrailRow {
        sequence: row.try_get(1)?,
        previous_hash: row.try_get(2)?,
        hash: row.try_get(3)?,
        at_ms: row.try_get(4)?,
        recorded_at_ms: row.try_get(5)?,
        event_sequence: row.try_get(6)?,
        fact: row.try_get(7)?,
        node: row.try_get(8)?,
        copy: row.try_get(9)?,
        person: row.try_get(10)?,
        role: row.try_get(11)?,
        channel: row.try_get(12)?,
        external_id: row.try_get(13)?,
        plan_hash: row.try_get(14)?,
        source: row.try_get(15)?,
        alternatives_shown: row.try_get(16)?,
        alternative_chosen: row.try_get(17)?,
        forced_reason: row.try_get(18)?,
        detail: row.try_get(19)?,
    })
}

fn instance(row: &SqliteRow) -> Result<InstanceRow, sqlx::Error> {
    Ok(InstanceRow {
        id: row.try_get("id")?,
        workflow: row.try_get("workflow")?,
        number: row.try_get("number")?,
        plan_hash: row.try_get("plan_hash")?,
        reference: row.try_get("reference")?,
        title: row.try_get("title")?,
        one_per: row.try_get("one_per")?,
        start_key: row.try_get("start_key")?,
        parent: row.try_get("parent")?,
        parent_place: row.try_get("parent_place")?,
        status: row.try_get("status")?,
        outcome: row.try_get("outcome")?,
        sequence: row.try_get("sequence")?,
        trail_count: row.try_get("trail_count")?,
        outbox_count: row.try_get("outbox_count")?,
        state: row.try_get("state")?,
        journal_head: row.try_get("journal_head")?,
        trail_head: row.try_get("trail_head")?,
        started_at_ms: row.try_get("started_at_ms")?,
        last_event_ms: row.try_get("last_event_ms")?,
        ended_at_ms: row.try_get("ended_at_ms")?,
    })
}
