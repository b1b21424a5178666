//! What an `after` says in a state: written anew from *Meaning*, so that it is not the interpreter's own word.
//!
//! Rule 2: a source holds, can no longer hold, or may still. A node that an end has cancelled counts as it did before:
//! it was active. Invariant: yes and no are final until a redo resets a node.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use wf_compiler::typed::{Join, NodeKind, Redo, Source, Typed};
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;
use wf_vm::State;
use wf_vm::state::NodeState;

/// Yes, no longer, or perhaps still.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    Yes,
    No,
    Perhaps,
}

/// What a node's `after` says. An outcome without one never holds by itself.
pub fn after(typed: &Typed, state: &State, node: usize) -> Truth {
    let declared = &typed.nodes[node];
    match &declared.after {
        Some(join) => of_join(typed, state, node, join),
        None if matches!(declared.kind, NodeKind::Outcome { .. }) => Truth::No,
        None => Truth::Yes,
    }
}

/// What one join, the node's own or a group inside it, says to a node.
pub fn of_join(typed: &Typed, state: &State, reader: usize, join: &Join) -> Truth {
    let truths: Vec<Truth> =
        join.sources.iter().map(|source| of_source(typed, state, reader, source)).collect();
    let count = |wanted| truths.iter().filter(|truth| **truth == wanted).count();
    let (yes, no) = (count(Truth::Yes), count(Truth::No));
    match join.kind {
        JoinKind::All if no > 0 => Truth::No,
        JoinKind::All if yes == truths.len() => Truth::Yes,
        JoinKind::All => Truth::Perhaps,
        JoinKind::AtLeast(wanted) => match (yes.cmp(&usize::from(wanted)), truths.len() - no) {
            (Ordering::Equal | Ordering::Greater, _) => Truth::Yes,
            (Ordering::Less, possible) if possible < usize::from(wanted) => Truth::No,
            (Ordering::Less, _) => Truth::Perhaps,
        },
        JoinKind::AllTaken if yes + no < truths.len() => Truth::Perhaps,
        JoinKind::AllTaken if yes > 0 => Truth::Yes,
        JoinKind::AllTaken => Truth::No,
    }
}

/// What one source says to a node.
pub fn of_source(typed: &Typed, state: &State, reader: usize, source: &Source) -> Truth {
    match source {
        Source::Join(inner) => of_join(typed, state, reader, inner),
        Source::Node(node, needed, _) => of_node(typed, state, reader, node.index(), *needed),
    }
}

/// Whether a result of a node holds for a reader.
pub fn of_node(typed: &Typed, state: &State, reader: usize, node: usize, needed: Needed) -> Truth {
    let now = state.nodes[node].own.state;
    match now {
        NodeState::Waiting | NodeState::Active | NodeState::Blocked | NodeState::Cancelled => Truth::Perhaps,
        _ if result_is(now, needed) => Truth::Yes,
        _ if comes_again(typed, state, reader, node) => Truth::Perhaps,
        _ => Truth::No,
    }
}

/// Whether a settled (or not taken) node's state is the result that is asked for.
pub fn result_is(now: NodeState, needed: Needed) -> bool {
    use NodeState as S;
    let done = matches!(now, S::Completed | S::Chosen(_) | S::Arrived | S::Ended(_));
    let skipped = matches!(now, S::SkippedByRule | S::SkippedByPerson);
    match needed {
        Needed::Settled => done || skipped || now == S::Late,
        Needed::Done => done,
        Needed::Skipped => skipped,
        Needed::Option(option) => now == S::Chosen(option),
        Needed::Arrived => now == S::Arrived,
        Needed::Late => now == S::Late,
        Needed::Outcome(outcome) => now == S::Ended(outcome),
    }
}

/// Whether a redo around the node, with the reader outside, can still come.
fn comes_again(typed: &Typed, state: &State, reader: usize, node: usize) -> bool {
    let inside = |redo: &Redo, id: usize| redo.region.iter().any(|inside| inside.index() == id);
    redos(typed).any(|(holder, slot, redo)| {
        let unsettled = matches!(
            state.nodes[holder].own.state,
            NodeState::Waiting | NodeState::Active | NodeState::Blocked | NodeState::Cancelled
        );
        inside(redo, node) && !inside(redo, reader) && unsettled && taken(state, holder, slot) < redo.at_most
    })
}

/// How often a redo was taken.
pub fn taken(state: &State, holder: usize, slot: usize) -> u16 {
    state.nodes[holder].redone.get(slot).copied().unwrap_or(0)
}

/// Every redo: its holder, its slot there, and itself.
pub fn redos(typed: &Typed) -> impl Iterator<Item = (usize, usize, &Redo)> {
    typed.nodes.iter().enumerate().flat_map(|(holder, node)| {
        let of_options = match &node.kind {
            NodeKind::Decision { options, .. } => options.as_slice(),
            _ => &[],
        };
        let of_options = of_options.iter().enumerate();
        let of_options =
            of_options.filter_map(move |(slot, option)| Some((holder, slot, option.redo.as_ref()?)));
        of_options.chain(node.redo.as_ref().map(move |redo| (holder, 0, redo)))
    })
}

/// Every leaf of a join.
pub fn leaves(join: &Join) -> Vec<(NodeId, Needed)> {
    let mut found: Vec<_> = join.nodes().into_iter().map(|(node, needed, _)| (node, needed)).collect();
    found.sort_by_key(|(node, _)| *node);
    found
}

/// A join and every group inside it, the join first.
pub fn groups(join: &Join) -> Vec<&Join> {
    let mut found = vec![join];
    let mut at = 0;
    while let Some(group) = found.get(at).copied() {
        found.extend(group.sources.iter().filter_map(|source| match source {
            Source::Join(inner) => Some(inner),
            Source::Node(..) => None,
        }));
        at += 1;
    }
    found
}

/// Every node that a node waits for, over however many others.
pub fn ancestors(typed: &Typed, node: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open = vec![node];
    while let Some(at) = open.pop() {
        for (source, _) in typed.nodes[at].after.iter().flat_map(leaves) {
            if found.insert(source.index()) {
                open.push(source.index());
            }
        }
    }
    found
}
