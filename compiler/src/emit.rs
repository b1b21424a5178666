//! From a typed workflow to the program that runs: emission and sealing.
//!
//! [`emit`] makes a [`Draft`]: interpretable, so that witnesses can be replayed on it, but not encodable. [`seal`]
//! turns it into a [`Plan`], and asks for the proof that it was verified.
//! Invariant: the same typed workflow gives the same draft, whatever the order in which files were read.

use crate::place::{DeclId, Place};
use crate::typed::{Typed, TypedPolicy};
use crate::verify::Verified;
use wf_plan::codec::Plan;
use wf_plan::plan::{MeaningHash, PolicyNote, Program};
use wf_plan::source::{Docs, SourceMap};

mod code;
mod joins;
mod ladders;
mod nodes;
mod people;
mod places;
mod pool;
pub mod scenario;

/// A program that can be interpreted, with its places and doc texts; not proven yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// What would run.
    pub program: Program,
    /// Where it came from.
    pub sources: SourceMap,
    /// Doc comments.
    pub docs: Docs,
}

/// A place with the line that is shown beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spot {
    /// The file, relative to the project's root, `/`-separated; `std/…` for the standard library.
    pub path: String,
    /// Line from 1.
    pub line: u32,
    /// Column from 1, in Unicode scalar values.
    pub column: u32,
    /// The line's text without its end.
    pub text: String,
}

/// What emission asks of its surroundings.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Where a place stands in its file; `None` for what the compiler wrote itself.
    pub locate: &'a dyn Fn(Place) -> Option<Spot>,
    /// The plan of another workflow that this one runs or starts.
    pub plan_of: &'a dyn Fn(DeclId) -> Option<MeaningHash>,
    /// The project's policies.
    pub policies: &'a [TypedPolicy],
}

/// Why a workflow cannot be a plan although it has no error.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EmitProblem {
    /// A table of the plan is full.
    #[error("`{workflow}` has more than {most} {what}, which is as many as a plan may have")]
    TooMany {
        /// The workflow.
        workflow: String,
        /// Of what.
        what: &'static str,
        /// The bound.
        most: usize,
    },
    /// A workflow that is run or started has no plan yet: it has errors, or they start each other in a circle.
    #[error("`{workflow}` has no plan that could be referred to: it has errors, or the two start each other")]
    NoPlan {
        /// The other workflow.
        decl: DeclId,
        /// Its name.
        workflow: String,
        /// The word that names it.
        at: Place,
    },
    /// A local time outside the years that can be held.
    #[error("this date and time cannot be held")]
    NoMoment {
        /// The literal.
        at: Place,
    },
}

/// The draft of a workflow.
///
/// # Errors
/// When the workflow is larger than a plan may be, or another workflow it needs has no plan.
pub fn emit(typed: &Typed, surroundings: &Surroundings<'_>) -> Result<Draft, EmitProblem> {
    let mut emitter = Emitter::new(typed, surroundings);
    let mut program = people::frame(&mut emitter)?;
    for node in &typed.nodes {
        let emitted = nodes::node(&mut emitter, node)?;
        program.nodes.push(emitted);
    }
    program.policies = policies(typed, surroundings.policies);
    program.joins = emitter.joins.rows;
    program.reminders = emitter.ladders.reminders.rows;
    program.ladders = emitter.ladders.ladders.rows;
    program.constants = emitter.pool.constants.rows;
    program.code = emitter.pool.code;
    let docs = Docs {
        workflow: typed.doc.clone(),
        nodes: typed.nodes.iter().map(|node| node.doc.clone()).collect(),
    };
    let mut places = emitter.places;
    let sources = SourceMap {
        workflow: places.of(typed.at),
        nodes: typed.nodes.iter().map(|node| places.of(node.at)).collect(),
        roles: typed.roles.iter().map(|role| places.of(role.at)).collect(),
        joins: emitter.joins.places,
        reminders: emitter.ladders.reminder_places,
        ladders: emitter.ladders.ladder_places,
        code: emitter.pool.code_places,
        files: places.files(),
    };
    Ok(Draft { program, sources, docs })
}

/// The plan of a draft that was verified.
#[must_use]
pub fn seal(draft: Draft, _proof: &Verified) -> Plan {
    Plan { program: draft.program, sources: draft.sources, docs: draft.docs }
}

/// Everything that grows while a workflow is walked.
struct Emitter<'a> {
    typed: &'a Typed,
    surroundings: &'a Surroundings<'a>,
    pool: pool::Pool,
    joins: joins::Joins,
    ladders: ladders::Ladders,
    places: places::Places<'a>,
}

impl<'a> Emitter<'a> {
    fn new(typed: &'a Typed, surroundings: &'a Surroundings<'a>) -> Self {
        Self {
            typed,
            surroundings,
            pool: pool::Pool::default(),
            joins: joins::Joins::default(),
            ladders: ladders::Ladders::default(),
            places: places::Places::new(surroundings.locate),
        }
    }

    /// The next row's number in a table, or that the table is full.
    fn next(&self, rows: usize, what: &'static str) -> Result<u16, EmitProblem> {
        let full = |_| EmitProblem::TooMany {
            workflow: self.typed.name.clone(),
            what,
            most: usize::from(u16::MAX) + 1,
        };
        u16::try_from(rows).map_err(full)
    }

    /// The plan of another workflow.
    fn plan_of(&self, decl: DeclId, workflow: &str, at: Place) -> Result<MeaningHash, EmitProblem> {
        if decl == self.typed.decl {
            return Ok(MeaningHash::ITSELF);
        }
        let plan = (self.surroundings.plan_of)(decl);
        plan.ok_or_else(|| EmitProblem::NoPlan { decl, workflow: workflow.to_owned(), at })
    }
}

fn policies(typed: &Typed, policies: &[TypedPolicy]) -> Vec<PolicyNote> {
    let ours = policies.iter().filter(|policy| policy.workflows.contains(&typed.decl));
    ours.map(|policy| PolicyNote {
        name: policy.name.clone(),
        title: policy.title.clone(),
        rules: policy.rules.iter().map(|rule| rule.text.clone()).collect(),
    })
    .collect()
}
