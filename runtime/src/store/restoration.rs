//! Times when the store was put back from a backup, and whether letters wait because of it.
//!
//! Invariant: while a restoration is not released no letter is claimed; a restoration is never changed or forgotten.

use super::commit::{insert_fact, keyed};
use super::database::Group;
use super::delivery::APPEND_FACT;
use super::row::{Position, TrailRow};
use super::statement::{Failure, Row, Statement};
use super::{Store, failed};
use crate::error::Result;

/// A time when the store was put back.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RestorationRow {
    /// Counts from 1.
    pub number: i64,
    /// From when the backup is.
    pub taken_at_ms: i64,
    /// When it was put back.
    pub restored_at_ms: i64,
    /// Who put it back.
    pub person: String,
    /// Why.
    pub reason: String,
    /// Who signed it, in hexadecimal.
    pub public_key: Option<String>,
    /// ed25519, in hexadecimal.
    pub signature: Option<String>,
    /// From when on letters are sent again.
    pub released_at_ms: Option<i64>,
    /// Who let them go.
    pub released_by: Option<String>,
    /// What was found.
    pub release_reason: Option<String>,
}

/// The end of an instance's trail, for a fact to follow it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrailEnd {
    /// Which instance.
    pub instance: String,
    /// Its plan.
    pub plan_hash: String,
    /// How far it is.
    pub position: Position,
    /// Hash of the last row of its trail.
    pub head: String,
}

const ALL: &str =
    "select number, taken_at_ms, restored_at_ms, person, reason, public_key, signature, released_at_ms,
        released_by, release_reason
    from restoration where shard = $1 and tenant = $2 order by number";

const PUT: &str =
    "insert into restoration (shard, tenant, number, taken_at_ms, restored_at_ms, person, reason,
        public_key, signature)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const RELEASE: &str = "update restoration set released_at_ms = $3, released_by = $4, release_reason = $5
    where shard = $1 and tenant = $2 and released_at_ms is null";

const HELD: &str =
    "select number from restoration where shard = $1 and tenant = $2 and released_at_ms is null limit 1";

const RUNNING: &str = "select id, plan_hash, sequence, trail_count, trail_head from instance
    where shard = $1 and tenant = $2 and id > $3 and status = 'running' order by id limit $4";

impl Store {
    /// All times when this store was put back, in order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn restorations(&self) -> Result<Vec<RestorationRow>> {
        let rows = self.own(ALL).all(&self.database).await;
        rows.and_then(|rows| rows.iter().map(restoration).collect())
            .map_err(|cause| failed("restorations were read", cause))
    }

    /// Whether letters wait because the store was put back and nobody has released them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_held(&self) -> Result<bool> {
        let found = self.own(HELD).first(&self.database).await;
        Ok(found.map_err(|cause| failed("restorations were read", cause))?.is_some())
    }

    /// Notes that the store was put back.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_restoration(&self, row: &RestorationRow) -> Result<()> {
        let put = self
            .own(PUT)
            .with(row.number)
            .with(row.taken_at_ms)
            .with(row.restored_at_ms)
            .with(&row.person)
            .with(&row.reason)
            .with(&row.public_key)
            .with(&row.signature);
        put.run(&self.database).await.map(drop).map_err(|cause| failed("a restoration was noted", cause))
    }

    /// Lets letters go again; tells whether they were held.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn release_letters(&self, at_ms: i64, by: &str, reason: &str) -> Result<bool> {
        let done = self.own(RELEASE).with(at_ms).with(by).with(reason).run(&self.database).await;
        Ok(done.map_err(|cause| failed("letters were released", cause))? > 0)
    }

    /// The last moment the store knows of anything that happened.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn last_moment(&self) -> Result<Option<i64>> {
        let row =
            self.own("select max(last_event_ms) as last from instance where shard = $1 and tenant = $2");
        let row = row.first(&self.database).await;
        row.and_then(|row| row.map_or(Ok(None), |row| row.get("last")))
            .map_err(|cause| failed("instances were read", cause))
    }

    /// The ends of the trails of running instances, in the order of their ids, after one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn running_trails(&self, after: &str, limit: i64) -> Result<Vec<TrailEnd>> {
        let rows = self.own(RUNNING).with(after).with(limit).all(&self.database).await;
        rows.and_then(|rows| rows.iter().map(trail_end).collect())
            .map_err(|cause| failed("instances were read", cause))
    }

    /// Puts a fact after each of these trails, all in one transaction; tells for each whether it was still the end.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn append_facts(&self, facts: &[(TrailEnd, TrailRow)]) -> Result<Vec<bool>> {
        let groups = facts.iter().map(|(end, fact)| {
            let mut group = Group::default();
            group.must(
                keyed(APPEND_FACT, &self.tenant, &end.instance)
                    .with(fact.sequence)
                    .with(&fact.hash)
                    .with(end.position.sequence)
                    .with(end.position.trail_count),
            );
            group.then(insert_fact(&self.tenant, &end.instance, fact));
            group
        });
        let written = self.database.write_groups(groups.collect()).await;
        written.map_err(|cause| failed("facts were written", cause))
    }

    /// A statement about this tenant's rows.
    pub(super) fn own(&self, text: &'static str) -> Statement<'_> {
        Statement::new(text).with(self.tenant.shard).with(&self.tenant.name)
    }
}

fn restoration(row: &Row) -> Result<RestorationRow, Failure> {
    Ok(RestorationRow {
        number: row.get("number")?,
        taken_at_ms: row.get("taken_at_ms")?,
        restored_at_ms: row.get("restored_at_ms")?,
        person: row.get("person")?,
        reason: row.get("reason")?,
        public_key: row.get("public_key")?,
        signature: row.get("signature")?,
        released_at_ms: row.get("released_at_ms")?,
        released_by: row.get("released_by")?,
        release_reason: row.get("release_reason")?,
    })
}

fn trail_end(row: &Row) -> Result<TrailEnd, Failure> {
    Ok(TrailEnd {
        instance: row.get("id")?,
        plan_hash: row.get("plan_hash")?,
        position: Position { sequence: row.get("sequence")?, trail_count: row.get("trail_count")? },
        head: row.get("trail_head")?,
    })
}
