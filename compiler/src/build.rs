//! A whole project built: every workflow without errors as a plan, every test as a scenario.
//!
//! Workflows that run or start others are built after them, because a plan names its children by their meaning.
//! Invariant: what is in `plans` was verified, and nothing is there of a project whose names or types are wrong at
//! that place; what is wrong is in `findings`.

use crate::db::{self, Database};
use crate::emit::{self, EmitProblem, Spot, Surroundings};
use crate::place::{DeclId, Place, Problem};
use crate::typed::{Typed, TypedPolicy, TypedTest};
use crate::verify::{self, Proven};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use wf_lang::diagnostic::{Diagnostic, Severity};
use wf_lang::limits::LIMIT_EXCEEDED;
use wf_lang::span::{FileSpan, LineIndex};
use wf_plan::codec::{Plan, encode, meaning_hash};
use wf_plan::plan::MeaningHash;
use wf_plan::scenario::Scenario;

/// What came of a project.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// What is wrong with it, by file and place.
    pub findings: Vec<Diagnostic<FileSpan>>,
    /// The plans, by name of their workflow.
    pub plans: Vec<BuiltPlan>,
    /// The tests of workflows that have a plan, by file and line.
    pub scenarios: Vec<Scenario>,
}

/// A plan and its bytes.
#[derive(Clone, Debug)]
pub struct BuiltPlan {
    /// The file its workflow is written in, from the project's root.
    pub file: String,
    /// The plan.
    pub plan: Plan,
    /// Its meaning.
    pub meaning: MeaningHash,
    /// Its bytes, as `wfrun` loads them.
    pub bytes: Vec<u8>,
}

/// Builds a project of these files: paths from its root with `/` between folders, and texts.
#[must_use]
pub fn build(files: &BTreeMap<String, String>) -> Built {
    build_open(crate::project::open(files))
}

/// Builds an open project, which is closed.
#[must_use]
pub fn build_open(database: Database) -> Built {
    let findings = database.check_all();
    let builder = Builder::new(&database, &findings);
    for workflow in builder.workflows.keys() {
        builder.plan(*workflow);
    }
    let scenarios = builder.scenarios();
    let mut plans: Vec<BuiltPlan> = builder.plans.into_inner().into_values().collect();
    plans.sort_by(|a, b| a.plan.program.workflow.cmp(&b.plan.program.workflow));
    let problems = builder.problems.into_inner().into_iter();
    let more = problems.map(|problem| problem.map_places(|at| db::span_of(&database, at)));
    let findings = findings.iter().cloned().chain(more).collect();
    Built { findings, plans, scenarios }
}

struct Builder<'db> {
    database: &'db Database,
    workflows: BTreeMap<DeclId, &'db Typed>,
    policies: Vec<TypedPolicy>,
    tests: Vec<&'db TypedTest>,
    plans: RefCell<BTreeMap<DeclId, BuiltPlan>>,
    /// Workflows that run each other in a circle come back to one that was begun.
    begun: RefCell<BTreeSet<DeclId>>,
    problems: RefCell<Vec<Problem>>,
    lines: RefCell<BTreeMap<u32, LineIndex>>,
}

impl<'db> Builder<'db> {
    fn new(database: &'db Database, findings: &[Diagnostic<FileSpan>]) -> Self {
        let mut builder = Self {
            database,
            workflows: BTreeMap::new(),
            policies: Vec::new(),
            tests: Vec::new(),
            plans: RefCell::default(),
            begun: RefCell::default(),
            problems: RefCell::default(),
            lines: RefCell::default(),
        };
        let wrong =
            |file: &str| findings.iter().any(|f| f.severity == Severity::Error && *f.at.file == *file);
        for file in database.own_files() {
            let broken = wrong(file.path(database));
            for id in &db::item_tree(database, file).all {
                if let Some(typed) = db::workflow(database, file, id.key).0.as_ref().filter(|_| !broken) {
                    builder.workflows.insert(*id, typed);
                }
                builder.policies.extend(db::policy(database, file, id.key).0.clone());
                builder.tests.extend(db::test(database, file, id.key).0.as_ref());
            }
        }
        builder
    }

