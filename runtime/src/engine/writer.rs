//! The one writer of a store: it takes what is asked for, steps it in memory, and writes a batch in one transaction.
//!
//! Flow: requests wait in a bounded queue; the writer drains it, loads the instances it does not have at hand, computes
//! a transition for each, commits all of them at once, and only then answers. While one batch reaches the disk the
//! next one forms, so that the cost of a commit is shared by everybody who waits. Invariant: an answer is given after
//! its commit; a transition that was overtaken by another program is computed again from what is stored.

use super::hot::{Hot, HotInstances};
use super::start::StartRequest;
use super::{Applied, Engine, Started};
use crate::error::{Class, Problem, Result};
use crate::plans::Ready;
use crate::quarantine::unbroken;
use crate::store::Store;
use crate::store::row::Transition;
use crate::transition::{Stepped, compute_from, state_of};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use wf_vm::effect::Refusal;
use wf_vm::{Event, EventKind};

/// Requests that may wait; whoever comes after waits to be let in.
const QUEUE: usize = 4_096;
/// Transitions in one transaction.
const BATCH: usize = 1_000;
/// How often a transition is computed again when somebody else was faster.
const MAX_TRIES: u8 = 16;

/// Where requests go in. The writer ends when the last one is gone.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    requests: mpsc::Sender<Request>,
}

/// Something that happens to an instance.
#[derive(Clone, Debug)]
pub(super) struct Act {
    /// Which instance.
    pub id: String,
    /// What happens.
    pub kind: EventKind,
    /// An outbox row that this carries out.
    pub settles: Option<(String, i64)>,
    /// Inbox rows that this gives.
    pub taken: Vec<i64>,
}

#[derive(Debug)]
enum What {
    Act(Box<Act>, Option<oneshot::Sender<Result<Applied>>>),
    Start(Box<StartRequest>, oneshot::Sender<Result<Started>>),
}

#[derive(Debug)]
struct Request {
    engine: Engine,
    what: What,
    tries: u8,
    /// A commit of it failed in a way that leaves open whether it was written.
    unsure: bool,
}

impl Writer {
    /// Starts the writer of a store, on the runtime it is called in.
    pub fn of(store: &Store) -> Self {
        let (requests, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(Working::new(store.clone(), waiting).work());
        Self { requests }
    }

    /// Asks for an act. The order of asking is the order of writing.
    pub async fn act(&self, engine: &Engine, act: Act) -> Result<oneshot::Receiver<Result<Applied>>> {
        let (answer, answered) = oneshot::channel();
        self.send(engine, What::Act(Box::new(act), Some(answer))).await?;
        Ok(answered)
    }

    /// Starts an instance.
    pub async fn start(&self, engine: &Engine, request: StartRequest) -> Result<Started> {
        let (answer, answered) = oneshot::channel();
        self.send(engine, What::Start(Box::new(request), answer)).await?;
        answered.await.map_err(|_| closed())?
    }

    async fn send(&self, engine: &Engine, what: What) -> Result<()> {
        let request = Request { engine: engine.clone(), what, tries: 0, unsure: false };
        self.requests.send(request).await.map_err(|_| closed())
    }
}

pub(super) fn closed() -> Problem {
    Problem::machine("the writer of the store has ended").help("start the program again")
}

/// Tenant and instance.
pub(super) type Key = (String, String);

/// A transition that is computed and not yet written.
struct Computed {
    request: Request,
    stepped: Stepped,
    ready: Arc<Ready>,
}

/// The writer at work.
struct Working {
    store: Store,
    requests: mpsc::Receiver<Request>,
    waiting: VecDeque<Request>,
    hot: HotInstances,
    numbers: HashMap<Key, i64>,
}

impl Working {
    fn new(store: Store, requests: mpsc::Receiver<Request>) -> Self {
        let (waiting, hot, numbers) = (VecDeque::new(), HotInstances::default(), HashMap::new());
        Self { store, requests, waiting, hot, numbers }
    }

    async fn work(mut self) {
        while self.gather().await {
            let batch = self.next_batch();
            let computed = self.compute_all(batch).await;
            self.write(computed).await;
        }
    }

    /// Takes in what waits; `false` when nothing will ever come again.
    async fn gather(&mut self) -> bool {
        if self.waiting.is_empty() {
            match self.requests.recv().await {
                Some(request) => self.waiting.push_back(request),
                None => return false,
            }
        }
        while self.waiting.len() < BATCH {
            match self.requests.try_recv() {
                Ok(request) => self.waiting.push_back(request),
                Err(_) => break,
            }
        }
        true
    }

