//! The outbox seen by the worker: rows are claimed for a while, tried, and settled.
//!
//! Invariant: a row is with one worker at a time; a worker that dies loses its claim when the claim's time is up,
//! and the row is tried again under the same idempotency key.

use super::commit::INSERT_TRAIL;
use super::row::{AfterAttempt, ClaimedRow, DeliveryRow, Position, TrailRow};
use super::{Store, failed};
use crate::error::{Class, Problem, Result};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

impl Store {
    /// Claims rows that are due, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn claim_outbox(
        &self,
        now_ms: i64,
        claimed_until_ms: i64,
        limit: i64,
    ) -> Result<Vec<ClaimedRow>> {
        let rows = sqlx::query(
            "update outbox set status = 'sending', claimed_until_ms = ?4, attempts = attempts + 1
             where shard = ?1 and tenant = ?2 and (instance, number) in (
                 select instance, number from outbox
                 where shard = ?1 and tenant = ?2
                   and (status = 'waiting' and next_at_ms <= ?3 or status = 'sending' and claimed_until_ms <= ?3)
                 order by next_at_ms, created_at_ms, instance, number limit ?5)
             returning instance, number, kind, node, destination, body, route, attempts, created_at_ms, next_at_ms,
                 (select count(*) from delivery d where d.shard = outbox.shard and d.tenant = outbox.tenant
                     and d.instance = outbox.instance and d.number = outbox.number) as tried",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(now_ms)
        .bind(claimed_until_ms)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
        .map_err(|cause| failed("the outbox was claimed", cause))?;
        let mut claimed = rows
            .iter()
            .map(|row| Ok((row.try_get::<i64, _>("next_at_ms")?, claimed(row)?)))
            .collect::<Result<Vec<_>, sqlx::Error>>()
            .map_err(|cause| failed("the outbox was read", cause))?;
        // `returning` promises no order.
        claimed.sort_by(|(a, row), (b, other)| {
            (a, row.created_at_ms, &row.instance, row.number).cmp(&(
                b,
                other.created_at_ms,
                &other.instance,
                other.number,
            ))
        });
        Ok(claimed.into_iter().map(|(_, row)| row).collect())
    }

    /// Writes what became of an attempt, and the row of the trail that says so, in one transaction.
    ///
    /// # Errors
    /// [`Class::Conflict`] when the instance's trail has moved on since `before` was read.
    pub async fn settle_attempt(
        &self,
        row: &ClaimedRow,
        attempt: &DeliveryRow,
        after: &AfterAttempt,
        trail: Option<(Position, &TrailRow)>,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        if !self.update_outbox(&mut tx, row, attempt, after).await? {
            // The claim ran out and another worker has the row: what it finds is what counts.
            return Ok(());
        }
        self.insert_delivery(&mut tx, row, attempt).await?;
        if let Some((before, fact)) = trail {
            let done = sqlx::query(
                "update instance set trail_count = ?4, trail_head = ?5
                 where shard = ?1 and tenant = ?2 and id = ?3 and sequence = ?6 and trail_count = ?7",
            )
            .bind(self.tenant.shard)
            .bind(&self.tenant.name)
            .bind(&row.instance)
            .bind(fact.sequence)
            .bind(&fact.hash)
            .bind(before.sequence)
            .bind(before.trail_count)
            .execute(&mut *tx)
            .await
            .map_err(|cause| failed("a delivery was recorded", cause))?;
            if done.rows_affected() != 1 {
                return Err(Problem::new(
                    Class::Conflict,
                    format!("`{}` has moved on meanwhile", row.instance),
                ));
            }
            self.write_list(&mut tx, INSERT_TRAIL, &row.instance, std::slice::from_ref(fact)).await?;
        }
        tx.commit().await.map_err(|cause| failed("a delivery was recorded", cause))
    }

    async fn insert_delivery(
        &self,
        tx: &mut sqlx::Transaction<'static, sqlx::Sqlite>,
        row: &ClaimedRow,
        attempt: &DeliveryRow,
    ) -> Result<()> {
        sqlx::query(
            "insert into delivery (shard, tenant, instance, number, attempt, channel, adapter, result, external_id,
                 detail, started_at_ms, ended_at_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(&row.instance)
        .bind(row.number)
        .bind(attempt.attempt)
        .bind(&attempt.channel)
        .bind(&attempt.adapter)
        .bind(&attempt.result)
        .bind(&attempt.external_id)
        .bind(&attempt.detail)
        .bind(attempt.started_at_ms)
        .bind(attempt.ended_at_ms)
        .execute(&mut **tx)
        .await
        .map_err(|cause| failed("a delivery was recorded", cause))?;
        Ok(())
    }

    /// Changes the row, if this worker's claim on it still holds: each claim counts `attempts` up by one.
    async fn update_outbox(
        &self,
        tx: &mut sqlx::Transaction<'static, sqlx::Sqlite>,
        row: &ClaimedRow,
        attempt: &DeliveryRow,
        after: &AfterAttempt,
    ) -> Result<bool> {
        let settled = attempt.ended_at_ms;
        let (status, route, attempts, next_at_ms, settled_at_ms, note) = match after {
            AfterAttempt::Sent => ("sent", row.route, row.attempts, settled, Some(settled), None),
            AfterAttempt::Again { route, attempts, next_at_ms, note } => {
                ("waiting", *route, *attempts, *next_at_ms, None, Some(note))
            }
            AfterAttempt::Dead { note } => {
                ("dead", row.route, row.attempts, settled, Some(settled), Some(note))
            }
            AfterAttempt::Dropped { note } => {
                ("dropped", row.route, row.attempts, settled, Some(settled), Some(note))
            }
        };
        let done = sqlx::query(
            "update outbox
             set status = ?5, route = ?6, attempts = ?7, next_at_ms = ?8, settled_at_ms = ?9, note = ?10,
                 claimed_until_ms = null
             where shard = ?1 and tenant = ?2 and instance = ?3 and number = ?4 and status = 'sending'
               and attempts = ?11",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(&row.instance)
        .bind(row.number)
        .bind(status)
        .bind(route)
        .bind(attempts)
        .bind(next_at_ms)
        .bind(settled_at_ms)
        .bind(note)
        .bind(row.attempts)
        .execute(&mut **tx)
        .await
        .map_err(|cause| failed("the outbox was changed", cause))?;
        Ok(done.rows_affected() == 1)
    }

    /// The letters that asked a question, as stored: those to withdraw when it is closed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn letters_of_question(&self, instance: &str, question: i64) -> Result<Vec<(String, String)>> {
        let rows = sqlx::query(
            "select destination, body from outbox
             where shard = ?1 and tenant = ?2 and instance = ?3 and question = ?4 and kind = 'message'
               and status not in ('dead', 'dropped')
             order by number",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(instance)
        .bind(question)
        .fetch_all(&self.pool)
        .await;
        rows.and_then(|rows| {
            rows.iter().map(|row| Ok((row.try_get("destination")?, row.try_get("body")?))).collect()
        })
        .map_err(|cause| failed("the outbox was read", cause))
    }

    /// Letters that nobody took: instance, number, destination and why.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn dead_letters(&self, instance: Option<&str>) -> Result<Vec<(String, i64, String, String)>> {
        let rows = sqlx::query(
            "select instance, number, destination, coalesce(note, '') as note from outbox
             where shard = ?1 and tenant = ?2 and status = 'dead' and (?3 is null or instance = ?3)
             order by instance, number",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(instance)
        .fetch_all(&self.pool)
        .await;
        rows.and_then(|rows| {
            rows.iter()
                .map(|row| {
                    Ok((
                        row.try_get("instance")?,
                        row.try_get("number")?,
                        row.try_get("destination")?,
                        row.try_get("note")?,
                    ))
                })
                .collect()
        })
        .map_err(|cause| failed("the outbox was read", cause))
    }
}

fn claimed(row: &SqliteRow) -> Result<ClaimedRow, sqlx::Error> {
    Ok(ClaimedRow {
        instance: row.try_get("instance")?,
        number: row.try_get("number")?,
        kind: row.try_get("kind")?,
        node: row.try_get("node")?,
        destination: row.try_get("destination")?,
        body: row.try_get("body")?,
        route: row.try_get("route")?,
        attempts: row.try_get("attempts")?,
        tried: row.try_get("tried")?,
        created_at_ms: row.try_get("created_at_ms")?,
    })
}
