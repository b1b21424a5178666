//! Rounds that can be used up: a redo was taken as often as it may be only where it could be taken at all.
//!
//! That the rounds of a region are used up is a variable of its own. Taken freely it would allow runs that first go
//! back although what leads there ends the instance. Invariant: what is ruled out here no run does; what the nodes of
//! the region did in earlier rounds is free, and others were no further than they are now.

use super::case::How;
use super::layout::{Layout, Region};
use super::logic::Logic;
use super::space::{Formula, Space};
use super::states::{Loose, States};
use std::collections::BTreeSet;
use wf_plan::plan::NodeId;

/// The runs in which every region whose rounds are used up can have been sent back before. `live`: no outcome is true.
pub fn possible(space: &Space, layout: &Layout, any: &States<Formula>, live: &Formula) -> Formula {
    let mut possible = space.constant(true);
    // Mostly nobody asks whether they are.
    let outcomes = any.outcomes.iter().filter(|_| !layout.regions.is_empty());
    let asked: BTreeSet<usize> = outcomes.flat_map(|outcome| space.asked_of(outcome)).collect();
    for region in &layout.regions {
        if asked.contains(&region.used_up)
            && let Some(sent_back) = sent_back(space, layout, any, live, region)
        {
            let used_up = space.variable(region.used_up);
            possible = space
                .and(&possible, &space.or(&space.not(&used_up), &earlier(space, layout, region, sent_back)));
        }
    }
    possible
}

/// The runs in which what was there when it was read can have been there: the other node was at work before the reader
/// was ready, with the same choices.
pub fn there(
    space: &Space,
    layout: &Layout,
    any: &States<Formula>,
    live: &Formula,
    loose: &Loose,
) -> Formula {
    let mut possible = space.constant(true);
    let is_again = |node: &NodeId| layout.around.get(node.index()).is_some_and(|regions| !regions.is_empty());
    for (reader, node) in loose.iter().filter(|(reader, node)| !is_again(reader) && !is_again(node)) {
        let states = any.nodes.get(reader.index()).zip(any.nodes.get(node.index()));
        let waits = layout.nodes.get(node.index()).is_none_or(|node| node.ways.contains(&How::Arrived));
        // An event that came early is taken as soon as the wait for it starts.
        let (Some((reading, read)), false) = (states, waits) else { continue };
        let Some(own) = layout.there.get(&(*reader, *node)) else { continue };
        let mut earlier = space.without(&space.and(live, &read.active), &reading.yes);
        for node in &layout.nodes {
            earlier = since(space, &earlier, node.finished);
        }
        possible = space.and(&possible, &space.or(&space.not(&space.variable(*own)), &earlier));
    }
    possible
}

/// What may have become of states by something that happens once.
fn since(space: &Space, earlier: &Formula, variable: usize) -> Formula {
    let before = space.with(earlier, variable, false);
    space.or(&before, &space.and(&space.variable(variable), earlier))
}

/// The states in which the region is about to be sent back.
fn sent_back(
    space: &Space,
    layout: &Layout,
    any: &States<Formula>,
    live: &Formula,
    region: &Region,
) -> Option<Formula> {
    let (node, state) = layout.nodes.get(region.holder.index()).zip(any.nodes.get(region.holder.index()))?;
    let goes = state
        .open
        .get(usize::from(region.option))
        .map_or_else(|| state.active.clone(), |open| space.and(&state.active, open));
    let taken = space.not(&any.nodes.get(region.to.index())?.no);
    let mut goes = space.all([live, &goes, &taken]);
    if node.loops_to.is_some() && node.has_condition() {
        // Skipped by rule it goes back within the event that reaches it, before any outcome is looked at.
        let by_rule = space.without(&state.yes, &state.ready);
        goes = space.or(&goes, &space.and(&by_rule, &taken));
    }
    Some(space.with(&goes, region.used_up, false))
}

/// The states that such a state may have become: the nodes of the region start anew, the others go on.
fn earlier(space: &Space, layout: &Layout, region: &Region, sent_back: Formula) -> Formula {
    let inside = |node: Option<NodeId>| node.is_some_and(|node| region.nodes.binary_search(&node).is_ok());
    let nodes = (0u16..).map(NodeId).zip(&layout.nodes);
    let mut free: Vec<usize> = layout.opaque.iter().map(|opaque| opaque.variable).collect();
    let mut grows: Vec<usize> = layout.regions.iter().map(|region| region.used_up).collect();
    for (id, node) in nodes {
        if inside(Some(id)) {
            free.push(node.finished);
            free.extend(node.how.variables());
        } else {
            grows.push(node.finished);
        }
    }
    let values = layout.fields.iter().filter(|field| inside(field.key.node));
    free.extend(values.flat_map(|field| field.value.variables()));
    let mut earlier = space.for_some(&sent_back, &free);
    let asked = space.asked_of(&earlier);
    for variable in grows.into_iter().filter(|variable| asked.contains(variable)) {
        let before = space.with(&earlier, variable, false);
        let since = space.and(&space.variable(variable), &earlier);
        earlier = space.or(&before, &since);
    }
    earlier
}