    /// The next requests, at most one for each instance: a second one waits for what the first one leaves behind.
    fn next_batch(&mut self) -> Vec<Request> {
        let mut taken: HashSet<Key> = HashSet::new();
        let (mut batch, mut later) = (Vec::new(), VecDeque::new());
        for request in self.waiting.drain(..) {
            if request.key().is_none_or(|key| taken.insert(key)) {
                batch.push(request);
            } else {
                later.push_back(request);
            }
        }
        self.waiting = later;
        batch
    }

    async fn compute_all(&mut self, batch: Vec<Request>) -> Vec<Computed> {
        let mut at_hand = match self.load(&batch).await {
            Ok(at_hand) => at_hand,
            Err(problem) => {
                batch.into_iter().for_each(|request| request.fail(problem.again()));
                return Vec::new();
            }
        };
        let mut computed = Vec::with_capacity(batch.len());
        for request in batch {
            match self.compute(&request, &mut at_hand).await {
                Ok(Next::Write(stepped, ready)) => {
                    computed.push(Computed { request, stepped: *stepped, ready })
                }
                Ok(Next::Standing(started)) => request.started(Ok(started)),
                Ok(Next::CatchUp) => self.catch_up_first(request),
                Err(problem) => request.fail(problem),
            }
        }
        computed
    }

    /// The instances of a batch: those at hand, and the others read all at once.
    async fn load(&mut self, batch: &[Request]) -> Result<HashMap<Key, Hot>> {
        let (mut found, mut missing) = (HashMap::new(), Vec::new());
        for request in batch {
            let Some(key) = request.key() else { continue };
            match self.hot.take(&key) {
                Some(hot) => drop(found.insert(key, hot)),
                None => missing.push((request.engine.store.tenant().clone(), key.1)),
            }
        }
        if !missing.is_empty() {
            for (tenant, row) in self.store.load(&missing).await? {
                found.insert((tenant, row.id.clone()), Hot { row, state: None });
            }
        }
        Ok(found)
    }

    async fn compute(&mut self, request: &Request, at_hand: &mut HashMap<Key, Hot>) -> Result<Next> {
        match &request.what {
            What::Act(act, _) => {
                let hot = request.key().and_then(|key| at_hand.remove(&key));
                let hot =
                    hot.ok_or_else(|| Problem::not_found(format!("there is no instance `{}`", act.id)))?;
                compute_act(&request.engine, act, hot).await
            }
            What::Start(start, _) => self.compute_start(&request.engine, start).await,
        }
    }

    async fn compute_start(&mut self, engine: &Engine, start: &StartRequest) -> Result<Next> {
        if let Some(running) = engine.standing_for(start).await? {
            return Ok(Next::Standing(Started::Running(Box::new(running))));
        }
        let workflow = &start.ready.program().workflow;
        let key = (engine.store.tenant().name.clone(), workflow.clone());
        let number = match self.numbers.get(&key) {
            Some(number) => *number,
            None => engine.store.next_number(workflow).await?,
        };
        let mut stepped = engine.compute_start(start, number).await?;
        stepped.transition.fence.clone_from(&engine.fence);
        self.numbers.insert(key, number.saturating_add(1));
        Ok(Next::Write(Box::new(stepped), Arc::clone(&start.ready)))
    }

    /// Lets the time that has passed come first, then what was asked.
    fn catch_up_first(&mut self, request: Request) {
        if let What::Act(act, _) = &request.what {
            let tick = Act { kind: EventKind::Tick, settles: None, taken: Vec::new(), id: act.id.clone() };
            let engine = request.engine.clone();
            self.waiting.push_front(request);
            self.waiting.push_front(Request {
                engine,
                what: What::Act(Box::new(tick), None),
                tries: 0,
                unsure: false,
            });
        }
    }

    async fn write(&mut self, computed: Vec<Computed>) {
        if computed.is_empty() {
            return;
        }
        let transitions: Vec<&Transition> =
            computed.iter().map(|computed| &computed.stepped.transition).collect();
        match self.store.commit(&transitions).await {
            Ok(written) => {
                for (computed, written) in computed.into_iter().zip(written) {
                    self.settle(computed, written).await;
                }
            }
            // One of them may be what the store cannot take: each is tried alone, so that the others go on.
            Err(_) if computed.len() > 1 => {
                for mut computed in computed {
                    computed.request.unsure = true;
                    self.write_alone(computed).await;
                }
            }
            Err(problem) => {
                for computed in computed {
                    self.resolve(computed, &problem).await;
                }
            }
        }
    }

