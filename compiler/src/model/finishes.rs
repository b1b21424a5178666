//! One more finish: every event that ends the instance in an outcome, as the state before it and the state after it.
//!
//! A state in which an outcome is true is none of a running instance; what can be said of it is said of the moment
//! right after the finish that made it true: what that finish set free has started and not finished. Invariant: every
//! end in an outcome that people did not choose `at any time` is one of these, and none of these is anything else.

use super::layout::{Kind, Layout, NodeLayout};
use super::logic::Logic;
use super::space::{Formula, Space};
use super::states::{Known, Loose, State, States, World, states};
use crate::typed::{Join, Source};
use std::collections::BTreeSet;
use wf_plan::node::JoinKind;
use wf_plan::plan::NodeId;

/// One finish that can end the instance.
pub struct Finish {
    /// The node; `None`: the start itself.
    pub by: Option<NodeId>,
    /// Before it, the instance runs with the node at work.
    pub before: Formula,
    /// What can be said right after it.
    pub after: States<Formula>,
    /// Per outcome, in file order: it is true after it, whatever the others are.
    pub outcomes: Vec<Formula>,
    /// Per outcome: the instance ends there, because it is the first in file order that is true.
    pub ends: Vec<Formula>,
    /// The nodes whose state may be another after it.
    pub changed: BTreeSet<NodeId>,
}

/// Every finish that can make an outcome true.
pub fn finishes(
    space: &Space,
    layout: &Layout,
    any: &States<Formula>,
    live: &Formula,
    loose: &Loose,
) -> Vec<Finish> {
    let onward = onward(layout, loose);
    let mut found = vec![start(space, layout, loose)];
    for by in triggers(layout) {
        found.push(finish(space, layout, any, live, loose, by, &reached(by, &onward)));
    }
    found.retain(|finish| finish.ends.iter().any(|end| space.is_possible(end)));
    found
}

fn start(space: &Space, layout: &Layout, loose: &Loose) -> Finish {
    let mut is_loose = |reader, node, _: &Formula, _: &Formula| loose.contains(&(reader, node));
    let after = states(space, layout, World::Start, None, &mut is_loose);
    let before = space.constant(true);
    let all = layout.order.iter().copied().collect();
    with_ends(space, Finish { by: None, outcomes: Vec::new(), ends: Vec::new(), before, after, changed: all })
}

fn finish(
    space: &Space,
    layout: &Layout,
    any: &States<Formula>,
    live: &Formula,
    loose: &Loose,
    by: NodeId,
    changed: &BTreeSet<NodeId>,
) -> Finish {
    let variable = layout.nodes.get(by.index()).map_or(0, |node| node.finished);
    let unfinished = |formula: &Formula| space.with(formula, variable, false);
    let ready: Vec<Formula> = (0u16..)
        .zip(&any.nodes)
        .map(
            |(id, state)| {
                if changed.contains(&NodeId(id)) { unfinished(&state.ready) } else { state.ready.clone() }
            },
        )
        .collect();
    // Together first: that a node is at work says so much that what is left of `live` is small.
    let active = any.nodes.get(by.index()).map_or(space.constant(false), |state| state.active.clone());
    let before = unfinished(&space.and(live, &active));
    let mut is_loose = |reader, node, _: &Formula, _: &Formula| loose.contains(&(reader, node));
    let known = Known { nodes: &any.nodes, changed };
    let after = right_after(space, any, (by, variable), &ready, |world| {
        states(space, layout, world, Some(known), &mut is_loose)
    });
    let changed = changed.clone();
    with_ends(space, Finish { by: Some(by), outcomes: Vec::new(), ends: Vec::new(), before, after, changed })
}

