//! WF104: a node that no run ever reaches, as far as plain reachability shows it.
//!
//! Every node is taken to start and every condition to hold; only results that their node can never come to are
//! impossible, and outcomes that nothing leads to. So there is no false alarm, and what hangs behind a dead node is
//! not reported again. What conditions exclude is for the proofs.

use crate::graph::{Graph, Vertex, least_sources};
use crate::place::{Place, Problem};
use crate::subject::Subject;
use crate::typed::{Join, Source};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::Needed;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF104",
    name: "dead-node",
    severity: Severity::Error,
    summary: "every node can be reached in some run",
};

/// Every node whose `after` can never hold, and every outcome that nothing leads to.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let graph = subject.graph;
    graph.nodes.iter().filter_map(|vertex| dead(graph, vertex)).collect()
}

fn dead(graph: &Graph, vertex: &Vertex) -> Option<Problem> {
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
    let impossible = impossible_sources(graph, join);
    if can_hold(graph, join) {
        return None;
    }
    let message = format!("the {} `{}` is never reached", vertex.keyword, vertex.name);
    let (node, needed, at) = impossible.first()?;
    let source = graph.vertex(*node)?;
    let mut problem = Problem::new(&RULE, *at, message)
        .with_label(why(source, *needed))
        .with_related(source.at, format!("`{}` is declared here", source.name))
        .with_help(cure(source, *needed));
    for (node, needed, at) in impossible.iter().skip(1) {
        if let Some(source) = graph.vertex(*node) {
            problem = problem.with_related(*at, why(source, *needed));
        }
    }
    Some(problem)
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

fn impossible_sources(graph: &Graph, join: &Join) -> Vec<(wf_plan::plan::NodeId, Needed, Place)> {
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
