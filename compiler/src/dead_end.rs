//! Where a run stops: what settled last, and whether a join hangs in it only because the run went another way.
//!
//! For the rules that tell of quiet ends (WF103, WF105). Invariant: nothing here decides whether something is told, only
//! what is said of it.

use crate::model::{Case, How, Kind, Model};
use crate::scene::{Came, Missing, Scene};
use crate::typed::{Join, Typed};
use std::collections::BTreeSet;
use wf_plan::node::Needed;
use wf_plan::plan::NodeId;

/// What settled last and set nothing free: what the verdict rests on before anything else.
#[must_use]
pub fn last(typed: &Typed, model: &Model, case: &Case) -> Option<(NodeId, Needed)> {
    let scene = Scene::of(model, case);
    let settled =
        |id: &&NodeId| scene.is_settled(**id) && !goes_on(typed, &scene, **id) && is_no_outcome(model, **id);
    let ends: Vec<NodeId> = model.layout.order.iter().rev().filter(settled).copied().collect();
    let node = ends.iter().find(|id| case.needed.contains(id)).or(ends.first()).copied()?;
    Some((node, result_of(model, case, node)))
}

fn is_no_outcome(model: &Model, id: NodeId) -> bool {
    model.layout.nodes.get(id.index()).is_some_and(|node| !matches!(node.kind, Kind::Outcome { .. }))
}

fn goes_on(typed: &Typed, scene: &Scene<'_>, id: NodeId) -> bool {
    (0u16..).map(NodeId).zip(&typed.nodes).any(|(reader, node)| {
        let sources = node.after.as_ref().map(Join::nodes).unwrap_or_default();
        sources.iter().any(|(source, _, _)| *source == id) && scene.is_reached(reader)
    })
}

fn result_of(model: &Model, case: &Case, id: NodeId) -> Needed {
    let how = case.finished.iter().find(|(node, _)| *node == id).map(|(_, how)| *how);
    if let Some(option) = how.and_then(How::option) {
        return Needed::Option(option);
    }
    match how {
        Some(How::Ended(outcome)) => Needed::Outcome(outcome),
        Some(How::Late) => Needed::Late,
        Some(How::Skipped) => Needed::Skipped,
        Some(_) => Needed::Settled,
        None if model.layout.nodes.get(id.index()).is_some_and(|node| node.kind == Kind::Work) => {
            Needed::Skipped
        }
        None => Needed::Settled,
    }
}

/// The result that a join does not wait for, and by which the run went on elsewhere: another one of the same node, after
/// which something begins that does not lead to the join.
#[must_use]
pub fn gone_elsewhere(
    typed: &Typed,
    scene: &Scene<'_>,
    join: NodeId,
    missing: &[Missing],
) -> Option<(NodeId, Needed)> {
    let before = before(typed, join);
    let mut others = missing.iter().filter(|one| one.came == Came::Otherwise && is_one_way(one.needed));
    others.find_map(|one| {
        let nodes = (0..).map(NodeId).zip(&typed.nodes);
        let mut begun = nodes.filter(|(id, _)| !before.contains(id) && scene.is_reached(*id));
        begun.find_map(|(_, node)| {
            let sources = node.after.as_ref().map(Join::nodes).unwrap_or_default();
            let other = |needed: Needed| is_one_way(needed) && needed != one.needed;
            let way = sources.into_iter().find(|(source, needed, _)| *source == one.node && other(*needed));
            way.map(|(source, needed, _)| (source, needed))
        })
    })
}

/// Whether a node that settles otherwise may lead elsewhere.
fn is_one_way(needed: Needed) -> bool {
    !matches!(needed, Needed::Settled | Needed::Done)
}

/// The join and all that it comes after.
fn before(typed: &Typed, join: NodeId) -> BTreeSet<NodeId> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![join]);
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            let after = typed.nodes.get(id.index()).and_then(|node| node.after.as_ref());
            open.extend(after.map(Join::nodes).unwrap_or_default().into_iter().map(|(source, ..)| source));
        }
    }
    seen
}
