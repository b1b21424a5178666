//! WF104: a node that no run ever reaches.
//!
//! The model says which. Where nodes wait for each other there is none, and plain reachability says it: every node is
//! taken to start and every condition to hold, so that only results that their node can never come to are impossible.

use crate::after_text::after;
use crate::graph::{Graph, Vertex, least_sources};
use crate::model::{Kind, Logic, Model};
use crate::place::{Place, Problem};
use crate::proof_words::{name, result};
use crate::rejoin;
use crate::scene::ever_comes;
use crate::subject::Subject;
use crate::typed::{Join, Node, Redo, Source, Typed};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::Needed;
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF104",
    name: "dead-node",
    severity: Severity::Error,
    summary: "every node can be reached in some run",
};

/// Every node that no run reaches, but for what only hangs behind another.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let (typed, graph) = (subject.typed, subject.graph);
    let Some(model) = subject.model else {
        return graph.nodes.iter().filter_map(|vertex| impossible(typed, graph, vertex)).collect();
    };
    let told = |id: &NodeId| {
        let vertex = graph.vertex(*id)?;
        impossible(typed, graph, vertex).or_else(|| proven(typed, model, vertex, *id))
    };
    model.verdicts().dead.iter().filter_map(told).collect()
}

/// What plain reachability shows.
fn impossible(typed: &Typed, graph: &Graph, vertex: &Vertex) -> Option<Problem> {
    if vertex.reached_otherwise {
        return None;
    }
    let Some(join) = &vertex.after else {
        let lonely = vertex.keyword == "outcome";
        return lonely.then(|| {
            let message = format!("nothing leads to the outcome `{}`", vertex.name);
            Problem::new(&RULE, vertex.at, message).with_help(
                "say what it comes `after`, let somebody reach it `at any time by …`, or name it in `if late outcome …`",
            )
        });
    };
    if can_hold(graph, join) {
        return None;
    }
    let impossible = impossible_sources(graph, join);
    let (node, needed, at) = impossible.first()?;
    let source = graph.vertex(*node)?;
    let mut problem = Problem::new(&RULE, *at, never(vertex))
        .with_label(why(source, *needed))
        .with_related(source.at, format!("`{}` is declared here", source.name))
        .with_help(cure(source, *needed));
    for (node, needed, at) in impossible.iter().skip(1) {
        if let Some(source) = graph.vertex(*node) {
            problem = problem.with_related(*at, why(source, *needed));
        }
    }
    let cured = rejoin::whatever_came(join, *at);
    let title = format!("go on whatever `{}` came to", source.name);
    Some(problem.with_fix(title, join.at, after(typed, &cured)))
}

fn never(vertex: &Vertex) -> String {
    format!("the {} `{}` is never reached", vertex.keyword, vertex.name)
}

/// What only the model shows: what it waits for never comes, or the instance has ended by then.
fn proven(typed: &Typed, model: &Model, vertex: &Vertex, id: NodeId) -> Option<Problem> {
    let Some(join) = &vertex.after else {
        let message = format!("{}: whatever could end there never does", never(vertex));
        return Some(
            Problem::new(&RULE, vertex.at, message)
                .with_help("say what it comes `after`, or delete it and what names it"),
        );
    };
    let comes = |(node, needed, at): &(NodeId, Needed, Place)| {
        ever_comes(model, id, &Source::Node(*node, *needed, *at))
    };
    let mut missing = join.nodes();
    missing.retain(|source| !comes(source));
    missing.sort_by_key(|(_, _, at)| *at);
    if let Some((node, needed, at)) = missing.first() {
        let source = result(typed, *node, *needed);
        let declared = typed.nodes.get(node.index())?;
        if let Some(redo) = &declared.redo {
            return Some(behind_a_redo(typed, vertex, declared, redo, *at));
        }
        let message = format!("{}: {source} never comes", never(vertex));
        return Some(
            Problem::new(&RULE, *at, message)
                .with_label("no run comes to this")
                .with_related(declared.at, format!("`{}` is declared here", declared.name))
                .with_help(format!(
                    "make {source} possible, or let `{}` wait for something that comes",
                    vertex.name
                )),
        );
    }
    Some(too_late(typed, model, vertex, id, join))
}

