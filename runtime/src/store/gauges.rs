//! How much there is of everything, for whoever watches: `/metrics` and `wfrun top`.
//!
//! Invariant: each number comes from an index that holds only what it counts, so that watching costs nothing where
//! nothing is wrong; only the counts of ended instances read more.

use super::statement::{Failure, Row};
use super::{Store, failed};
use crate::error::Result;
use std::collections::BTreeMap;

/// What an operator watches, of one tenant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Gauges {
    /// Running instances by workflow.
    pub running: BTreeMap<String, i64>,
    /// Letters by status, those that are not settled.
    pub letters: BTreeMap<String, i64>,
    /// When the oldest letter that waits was asked for.
    pub oldest_letter_ms: Option<i64>,
    /// Timers that are due and have not fired.
    pub timers_due: i64,
    /// When the first of them was due.
    pub first_timer_ms: Option<i64>,
    /// Instances that are set aside.
    pub set_aside: i64,
    /// Letters are held because the store was put back.
    pub held: bool,
    /// When the newest checkpoint was made.
    pub checkpoint_ms: Option<i64>,
    /// When the newest backup was whole.
    pub backup_ms: Option<i64>,
}

pub(super) const RUNNING: &str = "select workflow, count(*) as number from instance
    where shard = $1 and tenant = $2 and status = 'running' group by workflow";

pub(super) const LETTERS: &str = "select status, count(*) as number, min(created_at_ms) as oldest from outbox
    where shard = $1 and tenant = $2 and status in ('waiting', 'sending') group by status";

pub(super) const DEAD: &str =
    "select count(*) as number from outbox where shard = $1 and tenant = $2 and status = 'dead'";

pub(super) const UNKNOWN: &str =
    "select count(*) as number from outbox where shard = $1 and tenant = $2 and status = 'unknown'";

pub(super) const TIMERS: &str = "select count(*) as number, min(due_ms) as first from timer t
    where shard = $1 and tenant = $2 and due_ms <= $3
      and not exists (select 1 from incident i where i.shard = t.shard and i.tenant = t.tenant
                                               and i.instance = t.instance and i.released_at_ms is null)";

const ENDED: &str = "select workflow, count(*) as number from instance
    where shard = $1 and tenant = $2 and ended_at_ms is not null group by workflow";

const ENDED_SINCE: &str = "select count(*) as number from instance
    where shard = $1 and tenant = $2 and ended_at_ms is not null and ended_at_ms >= $3";

const STARTED_SINCE: &str =
    "select count(*) as number from instance where shard = $1 and tenant = $2 and started_at_ms >= $3";

const QUESTIONS: &str =
    "select count(*) as number from question where shard = $1 and tenant = $2 and status = 'open'";

const ARMED: &str = "select count(*) as number from timer where shard = $1 and tenant = $2";

impl Store {
    /// What an operator watches.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn gauges(&self, now_ms: i64) -> Result<Gauges> {
        let counted = self.counted(now_ms).await?;
        self.with_alarms(counted).await
    }

    /// The same counts with what must never be old: what is set aside or held, and when it was sealed and copied.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn with_alarms(&self, mut gauges: Gauges) -> Result<Gauges> {
        gauges.set_aside = self.set_aside_count().await?;
        gauges.held = self.is_held().await?;
        gauges.checkpoint_ms = self.newest_checkpoint().await?.map(|newest| newest.at_ms);
        gauges.backup_ms = self.newest_backup(true).await?.and_then(|newest| newest.finished_at_ms);
        Ok(gauges)
    }

    /// What only counting tells: it takes the longer the more runs and waits.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn counted(&self, now_ms: i64) -> Result<Gauges> {
        self.count(now_ms).await.map_err(|cause| failed("its rows were counted", cause))
    }

    async fn count(&self, now_ms: i64) -> Result<Gauges, Failure> {
        let database = &self.database;
        let mut gauges =
            Gauges { running: by_name(&database.read_long(self.own(RUNNING)).await?)?, ..Gauges::default() };
        for row in database.read_long(self.own(LETTERS)).await? {
            let oldest: Option<i64> = row.get("oldest")?;
            gauges.oldest_letter_ms = gauges.oldest_letter_ms.into_iter().chain(oldest).min();
            gauges.letters.insert(row.get("status")?, row.get("number")?);
        }
        for row in database.read_long(self.own(DEAD)).await? {
            gauges.letters.insert("dead".to_owned(), row.get("number")?);
        }
        for row in database.read_long(self.own(UNKNOWN)).await? {
            gauges.letters.insert("unknown".to_owned(), row.get("number")?);
        }
        for row in database.read_long(self.own(TIMERS).with(now_ms)).await? {
            gauges.timers_due = row.get("number")?;
            gauges.first_timer_ms = row.get("first")?;
        }
        Ok(gauges)
    }

    /// Ended instances by workflow, archived ones left out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn ended_by_workflow(&self) -> Result<BTreeMap<String, i64>> {
        let rows = self.database.read_long(self.own(ENDED)).await;
        rows.and_then(|rows| by_name(&rows)).map_err(|cause| failed("its rows were counted", cause))
    }

    /// Instances started and ended since a moment, open questions, armed timers.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lately(&self, since_ms: i64) -> Result<[i64; 4]> {
        let asked = [
            self.own(STARTED_SINCE).with(since_ms),
            self.own(ENDED_SINCE).with(since_ms),
            self.own(QUESTIONS),
            self.own(ARMED),
        ];
        let mut numbers = [0; 4];
        for (number, asked) in numbers.iter_mut().zip(asked) {
            let rows = self.database.read_long(asked).await;
            *number = rows
                .and_then(|rows| rows.first().map_or(Ok(0), |row| row.get("number")))
                .map_err(|cause| failed("its rows were counted", cause))?;
        }
        Ok(numbers)
    }
}

fn by_name(rows: &[Row]) -> Result<BTreeMap<String, i64>, Failure> {
    rows.iter().map(|row| Ok((row.get("workflow")?, row.get("number")?))).collect()
}
