//! WF201: a decision with nothing to choose from.

use crate::graph::Vertex;
use crate::place::{Place, Problem};
use crate::subject::Subject;
use crate::typed::{Node, NodeKind, Typed};
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
    let nodes = subject.graph.nodes.iter().zip(&subject.typed.nodes);
    let decisions = nodes.filter(|(vertex, _)| vertex.keyword == "decision");
    decisions.flat_map(|(vertex, node)| in_decision(subject.typed, vertex, node)).collect()
}

/// Answers that go together: whoever writes one of them means that the other can be given, too.
const ANSWERS: [(&str, &str); 7] = [
    ("yes", "no"),
    ("approve", "reject"),
    ("approved", "rejected"),
    ("accept", "decline"),
    ("accepted", "declined"),
    ("granted", "refused"),
    ("ok", "not_ok"),
];

/// Proposes the other answer, and that the instance ends there.
fn answered(typed: &Typed, node: &Node, problem: Problem) -> Problem {
    let NodeKind::Decision { options, .. } = &node.kind else { return problem };
    let [only] = options.as_slice() else { return problem };
    let other = ANSWERS.iter().find_map(|(one, other)| match only.name.as_str() {
        name if name == *one => Some(*other),
        name if name == *other => Some(*one),
        _ => None,
    });
    let Some(other) = other else { return problem };
    let words = spoken(other);
    let mut edits = vec![(only.end, format!("\n    option {other} \"{words}\""))];
    let outcome = format!("{}_{other}", node.name);
    let has_outcomes = typed.nodes.iter().any(|node| matches!(node.kind, NodeKind::Outcome { .. }));
    if has_outcomes && typed.nodes.iter().all(|node| node.name != outcome) {
        edits.push((node.end, format!("\n\n  outcome {outcome} \"{words}\" after {}.{other}", node.name)));
    }
    problem.with_fix_of(format!("add the option `{other}`, which ends the process"), edits)
}

/// A name as words: `not_ok` is “Not ok”.
fn spoken(name: &str) -> String {
    let mut letters = name.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    first + &letters.as_str().replace('_', " ")
}

/// Proposes a name of its own for the second of two options, after the words on its button.
fn renamed(options: &[(String, Place, bool)], node: &Node, index: usize, problem: Problem) -> Problem {
    let NodeKind::Decision { options: written, .. } = &node.kind else { return problem };
    let Some(option) = written.get(index) else { return problem };
    let letters =
        option.label.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { ' ' });
    let words: String = letters.collect::<String>().to_ascii_lowercase();
    let name = words.split_whitespace().take(4).collect::<Vec<_>>().join("_");
    let is_name = name.starts_with(|letter: char| letter.is_ascii_lowercase());
    if !is_name || options.iter().any(|(known, ..)| *known == name) {
        return problem;
    }
    problem.with_fix(format!("call it `{name}`"), option.at, name)
}

fn in_decision(typed: &Typed, vertex: &Vertex, node: &Node) -> Vec<Problem> {
    let name = &vertex.name;
    if vertex.options.len() < 2 {
        let message = match vertex.options.first() {
            None => format!("the decision `{name}` has no option"),
            Some((only, _, _)) => format!("the decision `{name}` has one option only, `{only}`"),
        };
        let help =
            "write at least two lines `option NAME \"…\"`; where nothing is to be chosen, make it a `step`";
        return vec![answered(typed, node, Problem::new(&RULE, vertex.at, message).with_help(help))];
    }
    let mut found = Vec::new();
    for (index, (option, at, _)) in vertex.options.iter().enumerate() {
        let mut before = vertex.options.iter().take(index);
        if let Some((_, first, _)) = before.find(|(known, _, _)| known == option) {
            let message = format!("`{name}` has two options named `{option}`");
            let problem = Problem::new(&RULE, *at, message)
                .with_related(*first, "the first one")
                .with_help("give one of them another name");
            found.push(renamed(&vertex.options, node, index, problem));
        }
    }
    found
}
