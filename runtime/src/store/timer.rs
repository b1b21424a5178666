//! Timers: which instances must be woken, and when the next one is due.

use super::row::TimerRow;
use super::{Store, failed};
use crate::error::Result;
use sqlx::Row;

/// An instance with a timer that is due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueInstance {
    /// Which instance.
    pub instance: String,
    /// Its earliest due timer.
    pub due_ms: i64,
}

impl Store {
    /// Instances with a timer due at or before a moment, earliest first, escalations before reminders.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn due_instances(&self, now_ms: i64, limit: i64) -> Result<Vec<DueInstance>> {
        let rows = sqlx::query(
            "select instance, min(due_ms) as due_ms, min(rank) as rank from timer
             where shard = ?1 and tenant = ?2 and due_ms <= ?3
             group by instance order by due_ms, rank, instance limit ?4",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(now_ms)
        .bind(limit)
        .fetch_all(&self.pool)
        .await;
        rows.and_then(|rows| {
            rows.iter()
                .map(|row| {
                    Ok(DueInstance { instance: row.try_get("instance")?, due_ms: row.try_get("due_ms")? })
                })
                .collect()
        })
        .map_err(|cause| failed("timers were read", cause))
    }

    /// The earliest moment at which anything is due: a timer, or a row of the outbox.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_due(&self) -> Result<Option<i64>> {
        let row = sqlx::query(
            "select min(due_ms) as due_ms from (
                 select min(due_ms) as due_ms from timer where shard = ?1 and tenant = ?2
                 union all
                 select min(coalesce(claimed_until_ms, next_at_ms)) from outbox
                 where shard = ?1 and tenant = ?2 and status in ('waiting', 'sending'))",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .fetch_one(&self.pool)
        .await;
        row.and_then(|row| row.try_get("due_ms")).map_err(|cause| failed("timers were read", cause))
    }

    /// The armed timers of an instance, in the order in which they will fire.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn timers(&self, instance: &str) -> Result<Vec<TimerRow>> {
        let rows = sqlx::query(
            "select number, due_ms, kind, rank, node from timer
             where shard = ?1 and tenant = ?2 and instance = ?3 order by due_ms, rank, number",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(instance)
        .fetch_all(&self.pool)
        .await;
        rows.and_then(|rows| {
            rows.iter()
                .map(|row| {
                    Ok(TimerRow {
                        number: row.try_get("number")?,
                        due_ms: row.try_get("due_ms")?,
                        kind: row.try_get("kind")?,
                        rank: row.try_get("rank")?,
                        node: row.try_get("node")?,
                    })
                })
                .collect()
        })
        .map_err(|cause| failed("timers were read", cause))
    }
}
