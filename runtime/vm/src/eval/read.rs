//! What code may read: forms, the element of a copy, and names that need no declaration.
//!
//! A form can be read once its node has been done; before (and again after a redo) its fields are missing, though
//! the values are kept as prefill. Invariant: reading changes nothing and never fails.

use super::{Scope, show, text};
use crate::event::Place;
use crate::phrases;
use crate::prepared::Prepared;
use crate::state::{Deadline, State, Work};
use std::borrow::Cow;
use wf_plan::Value;
use wf_plan::node::Owner;
use wf_plan::op::Context;
use wf_plan::plan::{FieldIndex, NodeId, RoleId};

/// A field of a node's form; within a `for each` copy of that node, of the copy.
pub(super) fn form<'a>(
    state: &'a State,
    scope: &Scope<'_>,
    node: NodeId,
    field: FieldIndex,
) -> Option<&'a Value> {
    let work = match scope.place {
        Some(place) if place.node == node && place.copy.is_some() => state.work(place)?,
        _ => &state.nodes.get(node.index())?.own,
    };
    if work.state.is_done() { work.values.get(field.index()) } else { None }
}

/// The copies of a `for each` that were done.
pub(super) fn completed_copies(state: &State, node: NodeId) -> impl Iterator<Item = &Work> {
    let copies = state.nodes.get(node.index()).map_or(&[] as &[Work], |record| record.copies.as_slice());
    copies.iter().filter(|copy| copy.state.is_done())
}

/// The element of the copy.
pub(super) fn element<'a>(state: &'a State, scope: &Scope<'_>) -> Option<&'a Value> {
    let place = scope.place?;
    state.nodes.get(place.node.index())?.elements.get(usize::from(place.copy?))
}

/// A name that needs no declaration.
pub(super) fn context(prepared: &Prepared, state: &State, name: Context, scope: &Scope<'_>) -> Value {
    let program = prepared.program();
    let written = |code: Option<_>| code.map(|code| Value::Text(text(prepared, state, code, scope)));
    let active = scope.place.and_then(|place| state.active(place));
    let found = match name {
        Context::Step => scope
            .place
            .and_then(|place| prepared.node(place.node))
            .map(|node| Value::Text(node.label.clone())),
        Context::Workflow => Some(Value::Text(program.label.clone())),
        Context::Title => written(program.title).or_else(|| Some(Value::Text(program.label.clone()))),
        Context::Reference => written(program.reference),
        Context::Number => Some(Value::Number(state.number.into())),
        Context::Owner => owner(prepared, state, scope).map(Value::Text),
        Context::ProcessOwner => program.process_owner.and_then(|role| label(prepared, role)),
        Context::Starter => state.starter.as_ref().map(|starter| Value::Text(starter.person.clone())),
        Context::Deadline => deadline(state, scope).and_then(|deadline| {
            // Finished text: "paused", or a midnight as the end of the day before it.
            if deadline.stopped.is_some() {
                return Some(Value::Text(phrases::paused(scope.language).to_owned()));
            }
            Some(Value::Text(show::deadline(prepared, deadline.end()?, scope.language)))
        }),
        Context::Started => match active {
            Some(active) => Some(Value::Moment(active.started)),
            None => Some(Value::Moment(state.started)).filter(|_| scope.place.is_none()),
        },
        Context::BlockReason => {
            active.and_then(|active| active.blocked.as_ref()).map(|block| Value::Text(block.reason.clone()))
        }
        Context::WaitingOn => active
            .and_then(|active| active.blocked.as_ref())
            .and_then(|block| block.waiting_on)
            .and_then(|role| label(prepared, role)),
        Context::Level => scope.level.map(|level| Value::Number(level.into())),
        Context::Round => {
            let resets = scope.place.and_then(|place| state.work(place)).map_or(0, |work| work.resets);
            Some(Value::Number((u32::from(resets) + 1).into()))
        }
    };
    found.unwrap_or_default()
}

/// The node's deadline; outside of nodes the instance's.
fn deadline<'a>(state: &'a State, scope: &Scope<'_>) -> Option<&'a Deadline> {
    match scope.place {
        Some(place) => state.active(place)?.deadline.as_ref(),
        None => state.deadline.as_ref(),
    }
}

fn label(prepared: &Prepared, role: RoleId) -> Option<Value> {
    prepared.role(role).map(|role| Value::Text(role.label.clone()))
}

/// Who owns the work, as people call them: whoever claimed it, else the owner role's label.
fn owner(prepared: &Prepared, state: &State, scope: &Scope<'_>) -> Option<String> {
    let place = scope.place?;
    if let Some(person) = state.active(place).and_then(|active| active.owner.clone()) {
        return Some(person);
    }
    let mut names = Vec::new();
    for owner in owners(prepared, state, place).iter() {
        match owner {
            Owner::Role(role) => names.extend(prepared.role(*role).map(|role| role.label.clone())),
            Owner::Person(code) => names.push(text(prepared, state, *code, &Scope::default_at(scope))),
        }
    }
    if names.is_empty() { None } else { Some(names.join(", ")) }
}

impl Scope<'_> {
    /// The same place and depth, for code that yields a name.
    fn default_at(outer: &Scope<'_>) -> Self {
        Self { place: outer.place, depth: outer.depth, ..Self::default() }
    }
}

/// Who owns work now: the role it was reassigned to, else the written owners, else the process owner.
pub(crate) fn owners<'a>(prepared: &'a Prepared, state: &State, place: Place) -> Cow<'a, [Owner]> {
    if let Some(role) = state.active(place).and_then(|active| active.role) {
        return Cow::Owned(vec![Owner::Role(role)]);
    }
    match prepared.node(place.node) {
        Some(node) if !node.owners.is_empty() => Cow::Borrowed(&node.owners),
        _ => Cow::Owned(prepared.program().process_owner.map(Owner::Role).into_iter().collect()),
    }
}
