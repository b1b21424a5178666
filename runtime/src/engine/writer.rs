//! The writer of the store: takes what is asked for, steps it in memory, and writes it in batches, one transaction each.
//!
//! Flow: requests wait in a bounded queue; the writer drains it, loads the instances it does not have at hand, computes
//! a transition for each ([`compute`]), sends the batch to the disk on a lane of its own ([`lane`]), and answers after
//! the commit ([`settle`]). While one batch reaches the disk the next one is computed and another one forms, so that
//! the cost of a commit is shared by everybody who waits. Invariant: an instance is in one batch at a time; an answer
//! is given after its commit; a transition that was overtaken by another program is computed again from what is stored.

mod compute;
mod lane;
mod settle;

use super::hot::HotInstances;
use super::start::StartRequest;
use super::{Applied, Engine, Started};
use crate::error::{Problem, Result};
use crate::store::Store;
use crate::trace;
use lane::Written;
use std::collections::{HashMap, HashSet, VecDeque};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tracing::Span;
use wf_vm::EventKind;

/// Requests that may wait; whoever comes after waits to be let in.
const QUEUE: usize = 4_096;
/// Requests at hand, and so the most transitions in one transaction.
const BATCH: usize = 1_000;

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
    span: Span,
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
        let span = trace::transition(match &what {
            What::Act(act, _) => &act.id,
            What::Start(start, _) => &start.ready.program().workflow,
        });
        let request = Request { engine: engine.clone(), what, tries: 0, span };
        self.requests.send(request).await.map_err(|_| closed())
    }
}

pub(super) fn closed() -> Problem {
    Problem::machine("the writer of the store has ended").help("start the program again")
}

/// Tenant and instance.
pub(super) type Key = (String, String);

/// The writer at work.
struct Working {
    store: Store,
    requests: mpsc::Receiver<Request>,
    waiting: VecDeque<Request>,
    /// Instances in a batch that has not been settled.
    moving: HashSet<Key>,
    lanes: JoinSet<Vec<Written>>,
    hot: HotInstances,
    numbers: HashMap<Key, i64>,
}

impl Working {
    fn new(store: Store, requests: mpsc::Receiver<Request>) -> Self {
        Self {
            store,
            requests,
            waiting: VecDeque::new(),
            moving: HashSet::new(),
            lanes: JoinSet::new(),
            hot: HotInstances::default(),
            numbers: HashMap::new(),
        }
    }

    async fn work(mut self) {
        while self.gather().await {
            while self.lanes.len() < self.store.lanes() {
                let batch = self.next_batch();
                if batch.is_empty() {
                    break;
                }
                let computed = self.compute_all(batch).await;
                self.send(computed);
            }
        }
    }

    /// Waits for something to do: a batch that is settled, or a request. `false` when nothing will ever come again.
    async fn gather(&mut self) -> bool {
        let room = self.waiting.len() < BATCH;
        let more = tokio::select! {
            biased;
            Some(written) = self.lanes.join_next() => {
                match written {
                    Ok(written) => self.settle_all(written).await,
                    // It fell over, and whoever asked has heard so; positions guard what it leaves behind.
                    Err(_) => self.moving.clear(),
                }
                true
            }
            request = self.requests.recv(), if room => {
                let more = request.is_some();
                self.waiting.extend(request);
                more
            }
            else => false,
        };
        while self.waiting.len() < BATCH {
            match self.requests.try_recv() {
                Ok(request) => self.waiting.push_back(request),
                Err(_) => break,
            }
        }
        more || !self.lanes.is_empty() || !self.waiting.is_empty()
    }

    /// The next requests, at most one for each instance: a second one waits for what the first one leaves behind. Only a
    /// share of all that are under way: whoever is answered together asks again together, and while one batch of
    /// everybody is computed the disk has nothing to do, and the other way round.
    fn next_batch(&mut self) -> Vec<Request> {
        let most = self.store.share_of(self.waiting.len().saturating_add(self.moving.len()));
        let (mut batch, mut later) = (Vec::new(), VecDeque::new());
        for request in self.waiting.drain(..) {
            if batch.len() < most && request.key().is_none_or(|key| self.moving.insert(key)) {
                batch.push(request);
            } else {
                later.push_back(request);
            }
        }
        self.waiting = later;
        batch
    }
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
