//! A store as the stage of a scenario.
//!
//! Every transition that is committed is watched, so that the player sees what was asked of the world in whichever
//! instance it happened. Invariant: instances are numbered in the order in which they first appear.

use crate::channel::Output;
use crate::clock::Clock;
use crate::config::Config;
use crate::engine::{Engine, StartRequest, Starter};
use crate::error::{Class, Problem, Result};
use crate::outbox::Carriers;
use crate::plans::Ready;
use crate::store::row::PlanRow;
use crate::store::{Address, Store, Tenant};
use crate::worker::{Progress, Worker};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Runtime;
use wf_plan::{Moment, Value};
use wf_vm::event::Actor;
use wf_vm::scenario::{Instance, Seen, Stage, StageError};
use wf_vm::{Event, EventKind, Prepared, State};

/// A stage with a store in memory.
pub struct StoreStage<'a> {
    runtime: &'a Runtime,
    engine: Engine,
    worker: Worker,
    plans: Vec<Arc<Ready>>,
    actual: Vec<Actual>,
}

struct Actual {
    id: String,
    ready: Arc<Ready>,
    state: Arc<State>,
}

impl<'a> StoreStage<'a> {
    /// A stage for these plans, with its clock at a moment.
    ///
    /// # Errors
    /// When the store cannot be made.
    pub fn new(runtime: &'a Runtime, plans: Vec<(Ready, Vec<u8>)>, at: Moment) -> Result<Self> {
        let config = Config::default();
        let carriers = Carriers::connect(&config, &Output::Silent)?;
        let store = runtime.block_on(Store::open(&Address::Memory, Tenant::named("play")))?;
        let _inside = runtime.enter();
        let mut engine = Engine::new(store, Arc::new(config), Clock::standing_at(at));
        engine.watched = Some(Arc::new(Mutex::new(Vec::new())));
        let plans = plans.into_iter().map(|(ready, bytes)| runtime.block_on(keep(&engine, ready, bytes)));
        let plans = plans.collect::<Result<_>>()?;
        let worker = Worker::new(engine.clone(), carriers).without_calendar();
        Ok(Self { runtime, engine, worker, plans, actual: Vec::new() })
    }

    /// The store and what stands around it, for questions afterwards.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The id of the scenario's own instance.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.actual.first().map(|actual| actual.id.as_str())
    }

    /// The newest plan of a workflow.
    #[must_use]
    pub fn newest(&self, workflow: &str) -> Option<&Arc<Ready>> {
        let named = self.plans.iter().filter(|ready| ready.program().workflow == workflow);
        named.max_by_key(|ready| ready.program().version)
    }

    /// What was committed since the last time, as the player sees it.
    fn seen(&mut self) -> Vec<Seen> {
        let Some(watch) = &self.engine.watched else { return Vec::new() };
        let committed = std::mem::take(&mut *watch.lock().unwrap_or_else(PoisonError::into_inner));
        let mut seen = Vec::new();
        for one in committed {
            let known = self.actual.iter().position(|actual| actual.id == one.instance);
            let instance = known.unwrap_or(self.actual.len());
            match self.actual.get_mut(instance) {
                Some(actual) => actual.state = one.state,
                None => self.actual.push(Actual { id: one.instance, ready: one.ready, state: one.state }),
            }
            let at = self.actual.get(instance).map_or(Moment(0), |actual| actual.state.now);
            seen.extend(one.effects.into_iter().map(|effect| Seen { instance, at, effect }));
        }
        seen
    }

    /// Lets everything happen that is due now.
    fn drain(&mut self) -> Result<Progress> {
        let mut failed = None;
        let mut report = |instance: &str, problem: &Problem| failed = Some(format!("{instance}: {problem}"));
        let progress = self.runtime.block_on(self.worker.drain(&mut report))?;
        match failed {
            Some(what) => Err(Problem::damaged(what)),
            None => Ok(progress),
        }
    }

    /// What the interpreter says to a start that it refuses: there is no instance in the store then.
    fn refused_start(&mut self, ready: Arc<Ready>, inputs: Vec<Value>, starter: Option<Actor>) -> Vec<Seen> {
        let at = self.engine.clock.now();
        let event = Event { at, kind: EventKind::Start { inputs, starter, number: 1 } };
        let outcome = wf_vm::step(&ready.prepared, &State::new(), &event);
        let instance = self.actual.len();
        self.actual.push(Actual { id: String::new(), ready, state: Arc::new(outcome.state) });
        outcome.effects.into_iter().map(|effect| Seen { instance, at, effect }).collect()
    }
}

async fn keep(engine: &Engine, ready: Ready, bytes: Vec<u8>) -> Result<Arc<Ready>> {
    let program = ready.program();
    let row = PlanRow {
        hash: ready.hash.clone(),
        workflow: program.workflow.clone(),
        version: program.version,
        label: program.label.clone(),
        bytes,
        loaded_at_ms: engine.clock.now().0,
        loaded_by: "play".to_owned(),
    };
    engine.store.put_plan(&row).await?;
    engine.plans.keep(&row)
}

fn failed(problem: Problem) -> StageError {
    StageError(problem.to_string())
}

impl Stage for StoreStage<'_> {
    fn program(&self, workflow: &str) -> Option<&Prepared> {
        self.newest(workflow).map(|ready| &ready.prepared)
    }

    fn workflows(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.plans.iter().map(|ready| ready.program().workflow.clone()).collect();
        names.dedup();
        names
    }

    fn now(&self) -> Moment {
        self.engine.clock.now()
    }

    fn start(
        &mut self,
        workflow: &str,
        at: Moment,
        inputs: Vec<Value>,
        starter: Option<Actor>,
    ) -> Result<Vec<Seen>, StageError> {
        let ready = self.newest(workflow).cloned();
        let ready = ready.ok_or_else(|| StageError(format!("there is no workflow `{workflow}`")))?;
        self.engine.clock.move_to(at);
        let request = StartRequest {
            ready: Arc::clone(&ready),
            inputs: inputs.clone(),
            starter: starter.clone().map_or(Starter::Nobody, Starter::Person),
            key: None,
            settles: None,
            event: None,
        };
        match self.runtime.block_on(self.engine.start(&request)) {
            Ok(_) => {}
            Err(problem) if problem.class() == Class::Refused => {
                return Ok(self.refused_start(ready, inputs, starter));
            }
            Err(problem) => return Err(failed(problem)),
        }
        self.drain().map_err(failed)?;
        Ok(self.seen())
    }

    fn apply(&mut self, instance: usize, kind: EventKind) -> Result<Vec<Seen>, StageError> {
        let Some(actual) = self.actual.get(instance) else { return Ok(Vec::new()) };
        let id = actual.id.clone();
        self.runtime.block_on(self.engine.apply(&id, kind, None)).map_err(failed)?;
        self.drain().map_err(failed)?;
        Ok(self.seen())
    }

    fn next_due(&self) -> Option<Moment> {
        let next = self.runtime.block_on(self.worker.next_due(&Progress::default()));
        next.ok().flatten()
    }

    fn advance(&mut self, to: Moment) -> Result<Vec<Seen>, StageError> {
        let mut report = |_: &str, _: &Problem| {};
        self.runtime.block_on(self.worker.run(Some(to), &mut report)).map_err(failed)?;
        Ok(self.seen())
    }

    fn instances(&self) -> Vec<Instance<'_>> {
        let all = self.actual.iter();
        all.map(|actual| Instance { prepared: &actual.ready.prepared, state: &actual.state }).collect()
    }
}
