//! `redo`: where it goes back to and which nodes start anew.
//!
//! The region is every node on a path of `after` edges from the node that starts again to the one that holds the
//! redo. Whether it is closed is a question for the proofs. Invariant: both ends are in the region.

use super::Checker;
use super::environment::Env;
use crate::hir::node::{JoinExpr, RedoDecl};
use crate::hir::{self, NodeKind};
use crate::typed::Redo;
use std::collections::BTreeSet;
use wf_plan::plan::NodeId;

impl Checker<'_> {
    /// The redo of an option, or of a step or wait (which needs a way out after its last round).
    pub(super) fn redo(
        &mut self,
        env: Env<'_>,
        written: &hir::Placed<RedoDecl>,
        needs_otherwise: bool,
    ) -> Option<Redo> {
        let at = env.place(written.at);
        let redo = &written.value;
        let to = self.node(env, &redo.to);
        let at_most = match &redo.at_most {
            Some(at_most) => self.count(env, at_most),
            None => {
                let help = format!("write `redo {} at most 2 times`", redo.to.text);
                self.missing(env, at, "the redo does not say how often it may come", &help);
                None
            }
        };
        let otherwise = match &redo.otherwise {
            Some(outcome) if !needs_otherwise => {
                let message =
                    "an option is no longer offered after its last round, so there is no `otherwise`";
                self.misplaced(env, env.place(outcome.at), message, "take `otherwise outcome …` out");
                None
            }
            Some(outcome) => Some(self.outcome(env, outcome)?),
            None if needs_otherwise => {
                let help = "add `otherwise outcome …`, the end after the last round";
                self.missing(env, at, "the redo does not say what happens after its last round", help);
                return None;
            }
            None => None,
        };
        let (to, holder) = (to?, env.node?);
        if let Some(NodeKind::Outcome { .. } | NodeKind::Converge) = self.written_kind(to) {
            let message = format!("`{}` is nothing that can be done again", redo.to.text);
            self.misplaced(env, env.place(redo.to.at), message, "name a step, decision, wait, pause or run");
            return None;
        }
        let region = self.region(to, holder);
        // Where something else is wrong, the way between the two may be what is missing.
        if region.is_empty() && self.found.is_broken() {
            return None;
        }
        if region.is_empty() {
            let message = format!(
                "`redo {}` does not go back: nothing leads from `{}` to `{}`",
                redo.to.text,
                redo.to.text,
                self.node_name(holder)
            );
            self.misplaced(env, env.place(redo.to.at), message, "name a node that this one comes after");
            return None;
        }
        Some(Redo { to, region, at_most: at_most?, otherwise, at })
    }

    /// Every node on a path between the two, ascending; empty if there is none.
    fn region(&self, from: NodeId, holder: NodeId) -> Vec<NodeId> {
        self.ways.get_or_init(|| Ways::of(self.outline.len(), &self.edges())).between(from, holder)
    }

    /// `after` edges, from a source to the node that waits for it.
    fn edges(&self) -> Vec<(NodeId, NodeId)> {
        let mut edges = Vec::new();
        for (index, outline) in self.outline.iter().enumerate() {
            let Ok(target) = u16::try_from(index).map(NodeId) else { continue };
            let Some(after) = &outline.written.after else { continue };
            let mut open = vec![&after.value];
            while let Some(join) = open.pop() {
                match join {
                    JoinExpr::Source(path) => {
                        let source = path.first().and_then(|name| self.node_named(&name.text));
                        edges.extend(source.map(|source| (source, target)));
                    }
                    JoinExpr::All(members) | JoinExpr::Any(members) | JoinExpr::AllTaken(members) => {
                        open.extend(members);
                    }
                    JoinExpr::AtLeast(_, members) => open.extend(members),
                    JoinExpr::Damaged => {}
                }
            }
        }
        edges
    }
}

/// What leads where.
pub(super) struct Ways {
    /// By node: what waits for it.
    onward: Vec<Vec<NodeId>>,
    /// By node: what it waits for.
    back: Vec<Vec<NodeId>>,
    /// By node: a number greater than those of all it waits for, where nodes do not wait for each other.
    places: Vec<usize>,
}

impl Ways {
    fn of(nodes: usize, edges: &[(NodeId, NodeId)]) -> Self {
        let mut ways = Self {
            onward: vec![Vec::new(); nodes],
            back: vec![Vec::new(); nodes],
            places: Vec::with_capacity(nodes),
        };
        for (source, target) in edges {
            if let Some(list) = ways.onward.get_mut(source.index()) {
                list.push(*target);
            }
            if let Some(list) = ways.back.get_mut(target.index()) {
                list.push(*source);
            }
        }
        ways.places = ways.numbered();
        ways
    }

    /// Nodes that wait for each other, and those behind them, have no number of their own.
    fn numbered(&self) -> Vec<usize> {
        let mut left: Vec<usize> = self.back.iter().map(Vec::len).collect();
        let mut places = vec![usize::MAX; left.len()];
        let free = left.iter().enumerate().rev().filter(|(_, left)| **left == 0);
        let mut open: Vec<usize> = free.map(|(node, _)| node).collect();
        let mut next = 0;
        while let Some(node) = open.pop() {
            if let Some(place) = places.get_mut(node) {
                *place = next;
            }
            next += 1;
            for target in self.onward.get(node).into_iter().flatten() {
                if let Some(left) = left.get_mut(target.index()) {
                    *left -= 1;
                    if *left == 0 {
                        open.push(target.index());
                    }
                }
            }
        }
        places
    }

    fn between(&self, from: NodeId, holder: NodeId) -> Vec<NodeId> {
        let place = |node: NodeId| self.places.get(node.index()).copied().unwrap_or(usize::MAX);
        let (first, last) = (place(from), place(holder));
        let after = reached(from, &self.onward, |node| place(node) <= last);
        let before = reached(holder, &self.back, |node| place(node) >= first);
        if !after.contains(&holder) {
            return Vec::new();
        }
        after.intersection(&before).copied().collect()
    }
}

fn reached(start: NodeId, onward: &[Vec<NodeId>], is_near: impl Fn(NodeId) -> bool) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        for target in onward.get(node.index()).into_iter().flatten() {
            if is_near(*target) && found.insert(*target) {
                open.push(*target);
            }
        }
    }
    found
}
