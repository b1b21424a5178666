//! Whom ladders reach: of each level the people told and asked, and whether they are others than the node's owner.
//!
//! `owner`, `process owner`, `starter` and `waiting on` are resolved as the interpreter does. A role is one receiver,
//! whoever fills it; its deputies receive instead of it and are no one else. Shared by the rules about ladders, so that
//! the cause silences its consequence. Invariant: whoever may be somebody else counts as somebody else.

use crate::typed::{
    ActionKind, Alternative, Ask, ExprKind, Ladder, Level, Node, NodeKind, Owner, Typed, Who,
};
use wf_lang::diagnostic::Severity;
use wf_plan::plan::RoleId;

/// Somebody who is reached.
#[derive(Clone, Copy, Debug)]
pub enum Reached<'a> {
    /// The people of a role.
    Role(RoleId),
    /// Whoever a field names.
    Field(&'a ExprKind),
    /// Whoever started the instance.
    Starter,
    /// Whoever blocked work waits on.
    WaitingOn,
}

impl PartialEq for Reached<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Role(one), Self::Role(other)) => one == other,
            (Self::Field(one), Self::Field(other)) => is_same_field(one, other),
            (Self::Starter, Self::Starter) | (Self::WaitingOn, Self::WaitingOn) => true,
            _ => false,
        }
    }
}

fn is_same_field(one: &ExprKind, other: &ExprKind) -> bool {
    match (one, other) {
        (ExprKind::Field(one, at), ExprKind::Field(other, also)) => {
            at == also && is_same_field(&one.kind, &other.kind)
        }
        (ExprKind::Input(_) | ExprKind::Form(..) | ExprKind::Element, _) => one == other,
        _ => false,
    }
}

/// Who does a node; of a wait or run, the process owner.
#[must_use]
pub fn owners<'a>(typed: &'a Typed, node: &'a Node) -> Vec<Reached<'a>> {
    if node.owners.is_empty() {
        return typed.process_owner.map(Reached::Role).into_iter().collect();
    }
    let owner = |owner: &'a Owner| match owner {
        Owner::Role(role) => Reached::Role(*role),
        Owner::Person(field) => Reached::Field(&field.kind),
    };
    node.owners.iter().map(|placed| owner(&placed.value)).collect()
}

/// Whom a receiver means at a node.
#[must_use]
pub fn receivers<'a>(typed: &'a Typed, node: &'a Node, who: &'a Who) -> Vec<Reached<'a>> {
    match who {
        Who::Role(role) => vec![Reached::Role(*role)],
        Who::Owner => owners(typed, node),
        Who::ProcessOwner => typed.process_owner.map(Reached::Role).into_iter().collect(),
        Who::Starter => vec![Reached::Starter],
        Who::WaitingOn => vec![Reached::WaitingOn],
        Who::Value(field) => vec![Reached::Field(&field.kind)],
    }
}

/// Whom effects tell something.
#[must_use]
pub fn told<'a>(typed: &'a Typed, node: &'a Node, actions: &'a [crate::typed::Action]) -> Vec<Reached<'a>> {
    let who = actions.iter().flat_map(|action| match &action.kind {
        ActionKind::Tell { who, .. } => who.as_slice(),
        _ => &[],
    });
    who.flat_map(|who| receivers(typed, node, &who.value)).collect()
}

/// Whom a level asks.
#[must_use]
pub fn asked<'a>(typed: &'a Typed, node: &'a Node, level: &'a Level) -> Vec<Reached<'a>> {
    let asks = level.ask.iter().flat_map(|ask| &ask.who);
    asks.flat_map(|who| receivers(typed, node, &who.value)).collect()
}

/// Everybody a level reaches.
#[must_use]
pub fn reached<'a>(typed: &'a Typed, node: &'a Node, level: &'a Level) -> Vec<Reached<'a>> {
    let mut found = told(typed, node, &level.actions);
    found.extend(asked(typed, node, level));
    found
}

