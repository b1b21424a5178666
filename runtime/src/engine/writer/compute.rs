//! From requests to transitions: what is in a batch is loaded at once and stepped one after the other.
//!
//! Reads of the store happen here and in front of the commit only where the instance or its kept events are not at hand.
//! Invariant: nothing is written here; a request that comes to nothing gives its instance free again.

use super::lane::{Computed, Reply};
use super::{Act, Key, Request, What, Working};
use crate::engine::hot::Hot;
use crate::engine::start::StartRequest;
use crate::engine::{Engine, Started};
use crate::error::{Problem, Result};
use crate::plans::Ready;
use crate::quarantine::unbroken;
use crate::trace;
use crate::transition::{Stepped, compute_from, state_of};
use std::collections::HashMap;
use std::sync::Arc;
use tracing::Span;
use wf_vm::effect::Refusal;
use wf_vm::{Event, EventKind};

impl Working {
    pub(super) async fn compute_all(&mut self, batch: Vec<Request>) -> Vec<Computed> {
        let mut at_hand = match self.load(&batch).await {
            Ok(at_hand) => at_hand,
            Err(problem) => {
                batch.into_iter().for_each(|request| self.release(request).fail(problem.again()));
                return Vec::new();
            }
        };
        let mut computed = Vec::with_capacity(batch.len());
        for request in batch {
            match self.compute(&request, &mut at_hand).await {
                Ok(Next::Write(stepped, ready)) => computed.push(of(request, *stepped, ready)),
                Ok(Next::Standing(started)) => self.release(request).started(Ok(started)),
                Ok(Next::CatchUp) => self.catch_up_first(request),
                Err(problem) => self.release(request).fail(problem),
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
                found.insert((tenant, row.id.clone()), Hot { row: Arc::new(row), state: None });
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
        let request = self.release(request);
        if let What::Act(act, _) = &request.what {
            let tick = Act { kind: EventKind::Tick, settles: None, taken: Vec::new(), id: act.id.clone() };
            let engine = request.engine.clone();
            self.waiting.push_front(request);
            let what = What::Act(Box::new(tick), None);
            self.waiting.push_front(Request { engine, what, tries: 0, span: Span::none() });
        }
    }

    /// Gives the instance of a request free for the next one.
    pub(super) fn release(&mut self, request: Request) -> Request {
        if let Some(key) = request.key() {
            self.moving.remove(&key);
        }
        request
    }
}

fn of(request: Request, stepped: Stepped, ready: Arc<Ready>) -> Computed {
    let Stepped { mut transition, state, refused, records, effects, .. } = stepped;
    trace::stamp(&request.span, &mut transition);
    Computed { request, transition, reply: Reply { ready, state, refused, records, effects } }
}

async fn compute_act(engine: &Engine, act: &Act, hot: Hot) -> Result<Next> {
    let ready = engine.plans.get(&engine.store, &hot.row.plan_hash).await?;
    let state = match hot.state {
        Some(state) => Arc::unwrap_or_clone(state),
        None => state_of(&hot.row)?,
    };
    let event = Event { at: engine.clock.now(), kind: act.kind.clone() };
    let row = Arc::unwrap_or_clone(hot.row);
    let mut stepped =
        unbroken(&act.id, || compute_from(&engine.around(&ready), row, state, &[event], act.taken.clone()))?;
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
