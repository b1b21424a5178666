//! Rounds that can be used up: a redo was taken as often as it may be only where it could be taken at all.
//!
//! That the rounds of a region are used up is a variable of its own. Taken freely it would allow runs that first go
//! back although what leads there ends the instance. Invariant: what is ruled out here no run does; what the nodes of
//! the region did in earlier rounds is free, and others were no further than they are now.

use super::earlier::since;
use super::layout::{Layout, Region};
use super::logic::Logic;
use super::space::{Formula, Space};
use super::states::States;
use crate::typed::Join;
use std::collections::BTreeSet;
use wf_plan::plan::NodeId;

/// The runs in which every region whose rounds are used up can have been sent back before. `live`: no outcome is true.
pub fn possible(space: &Space, layout: &Layout, any: &States<Formula>, live: &Formula) -> Formula {
    let mut possible = space.constant(true);
    let asked = asked(space, layout, any);
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

/// The variables that may be asked by who wants to know whether rounds are used up: outcomes, those who send back, and
/// who waits outside for what is done again. Mostly nobody does.
fn asked(space: &Space, layout: &Layout, any: &States<Formula>) -> BTreeSet<usize> {
    if layout.regions.is_empty() {
        return BTreeSet::new();
    }
    let mut asking: Vec<&Formula> = any.outcomes.iter().collect();
    for ((id, node), state) in (0u16..).map(NodeId).zip(&layout.nodes).zip(&any.nodes) {
        let sources = node.after.as_ref().map(Join::nodes).unwrap_or_default();
        if sources.iter().any(|(source, ..)| layout.regions_between(*source, id).next().is_some()) {
            asking.extend([&state.yes, &state.no]);
        }
        if node.loops_to.is_some() {
            asking.push(&state.settled);
        }
    }
    space.asked_of(asking)
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
    let asked = space.asked_of([&earlier]);
    for variable in grows.into_iter().filter(|variable| asked.contains(variable)) {
        earlier = since(space, &earlier, variable);
    }
    earlier
}