/// Whether somebody among these is not the node's owner. Where several roles own it, one of them named by itself is
/// somebody beside the others.
#[must_use]
pub fn is_beside_owner(typed: &Typed, node: &Node, people: &[Reached<'_>]) -> bool {
    let owners = owners(typed, node);
    let times = |owner: &Reached<'_>| people.iter().filter(|person| *person == owner).count();
    let first = owners.first().map(times);
    people.iter().any(|person| !owners.contains(person))
        || owners.iter().any(|owner| Some(times(owner)) != first)
}

/// Whether what a question does by itself, when nobody answers it, hands the node to somebody else or settles it.
#[must_use]
pub fn ends_by_itself(typed: &Typed, node: &Node, ask: &Ask) -> bool {
    let otherwise = ask.otherwise.and_then(|otherwise| ask.alternatives.get(usize::from(otherwise)));
    let Some(otherwise) = otherwise.filter(|_| ask.decide_within.is_some()) else { return false };
    let hands_on = otherwise.actions.iter().any(|action| match &action.kind {
        ActionKind::Reassign(role) => is_beside_owner(typed, node, &[Reached::Role(*role)]),
        _ => false,
    });
    hands_on || settles(otherwise) || is_beside_owner(typed, node, &told(typed, node, &otherwise.actions))
}

/// Whether an alternative settles its node or ends the instance.
#[must_use]
pub fn settles(alternative: &Alternative) -> bool {
    alternative.actions.iter().any(|action| {
        matches!(
            action.kind,
            ActionKind::Skip | ActionKind::Complete | ActionKind::Choose(_) | ActionKind::Outcome(_)
        )
    })
}

/// Whether a ladder reaches anybody beside the node's owner. `waiting on` is somebody only where work is blocked.
#[must_use]
pub fn reaches_beside(typed: &Typed, node: &Node, ladder: &Ladder) -> bool {
    let blocked = ladder.on_block.is_some() || ladder.on_overdue;
    ladder.levels.iter().any(|level| {
        let mut people = reached(typed, node, level);
        people.retain(|person| blocked || *person != Reached::WaitingOn);
        is_beside_owner(typed, node, &people)
            || level.ask.as_ref().is_some_and(|ask| ends_by_itself(typed, node, ask))
    })
}

/// Whether `on overdue` tells somebody beside the node's owner that the deadline has passed.
#[must_use]
pub fn overdue_reaches_beside(typed: &Typed, node: &Node) -> bool {
    !node.deadlines.is_empty() && is_beside_owner(typed, node, &told(typed, node, &node.on.overdue))
}

/// Whether lateness settles a node by itself.
#[must_use]
pub fn has_if_late(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Decision { if_late, .. } => if_late.is_some(),
        NodeKind::Wait { if_late, .. } => if_late.is_some(),
        _ => false,
    }
}

/// Whether anything can set a ladder going at a node: where lateness settles the node, nothing is ever overdue. Nobody
/// works on a `run`: those who do are inside of it, with ladders of their own.
#[must_use]
pub fn can_begin(node: &Node, ladder: &Ladder) -> bool {
    if matches!(node.kind, NodeKind::Run { .. }) {
        return false;
    }
    ladder.on_silence.is_some() || ladder.on_block.is_some() || (ladder.on_overdue && !has_if_late(node))
}

/// How bad it is that no ladder of a node reaches anybody beside its owner; `None`: one does, or there is none that
/// ever begins.
///
/// Only a warning where the owner is the process owner, behind whom there is nobody in the workflow, or where lateness
/// settles the node.
#[must_use]
pub fn ends_with_nobody(typed: &Typed, node: &Node) -> Option<Severity> {
    let mut ladders = node.ladders.iter().filter(|ladder| can_begin(node, ladder)).peekable();
    if ladders.peek().is_none()
        || ladders.any(|ladder| reaches_beside(typed, node, ladder))
        || overdue_reaches_beside(typed, node)
    {
        return None;
    }
    let process_owner = typed.process_owner.map(Reached::Role);
    let owned_by_it = process_owner.is_some_and(|process_owner| owners(typed, node).contains(&process_owner));
    Some(if owned_by_it || has_if_late(node) { Severity::Warning } else { Severity::Error })
}

/// A role's name as the source has it.
#[must_use]
pub fn role_name(typed: &Typed, role: RoleId) -> &str {
    typed.roles.get(role.index()).map_or("", |role| &role.name)
}
