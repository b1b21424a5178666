//! WF802: what people see has a title.
//!
//! Titles of workflows, steps, decisions, waits, runs and outcomes stand in messages, on the board and in the trail.
//! A converge is never told to anybody and a pause asks nothing of anybody, so these may go without. (An option has
//! its words by the grammar.) Invariant: nothing is asked of a line that did not parse.

use crate::hir::{Declaration, DeclarationKind, Name, Node, NodeKind};
use crate::place::{DeclId, Place, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF802",
    name: "title-missing",
    severity: Severity::Warning,
    summary: "what people see has a title",
};

/// What a workflow shows to people under its bare name.
#[must_use]
pub fn find(id: DeclId, declaration: &Declaration) -> Vec<Problem> {
    let DeclarationKind::Workflow(workflow) = &declaration.kind else { return Vec::new() };
    let mut problems = Vec::new();
    let mut untitled = |what: &str, name: &Name, words: &str| {
        problems.push(problem(Place { decl: id, at: name.at }, what, &name.text, words));
    };
    if let (None, Some(name), false) = (&declaration.title, &declaration.name, declaration.damaged) {
        untitled("workflow", name, "in messages and reports");
    }
    for node in workflow.nodes.iter().filter(|node| !node.damaged) {
        if let (None, Some(name), Some((what, words))) = (&node.title, &node.name, shown(node)) {
            untitled(what, name, words);
        }
    }
    problems
}

/// What a node is called, and where people meet it; `None` where they do not.
fn shown(node: &Node) -> Option<(&'static str, &'static str)> {
    match &node.kind {
        NodeKind::Step => Some(("step", "in messages about their work")),
        NodeKind::Decision(_) => Some(("decision", "as the question they answer")),
        NodeKind::Wait(_) => Some(("wait", "in messages about it")),
        NodeKind::Run { .. } => Some(("run", "in messages about it")),
        NodeKind::Outcome { .. } => Some(("outcome", "as the end of the process")),
        NodeKind::Converge | NodeKind::Pause(_) => None,
    }
}

fn problem(at: Place, what: &str, name: &str, words: &str) -> Problem {
    let title = title(name);
    Problem::new(&RULE, at, format!("the {what} `{name}` has no title"))
        .with_label(format!("people read `{name}` {words}"))
        .with_help(format!("write what people should read, for example `{what} {name} \"{title}\"`"))
        .with_fix(format!("give it the title \"{title}\""), at, format!("{name} \"{title}\""))
}

/// `sign_contract` as `Sign contract`.
fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    first + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_title() {
        assert_eq!(title("sign_contract"), "Sign contract");
        assert_eq!(title("b2b"), "B2b");
    }
}
