//! Events that systems sent: kept per system and key, each once.

use super::row::InboxRow;
use super::{Store, failed};
use crate::error::Result;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

impl Store {
    /// Keeps an event of a system and tells its number; one whose sender's number is known already is the same event
    /// and gives `None`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_event(&self, event: &InboxRow, recorded_at_ms: i64) -> Result<Option<i64>> {
        let row = sqlx::query(
            "insert into inbox (shard, tenant, number, system, key, name, fields, external_id, status, at_ms, recorded_at_ms)
             select ?1, ?2, coalesce((select max(number) from inbox where shard = ?1 and tenant = ?2), 0) + 1,
                    ?3, ?4, ?5, ?6, ?7, 'new', ?8, ?9
             where true
             on conflict (shard, tenant, system, external_id) where external_id is not null do nothing
             returning number",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(&event.system)
        .bind(&event.key)
        .bind(&event.name)
        .bind(&event.fields)
        .bind(&event.external_id)
        .bind(event.at_ms)
        .bind(recorded_at_ms)
        .fetch_optional(&self.pool)
        .await;
        row.and_then(|row| row.map(|row| row.try_get("number")).transpose())
            .map_err(|cause| failed("an event was kept", cause))
    }

    /// Events that no instance was given yet, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn kept_events(&self, system: &str, key: &str) -> Result<Vec<InboxRow>> {
        let rows = sqlx::query(
            "select * from inbox
             where shard = ?1 and tenant = ?2 and system = ?3 and key = ?4 and status = 'kept' order by number",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(system)
        .bind(key)
        .fetch_all(&self.pool)
        .await;
        collected(rows)
    }

    /// Events that arrived and were not offered to anybody yet, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn new_events(&self, limit: i64) -> Result<Vec<InboxRow>> {
        let rows = sqlx::query(
            "select * from inbox where shard = ?1 and tenant = ?2 and status = 'new' order by number limit ?3",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(limit)
        .fetch_all(&self.pool)
        .await;
        collected(rows)
    }

    /// Says that an event was offered to everybody there is: it is given, or kept for an instance to come.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn event_was_offered(&self, number: i64) -> Result<()> {
        sqlx::query(
            "update inbox set status = case when given_to is null then 'kept' else 'given' end
             where shard = ?1 and tenant = ?2 and number = ?3 and status = 'new'",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(number)
        .execute(&self.pool)
        .await
        .map_err(|cause| failed("an event was kept", cause))?;
        Ok(())
    }
}

fn collected(rows: Result<Vec<SqliteRow>, sqlx::Error>) -> Result<Vec<InboxRow>> {
    rows.and_then(|rows| rows.iter().map(event).collect()).map_err(|cause| failed("events were read", cause))
}

fn event(row: &SqliteRow) -> Result<InboxRow, sqlx::Error> {
    Ok(InboxRow {
        number: row.try_get("number")?,
        system: row.try_get("system")?,
        key: row.try_get("key")?,
        name: row.try_get("name")?,
        fields: row.try_get("fields")?,
        external_id: row.try_get("external_id")?,
        given_to: row.try_get("given_to")?,
        at_ms: row.try_get("at_ms")?,
    })
}
