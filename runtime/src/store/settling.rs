//! What became of attempts: each letter's new state, its row of deliveries and its row of the trail, many at a time.
//!
//! Letters of one instance are settled together, because each adds to the same trail; instances do not wait for one
//! another. Invariant: an instance's letters are settled with their facts or not at all.

use super::commit::{insert_fact, keyed};
use super::database::{Database, Group};
use super::delivery::{APPEND_FACT, seal_attempt};
use super::row::{AfterAttempt, ClaimedRow, DeliveryRow, Position, TrailRow};
use super::settle_batch::{self, Batch, Fact, Given, Tried, Wanted};
use super::statement::Statement;
use super::{Store, Tenant, failed};
use crate::error::Result;

const AFTER: &str = "update outbox
    set status = $5, route = $6, attempts = $7, next_at_ms = $8, settled_at_ms = $9, note = $10,
        claimed_until_ms = null, begun_at_ms = case when $5 = 'unknown' then begun_at_ms end
    where shard = $1 and tenant = $2 and instance = $3 and number = $4 and attempts = $11
      and status = $12";

const DELIVERY: &str =
    "insert into delivery (shard, tenant, instance, number, attempt, channel, adapter, result,
        external_id, detail, started_at_ms, ended_at_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// What became of one letter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settled {
    /// The letter.
    pub row: ClaimedRow,
    /// The attempt.
    pub delivery: DeliveryRow,
    /// Where it goes now.
    pub after: AfterAttempt,
    /// What the trail says of it.
    pub fact: Option<TrailRow>,
    /// It was unknown by then: whoever sent it had been believed dead, and knows after all.
    pub late: bool,
}

/// What became of letters of one instance, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettledInstance {
    /// Where the instance stands.
    pub before: Position,
    /// Its letters.
    pub letters: Vec<Settled>,
}

/// A letter that nobody sends, and what the trail says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DroppedLetter {
    /// The letter.
    pub row: ClaimedRow,
    /// Why, for whoever looks at the outbox.
    pub why: String,
    /// The row of the trail.
    pub fact: TrailRow,
}

/// Letters of one instance that nobody sends, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DroppedInstance {
    /// Which instance.
    pub id: String,
    /// Where it stands.
    pub before: Position,
    /// Its letters.
    pub letters: Vec<DroppedLetter>,
}

impl Store {
    /// Drops letters with the rows of the trail that say so. Tells for each instance whether it was written; one that was
    /// not has moved on meanwhile, or a letter of it is another worker's.
    ///
    /// # Errors
    /// When the store fails; nothing is written then.
    pub async fn drop_letters(&self, dropped: &[DroppedInstance], now_ms: i64) -> Result<Vec<bool>> {
        let groups = dropped.iter().map(|instance| {
            let mut group = Group::default();
            for DroppedLetter { row, why, .. } in &instance.letters {
                let after = AfterAttempt::Dropped { note: why.clone() };
                group.must(self.after(row, now_ms, &after, false).owned());
            }
            if let Some(DroppedLetter { fact, .. }) = instance.letters.last() {
                group.must(append_fact(&self.tenant, &instance.id, fact, instance.before));
            }
            for DroppedLetter { fact, .. } in &instance.letters {
                group.then(insert_fact(&self.tenant, &instance.id, fact));
            }
            group
        });
        let groups: Vec<Group<'_>> = groups.collect();
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let written = self.database.write_groups(groups).await;
        written.map_err(|cause| failed("letters were dropped", cause))
    }

