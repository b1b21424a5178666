//! What happens to instances: starts, acts, events, time. Each call is one or more transitions, each all or nothing.
//!
//! Flow: what is asked for goes to the one writer of the store ([`writer`]), which computes the transition and commits
//! it with whatever else waits. Invariant: what is returned was committed.

mod arrivals;
mod hot;
mod start;
mod subject;
mod writer;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Class, Problem, Result};
use crate::letter::Letter;
use crate::plans::{Plans, Ready};
use crate::quarantine;
use crate::store::row::InstanceRow;
use crate::store::{Fence, Store, Tenant};
use crate::transition::{Around, Stepped};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use wf_plan::Moment;
use wf_vm::effect::{Fact, Record, Refusal};
use wf_vm::state::next_due;
use wf_vm::{Effect, EventKind, State};
use writer::{Act, Writer};

pub use arrivals::Arrival;
pub use start::{StartRequest, Started, Starter};

/// Everything a command or the worker works with.
#[derive(Clone, Debug)]
pub struct Engine {
    /// What is kept.
    pub store: Store,
    /// Plans ready to run.
    pub plans: Plans,
    /// People, channels, systems.
    pub config: Arc<Config>,
    /// What time it is.
    pub clock: Clock,
    /// Somebody who watches what is committed: `play`.
    pub watched: Option<Watch>,
    /// The lease under which a worker writes; none for what people and systems ask.
    pub fence: Option<Fence>,
    /// Transitions that this process committed, of all tenants.
    pub committed_count: Arc<AtomicU64>,
    writer: Writer,
}

/// What was committed, for somebody who watches.
pub type Watch = Arc<Mutex<Vec<Committed>>>;

/// A committed transition.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Which instance.
    pub instance: String,
    /// Its plan.
    pub ready: Arc<Ready>,
    /// Its state afterwards.
    pub state: Arc<State>,
    /// What was asked of the world, in order.
    pub effects: Vec<Effect>,
}

/// What came of an event.
#[derive(Debug)]
pub struct Applied {
    /// The instance afterwards.
    pub instance: Arc<InstanceRow>,
    /// Its plan.
    pub ready: Arc<Ready>,
    /// Its state afterwards.
    pub state: Arc<State>,
    /// Why it was refused, if it was.
    pub refused: Vec<Refusal>,
    /// What happened, in order.
    pub records: Vec<Record>,
}

impl Engine {
    /// An engine on a store, with its writer. Must be called within a runtime of tokio.
    #[must_use]
    pub fn new(store: Store, config: Arc<Config>, clock: Clock) -> Self {
        let writer = Writer::of(&store);
        Self {
            store,
            plans: Plans::default(),
            config,
            clock,
            watched: None,
            fence: None,
            committed_count: Arc::default(),
            writer,
        }
    }

    /// The same store and writer for another tenant.
    #[must_use]
    pub fn for_tenant(&self, tenant: Tenant, config: Arc<Config>) -> Self {
        let store = self.store.seen_by(tenant);
        Self { store, plans: Plans::default(), config, watched: None, fence: None, ..self.clone() }
    }

    /// The same for readers who may see what happened, and not to whom.
    #[must_use]
    pub fn closed(&self) -> Self {
        Self { store: self.store.closed(), ..self.clone() }
    }

    /// The one instance of this id or reference.
    ///
    /// # Errors
    /// When there is none, or more than one runs under a reference.
    pub async fn find(&self, name: &str) -> Result<InstanceRow> {
        let mut found = self.store.instances_named(name).await?;
        let first = if found.is_empty() { None } else { Some(found.remove(0)) };
        let Some(first) = first else {
            if let Some((end, file)) = self.store.archived(name).await? {
                return Err(Problem::not_found(format!("`{}` has ended and left the store", end.instance))
                    .help(format!("it is in the archive `{file}`, as `wfrun retention` wrote it")));
            }
            return Err(Problem::not_found(format!("there is no instance `{name}`")).help(
                "`wfrun list --all` shows all of them; an instance is named by its id or its reference",
            ));
        };
        let exact = first.id == name;
        let rivals: Vec<&str> = found
            .iter()
            .filter(|other| other.status == first.status)
            .map(|other| other.id.as_str())
            .collect();
        if exact || rivals.is_empty() {
            return Ok(first);
        }
        Err(Problem::input(format!("the reference `{name}` belongs to more than one instance"))
            .help(format!("name it by its id: {}, {}", first.id, rivals.join(", "))))
    }

    /// The plan of an instance.
    ///
    /// # Errors
    /// When it is missing or damaged.
    pub async fn plan_of(&self, instance: &InstanceRow) -> Result<Arc<Ready>> {
        self.plans.get(&self.store, &instance.plan_hash).await
    }

