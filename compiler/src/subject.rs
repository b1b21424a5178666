//! What a rule of `verify/` looks at: one workflow in every form that was made of it, and what stands around it.
//!
//! Made once per workflow by `db`, handed to each rule in turn. Invariant: everything in it follows from the sources;
//! a rule that needs what is not here asks for it to be put here, and computes nothing that another rule computes.

use crate::graph::Graph;
use crate::model::Model;
use crate::place::DeclId;
use crate::settings::Limits;
use crate::time::Schedule;
use crate::time::deadlines::{Tight, other_limits};
use crate::typed::{Typed, TypedPolicy};
use crate::uses::Uses;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use wf_plan::Date;

/// One workflow, as the rules see it.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The workflow with names and types resolved.
    pub typed: &'a Typed,
    /// Its nodes and what they wait for.
    pub graph: &'a Graph,
    /// The Boolean model of its runs; `None` where a cycle or a leaking `redo` leaves nothing to ask, or where it
    /// grew beyond its limit.
    pub model: Option<&'a Model>,
    /// What stands around it.
    pub around: &'a Around<'a>,
    /// Who uses which reminders and ladders, and who reads what.
    pub uses: &'a Uses<'a>,
}

/// What stands around a workflow.
#[derive(Default)]
pub struct Around<'a> {
    /// Every workflow that it runs, and that those run in turn; itself not.
    pub children: BTreeMap<DeclId, &'a Typed>,
    /// For each of those, in file order of its outcomes: whether some run of it ends there.
    pub reachable: BTreeMap<DeclId, &'a [bool]>,
    /// The workflow ready for questions about time; `None` where its nodes wait for each other in a circle.
    pub schedule: Option<Schedule<'a>>,
    /// The policies that apply to it (before `unless`), in the order of the project.
    pub policies: Vec<&'a TypedPolicy>,
    /// The day `wf.lock` records for this version; `None`: it was never built.
    pub recorded: Option<Date>,
    /// What the project calls too much.
    pub limits: Limits,
    /// See [`Around::tight_limits`].
    pub tight: OnceLock<Vec<Tight>>,
}

impl Around<'_> {
    /// Deadlines that count from elsewhere than their node's start and lie before the work can be done; worked out once,
    /// because several rules ask.
    pub fn tight_limits(&self) -> &[Tight] {
        self.tight.get_or_init(|| self.schedule.as_ref().map(other_limits).unwrap_or_default())
    }
}