    /// Writes what became of attempts, in one transaction. Tells for each instance whether it was written; one that was
    /// not has moved on meanwhile, or a letter of it is another worker's.
    ///
    /// # Errors
    /// When the store fails; nothing is written then.
    pub async fn settle_attempts(&self, settled: &[SettledInstance]) -> Result<Vec<bool>> {
        let doing = |cause| failed("deliveries were recorded", cause);
        match &self.database {
            Database::Sqlite(_) => {
                let groups =
                    settled.iter().map(|instance| self.settle_group(instance)).collect::<Result<_>>()?;
                self.database.write_groups(groups).await.map_err(doing)
            }
            Database::Postgres(postgres) => {
                let mut batch = Batch::default();
                for instance in settled {
                    self.add_to(&mut batch, instance)?;
                }
                let held = settle_batch::write(postgres, &batch).await.map_err(doing)?;
                let is_held = |instance: &SettledInstance| {
                    instance.letters.first().is_some_and(|letter| held.contains(&letter.row.instance))
                };
                Ok(settled.iter().map(is_held).collect())
            }
        }
    }

    /// The letters of one instance as rows of a batch.
    fn add_to<'a>(&'a self, batch: &mut Batch<'a>, settled: &'a SettledInstance) -> Result<()> {
        let (shard, tenant) = (self.tenant.shard, self.tenant.name.as_str());
        let Some(first) = settled.letters.first() else { return Ok(()) };
        let instance = first.row.instance.as_str();
        for Settled { row, delivery, after, late, fact } in &settled.letters {
            let (delivery, after) = seal_attempt(tenant, row, delivery, after)?;
            let (status, route, attempts, next_at_ms, settled_at_ms, note) =
                after_in_columns(row, delivery.ended_at_ms, &after);
            batch.given.push(Given {
                shard,
                tenant,
                instance,
                number: row.number,
                was_status: if *late { "unknown" } else { "sending" },
                was_attempts: row.attempts,
                status,
                route,
                attempts,
                next_at_ms,
                settled_at_ms,
                note: note.cloned(),
            });
            batch.facts.extend(fact.iter().map(|row| Fact { shard, tenant, instance, row }));
            batch.tried.push(Tried {
                shard,
                tenant,
                instance,
                number: row.number,
                attempt: delivery.attempt,
                channel: delivery.channel,
                adapter: delivery.adapter,
                result: delivery.result,
                external_id: delivery.external_id,
                detail: delivery.detail,
                started_at_ms: delivery.started_at_ms,
                ended_at_ms: delivery.ended_at_ms,
            });
        }
        let last = settled.letters.iter().rev().find_map(|letter| letter.fact.as_ref());
        batch.wanted.push(Wanted {
            shard,
            tenant,
            instance,
            letters: settled.letters.len(),
            was_sequence: settled.before.sequence,
            was_trail_count: settled.before.trail_count,
            trail_count: last.map(|fact| fact.sequence),
            trail_head: last.map(|fact| fact.hash.as_str()),
        });
        Ok(())
    }

    /// Writes what became of one attempt. Where the claim ran out nothing is written: what the other worker finds is
    /// what counts.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settle_attempt(
        &self,
        row: &ClaimedRow,
        delivery: &DeliveryRow,
        after: &AfterAttempt,
    ) -> Result<()> {
        let (delivery, after) = &seal_attempt(&self.tenant.name, row, delivery, after)?;
        let mut group = Group::default();
        group.must(self.after(row, delivery.ended_at_ms, after, false));
        group.then(self.delivery(row, delivery));
        let written = self.database.write_groups(vec![group]).await;
        written.map(drop).map_err(|cause| failed("a delivery was recorded", cause))
    }

    /// Drops a row for which nothing was to be done.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drop_letter(&self, row: &ClaimedRow, now_ms: i64, why: &str) -> Result<()> {
        let after = AfterAttempt::Dropped { note: why.to_owned() };
        let dropped = self.after(row, now_ms, &after, false).run(&self.database).await;
        dropped.map(drop).map_err(|cause| failed("a letter was dropped", cause))
    }

    /// How a row stands, as long as no other worker has claimed it: each claim counts `attempts` up by one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn claim_stands(&self, row: &ClaimedRow) -> Result<Option<String>> {
        const TEXT: &str = "select status from outbox
            where shard = $1 and tenant = $2 and instance = $3 and number = $4 and attempts = $5
              and status in ('sending', 'unknown')";
        let found = keyed(TEXT, &self.tenant, &row.instance).with(row.number).with(row.attempts);
        let found = found.first(&self.database).await;
        found
            .and_then(|row| row.map(|row| row.get("status")).transpose())
            .map_err(|cause| failed("the outbox was read", cause))
    }

    fn settle_group<'a>(&'a self, settled: &'a SettledInstance) -> Result<Group<'a>> {
        let mut group = Group::default();
        let mut deliveries = Vec::with_capacity(settled.letters.len());
        for Settled { row, delivery, after, late, .. } in &settled.letters {
            let (delivery, after) = seal_attempt(&self.tenant.name, row, delivery, after)?;
            group.must(self.after(row, delivery.ended_at_ms, &after, *late).owned());
            deliveries.push(self.delivery(row, &delivery).owned());
        }
        let facts: Vec<(&str, &TrailRow)> = settled
            .letters
            .iter()
            .filter_map(|letter| Some((letter.row.instance.as_str(), letter.fact.as_ref()?)))
            .collect();
        if let Some((instance, last)) = facts.last() {
            group.must(append_fact(&self.tenant, instance, last, settled.before));
        }
        for (instance, fact) in facts {
            group.then(insert_fact(&self.tenant, instance, fact));
        }
        deliveries.into_iter().for_each(|delivery| group.then(delivery));
        Ok(group)
    }

    fn delivery<'a>(&'a self, row: &'a ClaimedRow, delivery: &'a DeliveryRow) -> Statement<'a> {
        keyed(DELIVERY, &self.tenant, &row.instance)
            .with(row.number)
            .with(delivery.attempt)
            .with(&delivery.channel)
            .with(&delivery.adapter)
            .with(&delivery.result)
            .with(&delivery.external_id)
            .with(&delivery.detail)
            .with(delivery.started_at_ms)
            .with(delivery.ended_at_ms)
    }

    fn after<'a>(
        &'a self,
        row: &'a ClaimedRow,
        ended: i64,
        after: &'a AfterAttempt,
        late: bool,
    ) -> Statement<'a> {
        let (status, route, attempts, next_at_ms, settled_at_ms, note) = after_in_columns(row, ended, after);
        keyed(AFTER, &self.tenant, &row.instance)
            .with(row.number)
            .with(status)
            .with(route)
            .with(attempts)
            .with(next_at_ms)
            .with(settled_at_ms)
            .with(note)
            .with(row.attempts)
            .with(if late { "unknown" } else { "sending" })
    }
}

