//! The order in which the nodes of a model are made: what is known of others comes before those who ask.
//!
//! Edges of `after` come by themselves; here are the others: who sends back, what conditions read, and what
//! deadlines count from. Invariant: none
//! of these edges closes a circle that was not there.

use super::conditions::Test;
use super::layout::{Layout, NodeTests, ids};
use super::ways::since;
use crate::graph::Graph;
use crate::typed::{Join, Node, Typed};
use std::collections::BTreeSet;
use wf_plan::plan::NodeId;

/// The nodes, each behind everything it waits for; `None` where nodes wait for each other.
pub fn order(layout: &Layout, typed: &Typed, graph: &Graph, tests: &[NodeTests]) -> Option<Vec<NodeId>> {
    let holders = holders_before_readers(layout, typed);
    let order = graph.depth_first_order(&holders)?;
    // Mostly conditions read what their node waits for.
    let mut seen = vec![false; typed.nodes.len()];
    let reads_later = order.iter().any(|reader| {
        seen.get_mut(reader.index()).into_iter().for_each(|seen| *seen = true);
        let asked = typed.nodes.get(reader.index()).zip(tests.get(reader.index()));
        asked.is_some_and(|(node, tests)| {
            reads_anything(node, tests)
                && read(node, tests).iter().any(|node| seen.get(node.index()) != Some(&true))
        })
    });
    if reads_later {
        graph.depth_first_order(&read_before_readers(typed, tests, holders))
    } else {
        Some(order)
    }
}

/// A reader outside a region learns that something inside can no longer come from the node that sends back: that
/// one stands before it in the order.
fn holders_before_readers(layout: &Layout, typed: &Typed) -> Vec<(NodeId, NodeId)> {
    let mut pairs = Vec::new();
    if layout.regions.is_empty() {
        return pairs;
    }
    for (reader, node) in ids(typed).zip(&typed.nodes) {
        for (source, _, _) in node.after.as_ref().map(Join::nodes).unwrap_or_default() {
            let holders = layout.regions_between(source, reader).map(|region| region.holder);
            pairs.extend(holders.filter(|holder| *holder != source).map(|holder| (holder, reader)));
        }
    }
    pairs
}

/// What a condition reads stands before its reader, unless it waits for the reader.
fn read_before_readers(
    typed: &Typed,
    tests: &[NodeTests],
    mut pairs: Vec<(NodeId, NodeId)>,
) -> Vec<(NodeId, NodeId)> {
    let mut onward: Vec<Vec<NodeId>> = vec![Vec::new(); typed.nodes.len()];
    let add = |onward: &mut Vec<Vec<NodeId>>, (from, to): (NodeId, NodeId)| {
        onward.get_mut(from.index()).into_iter().for_each(|list| list.push(to));
    };
    for (reader, node) in ids(typed).zip(&typed.nodes) {
        for (source, _, _) in node.after.as_ref().map(Join::nodes).unwrap_or_default() {
            add(&mut onward, (source, reader));
        }
    }
    pairs.iter().for_each(|pair| add(&mut onward, *pair));
    for ((reader, node), tests) in ids(typed).zip(&typed.nodes).zip(tests) {
        if !reads_anything(node, tests) {
            continue;
        }
        for node in read(node, tests).into_iter().filter(|node| *node != reader) {
            if !is_before(&onward, reader, node) {
                add(&mut onward, (node, reader));
                pairs.push((node, reader));
            }
        }
    }
    pairs
}

/// Whether there is anything that may read: most nodes have no condition.
fn reads_anything(node: &Node, tests: &NodeTests) -> bool {
    tests.all().next().is_some() || since(node).is_some()
}

/// The nodes of which conditions read fields, and from which the deadline counts.
fn read(node: &Node, tests: &NodeTests) -> BTreeSet<NodeId> {
    let by_tests = tests.all().flat_map(Test::leaves).flat_map(nodes_of);
    by_tests.chain(since(node).into_iter().flatten()).collect()
}

/// The nodes of which a test reads fields.
fn nodes_of(leaf: &Test) -> Vec<NodeId> {
    match leaf {
        Test::Field(key, ..) | Test::Missing(key, _) | Test::NotEmpty(key, _) => {
            key.node.into_iter().collect()
        }
        Test::Opaque { reads, .. } => reads.iter().filter_map(|key| key.node).collect(),
        _ => Vec::new(),
    }
}

/// Whether one node leads to another.
fn is_before(onward: &[Vec<NodeId>], from: NodeId, to: NodeId) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        if node == to {
            return true;
        }
        let next = onward.get(node.index()).into_iter().flatten();
        open.extend(next.filter(|next| seen.insert(**next)));
    }
    false
}
