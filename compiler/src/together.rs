//! Nodes that can certainly be active at the same time.
//!
//! A node whose start depends on nothing but work being done, and on options that people may choose, is active as soon
//! as what it waits for has settled, and people take as long as they like. So nodes of which none waits for another,
//! and that want no two options of one decision, have a run in which all of them are active. Everything that is not
//! so plain is left out. Invariant: what is called together here is together in some run.

use crate::typed::{Join, Node, NodeKind, Source, Typed};
use std::collections::{BTreeMap, BTreeSet};
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;

/// What must have happened before a node is active.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Every node that has settled.
    settled: Nodes,
    /// The option that each of these decisions has taken.
    taken: BTreeMap<NodeId, u16>,
}

/// Some of the nodes, a bit each.
#[derive(Clone, Debug, Default)]
struct Nodes(Vec<u64>);

impl Nodes {
    fn insert(&mut self, node: NodeId) {
        let (word, bit) = (node.index() / 64, node.index() % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0.get_mut(word).into_iter().for_each(|bits| *bits |= 1 << bit);
    }

    fn contains(&self, node: NodeId) -> bool {
        self.0.get(node.index() / 64).is_some_and(|bits| bits >> (node.index() % 64) & 1 == 1)
    }

    fn extend(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(bits, more)| *bits |= more);
    }
}

/// What must have happened before each node, in file order; `None` where it is not that plain.
#[must_use]
pub fn pasts(typed: &Typed) -> Vec<Option<Past>> {
    let mut known: BTreeMap<NodeId, Option<Past>> = BTreeMap::new();
    let mut open: Vec<NodeId> = crate::uses::nodes(typed).map(|(id, _)| id).collect();
    open.reverse();
    // A node is looked at again when its sources are known; on a cycle it never is, and stays unknown.
    let mut waiting: BTreeSet<NodeId> = BTreeSet::new();
    while let Some(id) = open.last().copied() {
        if known.contains_key(&id) {
            open.pop();
            continue;
        }
        let Some(node) = typed.nodes.get(id.index()) else { break };
        let sources = node.after.as_ref().map(Join::nodes).unwrap_or_default();
        let unknown =
            sources.iter().map(|(source, _, _)| *source).filter(|source| !known.contains_key(source));
        let unknown: Vec<NodeId> = unknown.filter(|source| !waiting.contains(source)).collect();
        if unknown.is_empty() || !waiting.insert(id) {
            let past = past(typed, node, &known);
            known.insert(id, past);
            open.pop();
        } else {
            open.extend(unknown);
        }
    }
    (0..typed.nodes.len())
        .map(|index| u16::try_from(index).ok().and_then(|id| known.get(&NodeId(id)).cloned().flatten()))
        .collect()
}

fn past(typed: &Typed, node: &Node, known: &BTreeMap<NodeId, Option<Past>>) -> Option<Past> {
    if node.when.is_some() || node.for_each.is_some() {
        return None;
    }
    let Some(join) = &node.after else { return Some(Past::default()) };
    if join.kind != JoinKind::All {
        return None;
    }
    let mut whole = Past::default();
    for source in &join.sources {
        let Source::Node(id, needed, _) = source else { return None };
        let before = known.get(id)?.as_ref()?;
        if !whole.add(before) {
            return None;
        }
        whole.settled.insert(*id);
        match (needed, &typed.nodes.get(id.index())?.kind) {
            (Needed::Settled | Needed::Done, kind) if !matches!(kind, NodeKind::Outcome { .. }) => {}
            (Needed::Option(option), NodeKind::Decision { options, .. }) => {
                let plain = options.get(usize::from(*option)).filter(|option| option.when.is_none());
                plain.filter(|option| option.redo.is_none())?;
                if whole.taken.insert(*id, *option).is_some_and(|other| other != *option) {
                    return None;
                }
            }
            _ => return None,
        }
    }
    Some(whole)
}

impl Past {
    /// Adds what must have happened elsewhere; false where both cannot have.
    fn add(&mut self, other: &Self) -> bool {
        self.settled.extend(&other.settled);
        other.taken.iter().all(|(decision, option)| {
            self.taken.insert(*decision, *option).is_none_or(|before| before == *option)
        })
    }

    fn fits(&self, other: &Self) -> bool {
        self.taken
            .iter()
            .all(|(decision, option)| other.taken.get(decision).is_none_or(|also| also == option))
    }
}

/// Of some nodes, in the order given, as many as can be active together with those taken before them.
#[must_use]
pub fn together(typed: &Typed, pasts: &[Option<Past>], wanted: &[NodeId]) -> Vec<NodeId> {
    let is_outcome = |node: &&Node| matches!(node.kind, NodeKind::Outcome { .. });
    let outcomes: Vec<&Node> = typed.nodes.iter().filter(is_outcome).collect();
    let mut taken: Vec<NodeId> = Vec::new();
    let mut whole = Past::default();
    for id in wanted {
        let Some(Some(past)) = pasts.get(id.index()) else { continue };
        let apart = taken.iter().any(|other| past.settled.contains(*other)) || whole.settled.contains(*id);
        if apart || !whole.fits(past) {
            continue;
        }
        let mut with = whole.clone();
        if with.add(past) && !ends(&outcomes, &with) {
            whole = with;
            taken.push(*id);
        }
    }
    taken
}

/// Whether an outcome may be reached by what has happened, so that nothing is active any more.
fn ends(outcomes: &[&Node], past: &Past) -> bool {
    outcomes.iter().any(|outcome| {
        let sources = outcome.after.as_ref().map(Join::nodes).unwrap_or_default();
        let settled = |(id, needed, _): &(NodeId, Needed, crate::place::Place)| {
            let other_option = match needed {
                Needed::Option(option) => past.taken.get(id).is_some_and(|taken| taken != option),
                _ => false,
            };
            past.settled.contains(*id) && !other_option
        };
        match outcome.after.as_ref().map(|join| join.kind) {
            Some(JoinKind::All) => sources.iter().all(settled),
            Some(_) => sources.iter().any(settled),
            None => false,
        }
    })
}
