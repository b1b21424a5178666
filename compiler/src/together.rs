//! Nodes that can certainly be active at the same time.
//!
//! A node whose start depends on nothing but work being done, and on options that people may choose, is active as soon
//! as what it waits for has settled, and people take as long as they like. So nodes of which none waits for another,
//! and that want no two options of one decision, have a run in which all of them are active. Everything that is not
//! so plain is left out. Invariant: what is called together here is together in some run.

use crate::typed::{Join, Node, NodeKind, Source, Typed};
use std::collections::BTreeMap;
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
    // `None`: not looked at yet.
    let mut known: Vec<Option<Option<Past>>> = vec![None; typed.nodes.len()];
    let is_known =
        |known: &[Option<Option<Past>>], id: NodeId| known.get(id.index()).is_some_and(Option::is_some);
    let mut open: Vec<NodeId> = crate::uses::nodes(typed).map(|(id, _)| id).collect();
    open.reverse();
    // A node is looked at again when its sources are known; on a cycle it never is, and stays unknown.
    let mut waiting = Nodes::default();
    while let Some(id) = open.last().copied() {
        if is_known(&known, id) {
            open.pop();
            continue;
        }
        let Some(node) = typed.nodes.get(id.index()) else { break };
        // Of a group that is not plain nothing is asked.
        let sources = node.after.as_ref().filter(|_| is_plain(node)).map(Join::nodes).unwrap_or_default();
        let unknown =
            sources.iter().map(|(source, _, _)| *source).filter(|source| !is_known(&known, *source));
        let unknown: Vec<NodeId> = unknown.filter(|source| !waiting.contains(*source)).collect();
        if unknown.is_empty() || waiting.contains(id) {
            let past = past(typed, node, &known);
            if let Some(slot) = known.get_mut(id.index()) {
                *slot = Some(past);
            }
            open.pop();
        } else {
            waiting.insert(id);
            open.extend(unknown);
        }
    }
    known.into_iter().map(Option::flatten).collect()
}

/// Whether a node starts as soon as all that it waits for has come.
fn is_plain(node: &Node) -> bool {
    let waits_for_all = node.after.as_ref().is_none_or(|join| join.kind == JoinKind::All);
    waits_for_all && node.when.is_none() && node.for_each.is_none()
}

fn past(typed: &Typed, node: &Node, known: &[Option<Option<Past>>]) -> Option<Past> {
    if !is_plain(node) {
        return None;
    }
    let Some(join) = &node.after else { return Some(Past::default()) };
    let mut whole = Past::default();
    for source in &join.sources {
        let Source::Node(id, needed, _) = source else { return None };
        let before = known.get(id.index())?.as_ref()?.as_ref()?;
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
