//! Timers: which instances must be woken, and when the next one is due.

use super::row::TimerRow;
use super::statement::{Failure, Statement};
use super::{Store, failed};
use crate::error::Result;
use std::collections::HashSet;

/// An instance with a timer that is due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueInstance {
    /// Which instance.
    pub instance: String,
    /// Its earliest due timer.
    pub due_ms: i64,
}

// In the order of the index, so that no more is read than is taken, however much is due.
pub(super) const DUE: &str = "select instance, due_ms from timer t
    where shard = $1 and tenant = $2 and due_ms <= $3
      and not exists (select 1 from incident i where i.shard = t.shard and i.tenant = t.tenant
                                               and i.instance = t.instance and i.released_at_ms is null)
    order by due_ms, rank limit $4";

// The first of each kind, by an index of its own: a minimum over all letters would read all that wait.
pub(super) const NEXT_DUE: &str = "select min(due_ms) as due_ms from (
        select due_ms from (
            select due_ms from timer t
            where shard = $1 and tenant = $2
              and not exists (select 1 from incident i
                              where i.shard = t.shard and i.tenant = t.tenant and i.instance = t.instance
                                and i.released_at_ms is null)
            order by due_ms limit 1) first_timer
        union all
        select next_at_ms from (
            select next_at_ms from outbox
            where shard = $1 and tenant = $2 and status in ('waiting', 'sending') and status = 'waiting'
            order by next_at_ms limit 1) first_letter
        union all
        select claimed_until_ms from (
            select claimed_until_ms from outbox
            where shard = $1 and tenant = $2 and status = 'sending'
            order by claimed_until_ms limit 1) first_claim) dues";

impl Store {
    /// Instances with a timer due at or before a moment, earliest first, escalations before reminders; those set aside
    /// are passed by. The limit is one of timers.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn due_instances(&self, now_ms: i64, limit: i64) -> Result<Vec<DueInstance>> {
        let rows = Statement::new(DUE)
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(now_ms)
            .with(limit)
            .all(&self.database)
            .await;
        let due = rows.and_then(|rows| {
            rows.iter()
                .map(|row| Ok(DueInstance { instance: row.get("instance")?, due_ms: row.get("due_ms")? }))
                .collect::<Result<Vec<_>, Failure>>()
        });
        let mut due = due.map_err(|cause| failed("timers were read", cause))?;
        // One instance may have several.
        let mut seen = HashSet::with_capacity(due.len());
        due.retain(|one| seen.insert(one.instance.clone()));
        Ok(due)
    }

    /// The earliest moment at which anything is due: a timer, or a row of the outbox.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_due(&self) -> Result<Option<i64>> {
        let row = Statement::new(NEXT_DUE)
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .first(&self.database)
            .await;
        row.and_then(|row| row.map_or(Ok(None), |row| row.get("due_ms")))
            .map_err(|cause| failed("timers were read", cause))
    }

    /// The armed timers of an instance, in the order in which they will fire.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn timers(&self, instance: &str) -> Result<Vec<TimerRow>> {
        let rows = Statement::new(
            "select number, due_ms, kind, rank, node from timer
             where shard = $1 and tenant = $2 and instance = $3 order by due_ms, rank, number",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(instance)
        .all(&self.database)
        .await;
        rows.and_then(|rows| {
            rows.iter()
                .map(|row| {
                    Ok(TimerRow {
                        number: row.get("number")?,
                        due_ms: row.get("due_ms")?,
                        kind: row.get("kind")?,
                        rank: row.get("rank")?,
                        node: row.get("node")?,
                    })
                })
                .collect()
        })
        .map_err(|cause| failed("timers were read", cause))
    }
}