/// What stands after a step or wait that sends back: it does so however it settles.
fn behind_a_redo(typed: &Typed, vertex: &Vertex, holder: &Node, redo: &Redo, at: Place) -> Problem {
    let to = name(typed, redo.to);
    let message =
        format!("{}: `{}` goes back to `{to}` whenever it is done or skipped", never(vertex), holder.name);
    Problem::new(&RULE, at, message)
        .with_label("nothing comes after what goes back")
        .with_related(redo.at, format!("`{}` goes back here", holder.name))
        .with_help(format!(
            "let a decision say whether it goes back: one option with `redo {to} at most {} {}`, and another one \
             for `{}` to come after",
            redo.at_most,
            if redo.at_most == 1 { "time" } else { "times" },
            vertex.name
        ))
}

/// By the time it could start, an outcome has come.
fn too_late(typed: &Typed, model: &Model, vertex: &Vertex, id: NodeId, join: &Join) -> Problem {
    let before = outcomes_before(model, id);
    let names: Vec<String> = before.iter().map(|outcome| format!("`{}`", name(typed, *outcome))).collect();
    let ended = match names.as_slice() {
        [] => "the instance has ended before".to_owned(),
        [one] => format!("by then {one} has ended the instance"),
        _ => format!("by then the instance has ended in {}", crate::proof_words::listed(&names, "or")),
    };
    let mut problem = Problem::new(&RULE, join.at, format!("{}: {ended}", never(vertex)))
        .with_label("comes too late")
        .with_help("let the outcome wait for it as well, or delete it");
    for outcome in before {
        if let Some(node) = typed.nodes.get(outcome.index()) {
            problem = problem.with_related(node.at, "ends the instance first");
        }
    }
    problem
}

/// The outcomes that are true when what the node waits for has come.
fn outcomes_before(model: &Model, id: NodeId) -> Vec<NodeId> {
    let Some(state) = model.state(id) else { return Vec::new() };
    let is_outcome =
        model.layout.nodes.get(id.index()).is_some_and(|node| matches!(node.kind, Kind::Outcome { .. }));
    let others = model.layout.outcomes.iter().zip(&model.any.outcomes);
    // Among outcomes only those before it in the file come first.
    let earlier = others.filter(|(outcome, _)| **outcome != id && (!is_outcome || **outcome < id));
    let earlier: Vec<_> = earlier.filter(|(_, truth)| model.space.are_possible(&state.yes, truth)).collect();
    let always = earlier.iter().find(|(_, truth)| {
        let space = &model.space;
        !space.are_possible(&state.yes, &space.not(truth))
    });
    let told = always.map_or(earlier.as_slice(), std::slice::from_ref);
    told.iter().map(|(outcome, _)| **outcome).collect()
}

fn can_hold(graph: &Graph, join: &Join) -> bool {
    let holds = |source: &&Source| match source {
        Source::Node(node, needed, _) => {
            graph.vertex(*node).is_some_and(|vertex| vertex.can_come_to(*needed))
        }
        Source::Join(inner) => can_hold(graph, inner),
    };
    join.sources.iter().filter(holds).count() >= least_sources(join.kind, join.sources.len())
}

fn impossible_sources(graph: &Graph, join: &Join) -> Vec<(NodeId, Needed, Place)> {
    let possible = |node, needed| graph.vertex(node).is_none_or(|vertex| vertex.can_come_to(needed));
    let mut found = join.nodes();
    found.retain(|(node, needed, _)| !possible(*node, *needed));
    found.sort_by_key(|(_, _, at)| *at);
    found
}

fn why(source: &Vertex, needed: Needed) -> String {
    match needed {
        Needed::Skipped => format!("`{}` is never skipped", source.name),
        Needed::Late => format!("`{}` is never late", source.name),
        _ => format!("`{}` never comes to this", source.name),
    }
}

fn cure(source: &Vertex, needed: Needed) -> String {
    let name = &source.name;
    match needed {
        Needed::Skipped if source.keyword == "step" => {
            format!(
                "`{name}` would need a `when` or `optional`; to go on when it is done, write `after {name}`"
            )
        }
        Needed::Skipped => {
            format!("`{name}` would need a `when`; to go on when it is done, write `after {name}`")
        }
        Needed::Late => format!("let `{name}` go on without its event: a `deadline` and `if late go on`"),
        _ => "name a result that it can come to".to_owned(),
    }
}
