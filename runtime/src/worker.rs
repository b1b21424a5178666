//! The worker: lets time pass for instances and delivers what they asked for.
//!
//! One pass is: events nobody was offered yet, starts by the calendar, due timers, then the outbox, until nothing is
//! left. Between passes it sleeps until the next thing is due, at most a second, because other programs write to the
//! same store. Invariant: an instance that cannot be stepped is reported and left alone; the others go on.

use crate::audit::checkpoint;
use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use crate::lease::{Leases, Part, node_name};
use crate::outbox::{Carriers, Passed, Post};
use crate::schedule;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use wf_plan::Moment;

/// Timers looked up in one go: two batches of the writer, so that one is computed while the other reaches the disk.
pub const WAKE_BATCH: i64 = 2_000;
/// The longest sleep between passes.
const POLL: Duration = Duration::from_secs(1);
/// How often months of journal and trail are made ahead of time; several are there at any moment.
const MONTHS: Duration = Duration::from_hours(6);
/// Passes without sleep before something must be wrong: an order that makes itself.
const PASS_LIMIT: usize = 100_000;

/// A worker on an engine.
pub struct Worker {
    engine: Engine,
    post: Post,
    set_aside: BTreeSet<String>,
    by_calendar: bool,
    stop: Arc<AtomicBool>,
    leases: Leases,
    /// The last checkpoint failed, and that was told.
    unsealed: bool,
    /// Why the store could not be worked on just now: that was told.
    troubled: Option<Class>,
}

/// What one draining did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Instances woken by timers.
    pub woken: usize,
    /// Rows of the outbox tried.
    pub delivered: usize,
    /// When the calendar starts the next instance.
    pub next_start: Option<Moment>,
    /// Another node works on this tenant's shard.
    pub elsewhere: bool,
}

impl Worker {
    /// A worker that delivers through these channels.
    #[must_use]
    pub fn new(engine: Engine, carriers: Carriers) -> Self {
        let leases = Leases::of(&engine.store, node_name());
        Self {
            engine,
            post: Post::new(carriers),
            set_aside: BTreeSet::new(),
            by_calendar: true,
            stop: Arc::default(),
            leases,
            unsealed: false,
            troubled: None,
        }
    }

    /// The same worker as part of a node with these leases.
    #[must_use]
    pub fn with_leases(self, leases: Leases) -> Self {
        Self { leases, ..self }
    }

    /// The same worker, which starts nothing by the calendar: a scenario is about its own instance.
    #[must_use]
    pub fn without_calendar(self) -> Self {
        Self { by_calendar: false, ..self }
    }

    /// The same worker, which comes to rest between two passes once the flag is set.
    #[must_use]
    pub fn stopped_by(self, stop: Arc<AtomicBool>) -> Self {
        Self { stop, ..self }
    }

