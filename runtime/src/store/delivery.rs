//! The outbox seen by the worker: rows are claimed for a while, begun, put back.
//!
//! Invariant: a row is with one worker at a time; a worker that dies loses its claim when the claim's time is up or
//! another takes its place, and the row is tried again under the same idempotency key, unless a send had begun that
//! must not be repeated: that one is nobody's to claim.

use super::commit::keyed;
use super::database::{Database, Group};
use super::row::{AfterAttempt, ClaimedRow, DeliveryRow};
use super::sealed::whose;
use super::statement::{Failure, Row, Statement};
use super::{Store, failed};
use crate::error::{Problem, Result};
use crate::privacy::seal::Spot;
use serde::Serialize;

/// Attempts recorded over all channels.
macro_rules! tried {
    () => {
        "(select count(*) from delivery d where d.shard = outbox.shard and d.tenant = outbox.tenant
                     and d.instance = outbox.instance and d.number = outbox.number) as tried"
    };
}

/// How often the store had been put back when the row was written: its numbers may have been given before.
macro_rules! restorations {
    () => {
        "(select count(*) from restoration r where r.shard = outbox.shard and r.tenant = outbox.tenant
                     and r.restored_at_ms < outbox.created_at_ms) as restorations"
    };
}

macro_rules! claim {
    ($chosen:literal) => {
        concat!(
            "update outbox set status = 'sending', claimed_until_ms = $4, attempts = attempts + 1
             where ",
            $chosen,
            " returning instance, number, kind, node, destination, body, route, attempts, created_at_ms, next_at_ms,
                 begun_at_ms, ",
            tried!(),
            ", ",
            restorations!(),
            ", ",
            whose!("outbox")
        )
    };
}

// A condition stands as in the index it is to be found by, even where the next one says more; and the order is the
// index's own, so that no more is read than is claimed, however many wait.
pub(super) const CLAIM_SQLITE: &str = claim!(
    "shard = $1 and tenant = $2 and (instance, number) in (
         select instance, number from outbox
         where shard = $1 and tenant = $2 and status in ('waiting', 'sending') and next_at_ms <= $3
           and (status = 'waiting' or claimed_until_ms <= $3 and begun_at_ms is null)
         order by next_at_ms, instance, number limit $5)"
);

// By the rows' own places: a join would be planned after statistics that a young table does not have.
const CLAIM_POSTGRES: &str = claim!(
    "ctid = any (array(
         select ctid from outbox
         where shard = $1 and tenant = $2 and status in ('waiting', 'sending') and next_at_ms <= $3
           and (status = 'waiting' or claimed_until_ms <= $3 and begun_at_ms is null)
         order by next_at_ms, instance, number limit $5 for update skip locked))"
);

pub(super) const CLAIM_ORDERS: &str = claim!(
    "shard = $1 and tenant = $2 and (instance, number) in (
         select instance, number from outbox
         where shard = $1 and tenant = $2 and status in ('waiting', 'sending') and status = 'waiting'
           and next_at_ms <= $3 and kind in ('child start', 'child cancel', 'child end', 'workflow start')
         order by next_at_ms, instance, number limit $5)"
);

macro_rules! under_way {
    ($which:literal) => {
        concat!(
            "select instance, number, kind, node, destination, body, route, attempts, created_at_ms, begun_at_ms, ",
            tried!(),
            ", ",
            restorations!(),
            ", ",
            whose!("outbox"),
            " from outbox where shard = $1 and tenant = $2 and status = 'sending' and ",
            $which,
            " order by instance, number"
        )
    };
}

pub(super) const SENDING: &str = under_way!("claimed_until_ms is not null");
pub(super) const LAPSED: &str = under_way!("begun_at_ms is not null and claimed_until_ms <= $3");

const BEGIN: &str = "update outbox set begun_at_ms = $5, claimed_until_ms = $6
    where shard = $1 and tenant = $2 and instance = $3 and number = $4 and status = 'sending' and attempts = $7
      and begun_at_ms is null";

const PUT_BACK: &str = "update outbox
    set status = 'waiting', attempts = $5, next_at_ms = $6, note = $7, claimed_until_ms = null, begun_at_ms = null
    where shard = $1 and tenant = $2 and instance = $3 and number = $4 and status = 'sending' and attempts = $8";

const PUT_BACK_ALL: &str = "update outbox o
    set status = 'waiting', attempts = b.attempts, next_at_ms = b.next_at_ms, note = b.note, claimed_until_ms = null,
        begun_at_ms = null
    from json_to_recordset($3::json) as b(
        instance text, number bigint, was_attempts bigint, attempts bigint, next_at_ms bigint, note text)
    where o.shard = $1 and o.tenant = $2 and o.instance = b.instance and o.number = b.number and o.status = 'sending'
      and o.attempts = b.was_attempts";

