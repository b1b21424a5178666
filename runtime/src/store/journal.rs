//! The two chains, read back: the journal for replay, the trail for auditors.

use super::row::{EventRow, TrailRow};
use super::{Store, failed};
use crate::error::Result;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

impl Store {
    /// The journal of an instance, in order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn journal(&self, instance: &str) -> Result<Vec<EventRow>> {
        let rows = sqlx::query(
            "select * from event where shard = ?1 and tenant = ?2 and instance = ?3 order by sequence",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(instance)
        .fetch_all(&self.pool)
        .await;
        rows.and_then(|rows| rows.iter().map(event).collect())
            .map_err(|cause| failed("a journal was read", cause))
    }

    /// The trail of an instance, in order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn trail(&self, instance: &str) -> Result<Vec<TrailRow>> {
        let rows = sqlx::query(
            "select * from trail where shard = ?1 and tenant = ?2 and instance = ?3 order by sequence",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(instance)
        .fetch_all(&self.pool)
        .await;
        rows.and_then(|rows| rows.iter().map(fact).collect())
            .map_err(|cause| failed("a trail was read", cause))
    }

    /// Instances that have rows in a chain but are themselves missing: somebody removed them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn orphaned_chains(&self) -> Result<Vec<String>> {
        let rows = sqlx::query(
            "select distinct instance from (select shard, tenant, instance from event
                                            union select shard, tenant, instance from trail) c
             where shard = ?1 and tenant = ?2
               and not exists (select 1 from instance i
                               where i.shard = c.shard and i.tenant = c.tenant and i.id = c.instance)",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .fetch_all(&self.pool)
        .await;
        rows.and_then(|rows| rows.iter().map(|row| row.try_get("instance")).collect())
            .map_err(|cause| failed("the chains were read", cause))
    }
}

fn event(row: &SqliteRow) -> Result<EventRow, sqlx::Error> {
    Ok(EventRow {
        sequence: row.try_get("sequence")?,
        previous_hash: row.try_get("previous_hash")?,
        hash: row.try_get("hash")?,
        at_ms: row.try_get("at_ms")?,
        recorded_at_ms: row.try_get("recorded_at_ms")?,
        body: row.try_get("body")?,
    })
}

fn fact(row: &SqliteRow) -> Result<TrailRow, sqlx::Error> {
    Ok(TrailRow {
        sequence: row.try_get("sequence")?,
        previous_hash: row.try_get("previous_hash")?,
        hash: row.try_get("hash")?,
        event_sequence: row.try_get("event_sequence")?,
        fact: row.try_get("fact")?,
        node: row.try_get("node")?,
        copy: row.try_get("copy")?,
        person: row.try_get("person")?,
        role: row.try_get("role")?,
        channel: row.try_get("channel")?,
        external_id: row.try_get("external_id")?,
        plan_hash: row.try_get("plan_hash")?,
        source: row.try_get("source")?,
        alternatives_shown: row.try_get("alternatives_shown")?,
        alternative_chosen: row.try_get("alternative_chosen")?,
        forced_reason: row.try_get("forced_reason")?,
        at_ms: row.try_get("at_ms")?,
        recorded_at_ms: row.try_get("recorded_at_ms")?,
        detail: row.try_get("detail")?,
    })
}
