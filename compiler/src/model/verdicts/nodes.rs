//! Which nodes some run reaches: WF102 and WF104.
//!
//! Invariant: a node that only hangs behind another is in neither list.

use super::super::Model;
use super::super::layout::Kind;
use super::super::questions::Question;
use super::super::ways::ends_in;
use super::{Asked, Verdicts};
use crate::typed::Join;
use std::collections::BTreeSet;
use wf_plan::plan::NodeId;

/// Nodes that some run reaches: starts, or, of a converge, settles; an outcome: ends there.
pub(super) fn reached(model: &Model) -> Vec<bool> {
    let mut reached = vec![false; model.layout.nodes.len()];
    let mut note = |id: NodeId, is_reached: bool| {
        reached.get_mut(id.index()).into_iter().for_each(|slot| *slot = is_reached);
    };
    for (id, is_reached) in model.layout.outcomes.iter().zip(model.reachable_outcomes()) {
        note(*id, *is_reached);
    }
    for (id, node) in (0u16..).map(NodeId).zip(&model.layout.nodes) {
        let is_reached = match node.kind {
            Kind::Outcome { .. } => continue,
            Kind::Work => model.is_ever_while_running(&Question::Ready(id)),
            Kind::Converge => model.is_ever(&Question::Ready(id)),
        };
        note(id, is_reached);
    }
    reached
}

/// WF102 and WF104, each told where it begins.
pub(super) fn unreachable_and_dead(asked: &Asked<'_>, found: &mut Verdicts) {
    let model = asked.model;
    let mut behind: BTreeSet<NodeId> = BTreeSet::new();
    for id in &model.layout.order {
        if asked.is_reached(*id) {
            continue;
        }
        let sources = asked.join(*id).map(Join::nodes).unwrap_or_default();
        let begins_elsewhere =
            sources.iter().any(|(source, _, _)| behind.contains(source)) || ends_behind(asked, *id);
        behind.insert(*id);
        // A condition that is always false is told by itself (WF204).
        if begins_elsewhere || is_condition_always_false(asked, *id) {
            continue;
        }
        if asked.is_join(*id) && !is_reached_by_after(asked, *id) && each_source_can(asked, *id) {
            found.unreachable.push(*id);
        } else {
            found.dead.push(*id);
        }
    }
    found.unreachable.sort_unstable();
    found.dead.sort_unstable();
}

/// Whether an outcome is one that a node which never starts would end in, by lateness, an alternative or a last round.
fn ends_behind(asked: &Asked<'_>, outcome: NodeId) -> bool {
    let layout = &asked.model.layout;
    let never = layout.enders.iter().filter(|id| !asked.is_reached(**id));
    never
        .filter_map(|id| layout.nodes.get(id.index()))
        .any(|node| node.loops_to == Some(outcome) || ends_in(&node.ways).any(|ended| ended == outcome))
}

fn is_condition_always_false(asked: &Asked<'_>, id: NodeId) -> bool {
    let node = asked.model.layout.nodes.get(id.index());
    node.is_some_and(|node| node.when.is_some())
        && is_reached_by_after(asked, id)
        && !asked.model.is_ever(&Question::When(id, true))
}

fn is_reached_by_after(asked: &Asked<'_>, id: NodeId) -> bool {
    asked.model.is_ever(&Question::Yes(id))
}

/// Whether each source of a join can hold by itself.
fn each_source_can(asked: &Asked<'_>, id: NodeId) -> bool {
    let sources = asked.join(id).map(|join| join.sources.as_slice()).unwrap_or_default();
    sources.iter().all(|source| asked.model.is_ever(&Question::Source(id, source)))
}
