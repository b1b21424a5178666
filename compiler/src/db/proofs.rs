//! What is proven of one workflow: everything the rules need is gathered here, through queries.
//!
//! Invariant: workflows that run each other in a circle are never asked about each other's outcomes, so that no query
//! waits for itself; the circle is an error of its own (WF101).

use super::{Index, Queries, SourceFile, graph, index, item_tree, policy, reachable_outcomes, workflow};
use crate::check::started_workflows;
use crate::emit::{self, Surroundings};
use crate::graph::Graph;
use crate::model::{self, Model, NoModel, Room};
use crate::place::{DeclId, Problem};
use crate::subject::{Around, Subject};
use crate::time::Schedule;
use crate::typed::{NodeKind, Typed, TypedPolicy};
use crate::uses::Uses;
use crate::verify::{self, Proven};
use std::collections::BTreeMap;
use wf_lang::limits::LIMIT_EXCEEDED;
use wf_plan::codec::meaning_hash;
use wf_plan::{Date, MeaningHash};

/// The verdict on one workflow whose names and types are sound.
pub(super) fn proven(db: &dyn Queries, file: SourceFile, key: u32) -> Option<Proven> {
    let typed = workflow(db, file, key).0.as_ref()?;
    let graph = graph(db, file, key).as_ref()?;
    model::with_room(typed.nodes.len(), || Some(proven_of(db, typed, graph)))
}

fn proven_of(db: &dyn Queries, typed: &Typed, graph: &Graph) -> Proven {
    let around = around(db, typed, graph);
    let uses = Uses::of(typed);
    let asked =
        |model: Option<&Model>| verify::prove(&Subject { typed, graph, model, around: &around, uses: &uses });
    let mut model = model::build(typed, graph, &around.reachable);
    let mut proven = asked(model.as_ref().ok());
    // The questions of the rules may have made it grow: then no answer of it can be trusted.
    if model.as_ref().is_ok_and(Model::is_too_large) {
        model = model::build_within(Room::Most, typed, graph, &around.reachable);
        proven = asked(model.as_ref().ok());
    }
    if model.as_ref().is_ok_and(Model::is_too_large) {
        proven = asked(None);
        proven.problems.push(not_proven(typed));
    } else if matches!(model, Err(NoModel::TooLarge)) {
        proven.problems.push(not_proven(typed));
    }
    proven
}

/// What is not proven is not passed.
fn not_proven(typed: &Typed) -> Problem {
    let message = format!("`{}` depends on its choices in too many ways to be proven", typed.name);
    Problem::new(&LIMIT_EXCEEDED, typed.at, message).with_help(
        "split it: move nodes that belong together into a workflow of their own and `run` it, so that the rest sees \
         only its outcome",
    )
}

/// Asks something about one workflow as the rules would.
pub(super) fn with_subject<T>(
    db: &dyn Queries,
    id: DeclId,
    ask: impl FnOnce(&Subject<'_>) -> T,
) -> Option<T> {
    let file = db.file(id.file)?;
    let typed = workflow(db, file, id.key).0.as_ref()?;
    let graph = graph(db, file, id.key).as_ref()?;
    let around = around(db, typed, graph);
    model::with_room(typed.nodes.len(), || {
        let model: Option<Model> = model::build(typed, graph, &around.reachable).ok();
        let uses = Uses::of(typed);
        Some(ask(&Subject { typed, graph, model: model.as_ref(), around: &around, uses: &uses }))
    })
}

fn around<'db>(db: &'db dyn Queries, typed: &'db Typed, graph: &Graph) -> Around<'db> {
    let children = children(db, typed);
    let reachable = reachable(db, typed.decl, &children);
    let schedule = Schedule::of(typed, graph, &children, &reachable);
    let limits = db.project().settings(db).limits;
    let (policies, recorded) = (policies(db, typed.decl), recorded(db, typed));
    Around { children, reachable, schedule, policies, recorded, limits, ..Around::default() }
}

/// Which outcomes of a workflow some run ends in, in file order; all of them where that cannot be asked.
pub(super) fn outcomes(db: &dyn Queries, file: SourceFile, key: u32) -> Vec<bool> {
    let (Some(typed), Some(graph)) = (&workflow(db, file, key).0, graph(db, file, key)) else {
        return Vec::new();
    };
    let children = children(db, typed);
    let reachable = reachable(db, typed.decl, &children);
    model::with_room(typed.nodes.len(), || match model::build(typed, graph, &reachable) {
        Ok(model) => model.reachable_outcomes().to_vec(),
        Err(_) => {
            let outcomes = typed.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Outcome { .. }));
            outcomes.map(|_| true).collect()
        }
    })
}