    async fn write_alone(&mut self, computed: Computed) {
        match self.store.commit(&[&computed.stepped.transition]).await {
            Ok(written) => self.settle(computed, written == [true]).await,
            Err(problem) => self.resolve(computed, &problem).await,
        }
    }

    /// A commit that failed may have reached the disk all the same: what is stored decides.
    async fn resolve(&mut self, computed: Computed, problem: &Problem) {
        match self.store.is_written(&computed.stepped.transition).await {
            Ok(true) => self.settle(computed, true).await,
            _ => {
                self.forget_number(&computed.request);
                computed.request.fail(problem.again());
            }
        }
    }

    /// Answers what was written; what was overtaken is computed again from what is stored now.
    async fn settle(&mut self, computed: Computed, written: bool) {
        let Computed { mut request, stepped, ready } = computed;
        // Whoever was faster may have been this very transition, under the commit that failed.
        let written =
            written || request.unsure && matches!(self.store.is_written(&stepped.transition).await, Ok(true));
        if !written {
            self.forget_number(&request);
            request.tries += 1;
            match self.why_not(&request, &stepped).await {
                Some(problem) => request.fail(problem),
                None => self.waiting.push_back(request),
            }
            return;
        }
        let row = &stepped.transition.instance;
        let key = (stepped.transition.tenant.name.clone(), row.id.clone());
        if row.status == "running" {
            self.hot.put(key, Hot { row: row.clone(), state: Some(stepped.state.clone()) });
        }
        let applied = request.engine.committed(stepped, ready);
        match request.what {
            // Whoever asked may be gone; it is written all the same.
            What::Act(_, Some(answer)) => drop(answer.send(Ok(applied))),
            What::Act(_, None) => {}
            What::Start(_, answer) => drop(answer.send(Ok(Started::New(Box::new(applied))))),
        }
    }

    /// Why a transition that was not written is not tried again; `None`: it is.
    async fn why_not(&self, request: &Request, stepped: &Stepped) -> Option<Problem> {
        let conflict = |what: String| Problem::new(Class::Conflict, what);
        if let Some(fence) = &request.engine.fence {
            match self.store.holds(fence).await {
                Ok(true) => {}
                Ok(false) => {
                    return Some(conflict(format!("another node works on shard {} now", fence.shard)));
                }
                Err(problem) => return Some(problem),
            }
        }
        let id = &stepped.transition.instance.id;
        (request.tries >= MAX_TRIES)
            .then(|| conflict(format!("`{id}` moves on faster than it can be written")).help("try again"))
    }

    /// The next number of a workflow may be another program's by now.
    fn forget_number(&mut self, request: &Request) {
        if let What::Start(start, _) = &request.what {
            let tenant = request.engine.store.tenant().name.clone();
            self.numbers.remove(&(tenant, start.ready.program().workflow.clone()));
        }
    }
}

async fn compute_act(engine: &Engine, act: &Act, hot: Hot) -> Result<Next> {
    let ready = engine.plans.get(&engine.store, &hot.row.plan_hash).await?;
    let state = match hot.state {
        Some(state) => state,
        None => state_of(&hot.row)?,
    };
    let event = Event { at: engine.clock.now(), kind: act.kind.clone() };
    let mut stepped = unbroken(&act.id, || {
        compute_from(&engine.around(&ready), &hot.row, state, &[event], act.taken.clone())
    })?;
    if stepped.refused.contains(&Refusal::CatchingUp) {
        return Ok(Next::CatchUp);
    }
    engine.withdraw_letters(&mut stepped).await?;
    stepped.transition.settles.clone_from(&act.settles);
    stepped.transition.fence.clone_from(&engine.fence);
    Ok(Next::Write(Box::new(stepped), ready))
}

/// What comes of computing a request.
enum Next {
    /// A transition to write.
    Write(Box<Stepped>, Arc<Ready>),
    /// Nothing: an instance that was there already answers it.
    Standing(Started),
    /// Timers of the past come first.
    CatchUp,
}

impl Request {
    fn key(&self) -> Option<Key> {
        match &self.what {
            What::Act(act, _) => Some((self.engine.store.tenant().name.clone(), act.id.clone())),
            What::Start(..) => None,
        }
    }

    fn fail(self, problem: Problem) {
        match self.what {
            What::Act(_, Some(answer)) => drop(answer.send(Err(problem))),
            What::Act(_, None) => {}
            What::Start(_, answer) => drop(answer.send(Err(problem))),
        }
    }

    fn started(self, started: Result<Started>) {
        if let What::Start(_, answer) = self.what {
            drop(answer.send(started));
        }
    }
}
