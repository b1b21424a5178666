//! `different people for A, B`: nobody may do both.
//!
//! It holds where one of the two is a `different person from` the other, where the people of both are known and no one
//! is among both, deputies and reassignments included, and where no run completes both. Invariant: people who are not
//! written down may be anybody.

use super::targets::{Target, targets};
use super::{Asked, Found, together};
use crate::hir::PolicyNode;
use crate::typed::{Action, ActionKind, Node, NodeKind, Owner, Typed};
use std::collections::BTreeSet;
use wf_plan::node::Separation;
use wf_plan::plan::{NodeId, RoleId};

/// The first pair that one person may do.
pub fn different(asked: &Asked<'_>, a: &PolicyNode, b: &PolicyNode) -> Option<Found> {
    let typed = asked.typed();
    for a in targets(typed, a) {
        for b in targets(typed, b) {
            let (Some(one), Some(other)) = (work(typed, a), work(typed, b)) else { continue };
            if a.node == b.node || is_kept_apart(typed, a, b) || !is_done_by_one_run(asked, a, b) {
                continue;
            }
            let (first, second) = if a.node <= b.node { (one, other) } else { (other, one) };
            let (before, after) = (&first.name, &second.name);
            let what = format!("nothing keeps one person from doing both `{before}` and `{after}`");
            let help = format!("write `different person from {before}` at `{after}`");
            return Some(Found { at: second.at, what, help, case: None, is_shown: true });
        }
    }
    None
}

/// The node, if people do it.
fn work(typed: &Typed, target: Target) -> Option<&Node> {
    let node = typed.nodes.get(target.node.index())?;
    matches!(node.kind, NodeKind::Step | NodeKind::Decision { .. }).then_some(node)
}

fn is_done_by_one_run(asked: &Asked<'_>, a: Target, b: Target) -> bool {
    let whole = |target: Target| Target { option: None, ..target };
    asked.subject.model.is_none_or(|model| together::both(asked, model, whole(a), whole(b)).is_some())
}

fn is_kept_apart(typed: &Typed, a: Target, b: Target) -> bool {
    let names = |node: &Node, other: NodeId| {
        node.different_from.iter().any(|from| from.value == Separation::Node(other))
    };
    let (Some(one), Some(other)) = (typed.nodes.get(a.node.index()), typed.nodes.get(b.node.index())) else {
        return true;
    };
    if names(one, b.node) || names(other, a.node) {
        return true;
    }
    match (people(typed, one), people(typed, other)) {
        (Some(one), Some(other)) => one.is_disjoint(&other),
        _ => false,
    }
}

/// Everybody who may do a node; `None` where that is not written down.
fn people<'a>(typed: &'a Typed, node: &Node) -> Option<BTreeSet<&'a str>> {
    let mut roles: Vec<RoleId> = Vec::new();
    for owner in &node.owners {
        match owner.value {
            Owner::Role(role) => roles.push(role),
            Owner::Person(_) => return None,
        }
    }
    let levels = node.ladders.iter().flat_map(|ladder| &ladder.levels).filter_map(|level| level.ask.as_ref());
    let actions = levels.flat_map(|ask| &ask.alternatives).flat_map(|alternative| &alternative.actions);
    roles.extend(actions.filter_map(reassigned_to));
    let mut seen = BTreeSet::new();
    let mut found = BTreeSet::new();
    while let Some(id) = roles.pop() {
        if !seen.insert(id) {
            continue;
        }
        let role = typed.roles.get(id.index())?;
        if role.people.is_empty() {
            return None;
        }
        found.extend(role.people.iter().map(String::as_str));
        roles.extend(role.deputy);
    }
    (!found.is_empty()).then_some(found)
}

fn reassigned_to(action: &Action) -> Option<RoleId> {
    match action.kind {
        ActionKind::Reassign(role) => Some(role),
        _ => None,
    }
}
