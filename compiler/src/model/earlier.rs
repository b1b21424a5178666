//! What may have become of an earlier state: work goes on, and what is done again starts anew.
//!
//! For `timing`, which asks whether a state can have come after one in which a node was at work. What was finished then
//! is still finished, unless a redo came since; where a redo could no longer come, it did not. Invariant: every state
//! that some run reaches from an earlier one, while that node is not done again, is among those told here.

use super::joins::Joins;
use super::layout::{Layout, Region};
use super::logic::Logic;
use super::space::{Formula, Space};
use super::states::{States, World};
use std::collections::BTreeSet;
use wf_plan::plan::NodeId;

/// In how many parts, by which redos can still come, earlier states are looked at; more are not told apart.
const MOST_PARTS: usize = 16;

/// Earlier states, and the regions that may be done again from them on without the node.
struct Part {
    states: Formula,
    again: BTreeSet<usize>,
}

/// The states that may have become of earlier ones in which a node was at work, while it is not done again.
pub fn may_have_become(
    space: &Space,
    layout: &Layout,
    any: &States<Formula>,
    earlier: &Formula,
    node: NodeId,
) -> Formula {
    let parts = parts(space, layout, any, earlier, node);
    let later: Vec<Formula> = parts.iter().map(|part| later(space, layout, part)).collect();
    space.any(&later)
}

/// Earlier states by which redos, of those that leave the node alone, can still come.
fn parts(
    space: &Space,
    layout: &Layout,
    any: &States<Formula>,
    earlier: &Formula,
    node: NodeId,
) -> Vec<Part> {
    let joins = Joins { logic: space, layout, world: World::Any, nodes: &any.nodes };
    let holds = |region: &Region| region.nodes.binary_search(&node).is_ok();
    let mut parts = vec![Part { states: earlier.clone(), again: BTreeSet::new() }];
    for (position, region) in layout.regions.iter().enumerate().filter(|(_, region)| !holds(region)) {
        let of_holder = around_holders(layout, region).into_iter();
        let others = of_holder.filter_map(|other| layout.regions.get(other)).filter(|other| !holds(other));
        let over: Vec<Formula> = others.map(|other| joins.cannot_come_again(other)).collect();
        let over = space.all(&over);
        let mut split = Vec::new();
        for part in parts {
            let again = part.again.iter().copied().chain([position]).collect();
            if split.len() >= MOST_PARTS {
                split.push(Part { again, ..part });
                continue;
            }
            split.push(Part { states: space.without(&part.states, &over), again });
            split.push(Part { states: space.and(&part.states, &over), again: part.again });
        }
        split.retain(|part| space.is_possible(&part.states));
        parts = split;
    }
    parts
}

/// A region and those that can bring its holder back, and theirs.
fn around_holders(layout: &Layout, region: &Region) -> BTreeSet<usize> {
    let around = |holder: NodeId| layout.around.get(holder.index()).map_or(&[][..], Vec::as_slice);
    let mut found = BTreeSet::new();
    let mut open = around(region.holder).to_vec();
    while let Some(position) = open.pop() {
        if found.insert(position)
            && let Some(region) = layout.regions.get(position)
        {
            open.extend(around(region.holder));
        }
    }
    found
}

/// What goes on went on since then; of what may be done again nothing is known.
fn later(space: &Space, layout: &Layout, part: &Part) -> Formula {
    let goes_on = |other: NodeId| {
        let around = layout.around.get(other.index()).map_or(&[][..], Vec::as_slice);
        around.iter().all(|region| !part.again.contains(region))
    };
    let mut states = part.states.clone();
    for region in part.again.iter().filter_map(|position| layout.regions.get(*position)) {
        states = since(space, &states, region.used_up);
    }
    let mut free = Vec::new();
    for (other, declared) in (0u16..).map(NodeId).zip(&layout.nodes) {
        if goes_on(other) {
            states = since(space, &states, declared.finished);
        } else {
            free.push(declared.finished);
            free.extend(declared.how.variables());
        }
    }
    if free.is_empty() {
        return states;
    }
    let values = layout.fields.iter().filter(|field| field.key.node.is_some_and(|of| !goes_on(of)));
    free.extend(values.flat_map(|field| field.value.variables()));
    let kept: BTreeSet<usize> =
        layout.there.iter().filter(|((reader, _), _)| goes_on(*reader)).map(|(_, own)| *own).collect();
    let tests = layout.opaque.iter().map(|opaque| opaque.variable);
    free.extend(tests.filter(|variable| !kept.contains(variable)));
    space.for_some(&states, &free)
}

/// What may have become of states by something that happens once.
pub fn since(space: &Space, earlier: &Formula, variable: usize) -> Formula {
    let before = space.with(earlier, variable, false);
    space.or(&before, &space.and(&space.variable(variable), earlier))
}
