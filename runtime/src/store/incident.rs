//! Instances that were set aside, and why.
//!
//! Invariant: an instance has at most one open incident; opening and closing one is a row of its trail, written with it.

use super::commit::{insert_fact, keyed};
use super::database::Group;
use super::delivery::APPEND_FACT;
use super::row::{Position, TrailRow};
use super::statement::{Failure, Row};
use super::{Store, failed};
use crate::error::Result;

/// Why an instance is, or was, set aside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IncidentRow {
    /// Which instance.
    pub instance: String,
    /// Counts within the instance.
    pub number: i64,
    /// What is wrong.
    pub what: String,
    /// Events of systems that passed it by: their numbers in the inbox, as a JSON list.
    pub missed: String,
    /// When it was set aside.
    pub opened_at_ms: i64,
    /// When it went on.
    pub released_at_ms: Option<i64>,
    /// Who released it.
    pub released_by: Option<String>,
    /// What was done about it.
    pub release_reason: Option<String>,
}

const PAGE: &str =
    "select instance, number, what, missed, opened_at_ms, released_at_ms, released_by, release_reason
    from incident
    where shard = $1 and tenant = $2 and ($3 is null or instance = $3) and ($4 or released_at_ms is null)
    order by opened_at_ms, instance, number limit $5";

const OPEN: &str = "insert into incident (shard, tenant, instance, number, what, opened_at_ms)
    select $1, $2, $3, coalesce((select max(number) from incident
                                 where shard = $1 and tenant = $2 and instance = $3), 0) + 1, $4, $5
    where not exists (select 1 from incident
                      where shard = $1 and tenant = $2 and instance = $3 and released_at_ms is null)";

const CLOSE: &str = "update incident set released_at_ms = $4, released_by = $5, release_reason = $6
    where shard = $1 and tenant = $2 and instance = $3 and released_at_ms is null";

const MISS: &str = "update incident
    set missed = case missed when '[]' then '[' || $4 || ']' else substr(missed, 1, length(missed) - 1) || ',' || $4 || ']' end
    where shard = $1 and tenant = $2 and instance = $3 and released_at_ms is null";

const COUNT: &str =
    "select count(*) as open from incident where shard = $1 and tenant = $2 and released_at_ms is null";

impl Store {
    /// Incidents, oldest first: the open ones or all, of one instance or of any.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn incidents(&self, instance: Option<&str>, all: bool, limit: i64) -> Result<Vec<IncidentRow>> {
        let rows = self.own(PAGE).with(instance).with(all).with(limit).all(&self.database).await;
        rows.and_then(|rows| rows.iter().map(incident).collect())
            .map_err(|cause| failed("incidents were read", cause))
    }

    /// How many instances are set aside.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_aside_count(&self) -> Result<i64> {
        let row = self.own(COUNT).first(&self.database).await;
        row.and_then(|row| row.map_or(Ok(0), |row| row.get("open")))
            .map_err(|cause| failed("incidents were counted", cause))
    }

    /// Sets an instance aside, with the row of its trail; false when its trail has moved on, or it is aside already.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open_incident(
        &self,
        instance: &str,
        what: &str,
        before: Position,
        fact: &TrailRow,
    ) -> Result<bool> {
        let mut group = Group::default();
        group.must(keyed(OPEN, &self.tenant, instance).with(what).with(fact.at_ms));
        self.with_fact(group, instance, before, fact).await
    }

    /// Ends an incident, with the row of the trail; false when the trail has moved on, or there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn close_incident(
        &self,
        instance: &str,
        by: &str,
        reason: &str,
        before: Position,
        fact: &TrailRow,
    ) -> Result<bool> {
        let mut group = Group::default();
        group.must(keyed(CLOSE, &self.tenant, instance).with(fact.at_ms).with(by).with(reason));
        self.with_fact(group, instance, before, fact).await
    }

    async fn with_fact(
        &self,
        mut group: Group<'_>,
        instance: &str,
        before: Position,
        fact: &TrailRow,
    ) -> Result<bool> {
        group.must(
            keyed(APPEND_FACT, &self.tenant, instance)
                .with(fact.sequence)
                .with(&fact.hash)
                .with(before.sequence)
                .with(before.trail_count),
        );
        group.then(insert_fact(&self.tenant, instance, fact));
        let written = self.database.write_groups(vec![group]).await;
        Ok(written.map_err(|cause| failed("an incident was written", cause))? == [true])
    }

    /// Remembers that an event of a system passed an instance by, while it is aside.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn event_passed_by(&self, instance: &str, number: i64) -> Result<()> {
        let done = keyed(MISS, &self.tenant, instance).with(number.to_string()).run(&self.database).await;
        done.map(drop).map_err(|cause| failed("an incident was written", cause))
    }
}

fn incident(row: &Row) -> Result<IncidentRow, Failure> {
    Ok(IncidentRow {
        instance: row.get("instance")?,
        number: row.get("number")?,
        what: row.get("what")?,
        missed: row.get("missed")?,
        opened_at_ms: row.get("opened_at_ms")?,
        released_at_ms: row.get("released_at_ms")?,
        released_by: row.get("released_by")?,
        release_reason: row.get("release_reason")?,
    })
}
