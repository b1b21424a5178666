//! Who was faster: what a condition reads of a node that may not be done yet when its reader becomes ready.
//!
//! Where in no running instance the reader is ready first, it reads what is there; where the other node never starts
//! first, it reads nothing; else a variable of the two says whether it was there (`there` of the layout). Between
//! `states` and the questions of `model`. Invariant: what is ruled out here, no run does.

use super::case::How;
use super::earlier::may_have_become;
use super::layout::Layout;
use super::logic::Logic;
use super::space::{Formula, Space};
use super::states::{Builder, Loose, State, States, World, states};
use std::collections::BTreeSet;
use wf_plan::plan::NodeId;

/// The nodes, with all that is known of who is faster.
pub struct Timing {
    /// At any moment.
    pub any: States<Formula>,
    /// Of which readers and nodes it is not known.
    pub loose: Loose,
    /// Of these it is known only because the instance would have ended otherwise.
    pub ordered: Pairs,
    /// The runs in which everything was read when it can have been.
    pub possible: Formula,
}

/// Readers and nodes.
pub type Pairs = BTreeSet<(NodeId, NodeId)>;

/// What is known.
pub fn timing(space: &Space, layout: &mut Layout) -> Timing {
    let (any, loose) = unordered(space, layout);
    let mut found = Timing { any, loose, ordered: Pairs::new(), possible: space.constant(true) };
    // What is known of some helps to know of others.
    while !found.loose.is_empty() {
        found.possible = possible(space, layout, &found.any, &found.loose, &found.ordered);
        let before = found.loose.len();
        sort_out(space, layout, &mut found);
        if found.loose.len() == before {
            break;
        }
        let mut is_loose = |reader, node, _: &Formula, _: &Formula| found.loose.contains(&(reader, node));
        found.any = states(space, layout, World::Any, None, &mut is_loose);
        found.possible = possible(space, layout, &found.any, &found.loose, &found.ordered);
    }
    found
}

/// The states where nothing is known of the order of things, and who may ask about which nodes before these are over. Of
/// several questions of a reader about a node one is enough, and what was answered before it is answered again.
fn unordered(space: &Space, layout: &Layout) -> (States<Formula>, Loose) {
    let mut loose = Loose::new();
    loop {
        let (mut in_time, mut is_answered_again) = (Pairs::new(), false);
        let mut is_loose = |reader: NodeId, node: NodeId, asks: &Formula, over: &Formula| {
            if loose.contains(&(reader, node)) {
                return true;
            }
            let is_early = space.is_possible(&space.without(asks, over));
            if is_early {
                loose.insert((reader, node));
                is_answered_again |= in_time.contains(&(reader, node));
            } else {
                in_time.insert((reader, node));
            }
            is_early
        };
        let any = states(space, layout, World::Any, None, &mut is_loose);
        if !is_answered_again {
            return (any, loose);
        }
    }
}

/// Takes away those of whom it is known.
fn sort_out(space: &Space, layout: &mut Layout, found: &mut Timing) {
    let live = space.without(&found.possible, &space.any(&found.any.outcomes));
    let asked = found.loose.clone();
    let (mut never, mut known) = (Pairs::new(), Pairs::new());
    for (reader, node) in &asked {
        let states = found.any.nodes.get(reader.index()).zip(found.any.nodes.get(node.index()));
        let Some((reading, read)) = states else { continue };
        let followed = is_followed(layout, *reader, *node);
        let first = space.without(&read.active, &reading.yes);
        if followed && !space.are_possible(&live, &first) {
            never.insert((*reader, *node));
            continue;
        }
        if layout.place(*node) >= layout.place(*reader)
            || space.are_possible(&live, &early(space, &asking(space, layout, found, (*reader, *node)), read))
        {
            continue;
        }
        // Its own condition may be what ends the instance, just because it asks too early: then the other was first.
        let may_end = decides_whether(layout, *reader, *node);
        if may_end && followed {
            found.ordered.insert((*reader, *node));
        }
        if !may_end || followed || ends_anyway(space, layout, &asked, *reader, *node) {
            known.insert((*reader, *node));
        }
    }
    found.loose.retain(|pair| !never.contains(pair) && !known.contains(pair));
    layout.never_there.extend(never);
}

/// Whether what a node says decides whether its reader starts, and not only what happens once it has.
fn decides_whether(layout: &Layout, reader: NodeId, node: NodeId) -> bool {
    let reader = layout.nodes.get(reader.index());
    reader.is_some_and(|reader| reader.when.iter().chain(&reader.list).any(|check| check.reads(node)))
}

/// Where it matters what a reader reads of a node.
fn asking(space: &Space, layout: &Layout, found: &Timing, (reader, node): (NodeId, NodeId)) -> Formula {
    let mut is_loose = |reader, node, _: &Formula, _: &Formula| found.loose.contains(&(reader, node));
    let nodes = found.any.nodes.clone();
    Builder { logic: space, layout, world: World::Any, nodes, is_loose: &mut is_loose }
        .asks_about(reader, node)
}

/// The reader asks, and the node is not over.
fn early(space: &Space, asking: &Formula, read: &State<Formula>) -> Formula {
    space.without(asking, &space.or(&read.settled, &read.no))
}

/// Whether the instance has ended by the time a reader asks too early, whatever its own condition says.
fn ends_anyway(space: &Space, layout: &Layout, loose: &Loose, reader: NodeId, node: NodeId) -> bool {
    let mut without = layout.clone();
    if let Some(reader) = without.nodes.get_mut(reader.index()) {
        (reader.when, reader.list) = (None, None);
    }
    let mut is_loose = |reader, node, _: &Formula, _: &Formula| loose.contains(&(reader, node));
    let any = states(space, &without, World::Any, None, &mut is_loose);
    let Some((reading, read)) = any.nodes.get(reader.index()).zip(any.nodes.get(node.index())) else {
        return false;
    };
    let live = space.not(&space.any(&any.outcomes));
    !space.are_possible(&live, &early(space, &reading.yes, read))
}

