//! The regions that a `redo` starts again, and where it is certain that it no longer will.
//!
//! A redo is over once the node that holds it has settled, or can no longer be reached: after a result of a node inside
//! (an option of a decision, an outcome of a run) from which no way inside the region leads on to it. Conditions are
//! not looked at. Invariant: where this says that a redo is over, no run takes it.

use crate::typed::{Join, NodeKind, Redo, Source, Typed};
use std::collections::BTreeSet;
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;

/// What one `redo` starts again.
pub struct Region<'a> {
    typed: &'a Typed,
    /// The node that holds the redo.
    pub holder: NodeId,
    /// The option that does, of a decision.
    pub option: Option<&'a str>,
    /// The clause.
    pub redo: &'a Redo,
}

impl<'a> Region<'a> {
    /// Every region of a workflow, in file order.
    #[must_use]
    pub fn all(typed: &'a Typed) -> Vec<Self> {
        let mut found = Vec::new();
        for (holder, node) in (0..).map(NodeId).zip(&typed.nodes) {
            found.extend(node.redo.iter().map(|redo| Self { typed, holder, option: None, redo }));
            if let NodeKind::Decision { options, .. } = &node.kind {
                let goes_back =
                    options.iter().filter_map(|option| Some((option.name.as_str(), option.redo.as_ref()?)));
                found.extend(goes_back.map(|(option, redo)| Self {
                    typed,
                    holder,
                    option: Some(option),
                    redo,
                }));
            }
        }
        found
    }

    /// Whether a node is started again.
    #[must_use]
    pub fn contains(&self, node: NodeId) -> bool {
        self.redo.region.binary_search(&node).is_ok()
    }

    /// Names of the options of the decision that holds the redo which go on instead.
    pub fn last_options(&self) -> impl Iterator<Item = &'a str> {
        let options = match self.typed.nodes.get(self.holder.index()).map(|node| &node.kind) {
            Some(NodeKind::Decision { options, .. }) => options.as_slice(),
            _ => &[],
        };
        options.iter().filter(|option| option.redo.is_none()).map(|option| option.name.as_str())
    }

    /// Whether the redo can no longer come once a node inside came to this.
    #[must_use]
    pub fn is_over_after(&self, node: NodeId, needed: Needed) -> bool {
        if node == self.holder {
            // Choosing to go back does not settle the decision; a step or wait that goes back never settles.
            return true;
        }
        needed != Needed::Settled && !self.can_reach_holder(node, needed)
    }

    /// The nodes outside that start only where the redo can no longer come.
    #[must_use]
    pub fn behind(&self) -> BTreeSet<NodeId> {
        let outside = |node: &NodeId| !self.contains(*node);
        let all: Vec<NodeId> = (0..).map(NodeId).take(self.typed.nodes.len()).filter(outside).collect();
        grown(&all, |node, behind| {
            let join = self.typed.nodes.get(node.index()).and_then(|node| node.after.as_ref());
            join.is_some_and(|join| self.holds_behind(join, behind))
        })
    }

    /// Whether a join holds only where the redo can no longer come.
    fn holds_behind(&self, join: &Join, behind: &BTreeSet<NodeId>) -> bool {
        let is_over = |node: NodeId, needed: Needed| self.contains(node) && self.is_over_after(node, needed);
        let is_behind = |source: &&Source| match source {
            Source::Node(node, needed, _) => behind.contains(node) || is_over(*node, *needed),
            Source::Join(inner) => self.holds_behind(inner, behind),
        };
        let count = join.sources.iter().filter(is_behind).count();
        let before = join.sources.len() - count;
        match join.kind {
            JoinKind::All => count > 0,
            // Those that may hold before are too few.
            JoinKind::AtLeast(least) => before < usize::from(least),
            // A source inside is "no" only once the redo can no longer come.
            JoinKind::AllTaken => {
                let decides = |source: &Source| matches!(source, Source::Node(node, needed, _) if is_over(*node, *needed));
                before == 0 || join.sources.iter().any(decides)
            }
        }
    }

    /// Whether the node that holds the redo can still be reached after a node inside came to this.
    fn can_reach_holder(&self, settled: NodeId, result: Needed) -> bool {
        let cut_off = grown(&self.redo.region, |node, cut_off| {
            let join = self.typed.nodes.get(node.index()).and_then(|node| node.after.as_ref());
            node != self.redo.to && join.is_some_and(|join| !can_hold(join, (settled, result), cut_off))
        });
        !cut_off.contains(&self.holder)
    }
}

/// The nodes of which something holds that may rest on its holding for others. Looked at forwards and backwards in
/// turn, so that a long chain takes two looks and not one for each of its nodes.
fn grown(nodes: &[NodeId], holds: impl Fn(NodeId, &BTreeSet<NodeId>) -> bool) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for node in nodes.iter().chain(nodes.iter().rev()) {
            if !found.contains(node) && holds(*node, &found) {
                found.insert(*node);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Whether a join can hold after a node came to this and these nodes no longer come.
fn can_hold(join: &Join, settled: (NodeId, Needed), cut_off: &BTreeSet<NodeId>) -> bool {
    let can = |source: &&Source| match source {
        Source::Node(node, needed, _) if *node == settled.0 => !exclude(*needed, settled.1),
        Source::Node(node, ..) => !cut_off.contains(node),
        Source::Join(inner) => can_hold(inner, settled, cut_off),
    };
    let possible = join.sources.iter().filter(can).count();
    match join.kind {
        JoinKind::All => possible == join.sources.len(),
        JoinKind::AtLeast(least) => possible >= usize::from(least),
        JoinKind::AllTaken => possible > 0,
    }
}

/// Whether a node that came to one of these has not come to the other.
fn exclude(a: Needed, b: Needed) -> bool {
    use Needed::{Done, Settled, Skipped};
    match (a, b) {
        (Settled, _) | (_, Settled) => false,
        // What was done was chosen, arrived, or ended somehow; what was late may count as done or not.
        (Done, other) | (other, Done) => other == Skipped,
        (a, b) => a != b,
    }
}
