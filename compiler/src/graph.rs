//! The graph of a workflow: its nodes, what each waits for, and what each can come to.
//!
//! [`build`] makes it from the typed workflow; the rules under `verify/` ask it. It is plain data with `Eq`, so that
//! an edit that leaves it alone verifies nothing again; petgraph is used inside this file only, where an algorithm
//! needs it. Invariant: `edges` holds one entry for each place where an `after` names a node, in file order.

use crate::place::{DeclId, Place};
use crate::typed::{ActionKind, Join, Node, NodeKind, Typed};
use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use wf_plan::node::{IfLate, JoinKind, Needed};
use wf_plan::plan::NodeId;

/// A workflow as a graph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Graph {
    /// The workflow's declaration.
    pub decl: DeclId,
    /// Its name.
    pub name: String,
    /// Its header.
    pub at: Place,
    /// Its nodes, in file order.
    pub nodes: Vec<Vertex>,
    /// What waits for what.
    pub edges: Vec<Edge>,
}

/// A node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vertex {
    /// Its name.
    pub name: String,
    /// Its header.
    pub at: Place,
    /// What it is, in the language's keyword.
    pub keyword: &'static str,
    /// What it waits for; `None`: starts with the instance, or an outcome reached another way.
    pub after: Option<Join>,
    /// For outcomes: reached by lateness, an alternative, the last round of a redo, or somebody at any time.
    pub reached_otherwise: bool,
    /// It may settle as skipped.
    pub may_be_skipped: bool,
    /// It may settle as late.
    pub may_be_late: bool,
    /// For decisions: names of the options, their places, and whether choosing them goes back.
    pub options: Vec<(String, Place, bool)>,
}

/// One node waits for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// What is waited for.
    pub from: NodeId,
    /// What waits.
    pub to: NodeId,
    /// Where it says so.
    pub at: Place,
}

/// The graph of a typed workflow.
#[must_use]
pub fn build(typed: &Typed) -> Graph {
    let reached = reached_otherwise(typed);
    let nodes: Vec<Vertex> =
        typed.nodes.iter().enumerate().map(|(index, node)| vertex(node, reached.contains(&index))).collect();
    let mut edges = Vec::new();
    for (index, node) in typed.nodes.iter().enumerate() {
        let Ok(to) = u16::try_from(index).map(NodeId) else { continue };
        let sources = node.after.as_ref().map(Join::nodes).unwrap_or_default();
        edges.extend(sources.into_iter().map(|(from, _, at)| Edge { from, to, at }));
    }
    edges.sort_by_key(|edge| (edge.to, edge.at));
    Graph { decl: typed.decl, name: typed.name.clone(), at: typed.at, nodes, edges }
}

fn vertex(node: &Node, reached_otherwise: bool) -> Vertex {
    let (keyword, options) = match &node.kind {
        NodeKind::Step => ("step", Vec::new()),
        NodeKind::Decision { options, .. } => {
            let option = options.iter().map(|option| (option.name.clone(), option.at, option.redo.is_some()));
            ("decision", option.collect())
        }
        NodeKind::Converge => ("converge", Vec::new()),
        NodeKind::Wait { .. } => ("wait", Vec::new()),
        NodeKind::PauseFor(_) | NodeKind::PauseUntil(_) => ("pause", Vec::new()),
        NodeKind::Run { .. } => ("run", Vec::new()),
        NodeKind::Outcome { .. } => ("outcome", Vec::new()),
    };
    let if_late = match &node.kind {
        NodeKind::Wait { if_late, .. } => *if_late,
        _ => None,
    };
    let skipped_by_person = node.optional || asked(node).any(|action| matches!(action, ActionKind::Skip));
    Vertex {
        name: node.name.clone(),
        at: node.at,
        keyword,
        after: node.after.clone(),
        reached_otherwise,
        // An empty list settles its node as skipped.
        may_be_skipped: node.when.is_some()
            || node.for_each.is_some()
            || skipped_by_person
            || if_late == Some(IfLate::Skip),
        may_be_late: if_late == Some(IfLate::GoOn),
        options,
    }
}