    /// Builds one workflow; its meaning, if it has a plan.
    fn plan(&self, id: DeclId) -> Option<MeaningHash> {
        if let Some(built) = self.plans.borrow().get(&id) {
            return Some(built.meaning);
        }
        let typed = *self.workflows.get(&id)?;
        if !self.begun.borrow_mut().insert(id) {
            return None;
        }
        match self.sealed(typed) {
            Ok(built) => {
                let meaning = built.meaning;
                self.plans.borrow_mut().insert(id, built);
                Some(meaning)
            }
            Err(problems) => {
                self.problems.borrow_mut().extend(problems);
                None
            }
        }
    }

    /// What the rules found in a workflow; `check` has asked them already.
    fn proven(&self, id: DeclId) -> Option<&'db Proven> {
        db::proven(self.database, db::Queries::file(self.database, id.file)?, id.key).as_ref()
    }

    /// Emits, verifies, seals and encodes.
    fn sealed(&self, typed: &Typed) -> Result<BuiltPlan, Vec<Problem>> {
        let surroundings = Surroundings {
            locate: &|place| self.spot(place),
            plan_of: &|workflow| self.plan(workflow),
            policies: &self.policies,
        };
        let draft = emit::emit(typed, &surroundings).map_err(|fault| self.refused(typed, fault))?;
        let unsound = |fault: wf_plan::PlanError| vec![limit(typed.at, fault.to_string())];
        let Some(proven) = self.proven(typed.decl) else { return Err(Vec::new()) };
        let proven = db::settled(self.database, proven);
        let (verified, found) = verify::verify(&proven, typed.at, &draft);
        // Findings of the graph are told by `check` too; what is new here is that no runtime would take the plan.
        let Some(verified) = verified else { return Err(found.into_iter().last().into_iter().collect()) };
        let plan = emit::seal(draft, &verified);
        let meaning = meaning_hash(&plan.program).map_err(unsound)?;
        let bytes = encode(&plan).map_err(unsound)?;
        let file = self.spot(typed.at).map(|spot| spot.path).unwrap_or_default();
        Ok(BuiltPlan { file, plan, meaning, bytes })
    }

    /// What emission could not do, as findings; none where another finding says why already.
    fn refused(&self, typed: &Typed, fault: EmitProblem) -> Vec<Problem> {
        match fault {
            EmitProblem::NoPlan { decl, workflow, at } => {
                let unexplained = self.workflows.contains_key(&decl) && self.problems.borrow().is_empty();
                if unexplained { vec![circle(typed, &workflow, at)] } else { Vec::new() }
            }
            EmitProblem::TooMany { .. } => vec![limit(typed.at, fault.to_string())],
            EmitProblem::NoMoment { at } => vec![limit(at, fault.to_string())],
        }
    }

    fn scenarios(&self) -> Vec<Scenario> {
        let plans = self.plans.borrow();
        let mut scenarios = Vec::new();
        for test in &self.tests {
            let Some(built) = plans.get(&test.workflow_decl) else { continue };
            let program = &built.plan.program;
            let Some(calendar) = program.calendars.get(program.calendar.index()) else { continue };
            match emit::scenario::scenario(test, &calendar.zone, &|place| self.spot(place)) {
                Ok(scenario) => scenarios.push(scenario),
                Err(fault) => self.problems.borrow_mut().push(limit(test.at, fault.to_string())),
            }
        }
        scenarios.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        scenarios
    }

    /// Where a place stands, and the line it stands on.
    fn spot(&self, place: Place) -> Option<Spot> {
        let file = db::Queries::file(self.database, place.decl.file)?;
        let text = file.text(self.database);
        let span = db::span_of(self.database, place).span;
        let mut lines = self.lines.borrow_mut();
        let lines = lines.entry(place.decl.file).or_insert_with(|| LineIndex::new(text));
        let position = lines.position(text, span.start);
        let line = lines.line_span(text, position.line).map(|line| line.slice(text).to_owned());
        Some(Spot {
            path: file.path(self.database).to_string(),
            line: position.line,
            column: position.column,
            text: line.unwrap_or_default(),
        })
    }
}

/// A plan names what it starts by the meaning of its plan, so two plans cannot name each other.
fn circle(typed: &Typed, other: &str, at: Place) -> Problem {
    let own = &typed.name;
    let message = format!("`{own}` starts `{other}`, and `{other}` comes back to `{own}`");
    Problem::new(&verify::dependency_cycle::RULE, at, message).with_help(
        "a plan names each workflow it starts by what that one means, so no two can name each other: let a system's \
         event start one of them (`starts on …`)",
    )
}

fn limit(at: Place, message: String) -> Problem {
    Problem::new(&LIMIT_EXCEEDED, at, message)
}
