//! Carrying out what instances asked of the world: at least once, with patience, and never in anybody's way.
//!
//! Flow: rows are claimed ([`Post::pass`]), each becomes a job ([`job`]) in the lane of its channel ([`lane`]), is carried
//! on a thread of its own ([`attempt`]), and what became of all that finished meanwhile is written in one transaction
//! with the rows of the trail ([`settle`]). What fails for now waits longer each time; what fails for good takes the
//! receiver's next channel; what nobody takes is a dead letter; what may have arrived is unknown, and waits for
//! somebody's word. Invariant: a destination that fails or hangs holds up no other.

mod attempt;
mod backoff;
mod breaker;
mod carriers;
pub mod decide;
mod instances;
mod job;
mod lane;
mod measured;
mod needless;
mod orphans;
mod settle;

use crate::api::token::random;
use crate::channel::Delivered;
use crate::engine::Engine;
use crate::error::Result;
use crate::plans::Ready;
use crate::store::row::{ClaimedRow, InstanceRow};
use crate::store::{PutBack, Tenant};
use attempt::{Attempt, Tried};
use breaker::{Breakers, Change};
use job::{Job, Office};
use lane::Lane;
use needless::Needless;
use orphans::Tenure;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub use carriers::{Carriers, Telling};
pub use measured::Measured;

/// Rows claimed at a time.
const BATCH: usize = 256;
/// Rows of one worker that are claimed and not settled.
const AT_HAND: usize = 2_048;
/// For how long results are gathered while more letters wait: as long as writing them down takes, within these bounds.
const MOMENT: Duration = Duration::from_millis(20);
const LONG_MOMENT: Duration = Duration::from_millis(100);
/// How often letters are claimed while a channel has its hands full: most would go back, and those of other channels must
/// not wait for it.
const CROWDED: Duration = Duration::from_millis(250);
/// How long a claim lasts: longer than any channel that tells repeats may take for one letter.
const CLAIM_MS: i64 = 150_000;
/// When a letter that follows another one is looked at again, where nobody here has the other one.
const SOON_MS: i64 = 5_000;
/// Attempts for orders that concern other instances, before a person must look.
const INSTANCE_ATTEMPTS: u16 = 20;

/// The plan of an instance, and where it stands.
type About = (Arc<Ready>, Arc<InstanceRow>);

/// What one worker has under way.
pub struct Post {
    carriers: Carriers,
    lanes: BTreeMap<String, Lane>,
    breakers: Breakers,
    at_hand: BTreeSet<(String, i64)>,
    /// They change a letter that is at hand, and must know its end.
    followers: Vec<ClaimedRow>,
    running: usize,
    finished: Vec<Tried>,
    results: (UnboundedSender<Tried>, UnboundedReceiver<Tried>),
    link_key: Option<Arc<[u8]>>,
    tenure: Tenure,
    claimed_at: Option<Instant>,
}

/// What one pass did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Passed {
    /// Rows claimed.
    pub claimed: usize,
    /// Rows settled.
    pub settled: usize,
}

impl Post {
    /// Nothing under way yet.
    #[must_use]
    pub fn new(carriers: Carriers) -> Self {
        Self {
            carriers,
            lanes: BTreeMap::new(),
            breakers: Breakers::default(),
            at_hand: BTreeSet::new(),
            followers: Vec::new(),
            running: 0,
            finished: Vec::new(),
            results: unbounded_channel(),
            link_key: None,
            tenure: Tenure::default(),
            claimed_at: None,
        }
    }

    /// Settles what finished, claims what is due, and sets it going. Waits for no channel.
    ///
    /// # Errors
    /// When the store fails; what finished is kept and settled by the next pass.
    pub async fn pass(&mut self, engine: &Engine) -> Result<Passed> {
        let began = Instant::now();
        let settled = self.settle(engine).await?;
        // A store that was put back from a backup says nothing to anybody before an operator has looked.
        if engine.store.is_held().await? {
            return Ok(Passed { claimed: 0, settled });
        }
        self.take_up_orphans(engine).await?;
        if settled > 0 || self.running == 0 {
            let followers = std::mem::take(&mut self.followers);
            self.take_on(engine, followers).await?;
        }
        let claimed = self.claim(engine).await?;
        self.dispatch(engine).await?;
        self.keep_busy(engine, began.elapsed().clamp(MOMENT, LONG_MOMENT)).await?;
        Ok(Passed { claimed, settled })
    }

    /// Lets letters that wait for others of their channel follow them for a moment, so that what became of many is written
    /// in one transaction.
    async fn keep_busy(&mut self, engine: &Engine, moment: Duration) -> Result<()> {
        let moment = tokio::time::sleep(moment);
        tokio::pin!(moment);
        while self.running > 0 && self.finished.len() < BATCH && self.lanes.values().any(Lane::waits) {
            tokio::select! {
                biased;
                () = &mut moment => break,
                Some(tried) = self.results.1.recv() => self.note(tried),
            }
            while let Ok(tried) = self.results.1.try_recv() {
                self.note(tried);
            }
            self.dispatch(engine).await?;
        }
        Ok(())
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.at_hand.is_empty()
    }

