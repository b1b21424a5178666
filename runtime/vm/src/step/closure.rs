//! What an event sets free: skips, converges and not-taken to a fixed point, then outcomes, then starts.
//!
//! Rule 3. Marked nodes are looked at in file order; an outcome that holds ends the instance before anything that
//! became ready starts. Invariant: after [`Turn::close`] no mark is left, and the instance has ended or something in
//! it is active.

use super::turn::Turn;
use crate::effect::Fact;
use crate::event::Place;
use crate::join::{self, Truth};
use crate::state::NodeState;
use wf_plan::Value;
use wf_plan::node::{Node, NodeKind};
use wf_plan::plan::NodeId;

impl Turn<'_> {
    /// Works off all marks.
    pub(super) fn close(&mut self) {
        while self.is_running() {
            while !self.marked.is_empty() {
                let node = self.marked.remove(0);
                self.look_at(node);
            }
            if let Some(outcome) = self.first_outcome() {
                return self.end_in(outcome);
            }
            if self.ready.is_empty() {
                break;
            }
            for node in std::mem::take(&mut self.ready) {
                self.begin(node);
            }
            // What is ready reads the state it became ready in (rule 1), whatever stands before it in the file.
            for place in std::mem::take(&mut self.looking) {
                self.look_for_event(place);
            }
        }
        if !self.is_running() {
            return;
        }
        if !self.state.nodes.iter().any(|record| record.own.state.is_live()) {
            return self.end_quietly();
        }
        self.update_workflow_clock();
        self.update_heads_up();
    }

    /// The first outcome in file order that holds. One that a redo took back within the same event no longer does.
    fn first_outcome(&mut self) -> Option<NodeId> {
        if self.reached.is_empty() && self.forced_outcomes.is_empty() {
            return None;
        }
        let reached = std::mem::take(&mut self.reached);
        let holding = reached
            .into_iter()
            .filter(|outcome| join::after(self.prepared, self.state, *outcome) == Truth::Yes)
            .min();
        let forced = self.forced_outcomes.iter().copied().min();
        match (holding, forced) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// Looks at a waiting node again: is it ready, or can it no longer be?
    fn look_at(&mut self, id: NodeId) {
        if self.state.node_state(id) != NodeState::Waiting || self.ready.binary_search(&id).is_ok() {
            return;
        }
        let Some(node) = self.node(id) else { return };
        let again = self.again.iter().position(|other| *other == id);
        if let Some(at) = again {
            self.again.swap_remove(at);
            return self.become_ready(id, node);
        }
        match join::after(self.prepared, self.state, id) {
            Truth::Yes => self.become_ready(id, node),
            Truth::No => {
                let place = Place { node: id, copy: None };
                if self.change(place, NodeState::NotTaken) {
                    self.record(Fact::NodeNotTaken, Some(place));
                }
            }
            Truth::Perhaps => {}
        }
    }

    /// The `after` of a node holds: its `when` and list are evaluated once, now.
    fn become_ready(&mut self, id: NodeId, node: &Node) {
        let place = Place { node: id, copy: None };
        if node.when.is_some_and(|when| !self.is_true(when, Some(place))) {
            return self.settle(place, NodeState::SkippedByRule, Fact::NodeSkippedByRule, "");
        }
        match node.kind {
            NodeKind::Outcome(_) => self.reached.push(id),
            NodeKind::Converge => self.settle(place, NodeState::Completed, Fact::NodeCompleted, ""),
            _ => {
                if let Some(for_each) = &node.for_each {
                    let Value::List(elements) = self.value(for_each.list, Some(place)) else {
                        return self.settle(place, NodeState::SkippedByRule, Fact::NodeSkippedByRule, "");
                    };
                    if elements.is_empty() {
                        return self.settle(place, NodeState::SkippedByRule, Fact::NodeSkippedByRule, "");
                    }
                    self.keep_elements(id, elements);
                }
                if let Err(at) = self.ready.binary_search(&id) {
                    self.ready.insert(at, id);
                }
            }
        }
    }
}
