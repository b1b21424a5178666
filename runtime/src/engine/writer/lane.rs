//! The way of a batch to the disk.
//!
//! A lane is a task that writes one batch: in one transaction, or, where one of them is what the store cannot take, each
//! alone, so that the others go on. Invariant: a commit that failed may have reached the disk all the same; what is
//! stored decides what is told.

use super::{Request, Working};
use crate::error::{Problem, Result};
use crate::plans::Ready;
use crate::store::Store;
use crate::store::row::Transition;
use crate::trace;
use std::sync::Arc;
use tracing::Instrument;
use wf_vm::effect::{Record, Refusal};
use wf_vm::{Effect, State};

/// A transition that is computed and not yet written.
pub(super) struct Computed {
    pub request: Request,
    pub transition: Transition,
    pub reply: Reply,
}

/// What whoever asked is told of a transition, beside what the store keeps of it.
pub(in crate::engine) struct Reply {
    pub ready: Arc<Ready>,
    pub state: State,
    pub refused: Vec<Refusal>,
    pub records: Vec<Record>,
    pub effects: Vec<Effect>,
}

/// A transition, and whether it was written.
pub(super) struct Written {
    pub computed: Computed,
    pub done: Result<bool>,
}

impl Working {
    /// Sends a batch on its way.
    pub(super) fn send(&mut self, batch: Vec<Computed>) {
        if !batch.is_empty() {
            self.lanes.spawn(carry(self.store.clone(), batch));
        }
    }
}

async fn carry(store: Store, batch: Vec<Computed>) -> Vec<Written> {
    let span = trace::commit(batch.iter().map(|computed| &computed.request.span));
    let (mut asked, mut transitions) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
    for Computed { request, transition, reply } in batch {
        asked.push((request, reply));
        transitions.push(transition);
    }
    let transitions = Arc::new(transitions);
    let done = match store.commit(&transitions).instrument(span).await {
        Ok(written) => written.into_iter().map(Ok).collect(),
        Err(problem) if transitions.len() == 1 => vec![resolve(&store, &transitions, problem).await],
        Err(_) => one_by_one(&store, &transitions).await,
    };
    let transitions = Arc::unwrap_or_clone(transitions);
    asked
        .into_iter()
        .zip(transitions)
        .zip(done)
        .map(|(((request, reply), transition), done)| Written {
            computed: Computed { request, transition, reply },
            done,
        })
        .collect()
}

async fn one_by_one(store: &Store, transitions: &[Transition]) -> Vec<Result<bool>> {
    let mut done = Vec::with_capacity(transitions.len());
    for transition in transitions {
        let alone = Arc::new(vec![transition.clone()]);
        done.push(match store.commit(&alone).await {
            // Whoever was faster may have been this very transition, under the commit that failed.
            Ok(written) => Ok(written == [true] || matches!(store.is_written(transition).await, Ok(true))),
            Err(problem) => resolve(store, &alone, problem).await,
        });
    }
    done
}

async fn resolve(store: &Store, alone: &[Transition], problem: Problem) -> Result<bool> {
    match alone {
        [transition] if matches!(store.is_written(transition).await, Ok(true)) => Ok(true),
        _ => Err(problem),
    }
}
