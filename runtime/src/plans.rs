//! Plans ready to run: read once from the store, verified, worked out, and shared.
//!
//! Invariant: a plan here came through `wf_plan::load`, also when it comes from our own store, whose bytes may have
//! been damaged.

use crate::error::{Problem, Result};
use crate::moment::LocalTime;
use crate::opened::unknown;
use crate::privacy::personal::Personal;
use crate::store::Store;
use crate::store::row::PlanRow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use wf_plan::LoadedPlan;
use wf_plan::plan::{MeaningHash, NodeId, Program, RoleId};
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

    /// A node by its name.
    ///
    /// # Errors
    /// When there is none.
    pub fn node(&self, name: &str) -> Result<NodeId> {
        let program = self.program();
        program
            .node_named(name)
            .ok_or_else(|| unknown("node", name, program.nodes.iter().map(|node| node.name.as_str())))
    }

    /// A role by its name.
    ///
    /// # Errors
    /// When there is none.
    pub fn role(&self, name: &str) -> Result<RoleId> {
        let program = self.program();
        program
            .role_named(name)
            .ok_or_else(|| unknown("role", name, program.roles.iter().map(|role| role.name.as_str())))
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

/// Plans by meaning hash, and those of instances that were in motion lately.
#[derive(Clone, Debug, Default)]
pub struct Plans {
    known: Arc<Mutex<HashMap<String, Arc<Ready>>>>,
    of_instances: Arc<Mutex<OfInstances>>,
}

/// Instances in one generation; two of them with an id each stay within a megabyte.
const GENERATION: usize = 4_096;

/// Plans of instances by their ids, in two generations: when the young one is full, the old one is dropped.
#[derive(Debug, Default)]
struct OfInstances {
    young: HashMap<String, Arc<Ready>>,
    old: HashMap<String, Arc<Ready>>,
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

    /// The plan of an instance that was in motion lately; it keeps the plan it started with for as long as it lives.
    #[must_use]
    pub fn of_instance(&self, id: &str) -> Option<Arc<Ready>> {
        let known = self.of_instances.lock().unwrap_or_else(PoisonError::into_inner);
        known.young.get(id).or_else(|| known.old.get(id)).map(Arc::clone)
    }

    /// Remembers the plan of an instance in motion.
    pub fn remember(&self, id: &str, ready: &Arc<Ready>) {
        let mut known = self.of_instances.lock().unwrap_or_else(PoisonError::into_inner);
        if known.young.contains_key(id) {
            return;
        }
        if known.young.len() >= GENERATION {
            known.old = std::mem::take(&mut known.young);
        }
        known.young.insert(id.to_owned(), Arc::clone(ready));
    }

    /// Forgets an instance that is not there any more.
    pub fn forget(&self, id: &str) {
        let mut known = self.of_instances.lock().unwrap_or_else(PoisonError::into_inner);
        known.young.remove(id);
        known.old.remove(id);
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
