//! Plans ready to run: read once from the store, verified, worked out, and shared.
//!
//! Invariant: a plan here came through `wf_plan::load`, also when it comes from our own store, whose bytes may have
//! been damaged.

use crate::error::{Problem, Result};
use crate::moment::LocalTime;
use crate::privacy::personal::Personal;
use crate::store::Store;
use crate::store::row::PlanRow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use wf_plan::LoadedPlan;
use wf_plan::plan::{MeaningHash, NodeId, Program};
use wf_plan::source::SourcePlace;
use wf_vm::Prepared;

/// A plan ready to run.
#[derive(Debug)]
pub struct Ready {
    /// Meaning hash in hexadecimal.
    pub hash: String,
    /// The plan as it was loaded.
    pub plan: LoadedPlan,
    /// The program, worked out for the interpreter.
    pub prepared: Prepared,
    /// Local time of the workflow's calendar.
    pub local: LocalTime,
    /// Which of its fields and texts are personal.
    pub personal: Personal,
}

impl Ready {
    /// Verifies the bytes of a plan.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, wf_plan::PlanError> {
        let plan = wf_plan::load(bytes)?;
        let prepared = Prepared::new(plan.program());
        let program = plan.program();
        let local = LocalTime::of(program.calendars.get(program.calendar.index()));
        let personal = Personal::of(program);
        Ok(Self { hash: plan.meaning().to_string(), prepared, local, personal, plan })
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Program {
        self.plan.program()
    }

    /// `file:line` of a place in the source, where there is one.
    #[must_use]
    pub fn source_line(&self, place: SourcePlace) -> Option<String> {
        let file = self.plan.sources().files.get(usize::from(place.file))?;
        (place.line > 0).then(|| format!("{}:{}", file.path, place.line))
    }

    /// `file:line` of a node, or of the workflow.
    #[must_use]
    pub fn source_of(&self, node: Option<NodeId>) -> Option<String> {
        let sources = self.plan.sources();
        let place = node.and_then(|node| sources.nodes.get(node.index()).copied());
        self.source_line(place.unwrap_or(sources.workflow))
    }
}

/// Plans by meaning hash.
#[derive(Clone, Debug, Default)]
pub struct Plans {
    known: Arc<Mutex<HashMap<String, Arc<Ready>>>>,
}

impl Plans {
    /// The plan of a hash, from memory or the store.
    ///
    /// # Errors
    /// When it is not loaded, or its bytes are not what was loaded.
    pub async fn get(&self, store: &Store, hash: &str) -> Result<Arc<Ready>> {
        if let Some(ready) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(hash) {
            return Ok(Arc::clone(ready));
        }
        let row = store.plan(hash).await?.ok_or_else(|| not_loaded(hash))?;
        self.keep(&row)
    }

    /// The plan of a row.
    ///
    /// # Errors
    /// When its bytes are not what was loaded.
    pub fn keep(&self, row: &PlanRow) -> Result<Arc<Ready>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = known.get(&row.hash) {
            return Ok(Arc::clone(ready));
        }
        let damaged =
            || Problem::damaged(format!("the stored plan {}@{} is damaged", row.workflow, row.version));
        let ready = Ready::from_bytes(&row.bytes).map_err(|cause| damaged().because(cause))?;
        if ready.hash != row.hash {
            return Err(damaged()
                .help("its meaning is not the one it was loaded under; restore the store from a backup"));
        }
        let ready = Arc::new(ready);
        known.insert(row.hash.clone(), Arc::clone(&ready));
        Ok(ready)
    }
}

fn not_loaded(hash: &str) -> Problem {
    let short = MeaningHash::from_hex(hash).map_or_else(|| hash.to_owned(), |hash| hash.short());
    Problem::not_found(format!("no plan with the meaning {short} is loaded"))
        .help("load it with `wfrun load FILE.wfp`")
}
