//! The outbox seen by the worker: rows are claimed for a while, tried, and settled.
//!
//! Invariant: a row is with one worker at a time; a worker that dies loses its claim when the claim's time is up,
//! and the row is tried again under the same idempotency key.

use super::commit::{insert_fact, keyed, moved_on};
use super::database::Group;
use super::row::{AfterAttempt, ClaimedRow, DeliveryRow, Position, TrailRow};
use super::sealed::whose;
use super::statement::{Failure, Row, Statement};
use super::{Store, failed};
use crate::error::Result;
use crate::privacy::seal::Spot;

macro_rules! claim {
    ($chosen:literal) => {
        concat!(
            "update outbox set status = 'sending', claimed_until_ms = $4, attempts = attempts + 1
             where ",
            $chosen,
            " returning instance, number, kind, node, destination, body, route, attempts, created_at_ms, next_at_ms,
                 (select count(*) from delivery d where d.shard = outbox.shard and d.tenant = outbox.tenant
                     and d.instance = outbox.instance and d.number = outbox.number) as tried,
                 (select count(*) from restoration r where r.shard = outbox.shard and r.tenant = outbox.tenant
                     and r.restored_at_ms < outbox.created_at_ms) as restorations, ",
            whose!("outbox")
        )
    };
}

const CLAIM_SQLITE: &str = claim!(
    "shard = $1 and tenant = $2 and (instance, number) in (
         select instance, number from outbox
         where shard = $1 and tenant = $2
           and (status = 'waiting' and next_at_ms <= $3 or status = 'sending' and claimed_until_ms <= $3)
         order by next_at_ms, created_at_ms, instance, number limit $5)"
);

// By the rows' own places: a join would be planned after statistics that a young table does not have.
const CLAIM_POSTGRES: &str = claim!(
    "ctid = any (array(
         select ctid from outbox
         where shard = $1 and tenant = $2
           and (status = 'waiting' and next_at_ms <= $3 or status = 'sending' and claimed_until_ms <= $3)
         order by next_at_ms, created_at_ms, instance, number limit $5 for update skip locked))"
);

pub(super) const APPEND_FACT: &str = "update instance set trail_count = $4, trail_head = $5
    where shard = $1 and tenant = $2 and id = $3 and sequence = $6 and trail_count = $7";

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
        let rows = Statement::new(self.database.either(CLAIM_SQLITE, CLAIM_POSTGRES))
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(now_ms)
            .with(claimed_until_ms)
            .with(limit)
            .returning(&self.database)
            .await
            .map_err(|cause| failed("the outbox was claimed", cause))?;
        let mut claimed = rows
            .iter()
            .map(|row| Ok((row.get::<i64>("next_at_ms")?, self.claimed(row)?)))
            .collect::<Result<Vec<_>, Failure>>()
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
        let (attempt, after) = &seal_attempt(&self.tenant.name, row, attempt, after)?;
        let mut group = Group::default();
        group.must(self.after_attempt(row, attempt, after));
        if let Some((before, fact)) = trail {
            group.must(
                keyed(APPEND_FACT, &self.tenant, &row.instance)
                    .with(fact.sequence)
                    .with(&fact.hash)
                    .with(before.sequence)
                    .with(before.trail_count),
            );
            group.then(insert_fact(&self.tenant, &row.instance, fact));
        }
        group.then(self.insert_delivery(row, attempt));
        let doing = |cause| failed("a delivery was recorded", cause);
        let written = self.database.write_groups(vec![group]).await.map_err(doing)?;
        if written == [true] || !self.is_claimed(row).await? {
            // Where the claim ran out another worker has the row: what it finds is what counts.
            return Ok(());
        }
        Err(moved_on(&row.instance))
    }

    /// Whether this worker's claim still holds: each claim counts `attempts` up by one.
    async fn is_claimed(&self, row: &ClaimedRow) -> Result<bool> {
        const TEXT: &str = "select 1 as one from outbox
            where shard = $1 and tenant = $2 and instance = $3 and number = $4 and status = 'sending'
              and attempts = $5";
        let found = keyed(TEXT, &self.tenant, &row.instance).with(row.number).with(row.attempts);
        let found = found.first(&self.database).await;
        Ok(found.map_err(|cause| failed("the outbox was read", cause))?.is_some())
    }

    fn insert_delivery<'a>(&'a self, row: &'a ClaimedRow, attempt: &'a DeliveryRow) -> Statement<'a> {
        const TEXT: &str =
            "insert into delivery (shard, tenant, instance, number, attempt, channel, adapter, result,
                external_id, detail, started_at_ms, ended_at_ms)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        keyed(TEXT, &self.tenant, &row.instance)
            .with(row.number)
            .with(attempt.attempt)
            .with(&attempt.channel)
            .with(&attempt.adapter)
            .with(&attempt.result)
            .with(&attempt.external_id)
            .with(&attempt.detail)
            .with(attempt.started_at_ms)
            .with(attempt.ended_at_ms)
    }

    fn after_attempt<'a>(
        &'a self,
        row: &'a ClaimedRow,
        attempt: &'a DeliveryRow,
        after: &'a AfterAttempt,
    ) -> Statement<'a> {
        const TEXT: &str = "update outbox
            set status = $5, route = $6, attempts = $7, next_at_ms = $8, settled_at_ms = $9, note = $10,
                claimed_until_ms = null
            where shard = $1 and tenant = $2 and instance = $3 and number = $4 and status = 'sending'
              and attempts = $11";
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
        keyed(TEXT, &self.tenant, &row.instance)
            .with(row.number)
            .with(status)
            .with(route)
            .with(attempts)
            .with(next_at_ms)
            .with(settled_at_ms)
            .with(note)
            .with(row.attempts)
    }

    /// The letters that asked a question, as stored: those to withdraw when it is closed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn letters_of_question(&self, instance: &str, question: i64) -> Result<Vec<(String, String)>> {
        let rows = Statement::new(concat!(
            "select number, destination, body, ",
            whose!("outbox"),
            " from outbox
             where shard = $1 and tenant = $2 and instance = $3 and question = $4 and kind = 'message'
               and status not in ('dead', 'dropped')
             order by number"
        ))
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(instance)
        .with(question)
        .all(&self.database)
        .await;
        let read = |row: &Row| Ok((self.destination(row, instance)?, self.body(row, instance)?));
        rows.and_then(|rows| rows.iter().map(read).collect())
            .map_err(|cause| failed("the outbox was read", cause))
    }

    /// Letters that nobody took: instance, number, destination and why.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn dead_letters(&self, instance: Option<&str>) -> Result<Vec<(String, i64, String, String)>> {
        let rows = Statement::new(concat!(
            "select instance, number, destination, coalesce(note, '') as note, ",
            whose!("outbox"),
            " from outbox
             where shard = $1 and tenant = $2 and status = 'dead' and ($3 is null or instance = $3)
             order by instance, number"
        ))
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(instance)
        .all(&self.database)
        .await;
        rows.and_then(|rows| {
            rows.iter()
                .map(|row| {
                    let instance: String = row.get("instance")?;
                    let note = self.note(row, &instance)?.unwrap_or_default();
                    Ok((instance.clone(), row.get("number")?, self.destination(row, &instance)?, note))
                })
                .collect()
        })
        .map_err(|cause| failed("the outbox was read", cause))
    }
}