/// Every workflow that this one runs, directly or not.
fn children<'db>(db: &'db dyn Queries, typed: &Typed) -> BTreeMap<DeclId, &'db Typed> {
    let mut found = BTreeMap::new();
    let mut open = started_workflows(typed);
    while let Some(id) = open.pop() {
        if found.contains_key(&id) {
            continue;
        }
        let child = db.file(id.file).and_then(|file| workflow(db, file, id.key).0.as_ref());
        if let Some(child) = child {
            open.extend(started_workflows(child));
            found.insert(id, child);
        }
    }
    found
}

fn reachable<'db>(
    db: &'db dyn Queries,
    own: DeclId,
    children: &BTreeMap<DeclId, &Typed>,
) -> BTreeMap<DeclId, &'db [bool]> {
    let goes_round = children.contains_key(&own) || children.keys().any(|id| runs_itself(*id, children));
    if goes_round {
        return BTreeMap::new();
    }
    let of = |id: &DeclId| Some((*id, reachable_outcomes(db, db.file(id.file)?, id.key).as_slice()));
    children.keys().filter_map(of).collect()
}

fn runs_itself(id: DeclId, known: &BTreeMap<DeclId, &Typed>) -> bool {
    let mut seen = Vec::new();
    let mut open = known.get(&id).map(|typed| started_workflows(typed)).unwrap_or_default();
    while let Some(next) = open.pop() {
        if next == id {
            return true;
        }
        if !seen.contains(&next) {
            seen.push(next);
            open.extend(known.get(&next).map(|typed| started_workflows(typed)).unwrap_or_default());
        }
    }
    false
}

/// The policies that apply to a workflow.
fn policies(db: &dyn Queries, id: DeclId) -> Vec<&TypedPolicy> {
    let project = db.project();
    let indexes: [&Index; 2] = [index(db, project, false), index(db, project, true)];
    let mut ids: Vec<DeclId> = indexes.iter().flat_map(|index| &index.policies).copied().collect();
    ids.sort();
    let of = |id: DeclId| policy(db, db.file(id.file)?, id.key).0.as_ref();
    let all = ids.into_iter().filter_map(of);
    all.filter(|policy| policy.workflows.contains(&id)).collect()
}

fn recorded(db: &dyn Queries, typed: &Typed) -> Option<Date> {
    let project = db.project();
    project.recorded(db).get(&(typed.name.clone(), typed.version)).map(|entry| entry.date)
}

/// What a workflow's plan means. Workflows that start each other in a circle have no plans, and are never asked about.
pub(super) fn meaning(db: &dyn Queries, file: SourceFile, key: u32) -> Option<MeaningHash> {
    let typed = workflow(db, file, key).0.as_ref()?;
    let children = children(db, typed);
    if children.contains_key(&typed.decl) || children.keys().any(|id| runs_itself(*id, &children)) {
        return None;
    }
    let policies = policies_as_written(db);
    let surroundings = Surroundings {
        // Where things stand is no part of what they mean.
        locate: &|_| None,
        plan_of: &|child| super::meaning(db, db.file(child.file)?, child.key),
        policies: &policies,
    };
    meaning_hash(&emit::emit(typed, &surroundings).ok()?.program).ok()
}

/// Every policy of the project by file and place in it: as a build hands them to emission.
fn policies_as_written(db: &dyn Queries) -> Vec<TypedPolicy> {
    let project = db.project();
    let mut files: Vec<SourceFile> = project.closed(db).iter().chain(project.open(db)).copied().collect();
    files.sort_by(|one, other| one.path(db).cmp(other.path(db)));
    let in_file = |file: SourceFile| {
        let all = item_tree(db, file).all.iter();
        all.filter_map(move |id| policy(db, file, id.key).0.clone())
    };
    files.into_iter().flat_map(in_file).collect()
}
