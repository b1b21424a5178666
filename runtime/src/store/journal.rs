//! The two chains, read back: the journal for replay, the trail for auditors.

use super::row::{EventRow, TrailRow};
use super::statement::{Failure, Row, Statement};
use super::{Store, failed};
use crate::error::Result;

impl Store {
    /// The journal of an instance, in order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn journal(&self, instance: &str) -> Result<Vec<EventRow>> {
        let rows = Statement::new(
            "select * from event where shard = $1 and tenant = $2 and instance = $3 order by sequence",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(instance)
        .all(&self.database)
        .await;
        rows.and_then(|rows| rows.iter().map(event).collect())
            .map_err(|cause| failed("a journal was read", cause))
    }

    /// The trail of an instance, in order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn trail(&self, instance: &str) -> Result<Vec<TrailRow>> {
        let rows = Statement::new(
            "select * from trail where shard = $1 and tenant = $2 and instance = $3 order by sequence",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(instance)
        .all(&self.database)
        .await;
        rows.and_then(|rows| rows.iter().map(fact).collect())
            .map_err(|cause| failed("a trail was read", cause))
    }

    /// Instances that have rows in a chain but are themselves missing: somebody removed them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn orphaned_chains(&self) -> Result<Vec<String>> {
        let rows = Statement::new(
            "select distinct instance from (select shard, tenant, instance from event
                                            union select shard, tenant, instance from trail) c
             where shard = $1 and tenant = $2
               and not exists (select 1 from instance i
                               where i.shard = c.shard and i.tenant = c.tenant and i.id = c.instance)",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .all(&self.database)
        .await;
        rows.and_then(|rows| rows.iter().map(|row| row.get("instance")).collect())
            .map_err(|cause| failed("the chains were read", cause))
    }
}

fn event(row: &Row) -> Result<EventRow, Failure> {
    Ok(EventRow {
        sequence: row.get("sequence")?,
        previous_hash: row.get("previous_hash")?,
        hash: row.get("hash")?,
        at_ms: row.get("at_ms")?,
        recorded_at_ms: row.get("recorded_at_ms")?,
        body: row.get("body")?,
    })
}

pub(super) fn fact(row: &Row) -> Result<TrailRow, Failure> {
    Ok(TrailRow {
        sequence: row.get("sequence")?,
        previous_hash: row.get("previous_hash")?,
        hash: row.get("hash")?,
        event_sequence: row.get("event_sequence")?,
        fact: row.get("fact")?,
        node: row.get("node")?,
        copy: row.get("copy")?,
        person: row.get("person")?,
        role: row.get("role")?,
        channel: row.get("channel")?,
        external_id: row.get("external_id")?,
        plan_hash: row.get("plan_hash")?,
        source: row.get("source")?,
        alternatives_shown: row.get("alternatives_shown")?,
        alternative_chosen: row.get("alternative_chosen")?,
        forced_reason: row.get("forced_reason")?,
        at_ms: row.get("at_ms")?,
        recorded_at_ms: row.get("recorded_at_ms")?,
        detail: row.get("detail")?,
    })
}