/// What people may choose in the questions of a node's ladders.
fn asked(node: &Node) -> impl Iterator<Item = &ActionKind> {
    let levels = node.ladders.iter().flat_map(|ladder| &ladder.levels);
    let alternatives = levels.filter_map(|level| level.ask.as_ref()).flat_map(|ask| &ask.alternatives);
    alternatives.flat_map(|alternative| &alternative.actions).map(|action| &action.kind)
}

/// Outcomes that something other than their `after` reaches.
fn reached_otherwise(typed: &Typed) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    for (index, node) in typed.nodes.iter().enumerate() {
        let redo = node.redo.as_ref().and_then(|redo| redo.otherwise);
        reached.extend(redo.map(NodeId::index));
        reached.extend(asked(node).filter_map(|action| match action {
            ActionKind::Outcome(outcome) => Some(outcome.index()),
            _ => None,
        }));
        match &node.kind {
            NodeKind::Wait { if_late: Some(IfLate::Outcome(outcome)), .. } => {
                reached.insert(outcome.index());
            }
            NodeKind::Outcome { at_any_time_by, .. } if !at_any_time_by.is_empty() => {
                reached.insert(index);
            }
            _ => {}
        }
    }
    reached
}

impl Graph {
    /// The node of an index.
    #[must_use]
    pub fn vertex(&self, node: NodeId) -> Option<&Vertex> {
        self.nodes.get(node.index())
    }

    /// Of every knot of nodes that wait for each other, one shortest cycle: its edges in order, each beginning where
    /// the one before ended. Knots in file order.
    #[must_use]
    pub fn shortest_cycles(&self) -> Vec<Vec<Edge>> {
        let mut graph = DiGraph::<(), ()>::with_capacity(self.nodes.len(), self.edges.len());
        let rows: Vec<_> = self.nodes.iter().map(|_| graph.add_node(())).collect();
        for edge in &self.edges {
            if let (Some(from), Some(to)) = (rows.get(edge.from.index()), rows.get(edge.to.index())) {
                graph.add_edge(*from, *to, ());
            }
        }
        let id = |row: petgraph::graph::NodeIndex| u16::try_from(row.index()).ok().map(NodeId);
        let knots = tarjan_scc(&graph).into_iter();
        // A node by itself is a knot only if it waits for itself.
        let waits_for_itself: BTreeSet<NodeId> =
            self.edges.iter().filter(|edge| edge.from == edge.to).map(|edge| edge.to).collect();
        let is_knot = |knot: &BTreeSet<NodeId>| knot.len() > 1 || !knot.is_disjoint(&waits_for_itself);
        let knots = knots.map(|knot| knot.into_iter().filter_map(id).collect());
        let knots: Vec<BTreeSet<NodeId>> = knots.filter(is_knot).collect();
        let mut cycles: Vec<Vec<Edge>> = knots.iter().filter_map(|knot| self.shortest_in(knot)).collect();
        cycles.sort_by_key(|cycle| cycle.first().map(|edge| edge.to));
        cycles
    }

    /// The nodes, each behind all it waits for and behind the first of each of these pairs of which it is the second;
    /// what belongs to one branch stands together. `None` where nodes wait for each other.
    #[must_use]
    pub fn depth_first_order(&self, more: &[(NodeId, NodeId)]) -> Option<Vec<NodeId>> {
        let mut sources: Vec<Vec<NodeId>> = vec![Vec::new(); self.nodes.len()];
        let edges = self.edges.iter().map(|edge| (edge.from, edge.to)).chain(more.iter().copied());
        for (from, to) in edges {
            sources.get_mut(to.index())?.push(from);
        }
        let ids = || (0..self.nodes.len()).filter_map(|index| u16::try_from(index).ok().map(NodeId));
        let is_outcome = |id: &NodeId| self.vertex(*id).is_some_and(|vertex| vertex.keyword == "outcome");
        let mut order = DepthFirst::new(&sources);
        for id in ids().filter(is_outcome).chain(ids()) {
            order.visit(id)?;
        }
        Some(order.done)
    }