    /// Works until nothing is due now and nothing under way. `report` is told of instances that had to be set aside.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drain(&mut self, report: &mut dyn FnMut(&str, &Problem)) -> Result<Progress> {
        self.pass_all(report, true).await
    }

    /// Works until nothing is due now. Only the patient wait for letters that are under way.
    async fn pass_all(&mut self, report: &mut dyn FnMut(&str, &Problem), patient: bool) -> Result<Progress> {
        let mut progress = Progress::default();
        self.leases.renew_in_time().await?;
        for _ in 0..PASS_LIMIT {
            if self.stop.load(Ordering::Acquire) {
                return Ok(progress);
            }
            match self.leases.part(self.engine.store.tenant().shard) {
                Part::Everything => {}
                Part::Held(fence) => self.engine.fence = Some(fence),
                Part::NotMine => {
                    self.post.forget_waiting();
                    self.post.settle(&self.engine).await?;
                    return Ok(Progress { elsewhere: true, ..progress });
                }
            }
            self.engine.offer_new_events().await?;
            let set_aside = &mut self.set_aside;
            let mut refused = |key: &str, problem: &Problem| {
                // Once is enough: the same start is due again in each pass.
                if set_aside.insert(key.to_owned()) {
                    report(key, problem);
                }
            };
            if self.by_calendar {
                progress.next_start = schedule::start_due(&self.engine, &mut refused).await?;
            }
            let woken = self.wake_due(report).await?;
            let passed = self.post.pass(&self.engine).await?;
            progress.woken += woken;
            progress.delivered += passed.settled;
            if woken == 0 && passed == Passed::default() {
                if patient && !self.post.is_idle() {
                    self.post.finished().await;
                    continue;
                }
                self.write_checkpoint(report).await;
                return Ok(progress);
            }
        }
        Err(Problem::machine(
            "the worker does not come to rest: something asks for more each time it is done",
        ))
    }

    /// Seals what happened, when that is due. A checkpoint that fails stops no work: it is told once, and tried again.
    async fn write_checkpoint(&mut self, report: &mut dyn FnMut(&str, &Problem)) {
        match checkpoint::write_due(&self.engine).await {
            Ok(_) => self.unsealed = false,
            Err(problem) => {
                if !std::mem::replace(&mut self.unsealed, true) {
                    report("the checkpoint", &problem);
                }
            }
        }
    }

    async fn wake_due(&mut self, report: &mut dyn FnMut(&str, &Problem)) -> Result<usize> {
        let mut woken = 0;
        let due = self.engine.store.due_instances(self.engine.clock.now().0, WAKE_BATCH).await?;
        let due = due.into_iter().map(|due| due.instance);
        for (instance, came) in self.engine.catch_up_all(due.collect()).await? {
            match came {
                Ok(()) => woken += 1,
                // It is set aside by now, and not due any more.
                Err(problem) if problem.class() == Class::Damaged => report(&instance, &problem),
                Err(problem) => return Err(problem),
            }
        }
        Ok(woken)
    }

    /// When something is due next.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_due(&self, progress: &Progress) -> Result<Option<Moment>> {
        // Letters that are held are long due, and looked for again in a moment.
        if progress.elsewhere || self.engine.store.is_held().await? {
            return Ok(None);
        }
        let stored = self.engine.store.next_due().await?.map(Moment);
        Ok(stored.into_iter().chain(progress.next_start).min())
    }

    /// Gives up its shards, so that another node goes on at once.
    ///
    /// # Errors
    /// When the store fails; they become free by themselves then.
    pub async fn leave(&self) -> Result<()> {
        self.leases.leave().await
    }

    /// Works until a moment (for ever without one). A virtual clock is moved from one due moment to the next.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn run(&mut self, until: Option<Moment>, report: &mut dyn FnMut(&str, &Problem)) -> Result<()> {
        // Renewed beside the work: a channel that is slow to answer must not cost this node its shards.
        let _kept = Kept(tokio::spawn(self.leases.clone().keep()));
        let _prepared = Kept(tokio::spawn(prepare_months(self.engine.clone())));
        let done = self.work(until, report).await;
        let done = done.and(self.post.finish(&self.engine).await);
        done.and(self.leases.leave().await)
    }

    async fn work(&mut self, until: Option<Moment>, report: &mut dyn FnMut(&str, &Problem)) -> Result<()> {
        loop {
            let patient = self.engine.clock.is_virtual();
            let progress = match self.pass_all(report, patient).await {
                Ok(progress) => progress,
                // A disk that is full or a store that is busy gets better without this program being started again.
                Err(problem) if passing(&problem) && !self.engine.clock.is_virtual() => {
                    self.wait_for_the_store(&problem, report).await;
                    continue;
                }
                Err(problem) => return Err(problem),
            };
            self.troubled = None;
            if self.stop.load(Ordering::Acquire) {
                return Ok(());
            }
            let now = self.engine.clock.now();
            let next = match self.next_due(&progress).await {
                Err(problem) if passing(&problem) && !self.engine.clock.is_virtual() => {
                    self.wait_for_the_store(&problem, report).await;
                    continue;
                }
                next => next?,
            };
            if until.is_some_and(|until| now >= until) {
                return Ok(());
            }
            if self.engine.clock.is_virtual() {
                let Some(until) = until else { return Ok(()) };
                let next = next.filter(|next| *next > now).unwrap_or(until);
                self.engine.clock.move_to(next.min(until));
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(pause(now, next, until)) => {}
                () = self.post.finished() => {}
            }
        }
    }
}

impl Worker {
    /// Tells of a store that cannot be worked on, once for each reason, and gives it time.
    async fn wait_for_the_store(&mut self, problem: &Problem, report: &mut dyn FnMut(&str, &Problem)) {
        if self.troubled.replace(problem.class()) != Some(problem.class()) {
            report("the store", problem);
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Makes months of journal and trail ahead of time, for ever.
async fn prepare_months(engine: Engine) {
    loop {
        // Opening the store has made them; what cannot be made now is made the next time.
        tokio::time::sleep(MONTHS).await;
        let _ = engine.store.prepare_months().await;
    }
}

/// What goes on beside the work and ends with it, however it ends.
struct Kept(tokio::task::JoinHandle<()>);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn passing(problem: &Problem) -> bool {
    matches!(problem.class(), Class::Machine | Class::NoRoom | Class::Conflict)
}

fn pause(now: Moment, next: Option<Moment>, until: Option<Moment>) -> Duration {
    let soonest = next.into_iter().chain(until).min();
    let wait = soonest.and_then(|soonest| u64::try_from(soonest.0.saturating_sub(now.0)).ok());
    wait.map_or(POLL, Duration::from_millis).clamp(Duration::from_millis(5), POLL)
}