/// Moves the end of a trail to its last row, from where the instance stands.
fn append_fact<'a>(
    tenant: &'a Tenant,
    instance: &'a str,
    last: &'a TrailRow,
    before: Position,
) -> Statement<'a> {
    keyed(APPEND_FACT, tenant, instance)
        .with(last.sequence)
        .with(&last.hash)
        .with(before.sequence)
        .with(before.trail_count)
}

/// Status, route, attempts, next attempt, end and note of a letter after an attempt.
#[allow(clippy::type_complexity)]
fn after_in_columns<'a>(
    row: &ClaimedRow,
    ended: i64,
    after: &'a AfterAttempt,
) -> (&'static str, i64, i64, i64, Option<i64>, Option<&'a String>) {
    match after {
        AfterAttempt::Sent => ("sent", row.route, row.attempts, ended, Some(ended), None),
        AfterAttempt::Again { route, attempts, next_at_ms, note } => {
            ("waiting", *route, *attempts, *next_at_ms, None, Some(note))
        }
        AfterAttempt::Unknown { note } => ("unknown", row.route, row.attempts, ended, None, Some(note)),
        AfterAttempt::Dead { note } => ("dead", row.route, row.attempts, ended, Some(ended), Some(note)),
        AfterAttempt::Dropped { note } => {
            ("dropped", row.route, row.attempts, ended, Some(ended), Some(note))
        }
    }
}
