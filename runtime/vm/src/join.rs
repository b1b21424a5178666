//! Three-valued evaluation of `after`: yes, no longer, perhaps.
//!
//! Rule 2 of *Meaning*: a source holds, can no longer hold, or may still; a join combines them, and a node whose
//! join says *no* is not taken. Seen from outside a redo region, a *no* inside it is only *perhaps* while the redo
//! can still come. Invariant: yes and no are final until a redo or `reopen` resets a node; perhaps is not.

use crate::prepared::{Prepared, RegionOf};
use crate::state::{NodeState, State};
use wf_plan::node::{JoinKind, Needed, Source};
use wf_plan::plan::{JoinId, NodeId};

/// What can be said of a source or join now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Truth {
    /// It holds.
    Yes,
    /// It can no longer hold.
    No,
    /// It may still hold.
    Perhaps,
}

/// What a node's `after` says. A node without one starts with the instance; an outcome without one is reached
/// only by an action or by lateness.
pub(crate) fn after(prepared: &Prepared, state: &State, node: NodeId) -> Truth {
    let Some(declared) = prepared.node(node) else { return Truth::No };
    match declared.after {
        Some(join) => of_join(prepared, state, node, join),
        None if matches!(declared.kind, wf_plan::node::NodeKind::Outcome(_)) => Truth::Perhaps,
        None => Truth::Yes,
    }
}

fn of_join(prepared: &Prepared, state: &State, reader: NodeId, id: JoinId) -> Truth {
    let Some(join) = prepared.join(id) else { return Truth::No };
    let (mut yes, mut perhaps) = (0usize, 0usize);
    for source in &join.sources {
        let truth = match *source {
            Source::Node(node, needed) => of_source(prepared, state, reader, node, needed),
            Source::Join(inner) if inner < id => of_join(prepared, state, reader, inner),
            Source::Join(_) => Truth::No,
        };
        match truth {
            Truth::Yes => yes += 1,
            Truth::No => {}
            Truth::Perhaps => perhaps += 1,
        }
    }
    let needed = match join.kind {
        JoinKind::All => join.sources.len(),
        JoinKind::AtLeast(count) => usize::from(count),
        JoinKind::AllTaken if perhaps > 0 => return Truth::Perhaps,
        JoinKind::AllTaken => 1,
    };
    if yes >= needed {
        Truth::Yes
    } else if yes + perhaps < needed {
        Truth::No
    } else {
        Truth::Perhaps
    }
}

fn of_source(prepared: &Prepared, state: &State, reader: NodeId, node: NodeId, needed: Needed) -> Truth {
    let source = state.node_state(node);
    match source {
        NodeState::Waiting | NodeState::Active | NodeState::Blocked => Truth::Perhaps,
        _ if holds(source, needed) => Truth::Yes,
        _ if may_come_again(prepared, state, reader, node) => Truth::Perhaps,
        _ => Truth::No,
    }
}

fn holds(source: NodeState, needed: Needed) -> bool {
    match needed {
        Needed::Settled => source.is_settled(),
        Needed::Done => source.is_done(),
        Needed::Skipped => source.is_skipped(),
        Needed::Option(option) => source == NodeState::Chosen(option),
        Needed::Arrived => source == NodeState::Arrived,
        Needed::Late => source == NodeState::Late,
        Needed::Outcome(outcome) => source == NodeState::Ended(outcome),
    }
}

/// Whether a redo around the source, with the reader outside of it, can still come.
fn may_come_again(prepared: &Prepared, state: &State, reader: NodeId, source: NodeId) -> bool {
    prepared.regions(source).iter().any(|region| {
        let inside = prepared.redo(*region).is_some_and(|redo| redo.region.contains(&reader));
        !inside && redo_can_come(prepared, state, *region)
    })
}

/// A redo can come while its holder has not settled (nor is not taken) and rounds are left.
pub(crate) fn redo_can_come(prepared: &Prepared, state: &State, region: RegionOf) -> bool {
    let Some(redo) = prepared.redo(region) else { return false };
    let open = matches!(
        state.node_state(region.holder),
        NodeState::Waiting | NodeState::Active | NodeState::Blocked
    );
    open && rounds_taken(state, region) < redo.at_most
}

/// How often a redo was taken.
pub(crate) fn rounds_taken(state: &State, region: RegionOf) -> u16 {
    let record = state.nodes.get(region.holder.index());
    record.and_then(|record| record.redone.get(usize::from(region.slot))).copied().unwrap_or(0)
}
