//! Rows whose worker is gone: taken up at once by whoever takes its place.
//!
//! On PostgreSQL the lease on the shard says that the worker before is gone; on a file of SQLite a lock beside it does,
//! which the machine lets go when a program ends, however it ends. What had not begun is sent; what had begun and must
//! not be repeated is unknown. Invariant: a row with a worker that is alive is left to it.

use super::job::{Carry, Job, Office, job};
use super::settle::{Finding, fact, settle_findings};
use super::{Post, place};
use crate::engine::Engine;
use crate::error::Result;
use crate::store::row::{AfterAttempt, ClaimedRow, DeliveryRow};
use crate::store::{Presence, PutBack};

/// Since when this worker is the one.
#[derive(Debug, Default)]
pub(super) enum Tenure {
    /// It has not looked yet.
    #[default]
    New,
    /// It holds the lease of this epoch.
    Epoch(i64),
    /// It works on a file, and says so as long as this is kept.
    Present { _kept: Option<Presence> },
}

impl Post {
    /// Takes up what workers before this one left, once, and what has been under way for too long, always.
    pub(super) async fn take_up_orphans(&mut self, engine: &Engine) -> Result<()> {
        if self.is_successor(engine).await? {
            let left = engine.store.sending().await?;
            let left = left.into_iter().filter(|row| !self.at_hand.contains(&place(row)));
            let (begun, untouched): (Vec<_>, Vec<_>) = left.partition(|row| row.begun_at_ms.is_some());
            let now = engine.clock.now().0;
            // It was not tried. Where the worker before may yet wake up the count stays, because it says whose claim it is.
            let uncounted = i64::from(!engine.store.is_shared());
            let back = untouched.into_iter().map(|row| PutBack {
                attempts: row.attempts - uncounted,
                next_at_ms: now,
                note: "its worker ended before it said what became of it".to_owned(),
                row,
            });
            engine.store.put_back(&back.collect::<Vec<_>>()).await?;
            self.nobody_knows(engine, begun).await?;
        }
        let lapsed = engine.store.lapsed(engine.clock.now().0).await?;
        let lapsed = lapsed.into_iter().filter(|row| !self.at_hand.contains(&place(row))).collect();
        self.nobody_knows(engine, lapsed).await
    }

    /// Whether this worker has just taken the place of one that is gone.
    async fn is_successor(&mut self, engine: &Engine) -> Result<bool> {
        match (&engine.fence, &self.tenure) {
            (Some(fence), Tenure::Epoch(epoch)) if fence.epoch == *epoch => Ok(false),
            (Some(fence), _) => {
                self.tenure = Tenure::Epoch(fence.epoch);
                Ok(true)
            }
            (None, Tenure::New) => {
                let (alone, presence) = engine.store.move_in()?;
                self.tenure = Tenure::Present { _kept: presence };
                Ok(alone)
            }
            (None, _) => Ok(false),
        }
    }

    /// Sends that had begun and whose end nobody will ever tell.
    async fn nobody_knows(&mut self, engine: &Engine, rows: Vec<ClaimedRow>) -> Result<()> {
        let mut findings = Vec::with_capacity(rows.len());
        if rows.is_empty() {
            return Ok(());
        }
        let key = self.link_key(engine).await?;
        for row in rows {
            let office =
                Office { engine, carriers: &self.carriers, link_key: &key, ready: None, instance: None };
            if let Job::Carry(carry) = job(&office, &row).await? {
                findings.push(unknown(&row, &carry, engine.clock.now().0));
            }
        }
        self.carriers.measured.unknown(findings.len());
        settle_findings(engine, findings).await
    }
}

fn unknown(row: &ClaimedRow, carry: &Carry, now_ms: i64) -> Finding {
    let why = "the worker ended while it was being sent".to_owned();
    let delivery = DeliveryRow {
        attempt: row.tried + 1,
        channel: carry.name().to_owned(),
        adapter: carry.adapter().to_owned(),
        result: "unknown".to_owned(),
        external_id: None,
        detail: why.clone(),
        started_at_ms: row.begun_at_ms.unwrap_or(now_ms),
        ended_at_ms: now_ms,
    };
    let after = AfterAttempt::Unknown { note: why };
    let fact = fact(row, carry, &delivery, &after);
    Finding { row: row.clone(), delivery, after, fact, late: false }
}
