//! WF803: a workflow is short enough to be seen whole.

use crate::hir::{Declaration, DeclarationKind};
use crate::place::{DeclId, Place, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF803",
    name: "long-workflow",
    severity: Severity::Note,
    summary: "a workflow is short enough to be seen whole",
};

/// Nodes of one workflow, outcomes among them, that still count as short. A printed page holds some sixty lines: up
/// to here the list of everything that happens fits on one.
const SHORT: usize = 60;

/// A workflow with more nodes than anybody sees at once.
#[must_use]
pub fn find(id: DeclId, declaration: &Declaration) -> Vec<Problem> {
    let DeclarationKind::Workflow(workflow) = &declaration.kind else { return Vec::new() };
    let nodes = workflow.nodes.len();
    let Some(name) = declaration.name.as_ref().filter(|_| nodes > SHORT) else { return Vec::new() };
    let at = Place { decl: id, at: name.at };
    let message = format!("`{}` has {nodes} steps and other nodes, too many to see at once", name.text);
    let problem = Problem::new(&RULE, at, message).with_label(format!("more than {SHORT} nodes"));
    vec![problem.with_help(
        "take a part that has its own beginning and end into a workflow of its own, and `run` it here as one node",
    )]
}
