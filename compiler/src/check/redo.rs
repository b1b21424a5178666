//! `redo`: where it goes back to and which nodes start anew.
//!
//! The region is every node on a path of `after` edges from the node that starts again to the one that holds the
//! redo. Whether it is closed is a question for the proofs. Invariant: both ends are in the region.

use super::Checker;
use super::environment::Env;
use crate::hir::node::{JoinExpr, RedoDecl};
use crate::hir::{self, NodeKind};
use crate::typed::Redo;
use std::collections::{BTreeMap, BTreeSet};
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
        let edges: Vec<(NodeId, NodeId)> = self.edges();
        let after = reached(from, edges.iter().copied());
        let before = reached(holder, edges.iter().map(|(source, target)| (*target, *source)));
        if !after.contains(&holder) {
            return Vec::new();
        }
        after.intersection(&before).copied().collect()
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

fn reached(start: NodeId, edges: impl Iterator<Item = (NodeId, NodeId)>) -> BTreeSet<NodeId> {
    let mut onward: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    edges.for_each(|(source, target)| onward.entry(source).or_default().push(target));
    let mut found = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        for target in onward.get(&node).into_iter().flatten() {
            if found.insert(*target) {
                open.push(*target);
            }
        }
    }
    found
}