/// What is said of the moment right after the finish of a node, by its variable. `ready`: the nodes that were before.
pub fn right_after<T>(
    space: &Space,
    any: &States<Formula>,
    (by, variable): (NodeId, usize),
    ready: &[Formula],
    say: impl FnOnce(World<'_, Formula>) -> T,
) -> T {
    let before = |id: NodeId, of: fn(&State<Formula>) -> &Formula| {
        let state = any.nodes.get(id.index());
        state.map_or(space.constant(false), |state| space.with(of(state), variable, false))
    };
    let yes = |id: NodeId| before(id, |state| &state.yes);
    let filled = |id: NodeId| before(id, |state| &state.filled);
    let by = |id: NodeId| space.constant(id == by);
    say(World::After { ready, yes: &yes, filled: &filled, by: &by })
}

fn with_ends(space: &Space, mut finish: Finish) -> Finish {
    let mut none_before = finish.before.clone();
    for outcome in &finish.after.outcomes {
        finish.outcomes.push(space.and(&finish.before, outcome));
        finish.ends.push(space.and(&none_before, outcome));
        none_before = space.without(&none_before, outcome);
    }
    finish
}

/// From each node to those whose state follows from its own.
fn onward(layout: &Layout, loose: &Loose) -> Vec<Vec<NodeId>> {
    let mut onward = vec![Vec::new(); layout.nodes.len()];
    let mut add = |from: NodeId, to: NodeId| {
        if let Some(list) = onward.get_mut(from.index()) {
            list.push(to);
        }
    };
    for (reader, node) in (0u16..).map(NodeId).zip(&layout.nodes) {
        for (source, _, _) in node.after.as_ref().map(Join::nodes).unwrap_or_default() {
            add(source, reader);
            for region in layout.regions_between(source, reader) {
                add(region.holder, reader);
            }
        }
    }
    // Whether it was there when it was read is said of before the finish.
    for (reader, node) in loose {
        add(*node, *reader);
    }
    onward
}

fn reached(start: NodeId, onward: &[Vec<NodeId>]) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        for next in onward.get(node.index()).into_iter().flatten() {
            if found.insert(*next) {
                open.push(*next);
            }
        }
    }
    found
}

/// Nodes whose finish can make some outcome true at once; a few more do no harm.
pub fn triggers(layout: &Layout) -> BTreeSet<NodeId> {
    let mut walk = Walk { layout, triggers: BTreeSet::new(), yes: BTreeSet::new(), no: BTreeSet::new() };
    for (id, node) in (0u16..).map(NodeId).zip(&layout.nodes) {
        if matches!(node.kind, Kind::Outcome { .. }) {
            walk.makes_yes(id);
        }
        if super::ways::ends_in(&node.ways).next().is_some() {
            walk.triggers.insert(id);
        }
        if node.loops_to.is_some() && node.has_condition() {
            walk.makes_yes(id);
        }
    }
    walk.triggers
}

/// Backwards from the outcomes, through nodes that settle within the same event.
struct Walk<'a> {
    layout: &'a Layout,
    triggers: BTreeSet<NodeId>,
    yes: BTreeSet<NodeId>,
    no: BTreeSet<NodeId>,
}

impl Walk<'_> {
    /// What makes the `after` of these nodes, and of those it depends on within one event, hold.
    fn makes_yes(&mut self, id: NodeId) {
        let mut open = vec![(id, true)];
        while let Some((id, yes)) = open.pop() {
            let seen = if yes { &mut self.yes } else { &mut self.no };
            if !seen.insert(id) {
                continue;
            }
            let Some(join) = self.layout.nodes.get(id.index()).and_then(|node| node.after.as_ref()) else {
                continue;
            };
            let negative = !yes || has_all_taken(join);
            for (source, _, _) in join.nodes() {
                let Some(node) = self.layout.nodes.get(source.index()) else { continue };
                if node.kind == Kind::Work {
                    self.triggers.insert(source);
                }
                if settles_at_once(node) {
                    open.push((source, true));
                }
                if negative {
                    open.push((source, false));
                    for region in self.layout.regions_between(source, id) {
                        self.triggers.insert(region.holder);
                        open.push((region.holder, false));
                    }
                }
            }
        }
    }
}

fn has_all_taken(join: &Join) -> bool {
    join.kind == JoinKind::AllTaken
        || join.sources.iter().any(|source| match source {
            Source::Join(inner) => has_all_taken(inner),
            Source::Node(..) => false,
        })
}

/// Whether a node may settle in the event that reaches it.
fn settles_at_once(node: &NodeLayout) -> bool {
    node.kind == Kind::Converge || node.has_condition()
}