    /// Lets an event happen now. `settles` is an outbox row that this event carries out.
    ///
    /// # Errors
    /// When the instance is not there or the store fails. A refused event is no error: it is recorded.
    pub async fn apply(&self, id: &str, kind: EventKind, settles: Option<(String, i64)>) -> Result<Applied> {
        let act = Act { id: id.to_owned(), kind, settles, taken: Vec::new() };
        let applied = self.writer.act(self, act).await?.await.map_err(|_| writer::closed())?;
        self.aside_if_damaged(id, applied).await
    }

    /// An instance that cannot be stepped is set aside, whoever asked for the step.
    async fn aside_if_damaged<T>(&self, id: &str, came: Result<T>) -> Result<T> {
        if let Err(problem) = &came
            && problem.class() == Class::Damaged
        {
            quarantine::set_aside(self, id, problem).await?;
        }
        came
    }

    async fn apply_taking(&self, id: &str, kind: EventKind, taken: Vec<i64>) -> Result<Applied> {
        let act = Act { id: id.to_owned(), kind, settles: None, taken };
        let applied = self.writer.act(self, act).await?.await.map_err(|_| writer::closed())?;
        self.aside_if_damaged(id, applied).await
    }

    /// Lets time pass for an instance until nothing is due any more.
    ///
    /// # Errors
    /// When the instance is not there or the store fails.
    pub async fn catch_up(&self, id: &str) -> Result<Applied> {
        loop {
            let applied = self.apply(id, EventKind::Tick, None).await?;
            if !self.is_due(&applied) {
                return Ok(applied);
            }
        }
    }

    /// Lets time pass for many instances, in this order and written together. Tells for each what came of it.
    ///
    /// # Errors
    /// When the writer has ended.
    pub async fn catch_up_all(&self, ids: Vec<String>) -> Result<Vec<(String, Result<()>)>> {
        let mut asked = Vec::with_capacity(ids.len());
        for id in ids {
            let act = Act { id: id.clone(), kind: EventKind::Tick, settles: None, taken: Vec::new() };
            asked.push((id, self.writer.act(self, act).await?));
        }
        let mut done = Vec::with_capacity(asked.len());
        for (id, answered) in asked {
            let came = match answered.await.map_err(|_| writer::closed())? {
                Ok(applied) if self.is_due(&applied) => self.catch_up(&id).await.map(drop),
                other => self.aside_if_damaged(&id, other).await.map(drop),
            };
            done.push((id, came));
        }
        Ok(done)
    }

    fn is_due(&self, applied: &Applied) -> bool {
        next_due(&applied.state).is_some_and(|due| due <= self.clock.now())
    }

    /// What stands around a transition of a plan, now.
    #[must_use]
    pub fn around<'a>(&'a self, ready: &'a Ready) -> Around<'a> {
        Around { ready, config: &self.config, tenant: self.store.tenant(), recorded_at: self.recorded_at() }
    }

    /// Tells whoever watches of a transition that is in the store now.
    fn committed(&self, applied: &Applied, effects: Vec<Effect>) {
        self.committed_count.fetch_add(1, Relaxed);
        if let Some(watch) = &self.watched {
            watch.lock().unwrap_or_else(PoisonError::into_inner).push(Committed {
                instance: applied.instance.id.clone(),
                ready: Arc::clone(&applied.ready),
                state: Arc::clone(&applied.state),
                effects,
            });
        }
    }

    fn recorded_at(&self) -> Moment {
        self.clock.now()
    }

    /// Letters that asked a question which is closed now are withdrawn from the same people, on the same ways.
    async fn withdraw_letters(&self, stepped: &mut Stepped) -> Result<()> {
        for withdrawn in stepped.withdrawn.clone() {
            let number = i64::from(withdrawn.question);
            let id = stepped.transition.instance.id.clone();
            let stored = self.store.letters_of_question(&id, number).await?;
            let fresh = stepped.transition.outbox.iter();
            let fresh = fresh.filter(|row| row.kind == "message" && row.question == Some(number));
            let fresh = fresh.map(|row| (row.number, &row.body));
            let bodies = stored.iter().map(|(number, body)| (*number, body)).chain(fresh);
            let letters: Vec<(i64, Letter)> = bodies
                .filter_map(|(number, body)| Some((number, serde_json::from_str(body).ok()?)))
                .collect();
            stepped.withdraw(&withdrawn, &letters)?;
        }
        Ok(())
    }
}

impl Applied {
    /// Whether a fact is among those that happened.
    #[must_use]
    pub fn happened(&self, wanted: impl Fn(&Fact) -> bool) -> bool {
        self.records.iter().any(|record| wanted(&record.fact))
    }
}
