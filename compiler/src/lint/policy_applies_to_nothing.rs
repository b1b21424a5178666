//! WF702: every policy applies to a workflow, and every rule of it to something in one.
//!
//! A name that no workflow has is an error of its own (WF002); a tag may be one that is yet to come, so it is a
//! warning here. Invariant: where some workflow could not be read, nothing is said, for it may have the tag.

use crate::hir::{AppliesTo, DeclarationKind, Name, Node, NodeKind, PolicyNode, PolicyRule, WorkflowDecl};
use crate::place::{DeclId, Place, Problem};
use crate::scope::Scope;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF702",
    name: "policy-applies-to-nothing",
    severity: Severity::Warning,
    summary: "every policy applies to a workflow",
};

/// What a policy's rule speaks of by a tag.
struct Tagged<'a> {
    tag: &'a Name,
    kind: Kind,
}

/// Which nodes may have the tag.
#[derive(Clone, Copy)]
enum Kind {
    /// `step tagged t` in an order: whatever has the tag.
    Any,
    /// `every step tagged t`.
    Step,
    /// `every decision tagged t`.
    Decision,
}

/// A tag that no workflow has, where a policy names no other that one has. `at` is the tag.
#[must_use]
pub fn no_workflow_tagged(at: Place, tag: &str) -> Problem {
    Problem::new(&RULE, at, format!("no workflow is tagged `{tag}`"))
        .with_label("so this policy holds nothing")
        .with_help("write the tag in the `tags` of the workflows the policy is for, or delete the policy")
}

/// What a policy that applies to these workflows says about nothing.
#[must_use]
pub fn find(scope: &dyn Scope, id: DeclId, workflows: &[DeclId]) -> Vec<Problem> {
    let DeclarationKind::Policy(policy) = &scope.declaration(id).kind else { return Vec::new() };
    let Some(applies) = &policy.applies else { return Vec::new() };
    if scope.workflows().iter().any(|workflow| scope.declaration(*workflow).damaged) {
        return Vec::new();
    }
    if workflows.is_empty() {
        let all = matches!(applies.value, AppliesTo::All);
        let at = Place { decl: id, at: applies.at };
        let problem = Problem::new(&RULE, at, "there is no workflow for this policy to apply to")
            .with_help("check it together with the workflows it is for");
        return all.then_some(problem).into_iter().collect();
    }
    let sources: Vec<&WorkflowDecl> =
        workflows.iter().filter_map(|workflow| workflow_decl(scope, *workflow)).collect();
    let mut problems = Vec::new();
    for rule in &policy.rules {
        for Tagged { tag, kind } in tagged(&rule.value) {
            let has = |node: &Node| kind.fits(node) && node.tags.iter().any(|has| has.text == tag.text);
            let mut nodes = sources.iter().flat_map(|source| &source.nodes);
            if !nodes.any(|node| node.damaged || has(node)) {
                problems.push(nothing_tagged(Place { decl: id, at: tag.at }, &tag.text, kind));
            }
        }
    }
    problems
}

fn workflow_decl(scope: &dyn Scope, id: DeclId) -> Option<&WorkflowDecl> {
    match &scope.declaration(id).kind {
        DeclarationKind::Workflow(source) => Some(source),
        _ => None,
    }
}

fn nothing_tagged(at: Place, tag: &str, kind: Kind) -> Problem {
    let word = if matches!(kind, Kind::Decision) { "decision" } else { "step" };
    Problem::new(&RULE, at, format!("no {word} in the workflows of this policy is tagged `{tag}`"))
        .with_label("so this rule holds nothing")
        .with_help(format!("write `tags {tag}` in each {word} that the rule is for"))
}

impl Kind {
    fn fits(self, node: &Node) -> bool {
        match self {
            Self::Any => true,
            Self::Step => !matches!(node.kind, NodeKind::Decision(_)),
            Self::Decision => matches!(node.kind, NodeKind::Decision(_)),
        }
    }
}

/// The tags that a rule picks nodes by.
fn tagged(rule: &PolicyRule) -> Vec<Tagged<'_>> {
    match rule {
        PolicyRule::AlwaysBefore { first, then, .. } => {
            [first, then].into_iter().filter_map(by_tag).collect()
        }
        PolicyRule::Never { a, b } | PolicyRule::LeadsTo { a, b } | PolicyRule::DifferentPeople { a, b } => {
            [a, b].into_iter().filter_map(by_tag).collect()
        }
        PolicyRule::EveryHas { decisions, tagged: Some(tag), .. } => {
            vec![Tagged { tag, kind: if *decisions { Kind::Decision } else { Kind::Step } }]
        }
        PolicyRule::EveryHas { tagged: None, .. }
        | PolicyRule::FinishesWithin(_)
        | PolicyRule::EndsIn(_)
        | PolicyRule::EscalationReaches { .. }
        | PolicyRule::NoPersonalData { .. } => Vec::new(),
    }
}

fn by_tag(node: &PolicyNode) -> Option<Tagged<'_>> {
    match node {
        PolicyNode::Tagged(tag) => Some(Tagged { tag, kind: Kind::Any }),
        PolicyNode::Path(_) => None,
    }
}
