//! Settling: the result, its effects, and what leaving active takes along.
//!
//! The effects of `on done` and `on skip` still see who owned the work and when it was due; then owner, clock, votes
//! and ladders are dropped, timers cancelled, questions withdrawn, and a child that still runs is cancelled.
//! A `redo` of a step or wait is taken whenever it settles, also when skipped or late: `after` it nothing stands, so
//! that not taking it could only hang. Invariant: what is settled has no timer, no question and no child.

use super::turn::Turn;
use crate::effect::{Effect, Fact};
use crate::event::Place;
use crate::state::NodeState;
use wf_plan::node::{NodeKind, Settles};
use wf_plan::plan::NodeId;

impl Turn<'_> {
    /// Settles a node or copy with a result. `detail` goes to the trail.
    pub(super) fn settle(&mut self, place: Place, to: NodeState, fact: Fact, detail: &str) {
        let Some(node) = self.node(place.node) else { return };
        if !self.change(place, to) {
            return;
        }
        self.dates_changed = true;
        if let (Some(actor), Some(work)) = (self.by, self.state.work_mut(place))
            && work.did.is_empty()
        {
            work.did = vec![actor.person.clone()];
        }
        self.note(fact, Some(place), detail.to_owned());
        if to.is_done() {
            self.act_out(&node.on.done, Some(place), None);
        } else if to.is_skipped() {
            self.act_out(&node.on.skip, Some(place), None);
        }
        self.leave(place);
        match place.copy {
            Some(_) => self.copy_settled(place.node),
            None => self.redo_on_settling(place.node, node),
        }
    }

    /// Drops what is kept only while active.
    pub(super) fn leave(&mut self, place: Place) {
        let Some(work) = self.state.work_mut(place) else { return };
        let result = work.state;
        let Some(active) = work.active.take() else { return };
        let round = work.children;
        self.disarm(Some(place), |_| true);
        self.withdraw_questions(place, |_| true);
        let is_run = self.node(place.node).is_some_and(|node| matches!(node.kind, NodeKind::Run(_)));
        let whole = place.copy.is_none() && self.node(place.node).is_some_and(|node| node.for_each.is_some());
        if is_run && !whole && !active.childless && !matches!(result, NodeState::Ended(_)) {
            self.effects.push(Effect::CancelChild { place, round });
            self.record(Fact::ChildCancelled, Some(place));
        }
    }

    /// Rule 10: the whole settles when enough copies have; those left over are cancelled.
    fn copy_settled(&mut self, id: NodeId) {
        let (Some(node), Some(record)) = (self.node(id), self.state.nodes.get(id.index())) else { return };
        let Some(for_each) = &node.for_each else { return };
        if !record.own.state.is_live() {
            return;
        }
        let settled = record.copies.iter().filter(|copy| copy.state.is_settled()).count();
        let needed = match for_each.settles {
            Settles::All => record.copies.len(),
            Settles::AtLeast(count) => usize::from(count).min(record.copies.len()),
        };
        if settled < needed {
            return;
        }
        let states: Vec<NodeState> = record.copies.iter().map(|copy| copy.state).collect();
        for (copy, state) in (0u16..).zip(&states) {
            if state.is_live() {
                self.cancel_work(Place { node: id, copy: Some(copy) });
            }
        }
        let (to, fact) = whole_result(&states);
        self.settle(Place { node: id, copy: None }, to, fact, "");
    }

    /// Cancels active work: of a copy left over, or at the instance's end.
    pub(super) fn cancel_work(&mut self, place: Place) {
        if self.change(place, NodeState::Cancelled) {
            self.record(Fact::NodeCancelled, Some(place));
            self.leave(place);
        }
    }
}

/// What a `for each` settles as: completed if any copy was done (a run whose children all ended alike: that outcome),
/// else skipped by a person.
fn whole_result(copies: &[NodeState]) -> (NodeState, Fact) {
    let mut done = copies.iter().copied().filter(|state| state.is_done());
    match done.next() {
        None => (NodeState::SkippedByPerson, Fact::NodeSkippedByPerson),
        Some(first @ NodeState::Ended(_)) if done.all(|state| state == first) => (first, Fact::NodeCompleted),
        Some(_) => (NodeState::Completed, Fact::NodeCompleted),
    }
}
