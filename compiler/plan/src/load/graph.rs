//! The graph of `after`: the join table, no cycle, and `redo` regions as the language defines them.
//!
//! Nodes and joins are both vertices, so that groups shared by many nodes cost nothing twice.
//! Invariant: every walk visits an edge once; regions are bounded in number, so all of it stays linear.

use super::{Checked, at_most, ensure, row};
use crate::error::{Fault, Part};
use crate::limits;
use crate::node::{Join, JoinKind, Needed, Node, NodeKind, Redo, Source};
use crate::plan::{JoinId, NodeId, Program};
use std::collections::VecDeque;

/// Edges both ways; a vertex is a node, or the number of nodes plus a join.
struct Edges {
    before: Vec<Vec<usize>>,
    behind: Vec<Vec<usize>>,
}

/// Checks all of it.
pub(super) fn check(program: &Program) -> Checked {
    let edges = joins(program)?;
    no_cycle(program, &edges)?;
    let returns = program.nodes.iter().map(|node| redos(node).count()).sum();
    at_most(Part::Workflow, "returns by `redo`", returns, limits::REDOS)?;
    for (id, node) in (0..=u16::MAX).map(NodeId).zip(&program.nodes) {
        for redo in redos(node) {
            region(program, &edges, id, redo)?;
        }
    }
    Ok(())
}

/// The redo of a step or wait, and those of a decision's options.
fn redos(node: &Node) -> impl Iterator<Item = &Redo> {
    let options = match &node.kind {
        NodeKind::Decision(decision) => decision.options.as_slice(),
        _ => &[],
    };
    node.redo.iter().chain(options.iter().filter_map(|option| option.redo.as_ref()))
}

fn joins(program: &Program) -> Checked<Edges> {
    let nodes = program.nodes.len();
    let vertices = nodes + program.joins.len();
    let mut edges = Edges { before: vec![Vec::new(); vertices], behind: vec![Vec::new(); vertices] };
    let mut depths = vec![1; program.joins.len()];
    for (id, join) in (0..=u16::MAX).map(JoinId).zip(&program.joins) {
        let part = Part::Join(id);
        numbers(part, join)?;
        for source in &join.sources {
            let from = match source {
                Source::Node(node, needed) => {
                    let target = row(&program.nodes, node.index(), "node", part)?;
                    possible(part, target, *needed)?;
                    node.index()
                }
                Source::Join(inner) => {
                    ensure(inner < &id, part, "names a join that does not stand before it")?;
                    nest(part, &mut depths, id, *inner)?;
                    nodes + inner.index()
                }
            };
            edges.add(from, nodes + id.index());
        }
    }
    for (id, node) in (0..=u16::MAX).map(NodeId).zip(&program.nodes) {
        if let Some(after) = node.after {
            row(&program.joins, after.index(), "join", Part::Node(id))?;
            edges.add(nodes + after.index(), id.index());
        }
    }
    for (id, behind) in (0..=u16::MAX).map(JoinId).zip(edges.behind.iter().skip(nodes)) {
        ensure(!behind.is_empty(), Part::Join(id), "is waited for by nothing")?;
        // Groups form trees: the interpreter walks them, and a shared group would be walked once for each way to it.
        let groups = behind.iter().filter(|vertex| **vertex >= nodes).count();
        ensure(groups <= 1, Part::Join(id), "is shared by several groups")?;
    }
    Ok(edges)
}

/// Notes that one join holds another, and how deep that makes it.
fn nest(part: Part, depths: &mut [usize], outer: JoinId, inner: JoinId) -> Checked {
    let depth = depths.get(inner.index()).map_or(1, |depth| depth + 1);
    at_most(part, "groups inside each other", depth, limits::JOIN_DEPTH)?;
    if let Some(outer) = depths.get_mut(outer.index()) {
        *outer = depth.max(*outer);
    }
    Ok(())
}

impl Edges {
    fn add(&mut self, from: usize, to: usize) {
        if let Some(behind) = self.behind.get_mut(from) {
            behind.push(to);
        }
        if let Some(before) = self.before.get_mut(to) {
            before.push(from);
        }
    }
}

fn numbers(part: Part, join: &Join) -> Checked {
    at_most(part, "sources", join.sources.len(), limits::JOIN_SOURCES)?;
    ensure(!join.sources.is_empty(), part, "waits for nothing")?;
    let JoinKind::AtLeast(least) = join.kind else { return Ok(()) };
    let least = usize::from(least);
    ensure((1..=join.sources.len()).contains(&least), part, "waits for none, or for more sources than it has")
}

/// A node can have the result that a source needs.
fn possible(part: Part, node: &Node, needed: Needed) -> Checked {
    let option = |at: u16| match &node.kind {
        NodeKind::Decision(decision) => {
            decision.options.get(usize::from(at)).is_some_and(|option| option.redo.is_none())
        }
        _ => false,
    };
    let outcome = |at: u16| match &node.kind {
        NodeKind::Run(run) => usize::from(at) < run.outcomes.len(),
        _ => false,
    };
    let can = match (needed, &node.kind) {
        (_, NodeKind::Outcome(_)) => false,
        (Needed::Settled | Needed::Done | Needed::Skipped, _) => true,
        (Needed::Option(at), _) => option(at),
        (Needed::Outcome(at), _) => outcome(at),
        (Needed::Arrived | Needed::Late, NodeKind::Wait(_)) => true,
        (Needed::Arrived | Needed::Late, _) => false,
    };
    if can {
        Ok(())
    } else {
        Err(Fault::new(part, format!("waits for a result that `{}` cannot have", node.name)))
    }
}

/// Kahn's algorithm: what is left when nothing without a source remains stands on a cycle or behind one.
fn no_cycle(program: &Program, edges: &Edges) -> Checked {
    let mut waits: Vec<usize> = edges.before.iter().map(Vec::len).collect();
    let mut ready: VecDeque<usize> = (0..waits.len()).filter(|at| waits.get(*at) == Some(&0)).collect();
    while let Some(vertex) = ready.pop_front() {
        for next in edges.behind.get(vertex).into_iter().flatten() {
            if let Some(count) = waits.get_mut(*next) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push_back(*next);
                }
            }
        }
    }
    let stuck = waits.iter().take(program.nodes.len()).position(|count| *count > 0);
    match stuck.and_then(|at| u16::try_from(at).ok()) {
        Some(id) => Err(Fault::new(Part::Node(NodeId(id)), "waits for itself")),
        None => Ok(()),
    }
}

/// The region is every node on a path from the start of the redo to the node that holds it, ascending.
fn region(program: &Program, edges: &Edges, holder: NodeId, redo: &Redo) -> Checked {
    let from_start = reached(&edges.behind, redo.to.index());
    let to_holder = reached(&edges.before, holder.index());
    let both = from_start.iter().zip(&to_holder).take(program.nodes.len());
    let on_path = both.enumerate().filter(|(_, (one, other))| **one && **other).map(|(at, _)| at);
    let part = Part::Node(holder);
    ensure(
        from_start.get(holder.index()) == Some(&true),
        part,
        "returns to a node that it does not come after",
    )?;
    let same = on_path.eq(redo.region.iter().map(|node| node.index()));
    ensure(same, part, "has a `redo` whose region is not what lies between its ends")
}

/// Every vertex that edges lead to from `start`, itself included.
fn reached(edges: &[Vec<usize>], start: usize) -> Vec<bool> {
    let mut seen = vec![false; edges.len()];
    let mut open = vec![start];
    while let Some(vertex) = open.pop() {
        match seen.get_mut(vertex) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        open.extend(edges.get(vertex).into_iter().flatten());
    }
    seen
}
