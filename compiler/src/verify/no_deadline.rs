//! WF306: work that somebody owns and that may take for ever.

use crate::place::Problem;
use crate::subject::Subject;
use crate::typed::{Node, NodeKind};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF306",
    name: "no-deadline",
    severity: Severity::Warning,
    summary: "every step and decision with an owner has a deadline",
};

/// Steps and decisions with an owner and without a deadline.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    subject.typed.nodes.iter().filter_map(problem).collect()
}

fn problem(node: &Node) -> Option<Problem> {
    let (kind, example) = match node.kind {
        NodeKind::Step => ("step", "5 business days"),
        NodeKind::Decision { .. } => ("decision", "2 business days"),
        _ => return None,
    };
    if node.owners.is_empty() || !node.deadlines.is_empty() {
        return None;
    }
    let message = format!("the {kind} `{}` has no deadline", node.name);
    let help = format!(
        "say how long it may take, for example `deadline {example}`; without one nobody is reminded, and nobody hears that it is late"
    );
    let problem = Problem::new(&RULE, node.at, message).with_label("may take for ever").with_help(help);
    let title = format!("give it {example}, to be put right by whoever knows better");
    Some(problem.with_fix(title, node.clauses_end, format!("\n    deadline {example}")))
}