    /// A shortest cycle within one knot, beginning at its first node in file order.
    fn shortest_in(&self, knot: &BTreeSet<NodeId>) -> Option<Vec<Edge>> {
        let inside = |edge: &&Edge| knot.contains(&edge.from) && knot.contains(&edge.to);
        let mut onward: BTreeMap<NodeId, Vec<Edge>> = BTreeMap::new();
        for edge in self.edges.iter().filter(inside) {
            onward.entry(edge.from).or_default().push(*edge);
        }
        let cycles = knot.iter().filter_map(|start| back_to(*start, &onward));
        cycles.min_by_key(Vec::len)
    }
}

/// A walk from nodes to what they wait for; each is done when all its sources are.
struct DepthFirst<'a> {
    sources: &'a [Vec<NodeId>],
    /// Per node: not seen, on the way, done.
    seen: Vec<u8>,
    done: Vec<NodeId>,
}

impl<'a> DepthFirst<'a> {
    fn new(sources: &'a [Vec<NodeId>]) -> Self {
        Self { sources, seen: vec![0; sources.len()], done: Vec::with_capacity(sources.len()) }
    }

    /// `None`: the node waits for itself.
    fn visit(&mut self, start: NodeId) -> Option<()> {
        let mut open = vec![(start, 0)];
        if *self.seen.get(start.index())? == 2 {
            return Some(());
        }
        *self.seen.get_mut(start.index())? = 1;
        while let Some((node, next)) = open.pop() {
            let Some(source) = self.sources.get(node.index())?.get(next) else {
                *self.seen.get_mut(node.index())? = 2;
                self.done.push(node);
                continue;
            };
            open.push((node, next + 1));
            match self.seen.get_mut(source.index())? {
                0 => {
                    *self.seen.get_mut(source.index())? = 1;
                    open.push((*source, 0));
                }
                1 => return None,
                _ => {}
            }
        }
        Some(())
    }
}

/// A shortest way from a node back to itself.
fn back_to(start: NodeId, onward: &BTreeMap<NodeId, Vec<Edge>>) -> Option<Vec<Edge>> {
    let mut came_by: BTreeMap<NodeId, Edge> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for edge in onward.get(&node).into_iter().flatten() {
            if came_by.contains_key(&edge.to) {
                continue;
            }
            came_by.insert(edge.to, *edge);
            if edge.to == start {
                return Some(path_back(start, &came_by));
            }
            open.push_back(edge.to);
        }
    }
    None
}

fn path_back(start: NodeId, came_by: &BTreeMap<NodeId, Edge>) -> Vec<Edge> {
    let mut path = Vec::new();
    let mut node = start;
    while let Some(edge) = came_by.get(&node) {
        path.push(*edge);
        node = edge.from;
        if node == start {
            break;
        }
    }
    path.reverse();
    path
}

impl Vertex {
    /// Whether a result of this node can ever be, if the node can start: as far as one sees without conditions.
    #[must_use]
    pub fn can_come_to(&self, needed: Needed) -> bool {
        match needed {
            Needed::Settled | Needed::Done | Needed::Arrived | Needed::Outcome(_) => true,
            Needed::Skipped => self.may_be_skipped,
            Needed::Late => self.may_be_late,
            Needed::Option(option) => {
                self.options.get(usize::from(option)).is_some_and(|(_, _, goes_back)| !goes_back)
            }
        }
    }
}

/// How many sources of a join must hold at least.
#[must_use]
pub fn least_sources(kind: JoinKind, sources: usize) -> usize {
    match kind {
        JoinKind::All => sources,
        JoinKind::AtLeast(least) => usize::from(least),
        JoinKind::AllTaken => 1,
    }
}