    /// Waits until something under way has finished; for ever, where nothing is.
    pub async fn finished(&mut self) {
        if self.finished.is_empty()
            && let Some(tried) = self.results.1.recv().await
        {
            self.note(tried);
        }
    }

    /// Writes what became of everything that finished. Tells how many.
    ///
    /// # Errors
    /// When the store fails; it is kept.
    pub async fn settle(&mut self, engine: &Engine) -> Result<usize> {
        while let Ok(tried) = self.results.1.try_recv() {
            self.note(tried);
        }
        if self.finished.is_empty() {
            return Ok(0);
        }
        settle::settle_all(engine, &self.finished).await?;
        for tried in &self.finished {
            self.at_hand.remove(&place(&tried.row));
        }
        Ok(std::mem::take(&mut self.finished).len())
    }

    /// Puts back what has not begun and waits for what has: before this worker ends.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish(&mut self, engine: &Engine) -> Result<()> {
        let now = engine.clock.now().0;
        let why = "its worker was stopped before it was sent";
        let waiting = self.lanes.values_mut().flat_map(Lane::drain);
        let mut back: Vec<PutBack> = waiting.map(|attempt| attempt.back(now, why)).collect();
        back.extend(self.followers.drain(..).map(|row| PutBack {
            attempts: row.attempts - 1,
            next_at_ms: now,
            note: why.to_owned(),
            row,
        }));
        self.put_back(engine, back).await?;
        // Not by `finished`, which waits for nothing where results are at hand already.
        while self.running > 0 {
            let Some(tried) = self.results.1.recv().await else { break };
            self.note(tried);
        }
        self.settle(engine).await.map(drop)
    }

    /// Forgets what has not begun: another node has it.
    pub fn forget_waiting(&mut self) {
        let waiting = self.lanes.values_mut().flat_map(Lane::drain).map(|attempt| attempt.row);
        for row in waiting.chain(self.followers.drain(..)) {
            self.at_hand.remove(&place(&row));
        }
    }

    /// Takes note of a result: its lane is free, and its destination works or does not.
    fn note(&mut self, tried: Tried) {
        self.running = self.running.saturating_sub(1);
        if let Some(lane) = self.lanes.get_mut(tried.job.lane()) {
            lane.ended(&tried.row.instance);
        }
        let breaker = self.breakers.of(tried.job.destination());
        let now = tried.ended_at.0;
        let Some(delivered) = tried.delivered() else {
            breaker.not_tried(now);
            return self.finished.push(tried);
        };
        self.carriers.measured.count(delivered);
        let change = match delivered {
            Delivered::TryAgain { down: true, .. } | Delivered::Unknown { .. } => {
                breaker.failed(now, tried.job.settings().breaker_after)
            }
            Delivered::TryAgain { after, .. } => {
                if let Some(after) = after {
                    breaker.pause(now, *after);
                }
                breaker.answered()
            }
            Delivered::Sent { .. } | Delivered::Refused { .. } => breaker.answered(),
        };
        if let Some(change) = change {
            self.tell(tried.job.destination(), change);
        }
        self.finished.push(tried);
    }

    fn tell(&self, destination: &str, change: Change) {
        self.carriers.measured.breaker(change);
        let told = match change {
            Change::Opened { failures, pause_ms } => format!(
                "{destination} failed {failures} times in a row: nothing is sent there for {} s, then one letter tries",
                pause_ms / 1000
            ),
            Change::Closed => format!("{destination} answers again"),
        };
        (self.carriers.telling)(&told);
    }

    async fn claim(&mut self, engine: &Engine) -> Result<usize> {
        let crowded = self.lanes.values().any(Lane::is_crowded);
        if crowded && self.claimed_at.is_some_and(|at| at.elapsed() < CROWDED) {
            return Ok(0);
        }
        self.claimed_at = Some(Instant::now());
        let room = AT_HAND.saturating_sub(self.at_hand.len()).min(BATCH);
        let Some(limit) = i64::try_from(room).ok().filter(|room| *room > 0) else { return Ok(0) };
        let now = engine.clock.now().0;
        let rows = engine.store.claim_outbox(now, now.saturating_add(CLAIM_MS), limit).await?;
        let claimed = rows.len();
        self.take_on(engine, rows).await?;
        Ok(claimed)
    }

    /// Makes jobs of claimed rows and puts them into their lanes.
    async fn take_on(&mut self, engine: &Engine, rows: Vec<ClaimedRow>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let now = engine.clock.now().0;
        let about = self.instances_of(engine, rows.iter().map(|row| row.instance.clone()).collect()).await?;
        let key = self.link_key(engine).await?;
        let (mut back, mut stale) = (Vec::new(), Vec::new());
        for row in rows {
            // It asks what became of the letter that it takes back.
            if row.kind == "withdraw" {
                needless::drop_all(engine, std::mem::take(&mut stale)).await?;
            }
            let (ready, instance) = about.get(&row.instance).cloned().unzip();
            let office = Office { engine, carriers: &self.carriers, link_key: &key, ready, instance };
            match job::job(&office, &row).await? {
                Job::Inside => instances::carry_out(engine, &row).await?,
                Job::After { number } if self.at_hand.contains(&(row.instance.clone(), number)) => {
                    self.at_hand.insert(place(&row));
                    self.followers.push(row);
                }
                Job::After { .. } => {
                    self.at_hand.remove(&place(&row));
                    let note = "it follows the letter that it changes".to_owned();
                    let next_at_ms = now.saturating_add(SOON_MS);
                    back.push(PutBack { attempts: row.attempts - 1, next_at_ms, note, row });
                }
                Job::Needless { why } => {
                    engine.store.drop_letter(&row, now, &why).await?;
                    self.at_hand.remove(&place(&row));
                }
                Job::Stale { why, letter } => {
                    self.at_hand.remove(&place(&row));
                    stale.push(Needless { row, why, letter: *letter });
                }
                Job::Carry(carry) => {
                    self.at_hand.insert(place(&row));
                    let lane = self.lanes.entry(carry.lane().to_owned());
                    lane.or_insert_with(|| Lane::of(carry.settings())).push(Attempt { row, job: carry }, now);
                }
            }
        }
        needless::drop_all(engine, stale).await?;
        engine.store.put_back(&back).await
    }

    /// Sets going what its lane, its rate and its destination let go; the rest waits, or goes back.
    async fn dispatch(&mut self, engine: &Engine) -> Result<()> {
        self.look_again(engine).await?;
        let now = engine.clock.now().0;
        let (mut back, mut going) = (Vec::new(), Vec::new());
        for lane in self.lanes.values_mut() {
            let sorted = lane.sort(now, &mut self.breakers);
            going.extend(sorted.going);
            back.extend(sorted.back);
            self.finished.extend(sorted.given_up);
        }
        self.carriers.measured.held_back(back.len());
        for attempt in going {
            self.running += 1;
            attempt.start(engine, self.results.0.clone());
        }
        self.put_back(engine, back).await
    }

    async fn put_back(&mut self, engine: &Engine, back: Vec<PutBack>) -> Result<()> {
        for one in &back {
            self.at_hand.remove(&place(&one.row));
        }
        engine.store.put_back(&back).await
    }

    /// Instances with their plans, read at once.
    async fn instances_of(&self, engine: &Engine, ids: BTreeSet<String>) -> Result<HashMap<String, About>> {
        let tenant = engine.store.tenant();
        let ids: Vec<(Tenant, String)> = ids.into_iter().map(|id| (tenant.clone(), id)).collect();
        let mut about = HashMap::new();
        for (_, instance) in engine.store.load(&ids).await? {
            // A plan that cannot be read is told by whoever steps its instances; letters are finished without it.
            if let Ok(ready) = engine.plan_of(&instance).await {
                about.insert(instance.id.clone(), (ready, Arc::new(instance)));
            }
        }
        Ok(about)
    }

    /// The key that signs this tenant's links.
    async fn link_key(&mut self, engine: &Engine) -> Result<Arc<[u8]>> {
        if let Some(key) = &self.link_key {
            return Ok(Arc::clone(key));
        }
        let key = engine.store.link_key(&random::<32>()?, engine.clock.now().0).await?;
        Ok(Arc::clone(self.link_key.insert(key.into())))
    }
}

/// Carries out the orders that concern other instances and are due, and no letter; tells how many.
///
/// # Errors
/// When the store fails.
pub async fn carry_out_orders(engine: &Engine) -> Result<usize> {
    let now = engine.clock.now().0;
    let rows = engine.store.claim_orders(now, now.saturating_add(CLAIM_MS), BATCH as i64).await?;
    for row in &rows {
        instances::carry_out(engine, row).await?;
    }
    Ok(rows.len())
}

fn place(row: &ClaimedRow) -> (String, i64) {
    (row.instance.clone(), row.number)
}

/// The idempotency key of a row. A store that was put back from a backup gives numbers out again that letters in the gap
/// had: receivers must not take a new letter for a lost one.
fn key(instance: &str, number: i64, restorations: i64) -> String {
    match restorations {
        0 => format!("{instance}:{number}"),
        times => format!("{instance}:{number}:restored-{times}"),
    }
}

fn key_of(row: &ClaimedRow) -> String {
    key(&row.instance, row.number, row.restorations)
}