/// Whether a state in which the node was at work and its reader not ready says that it was there to be read: the reader
/// is not done again without the node.
fn is_followed(layout: &Layout, reader: NodeId, node: NodeId) -> bool {
    let around = |node: NodeId| layout.around.get(node.index()).map_or(&[][..], Vec::as_slice);
    around(reader).iter().all(|region| around(node).contains(region))
}

/// The runs in which what was there when it was read can have been there: the other node was at work before the reader
/// was ready, with the same choices.
fn possible(
    space: &Space,
    layout: &Layout,
    any: &States<Formula>,
    loose: &Loose,
    ordered: &Pairs,
) -> Formula {
    let (mut possible, mut read) = (space.constant(true), Vec::new());
    let pairs = loose.iter().map(|pair| (pair, true)).chain(ordered.iter().map(|pair| (pair, false)));
    for ((reader, node), is_loose) in pairs.filter(|((reader, node), _)| is_followed(layout, *reader, *node))
    {
        let there = if is_loose {
            let Some(own) = layout.there.get(&(*reader, *node)) else { continue };
            space.variable(*own)
        } else {
            is_read_and_filled(space, any, (*reader, *node))
        };
        let earlier = in_time(space, layout, any, (*reader, *node));
        possible = space.and(&possible, &space.or(&space.not(&there), &earlier));
        read.push(((*reader, *node), there));
    }
    for (at, ((reader, one), there)) in read.iter().enumerate() {
        for ((_, other), also) in read.iter().skip(at + 1).filter(|((asks, _), _)| asks == reader) {
            let both = space.and(there, also);
            let earlier = both_in_time(space, layout, any, *reader, (*one, *other));
            possible = space.and(&possible, &space.or(&space.not(&both), &earlier));
        }
    }
    possible
}

/// The states that may have become of one in which one of two nodes was at work, the other done, and their reader not
/// ready: where it can only be ready before the second of them is done, it cannot have read both.
fn both_in_time(
    space: &Space,
    layout: &Layout,
    any: &States<Formula>,
    reader: NodeId,
    (one, other): (NodeId, NodeId),
) -> Formula {
    let state = |id: NodeId| any.nodes.get(id.index());
    let (Some(reading), Some(first), Some(second)) = (state(reader), state(one), state(other)) else {
        return space.constant(true);
    };
    let live = space.without(&space.not(&space.any(&any.outcomes)), &reading.yes);
    // One event may bring both of two waits.
    let is_wait =
        |id: NodeId| layout.nodes.get(id.index()).is_some_and(|node| node.ways.contains(&How::Arrived));
    let together = match is_wait(one) && is_wait(other) {
        true => space.and(&first.active, &second.active),
        false => space.constant(false),
    };
    let becoming = |last: &State<Formula>, before: &State<Formula>, node: NodeId| {
        let there = space.or(&space.and(&last.active, &before.filled), &together);
        may_have_become(space, layout, any, &space.and(&live, &there), node)
    };
    space.or(&becoming(first, second, one), &becoming(second, first, other))
}

/// The same where nothing is left that could finish. `all_over`: everything has finished.
pub fn at_end(space: &Space, layout: &Layout, found: &Timing, all_over: &Formula) -> Formula {
    let finished: Vec<usize> = layout.nodes.iter().map(|node| node.finished).collect();
    let mut possible = space.for_some(&found.possible, &finished);
    for pair in &found.ordered {
        let there = space.under(&is_read_and_filled(space, &found.any, *pair), all_over);
        let earlier = space.for_some(&in_time(space, layout, &found.any, *pair), &finished);
        possible = space.and(&possible, &space.or(&space.not(&there), &earlier));
    }
    possible
}

/// The reader has asked, and the node was done.
fn is_read_and_filled(space: &Space, states: &States<Formula>, (reader, node): (NodeId, NodeId)) -> Formula {
    let both = states.nodes.get(reader.index()).zip(states.nodes.get(node.index()));
    both.map_or(space.constant(false), |(reading, read)| space.and(&reading.yes, &read.filled))
}

/// The states that may have become of one in which the node was at work and its reader not ready.
fn in_time(
    space: &Space,
    layout: &Layout,
    any: &States<Formula>,
    (reader, node): (NodeId, NodeId),
) -> Formula {
    let both = any.nodes.get(reader.index()).zip(any.nodes.get(node.index()));
    let Some((reading, read)) = both else { return space.constant(true) };
    let live = space.not(&space.any(&any.outcomes));
    let first = space.without(&space.and(&live, &read.active), &reading.yes);
    may_have_become(space, layout, any, &first, node)
}

/// Of those that are `ordered`, and have been ready: the variable of the two says whether it was there.
pub fn told_apart(space: &Space, layout: &Layout, any: &States<Formula>, ordered: &Pairs) -> Formula {
    let mut told = space.constant(true);
    for (reader, node) in ordered {
        let states = any.nodes.get(reader.index()).zip(any.nodes.get(node.index()));
        let (Some((reading, read)), Some(own)) = (states, layout.there.get(&(*reader, *node))) else {
            continue;
        };
        let own = space.variable(*own);
        let same = space.or(&space.and(&own, &read.filled), &space.not(&space.or(&own, &read.filled)));
        told = space.and(&told, &space.or(&space.not(&reading.yes), &same));
    }
    told
}
