//! WF602: who reads a value that is not there, and on which conditions the run that shows it rests.
//!
//! A condition that looks at a field of a node that might still be done depends on who is faster. Checks (*How* 2) take
//! its answer for a free one and never call certain what rests on that; so does this, except for what becomes ready with
//! the start or in the event that ends the instance, where the answer is known. Invariant: a reading that some run shows
//! without meeting such a condition must be told.

use super::super::moves::Move;
use super::super::reads::{Missed, nodes_of};
use super::super::space::Number;
use super::super::truth::redos;
use super::{Facts, Tests};
use std::collections::BTreeSet;
use wf_compiler::typed::{Node, NodeKind, Redo, Typed};
use wf_vm::State;
use wf_vm::state::{End, NodeState, Phase};

/// Something that happens: the state before it (none before the start), its number, the move, the state after it.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    pub before: Option<&'a State>,
    pub at: Number,
    pub what: &'a Move,
    pub next: &'a State,
}

/// The nodes of which a node's conditions may look at fields.
pub fn asks(node: &Node) -> BTreeSet<usize> {
    let options = match &node.kind {
        NodeKind::Decision { options, .. } => options.as_slice(),
        _ => &[],
    };
    node.when
        .iter()
        .chain(options.iter().filter_map(|option| option.when.as_ref()))
        .flat_map(nodes_of)
        .collect()
}

/// Starts with the instance and never again: what its `when` reads is never there.
fn starts_at_once(typed: &Typed, node: usize) -> bool {
    let again = |redo: &Redo| redo.region.iter().any(|inside| inside.index() == node);
    typed.nodes[node].after.is_none() && !redos(typed).any(|(_, _, redo)| again(redo))
}

/// Notes that a condition looked at fields of nodes that might still be done.
pub fn too_early(facts: &mut Facts, typed: &Typed, reader: usize, nodes: &BTreeSet<usize>) {
    if !starts_at_once(typed, reader) {
        facts.early.extend(nodes.iter().map(|node| (reader, *node)));
    }
}

/// Notes that a node read a value that is not there: in its own `when`, in that of an option, or elsewhere; in a
/// condition, what.
pub fn read_by(
    facts: &mut Facts,
    typed: &Typed,
    (reader, in_own_when): (usize, bool),
    event: Event<'_>,
    missed: Option<&Missed>,
) {
    let mut met = Tests::new();
    for node in (0..typed.nodes.len()).filter(|node| *node != reader) {
        if is_past(typed, node, event) {
            met.extend(facts.asks[node].iter().map(|asked| (node, *asked)));
        }
    }
    if !in_own_when && !starts_at_once(typed, reader) {
        let own = typed.nodes[reader].when.iter().flat_map(nodes_of);
        met.extend(own.map(|asked| (reader, asked)));
    }
    if let Some(missed) = missed
        && !(is_known(event) || starts_at_once(typed, reader))
    {
        met.extend(missed.beside.iter().map(|asked| (reader, *asked)));
    }
    let known = facts.missed.entry(reader).or_default();
    if !known.iter().any(|(other, _)| other.is_subset(&met)) {
        known.push((met, (event.at, Some(event.what.clone()))));
    }
}

/// In the event that ends the instance in an outcome, the start among them, what is read then is known.
fn is_known(event: Event<'_>) -> bool {
    matches!(event.next.phase, Phase::Ended(End::Outcome(_)))
}

/// Whether the conditions of a node have been asked, in a way that rests on who is faster.
fn is_past(typed: &Typed, node: usize, event: Event<'_>) -> bool {
    let waits =
        |state: &State| matches!(state.nodes[node].own.state, NodeState::Waiting | NodeState::NotTaken);
    let state = if is_known(event) { event.before } else { Some(event.next) };
    !starts_at_once(typed, node) && state.is_some_and(|state| !waits(state))
}
