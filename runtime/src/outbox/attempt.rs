//! One attempt to deliver a row.
//!
//! Invariant: a send that must not be repeated begins only after the store has it in writing that it does; whatever
//! happens to a channel's code, its row comes back with a result.

use super::job::Carry;
use crate::channel::Delivered;
use crate::clock::Clock;
use crate::engine::Engine;
use crate::failpoint;
use crate::store::row::ClaimedRow;
use crate::store::{PutBack, Store};
use crate::trace;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;
use wf_plan::Moment;

/// When a row whose begin could not be written down is tried again.
const STORE_FAILED_MS: i64 = 5_000;

/// A row and what to do for it.
pub(super) struct Attempt {
    pub row: ClaimedRow,
    pub job: Arc<Carry>,
}

/// An attempt and what became of it.
pub(super) struct Tried {
    pub row: ClaimedRow,
    pub job: Arc<Carry>,
    pub outcome: Outcome,
    pub started_at: Moment,
    pub ended_at: Moment,
}

/// How an attempt ended.
pub(super) enum Outcome {
    /// The channel said so.
    Ended(Delivered),
    /// Its destination is left alone, and it has another way.
    LeftAlone { why: String },
    /// It could not begin: the store did not take that down.
    NotBegun { why: String },
    /// It is another worker's by now.
    Lost,
}

impl Tried {
    /// What the channel said, where it was asked.
    pub fn delivered(&self) -> Option<&Delivered> {
        match &self.outcome {
            Outcome::Ended(delivered) => Some(delivered),
            _ => None,
        }
    }

    /// When it is tried again after it could not begin.
    pub fn begin_again_ms(&self) -> i64 {
        self.ended_at.0.saturating_add(STORE_FAILED_MS)
    }
}

impl Attempt {
    pub fn has_next_route(&self) -> bool {
        self.job.has_route_after(self.row.route)
    }

    /// The row as it goes back untried.
    pub fn back(self, next_at_ms: i64, note: &str) -> PutBack {
        PutBack { attempts: self.row.attempts - 1, next_at_ms, note: note.to_owned(), row: self.row }
    }

    /// An attempt that was not made, because its destination is left alone.
    pub fn not_tried(self, now_ms: i64, destination: &str) -> Tried {
        let why = format!("not tried: {destination} does not answer at present");
        Tried {
            row: self.row,
            job: self.job,
            outcome: Outcome::LeftAlone { why },
            started_at: Moment(now_ms),
            ended_at: Moment(now_ms),
        }
    }

    /// Sets it going; the result comes through the channel.
    pub fn start(self, engine: &Engine, results: UnboundedSender<Tried>) {
        let (store, clock) = (engine.store.clone(), engine.clock.clone());
        tokio::spawn(async move {
            // Nobody listens where the worker is gone; the row is taken up by the next one then.
            let _ = results.send(self.run(&store, &clock).await);
        });
    }

    async fn run(self, store: &Store, clock: &Clock) -> Tried {
        let started_at = clock.now();
        let outcome = match self.begin(store, started_at).await {
            Ok(()) => Outcome::Ended(self.carry().await),
            Err(outcome) => outcome,
        };
        Tried { row: self.row, job: self.job, outcome, started_at, ended_at: clock.now() }
    }

    async fn begin(&self, store: &Store, now: Moment) -> Result<(), Outcome> {
        if self.job.tells_repeats() {
            return Ok(());
        }
        let until_ms = now.0.saturating_add(self.job.settings().lasts_ms);
        match store.begin_send(&self.row, now.0, until_ms).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Outcome::Lost),
            Err(problem) => Err(Outcome::NotBegun { why: problem.to_string() }),
        }
    }

    async fn carry(&self) -> Delivered {
        let job = Arc::clone(&self.job);
        let letter = format!("{}/{}", self.row.instance, self.row.number);
        let span = trace::delivery(&letter, job.name(), &self.row.body);
        failpoint::reach("before-send");
        let ran = tokio::task::spawn_blocking(move || span.in_scope(|| job.run())).await;
        failpoint::reach("after-send");
        match ran {
            Ok(delivered) => delivered,
            Err(_) if self.job.tells_repeats() => {
                Delivered::down(format!("the code of `{}` ended early", self.job.name()))
            }
            Err(_) => Delivered::Unknown { why: format!("the code of `{}` ended early", self.job.name()) },
        }
    }
}
