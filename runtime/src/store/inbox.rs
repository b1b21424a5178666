//! Events that systems sent: kept per system and key, each once.

use super::row::InboxRow;
use super::statement::{Failure, Row, Statement};
use super::{Store, failed};
use crate::error::{Problem, Result};
use crate::privacy::seal::{Seal, Spot, as_json, from_json};

/// How often a number is read again when somebody else took it first.
const MAX_TRIES: u8 = 32;

pub(super) const KEPT: &str = "select * from inbox
    where shard = $1 and tenant = $2 and system = $3 and key in ($4, $5) and status = 'kept' order by number";

impl Store {
    /// Keeps an event of a system, sealed where it carries personal values, and tells its number; one whose sender's number is known already is the same event
    /// and gives `None`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_event(
        &self,
        event: &InboxRow,
        personal: bool,
        recorded_at_ms: i64,
    ) -> Result<Option<i64>> {
        const TEXT: &str =
            "insert into inbox (shard, tenant, number, system, key, name, fields, external_id, status,
                at_ms, recorded_at_ms)
            select $1, $2, coalesce((select max(number) from inbox where shard = $1 and tenant = $2), 0) + 1,
                $3, $4, $5, $6, $7, 'new', $8, $9
            where true
            on conflict (shard, tenant, system, external_id) where external_id is not null do nothing
            returning number";
        let (key, fields) = if personal { self.sealed_event(event).await? } else { plain(event) };
        let mut tries = 0;
        loop {
            let kept = Statement::new(TEXT)
                .with(self.tenant.shard)
                .with(&self.tenant.name)
                .with(&event.system)
                .with(&key)
                .with(&event.name)
                .with(&fields)
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
        let mark = self.secret().await?.mark(&format!("key of {system}"), key);
        let rows = Statement::new(KEPT)
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(system)
            .with(key)
            .with(mark)
            .all(&self.database)
            .await;
        self.events(rows).await
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
        self.events(rows).await
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
        Ok(self.events(rows).await?.into_iter().next())
    }

    /// Says that an event was offered to everybody there is: it is given, or kept for an instance to come.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn event_was_offered(&self, number: i64) -> Result<()> {
        Statement::new(
            "update inbox set status = case when given_to is null then 'kept' else 'given' end,
                 fields = case when given_to is not null and fields like '{\"sealed\"%'
                                    and not exists (select 1 from incident c
                                                    where c.shard = inbox.shard and c.tenant = inbox.tenant
                                                      and c.released_at_ms is null and c.missed <> '[]')
                               then '{}' else fields end
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

impl Store {
    /// Key and fields of an event whose values are personal. Whom it is about is not known before an instance takes it,
    /// so it is sealed under a key of the tenant until then; afterwards the instance's journal has it.
    async fn sealed_event(&self, event: &InboxRow) -> Result<(String, String)> {
        let secret = self.secret().await?;
        let pair = serde_json::json!([event.key, event.fields]).to_string();
        let key = secret.inbox_key();
        let seal = Seal { key: &key, tenant: &self.tenant.name, instance: &event.system };
        let fields = as_json(&seal.text(Spot { column: "inbox.fields", row: event.at_ms }, &pair)?);
        Ok((secret.mark(&format!("key of {}", event.system), &event.key), fields))
    }

    async fn events(&self, rows: Result<Vec<Row>, Failure>) -> Result<Vec<InboxRow>> {
        let doing = |cause| failed("events were read", cause);
        let rows = rows.and_then(|rows| rows.iter().map(event).collect::<Result<Vec<_>, _>>());
        let mut rows = rows.map_err(doing)?;
        for row in &mut rows {
            if let Some(sealed) = from_json(&row.fields) {
                let key = self.secret().await?.inbox_key();
                let seal = Seal { key: &key, tenant: &self.tenant.name, instance: &row.system };
                let pair = seal.open_text(Spot { column: "inbox.fields", row: row.at_ms }, &sealed);
                let pair = pair.and_then(|pair| serde_json::from_str(&pair).ok());
                (row.key, row.fields) = pair.ok_or_else(|| {
                    Problem::damaged(format!(
                        "event {} of `{}` does not open: it was changed",
                        row.number, row.system
                    ))
                })?;
            }
        }
        Ok(rows)
    }
}

fn plain(event: &InboxRow) -> (String, String) {
    (event.key.clone(), event.fields.clone())
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
