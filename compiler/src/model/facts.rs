//! Single facts as formulas, for those who ask about one of them: a value lies in a cell, somebody may end it now.
//!
//! Beside the states of the nodes, which speak of what follows from the facts. Invariant: a fact says nothing of
//! whether the instance still runs.

use super::Model;
use super::layout::{FieldLayout, Kind};
use super::logic::Logic;
use super::space::Formula;
use super::states::is_thing;
use wf_plan::plan::NodeId;

impl Model {
    /// The value of a field lies in one of its cells, by position.
    #[must_use]
    pub fn lies_in(&self, field: &FieldLayout, cell: usize) -> Formula {
        is_thing(&self.space, field.value, cell)
    }

    /// Somebody may end a running instance in this outcome `at any time`, now.
    #[must_use]
    pub fn may_be_ended_in(&self, outcome: NodeId) -> Formula {
        let node = self.layout.nodes.get(outcome.index());
        let Some(Kind::Outcome { at_any_time: true, until }) = node.map(|node| node.kind) else {
            return self.space.constant(false);
        };
        // With nobody at work the instance has ended by itself.
        let active = self.somebody_active();
        match until.and_then(|until| self.state(until)) {
            Some(until) => self.space.without(&active, &until.settled),
            None => active,
        }
    }

    /// Somebody or something is at work.
    #[must_use]
    pub fn somebody_active(&self) -> Formula {
        // In the order of the variables, so that what is known so far stands below what is added.
        let states = self.layout.order.iter().filter_map(|id| self.any.nodes.get(id.index()));
        self.space.any(states.map(|state| &state.active))
    }
}