/// Columns of the outbox, opened where their instance is sealed; rows carry `number` and [`whose`].
impl Store {
    fn claimed(&self, row: &Row) -> Result<ClaimedRow, Failure> {
        let instance: String = row.get("instance")?;
        Ok(ClaimedRow {
            destination: self.destination(row, &instance)?,
            body: self.body(row, &instance)?,
            subject: self.subject_of(row)?,
            instance,
            number: row.get("number")?,
            kind: row.get("kind")?,
            node: row.get("node")?,
            route: row.get("route")?,
            attempts: row.get("attempts")?,
            tried: row.get("tried")?,
            created_at_ms: row.get("created_at_ms")?,
            restorations: row.get("restorations")?,
        })
    }

    fn body(&self, row: &Row, instance: &str) -> Result<String, Failure> {
        let spot = Spot { column: "outbox.body", row: row.get("number")? };
        Ok(self.shown_json(row.get("body")?, self.subject_of(row)?.as_ref(), instance, spot))
    }

    pub(super) fn destination(&self, row: &Row, instance: &str) -> Result<String, Failure> {
        let spot = Spot { column: "outbox.destination", row: row.get("number")? };
        Ok(self.shown(row.get("destination")?, self.subject_of(row)?.as_ref(), instance, spot))
    }

    pub(super) fn note(&self, row: &Row, instance: &str) -> Result<Option<String>, Failure> {
        let spot = Spot { column: "outbox.note", row: row.get("number")? };
        let Some(note) = row.get::<Option<String>>("note")? else { return Ok(None) };
        Ok(Some(self.shown(note, self.subject_of(row)?.as_ref(), instance, spot)))
    }
}

/// What a receiver said may name the person: an attempt as it is written.
fn seal_attempt(
    tenant: &str,
    row: &ClaimedRow,
    attempt: &DeliveryRow,
    after: &AfterAttempt,
) -> Result<(DeliveryRow, AfterAttempt)> {
    let (mut attempt, mut after) = (attempt.clone(), after.clone());
    let Some(seal) = row.subject.as_ref().and_then(|subject| subject.seal(tenant, &row.instance)) else {
        return Ok((attempt, after));
    };
    if !attempt.detail.is_empty() {
        // Attempts count within a letter.
        let column = format!("delivery.detail/{}", attempt.attempt);
        attempt.detail = seal.text(Spot { column: &column, row: row.number }, &attempt.detail)?;
    }
    if let AfterAttempt::Again { note, .. } | AfterAttempt::Dead { note } | AfterAttempt::Dropped { note } =
        &mut after
    {
        *note = seal.text(Spot { column: "outbox.note", row: row.number }, note)?;
    }
    Ok((attempt, after))
}
