//! WF201: a decision with nothing to choose from.

use crate::graph::Vertex;
use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF201",
    name: "decision-needs-options",
    severity: Severity::Error,
    summary: "a decision has at least two options, each with a name of its own",
};

/// Decisions with fewer than two options, and options that share a name.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let graph = subject.graph;
    graph.nodes.iter().filter(|vertex| vertex.keyword == "decision").flat_map(in_decision).collect()
}

fn in_decision(vertex: &Vertex) -> Vec<Problem> {
    let name = &vertex.name;
    if vertex.options.len() < 2 {
        let message = match vertex.options.first() {
            None => format!("the decision `{name}` has no option"),
            Some((only, _, _)) => format!("the decision `{name}` has one option only, `{only}`"),
        };
        let help =
            "write at least two lines `option NAME \"…\"`; where nothing is to be chosen, make it a `step`";
        return vec![Problem::new(&RULE, vertex.at, message).with_help(help)];
    }
    let mut found = Vec::new();
    for (index, (option, at, _)) in vertex.options.iter().enumerate() {
        let mut before = vertex.options.iter().take(index);
        if let Some((_, first, _)) = before.find(|(known, _, _)| known == option) {
            let message = format!("`{name}` has two options named `{option}`");
            let problem = Problem::new(&RULE, *at, message)
                .with_related(*first, "the first one")
                .with_help("give one of them another name");
            found.push(problem);
        }
    }
    found
}
