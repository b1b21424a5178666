//! What can be shown early: the states in which a running instance has got as far as one node, and no further.
//!
//! That no outcome has come speaks of every node. With nothing behind a node finished it speaks of those before it
//! only, which is all that most questions need: what is possible there is possible. Nodes are asked about in their
//! order, and each such formula is made of the next one by leaving out what stands at its top. Invariant: every state
//! shown here is one of a running instance; what none of them shows is for the whole of [`Model::live`] to decide.

use super::Model;
use super::layout::Layout;
use super::space::{Formula, Space};
use wf_plan::plan::NodeId;

/// The states of an instance that has got as far as each node.
pub struct Early {
    /// By place in the order.
    live: Vec<Formula>,
}

impl Early {
    /// From the states of all running instances.
    pub fn of(space: &Space, layout: &Layout, live: &Formula) -> Self {
        let mut rounds = vec![Vec::new(); layout.nodes.len()];
        for region in &layout.regions {
            if let Some(slot) = rounds.get_mut(region.holder.index()) {
                slot.push(region.used_up);
            }
        }
        let mut early = Self { live: Vec::with_capacity(layout.order.len()) };
        let mut left = live.clone();
        for id in layout.order.iter().rev() {
            early.live.push(left.clone());
            for used_up in rounds.get(id.index()).into_iter().flatten() {
                left = space.with(&left, *used_up, false);
            }
            if let Some(node) = layout.nodes.get(id.index()) {
                left = space.with(&left, node.finished, false);
            }
        }
        early.live.reverse();
        early
    }

    /// The states in which no node behind the last of these has finished.
    fn up_to(&self, layout: &Layout, nodes: &[NodeId]) -> Option<&Formula> {
        self.live.get(nodes.iter().map(|node| layout.place(*node)).max()?)
    }
}

impl Model {
    /// Whether a formula about these nodes, or about what they wait for, can be true in a running instance.
    #[must_use]
    pub fn is_possible_while_running(&self, formula: &Formula, nodes: &[NodeId]) -> bool {
        self.space.is_possible(formula)
            && (self.is_possible_early(formula, nodes) || self.space.are_possible(&self.live, formula))
    }

    /// Whether it can be true with nothing behind these nodes finished. If not, it still may be otherwise.
    pub(super) fn is_possible_early(&self, formula: &Formula, nodes: &[NodeId]) -> bool {
        let early = self.early.get_or_init(|| Early::of(&self.space, &self.layout, &self.live));
        early.up_to(&self.layout, nodes).is_some_and(|live| self.space.are_possible(live, formula))
    }
}
