//! After the commit: what was written is answered, what was overtaken is asked for again.
//!
//! Invariant: whoever asked hears exactly once, and not before the disk has it.

use super::lane::{Computed, Reply, Written};
use super::{Request, What, Working};
use crate::engine::hot::Hot;
use crate::engine::{Applied, Started};
use crate::error::{Class, Problem};
use crate::failpoint;
use crate::store::row::Transition;
use std::sync::Arc;

/// How often a transition is computed again when somebody else was faster.
const MAX_TRIES: u8 = 16;

impl Working {
    pub(super) async fn settle_all(&mut self, batch: Vec<Written>) {
        for Written { computed, done } in batch {
            let Computed { request, transition, reply } = computed;
            let request = self.release(request);
            match done {
                Ok(true) => self.answer(request, transition, reply),
                Ok(false) => self.overtaken(request, &transition.instance.id).await,
                Err(problem) => {
                    self.forget_number(&request);
                    request.fail(problem);
                }
            }
        }
    }

    fn answer(&mut self, request: Request, transition: Transition, reply: Reply) {
        let Reply { ready, state, refused, records, effects } = reply;
        let (instance, state) = (Arc::new(transition.instance), Arc::new(state));
        if instance.status == "running" {
            let key = (transition.tenant.name, instance.id.clone());
            self.hot.put(key, Hot { row: Arc::clone(&instance), state: Some(Arc::clone(&state)) });
        }
        let applied = Applied { instance, ready, state, refused, records };
        request.engine.committed(&applied, effects);
        failpoint::reach("before-acknowledge");
        match request.what {
            // Whoever asked may be gone; it is written all the same.
            What::Act(_, Some(answer)) => drop(answer.send(Ok(applied))),
            What::Act(_, None) => {}
            What::Start(_, answer) => drop(answer.send(Ok(Started::New(Box::new(applied))))),
        }
        failpoint::reach("after-acknowledge");
    }

    /// What was overtaken is computed again from what is stored now.
    async fn overtaken(&mut self, mut request: Request, id: &str) {
        self.forget_number(&request);
        request.tries += 1;
        match self.why_not(&request, id).await {
            Some(problem) => request.fail(problem),
            None => self.waiting.push_back(request),
        }
    }

    /// Why a transition that was not written is not tried again; `None`: it is.
    async fn why_not(&self, request: &Request, id: &str) -> Option<Problem> {
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
