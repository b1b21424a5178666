//! What happens to instances: starts, acts, events, time. Each call is one or more transitions, each all or nothing.
//!
//! Flow: read the instance, compute the transition, commit it; when somebody else was faster, read again and repeat.
//! Invariant: what is returned was committed.

mod arrivals;
mod start;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Class, Problem, Result};
use crate::letter::Letter;
use crate::plans::{Plans, Ready};
use crate::store::Store;
use crate::store::row::InstanceRow;
use crate::transition::{Around, Stepped, compute};
use std::sync::{Arc, Mutex, PoisonError};
use wf_plan::Moment;
use wf_vm::effect::{Fact, Record, Refusal};
use wf_vm::state::next_due;
use wf_vm::{Effect, Event, EventKind, State};

pub use arrivals::Arrival;
pub use start::{StartRequest, Started, Starter};

/// How often a transition is tried again when somebody else was faster.
const MAX_TRIES: u8 = 16;

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
    pub state: State,
    /// What was asked of the world, in order.
    pub effects: Vec<Effect>,
}

/// What came of an event.
#[derive(Debug)]
pub struct Applied {
    /// The instance afterwards.
    pub instance: InstanceRow,
    /// Its plan.
    pub ready: Arc<Ready>,
    /// Its state afterwards.
    pub state: State,
    /// Why it was refused, if it was.
    pub refused: Vec<Refusal>,
    /// What happened, in order.
    pub records: Vec<Record>,
}

impl Engine {
    /// The one instance of this id or reference.
    ///
    /// # Errors
    /// When there is none, or more than one runs under a reference.
    pub async fn find(&self, name: &str) -> Result<InstanceRow> {
        let mut found = self.store.instances_named(name).await?;
        let first = if found.is_empty() { None } else { Some(found.remove(0)) };
        let Some(first) = first else {
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
        self.apply_taking(id, kind, settles, Vec::new()).await
    }

    async fn apply_taking(
        &self,
        id: &str,
        kind: EventKind,
        settles: Option<(String, i64)>,
        taken: Vec<i64>,
    ) -> Result<Applied> {
        let mut tries = 0;
        loop {
            let instance = self.store.instance(id).await?;
            let instance =
                instance.ok_or_else(|| Problem::not_found(format!("there is no instance `{id}`")))?;
            let ready = self.plan_of(&instance).await?;
            let event = Event { at: self.clock.now(), kind: kind.clone() };
            let mut stepped = compute(&self.around(&ready), &instance, &[event], taken.clone())?;
            if stepped.refused.contains(&Refusal::CatchingUp) {
                self.catch_up(id).await?;
                continue;
            }
            self.withdraw_letters(&mut stepped).await?;
            stepped.transition.settles.clone_from(&settles);
            match self.store.commit(std::slice::from_ref(&stepped.transition)).await {
                Ok(()) => return Ok(self.committed(stepped, ready)),
                Err(problem) if problem.class() == Class::Conflict && tries < MAX_TRIES => tries += 1,
                Err(problem) => return Err(problem),
            }
        }
    }

    /// Lets time pass for an instance until nothing is due any more.
    ///
    /// # Errors
    /// When the instance is not there or the store fails.
    pub async fn catch_up(&self, id: &str) -> Result<Applied> {
        loop {
            let applied = Box::pin(self.apply(id, EventKind::Tick, None)).await?;
            let now = self.clock.now();
            if next_due(&applied.state).is_none_or(|due| due > now) {
                return Ok(applied);
            }
        }
    }

    /// What stands around a transition of a plan, now.
    #[must_use]
    pub fn around<'a>(&'a self, ready: &'a Ready) -> Around<'a> {
        Around {
            ready,
            config: &self.config,
            tenant: &self.store.tenant().name,
            recorded_at: self.recorded_at(),
        }
    }

    /// What came of a transition that is in the store now; whoever watches is told.
    fn committed(&self, stepped: Stepped, ready: Arc<Ready>) -> Applied {
        if let Some(watch) = &self.watched {
            watch.lock().unwrap_or_else(PoisonError::into_inner).push(Committed {
                instance: stepped.transition.instance.id.clone(),
                ready: Arc::clone(&ready),
                state: stepped.state.clone(),
                effects: stepped.effects,
            });
        }
        Applied {
            instance: stepped.transition.instance,
            ready,
            state: stepped.state,
            refused: stepped.refused,
            records: stepped.records,
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
            let bodies = stored.iter().map(|(_, body)| body).chain(fresh.map(|row| &row.body));
            let letters: Vec<Letter> = bodies.filter_map(|body| serde_json::from_str(body).ok()).collect();
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
