//! Events that systems sent: kept per system and key, each once.

use super::row::InboxRow;
use super::statement::{Failure, Row, Statement};
use super::{Store, failed};
use crate::error::Result;

/// How often a number is read again when somebody else took it first.
const MAX_TRIES: u8 = 32;

impl Store {
    /// Keeps an event of a system and tells its number; one whose sender's number is known already is the same event
    /// and gives `None`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_event(&self, event: &InboxRow, recorded_at_ms: i64) -> Result<Option<i64>> {
        const TEXT: &str =
            "insert into inbox (shard, tenant, number, system, key, name, fields, external_id, status,
                at_ms, recorded_at_ms)
            select $1, $2, coalesce((select max(number) from inbox where shard = $1 and tenant = $2), 0) + 1,
                $3, $4, $5, $6, $7, 'new', $8, $9
            where true
            on conflict (shard, tenant, system, external_id) where external_id is not null do nothing
            returning number";
        let mut tries = 0;
        loop {
            let kept = Statement::new(TEXT)
                .with(self.tenant.shard)
                .with(&self.tenant.name)
                .with(&event.system)
                .with(&event.key)
                .with(&event.name)
                .with(&event.fields)
                .with(&event.external_id)
                .with(event.at_ms)
                .with(recorded_at_ms)
                .returning(&self.database)
                .await;
            match kept {
                // Two that arrive at once may read the same number; one of them reads again.
                Err(failure) if failure.duplicate && tries < MAX_TRIES => tries += 1,
                kept => {
                    return kept
                        .and_then(|rows| rows.first().map(|row| row.get("number")).transpose())
                        .map_err(|cause| failed("an event was kept", cause));
                }
            }
        }
    }

    /// Events that no instance was given yet, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn kept_events(&self, system: &str, key: &str) -> Result<Vec<InboxRow>> {
        let rows = Statement::new(
            "select * from inbox
             where shard = $1 and tenant = $2 and system = $3 and key = $4 and status = 'kept' order by number",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(system)
        .with(key)
        .all(&self.database)
        .await;
        collected(rows)
    }

    /// Events that arrived and were not offered to anybody yet, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn new_events(&self, limit: i64) -> Result<Vec<InboxRow>> {
        let rows = Statement::new(
            "select * from inbox where shard = $1 and tenant = $2 and status = 'new' order by number limit $3",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(limit)
        .all(&self.database)
        .await;
        collected(rows)
    }

    /// The event of a number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn event_numbered(&self, number: i64) -> Result<Option<InboxRow>> {
        let rows = Statement::new("select * from inbox where shard = $1 and tenant = $2 and number = $3")
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(number)
            .all(&self.database)
            .await;
        Ok(collected(rows)?.into_iter().next())
    }

    /// Says that an event was offered to everybody there is: it is given, or kept for an instance to come.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn event_was_offered(&self, number: i64) -> Result<()> {
        Statement::new(
            "update inbox set status = case when given_to is null then 'kept' else 'given' end
             where shard = $1 and tenant = $2 and number = $3 and status = 'new'",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(number)
        .run(&self.database)
        .await
        .map_err(|cause| failed("an event was kept", cause))?;
        Ok(())
    }
}

fn collected(rows: Result<Vec<Row>, Failure>) -> Result<Vec<InboxRow>> {
    rows.and_then(|rows| rows.iter().map(event).collect()).map_err(|cause| failed("events were read", cause))
}

fn event(row: &Row) -> Result<InboxRow, Failure> {
    Ok(InboxRow {
        number: row.get("number")?,
        system: row.get("system")?,
        key: row.get("key")?,
        name: row.get("name")?,
        fields: row.get("fields")?,
        external_id: row.get("external_id")?,
        given_to: row.get("given_to")?,
        at_ms: row.get("at_ms")?,
    })
}