pub(super) const APPEND_FACT: &str = "update instance set trail_count = $4, trail_head = $5
    where shard = $1 and tenant = $2 and id = $3 and sequence = $6 and trail_count = $7";

/// A row that goes back without having been tried.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PutBack {
    /// The row.
    pub row: ClaimedRow,
    /// Attempts on its channel so far.
    pub attempts: i64,
    /// Not before.
    pub next_at_ms: i64,
    /// Why.
    pub note: String,
}

/// The same as a row of a statement.
#[derive(Serialize)]
struct PutBackRow<'a> {
    instance: &'a str,
    number: i64,
    was_attempts: i64,
    attempts: i64,
    next_at_ms: i64,
    note: &'a str,
}

impl<'a> PutBackRow<'a> {
    fn of(back: &'a PutBack) -> Self {
        let PutBack { row, attempts, next_at_ms, note } = back;
        let (attempts, next_at_ms) = (*attempts, *next_at_ms);
        Self {
            instance: &row.instance,
            number: row.number,
            was_attempts: row.attempts,
            attempts,
            next_at_ms,
            note,
        }
    }
}

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
        self.claim(self.database.either(CLAIM_SQLITE, CLAIM_POSTGRES), now_ms, claimed_until_ms, limit).await
    }

    /// Claims what one of the texts above chooses, in the order in which it is due.
    pub(super) async fn claim(
        &self,
        text: &'static str,
        now_ms: i64,
        claimed_until_ms: i64,
        limit: i64,
    ) -> Result<Vec<ClaimedRow>> {
        let rows = Statement::new(text)
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

    /// Rows that some worker has claimed and not settled.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sending(&self) -> Result<Vec<ClaimedRow>> {
        let rows = Statement::new(SENDING).with(self.tenant.shard).with(&self.tenant.name);
        let rows = rows.all(&self.database).await;
        rows.and_then(|rows| rows.iter().map(|row| self.claimed(row)).collect())
            .map_err(|cause| failed("the outbox was read", cause))
    }

    /// Rows whose send had begun and whose claim has run out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lapsed(&self, now_ms: i64) -> Result<Vec<ClaimedRow>> {
        let rows = Statement::new(LAPSED).with(self.tenant.shard).with(&self.tenant.name).with(now_ms);
        let rows = rows.all(&self.database).await;
        rows.and_then(|rows| rows.iter().map(|row| self.claimed(row)).collect())
            .map_err(|cause| failed("the outbox was read", cause))
    }

    /// Writes down that a send begins which must not be repeated; false: the claim is lost, and it must not begin.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_send(&self, row: &ClaimedRow, now_ms: i64, claimed_until_ms: i64) -> Result<bool> {
        let begun = keyed(BEGIN, &self.tenant, &row.instance)
            .with(row.number)
            .with(now_ms)
            .with(claimed_until_ms)
            .with(row.attempts)
            .run(&self.database)
            .await;
        Ok(begun.map_err(|cause| failed("the begin of a delivery was recorded", cause))? == 1)
    }

    /// Puts rows back that were not tried; what another worker has by now stays there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_back(&self, rows: &[PutBack]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let failed = |cause| failed("letters were put back", cause);
        if let Database::Postgres(_) = &self.database {
            let back: Vec<_> = rows.iter().map(PutBackRow::of).collect();
            let back = serde_json::to_string(&back)
                .map_err(|cause| Problem::machine("letters cannot be written as JSON").because(cause))?;
            let done =
                Statement::new(PUT_BACK_ALL).with(self.tenant.shard).with(&self.tenant.name).with(back);
            return done.run(&self.database).await.map(drop).map_err(failed);
        }
        let groups = rows.iter().map(|back| {
            let mut group = Group::default();
            group.then(
                keyed(PUT_BACK, &self.tenant, &back.row.instance)
                    .with(back.row.number)
                    .with(back.attempts)
                    .with(back.next_at_ms)
                    .with(&back.note)
                    .with(back.row.attempts),
            );
            group
        });
        let done = self.database.write_groups(groups.collect()).await;
        done.map(drop).map_err(failed)
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
    pub(super) fn claimed(&self, row: &Row) -> Result<ClaimedRow, Failure> {
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
            begun_at_ms: row.get("begun_at_ms")?,
            restorations: row.get("restorations")?,
        })
    }

    pub(super) fn body(&self, row: &Row, instance: &str) -> Result<String, Failure> {
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
pub(super) fn seal_attempt(
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
    if let AfterAttempt::Again { note, .. }
    | AfterAttempt::Unknown { note }
    | AfterAttempt::Dead { note }
    | AfterAttempt::Dropped { note } = &mut after
    {
        *note = seal.text(Spot { column: "outbox.note", row: row.number }, note)?;
    }
    Ok((attempt, after))
}
