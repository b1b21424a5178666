//! Redo: back to an earlier node, and what `reopen` shares with it.
//!
//! Rule 5. Every node of the region returns to waiting whatever its state and loses owner, clock, timers, questions,
//! children and who did it; values stay as prefill (code reads them as missing). The first node starts again with its
//! `when` evaluated anew and not its `after`. `at most N times` counts over the whole life of the instance: an outer
//! redo gives no inner one new rounds. What this run has not taken cannot be done again: an option that goes back
//! there is not offered, and a step or wait takes its `otherwise outcome`. Invariant: rounds only grow, so redos end.

use super::turn::Turn;
use crate::effect::Fact;
use crate::event::Place;
use crate::join;
use crate::prepared::RegionOf;
use crate::state::NodeState;
use wf_plan::node::{Node, Redo};
use wf_plan::plan::NodeId;

impl Turn<'_> {
    /// How often a redo of a node was taken.
    pub(super) fn rounds(&self, holder: NodeId, slot: u16) -> u16 {
        join::rounds_taken(self.state, RegionOf { holder, slot })
    }

    /// Whether a redo can be taken once more: it has rounds left, and where it goes back to is not left out of this run.
    pub(super) fn can_go_back(&self, holder: NodeId, slot: u16, redo: &Redo) -> bool {
        let left_out = self.state.node_state(redo.to) == NodeState::NotTaken;
        !left_out && self.rounds(holder, slot) < redo.at_most
    }

    /// Takes a redo: counts it, resets its region, starts its first node again.
    pub(super) fn take_redo(&mut self, holder: NodeId, slot: u16, redo: &Redo) {
        let round = self.rounds(holder, slot).saturating_add(1);
        if let Some(record) = self.state.nodes.get_mut(holder.index()) {
            if record.redone.len() <= usize::from(slot) {
                record.redone.resize(usize::from(slot) + 1, 0);
            }
            if let Some(count) = record.redone.get_mut(usize::from(slot)) {
                *count = round;
            }
        }
        self.record(
            Fact::RedoTaken { round: round.saturating_add(1) },
            Some(Place { node: holder, copy: None }),
        );
        for node in &redo.region {
            self.reset(*node);
        }
        if !redo.region.contains(&redo.to) {
            self.reset(redo.to);
        }
        self.start_again(redo.to);
    }

    /// The `redo` of a step or wait that has settled; after its last round its `otherwise outcome`.
    pub(super) fn redo_on_settling(&mut self, id: NodeId, node: &Node) {
        let Some(redo) = &node.redo else { return };
        if self.can_go_back(id, 0, redo) {
            self.take_redo(id, 0, redo);
        } else if let Some(outcome) = redo.otherwise {
            self.forced_outcomes.push(outcome);
        }
    }

    /// Starts a waiting node again without its `after`.
    pub(super) fn start_again(&mut self, node: NodeId) {
        if !self.again.contains(&node) {
            self.again.push(node);
        }
        self.mark(node);
    }

    /// Returns a node to waiting, whatever its state.
    pub(super) fn reset(&mut self, id: NodeId) {
        let place = Place { node: id, copy: None };
        let copies = self.state.nodes.get(id.index()).map_or(0, |record| record.copies.len());
        for copy in 0..u16::try_from(copies).unwrap_or(u16::MAX) {
            self.reset_work(Place { node: id, copy: Some(copy) });
        }
        let changed = self.state.node_state(id) != NodeState::Waiting;
        self.reset_work(place);
        if changed {
            self.record(Fact::NodeReset, Some(place));
        }
        self.disarm(Some(place), |_| true);
        self.ready.retain(|ready| *ready != id);
        self.dates_changed = true;
        self.mark(id);
    }

    fn reset_work(&mut self, place: Place) {
        let Some(work) = self.state.work_mut(place) else { return };
        work.resets = work.resets.saturating_add(1);
        work.headed_up = false;
        work.did.clear();
        if work.state != NodeState::Waiting && self.change(place, NodeState::Waiting) {
            self.leave(place);
        }
    }
}
