//! WF101: nodes that wait for each other, or workflows that run each other, so that none ever starts or ends.

use crate::after_text::after;
use crate::graph::{Edge, Graph};
use crate::hir::{DeclarationKind, NodeKind as Written};
use crate::place::{DeclId, Place, Problem};
use crate::rejoin;
use crate::scope::Scope;
use crate::subject::Subject;
use crate::typed::{NodeKind, Typed};
use std::collections::{BTreeMap, VecDeque};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::Needed;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF101",
    name: "dependency-cycle",
    severity: Severity::Error,
    summary: "no node waits for itself, over however many others",
};

/// One finding for each knot of `after` edges: its shortest cycle.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    // Where there is a model, its nodes were brought into an order.
    if subject.model.is_some() {
        return Vec::new();
    }
    let graph = subject.graph;
    let told = |cycle: &Vec<Edge>| Some(cured(subject.typed, cycle, told(graph, cycle)?));
    graph.shortest_cycles().iter().filter_map(told).collect()
}

/// Proposes to take out the one wait that goes against the order in which the nodes are written. Where what is waited
/// for is an option of a later decision, going back was meant: then the option says so.
fn cured(typed: &Typed, cycle: &[Edge], problem: Problem) -> Problem {
    let mut backward = cycle.iter().filter(|edge| edge.from >= edge.to);
    let (Some(edge), None) = (backward.next(), backward.next()) else { return problem };
    let nodes = typed.nodes.get(edge.to.index()).zip(typed.nodes.get(edge.from.index()));
    let Some((reader, source)) = nodes else { return problem };
    let Some(join) = &reader.after else { return problem };
    let left = rejoin::without(join, edge.at);
    let left = if left.sources.is_empty() { String::new() } else { after(typed, &left) };
    let needed = join.nodes().into_iter().find(|(_, _, at)| *at == edge.at).map(|(_, needed, _)| needed);
    let option = match (&source.kind, needed) {
        (NodeKind::Decision { options, .. }, Some(Needed::Option(option))) if edge.from != edge.to => {
            options.get(usize::from(option)).filter(|option| option.redo.is_none())
        }
        _ => None,
    };
    let problem = match option {
        Some(option) => problem.with_fix_of(
            format!("let `{}` of `{}` go back to `{}`", option.name, source.name, reader.name),
            [(join.at, left.clone()), (option.end, format!(" redo {} at most 2 times", reader.name))],
        ),
        None => problem,
    };
    problem.with_fix(format!("let `{}` no longer wait for `{}`", reader.name, source.name), join.at, left)
}

fn told(graph: &Graph, cycle: &[Edge]) -> Option<Problem> {
    let name = |node| graph.vertex(node).map(|vertex| vertex.name.as_str()).unwrap_or_default();
    let (closing, before) = cycle.split_last()?;
    let start = name(closing.to);
    if before.is_empty() {
        let problem = Problem::new(&RULE, closing.at, format!("`{start}` waits for itself"));
        return Some(problem.with_help("take it out of its own `after`"));
    }
    let path: Vec<String> = cycle.iter().map(|edge| format!("`{}`", name(edge.to))).collect();
    let message =
        format!("these wait for each other and never start: {} → {}", path_end(&path), path.join(" → "));
    let mut problem = Problem::new(&RULE, closing.at, message)
        .with_label(format!("`{start}` waits for `{}`", name(closing.from)));
    for edge in before {
        let words = format!("`{}` waits for `{}`", name(edge.to), name(edge.from));
        problem = problem.with_related(edge.at, words);
    }
    Some(problem.with_help(
        "take one of these out of its `after`; to go back to an earlier step, use `redo` in an option of a decision",
    ))
}

/// The node at which the path closes: it stands at both ends.
fn path_end(path: &[String]) -> &str {
    path.last().map(String::as_str).unwrap_or_default()
}

/// A step from one workflow to another that it runs.
#[derive(Clone)]
struct Call {
    from: DeclId,
    to: DeclId,
    at: Place,
}

/// Workflows that run each other, told once for each cycle: at its first workflow.
#[must_use]
pub fn find_between_workflows(scope: &dyn Scope, id: DeclId) -> Vec<Problem> {
    let Some(cycle) = shortest_calls(scope, id) else { return Vec::new() };
    if cycle.iter().any(|call| call.from < id) {
        return Vec::new();
    }
    let Some((first, others)) = cycle.split_first() else { return Vec::new() };
    let name = |decl: DeclId| {
        let declared = scope.declaration(decl).name.as_ref();
        declared.map(|name| name.text.clone()).unwrap_or_default()
    };
    let problem = if others.is_empty() {
        Problem::new(&RULE, first.at, format!("`{}` runs itself and so never ends", name(id)))
    } else {
        let mut path = vec![format!("`{}`", name(id))];
        path.extend(cycle.iter().map(|call| format!("`{}`", name(call.to))));
        let message = format!("these workflows run each other and never end: {}", path.join(" → "));
        Problem::new(&RULE, first.at, message)
    };
    let related = |problem: Problem, call: &Call| {
        problem.with_related(call.at, format!("`{}` runs `{}`", name(call.from), name(call.to)))
    };
    let problem = others.iter().fold(problem, related);
    vec![problem.with_help(
        "a `run` waits for the end of what it runs; let one of them `start workflow …` as an effect instead",
    )]
}

/// A shortest way from a workflow over `run` nodes back to it.
fn shortest_calls(scope: &dyn Scope, id: DeclId) -> Option<Vec<Call>> {
    let mut came_by: BTreeMap<DeclId, Call> = BTreeMap::new();
    let mut open = VecDeque::from([id]);
    while let Some(from) = open.pop_front() {
        for call in calls(scope, from) {
            if came_by.contains_key(&call.to) {
                continue;
            }
            let to = call.to;
            came_by.insert(to, call);
            if to == id {
                return Some(calls_back(id, &came_by));
            }
            open.push_back(to);
        }
    }
    None
}

fn calls_back(id: DeclId, came_by: &BTreeMap<DeclId, Call>) -> Vec<Call> {
    let mut path = Vec::new();
    let mut at = id;
    while let Some(call) = came_by.get(&at) {
        path.push(call.clone());
        at = call.from;
        if at == id {
            break;
        }
    }
    path.reverse();
    path
}

fn calls(scope: &dyn Scope, from: DeclId) -> Vec<Call> {
    let DeclarationKind::Workflow(workflow) = &scope.declaration(from).kind else { return Vec::new() };
    let runs = workflow.nodes.iter().filter_map(|node| match &node.kind {
        Written::Run { workflow: Some(workflow), .. } => Some(workflow),
        _ => None,
    });
    let call = |name: &crate::hir::Name| {
        let to = scope.resolve(from, &name.text)?;
        let is_workflow = matches!(scope.declaration(to).kind, DeclarationKind::Workflow(_));
        is_workflow.then_some(Call { from, to, at: Place { decl: from, at: name.at } })
    };
    runs.filter_map(call).collect()
}
