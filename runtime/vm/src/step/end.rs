//! The end of an instance: in an outcome, quietly, or cancelled.
//!
//! Rule 3 and outcomes `at any time`. Active nodes are cancelled with their timers, questions and children before the
//! outcome's effects, so that what these say comes last. Invariant: an ended instance has no timer and no question.

use super::turn::Turn;
use crate::effect::{Fact, Purpose, Refusal};
use crate::event::Place;
use crate::phrases::{self, Language};
use crate::state::{End, NodeState, Phase};
use wf_plan::node::NodeKind;
use wf_plan::plan::NodeId;

impl Turn<'_> {
    /// Ends in an outcome.
    pub(super) fn end_in(&mut self, outcome: NodeId) {
        let place = Place { node: outcome, copy: None };
        // One skipped by rule in an earlier closure, and forced now, keeps its state.
        if matches!(self.state.node_state(outcome), NodeState::Waiting | NodeState::NotTaken) {
            self.change(place, NodeState::Completed);
        }
        self.record(Fact::OutcomeReached { outcome }, Some(place));
        self.end(End::Outcome(outcome));
        if let Some(NodeKind::Outcome(declared)) = self.node(outcome).map(|node| &node.kind) {
            self.act_out(&declared.effects, Some(place), None);
        }
    }

    /// Nothing is active and no outcome holds.
    pub(super) fn end_quietly(&mut self) {
        if !self.prepared.has_outcomes() {
            self.record(Fact::Finished, None);
            return self.end(End::Finished);
        }
        self.record(Fact::EndedWithoutOutcome, None);
        self.record(Fact::Incident, None);
        self.end(End::WithoutOutcome);
        self.tell_process_owner(None, Purpose::Incident, |turn, language| {
            phrases::ended_without_outcome(Language::of(language), &turn.title(language))
        });
    }

    /// An operator (who must say why) or the parent cancels.
    pub(super) fn cancel(&mut self, reason: &str) {
        if self.by.is_some() && reason.trim().is_empty() {
            return self.refuse(None, Refusal::ReasonMissing);
        }
        self.note(Fact::Cancelled, None, reason.to_owned());
        self.end(End::Cancelled);
    }

    /// An outcome `at any time`: always with a reason, by its roles, until its node has settled.
    pub(super) fn end_at_any_time(&mut self, outcome: NodeId, reason: &str) {
        let place = Some(Place { node: outcome, copy: None });
        let Some(NodeKind::Outcome(declared)) = self.node(outcome).map(|node| &node.kind) else {
            return self.refuse(None, Refusal::NoSuchPlace);
        };
        let Some(any_time) = &declared.at_any_time else {
            return self.refuse(place, Refusal::NotForThisKind);
        };
        let Some(actor) = self.by else { return };
        self.role = self.first_role(actor, &any_time.by);
        if self.role.is_none() && !self.is_forced() {
            return self.refuse(place, Refusal::NotYourRole);
        }
        if reason.trim().is_empty() || self.is_forced_without_reason() {
            return self.refuse(place, Refusal::ReasonMissing);
        }
        if any_time.until.is_some_and(|until| self.state.node_state(until).is_settled()) && !self.is_forced()
        {
            return self.refuse(place, Refusal::TooLate);
        }
        self.note(Fact::Commented, place, reason.to_owned());
        self.forced_outcomes.push(outcome);
    }

    fn end(&mut self, end: End) {
        self.state.phase = Phase::Ended(end);
        self.state.ended = self.at;
        self.marked.clear();
        self.ready.clear();
        for id in crate::prepared::ids(self.program) {
            let copies = self.state.nodes.get(id.index()).map_or(0, |record| record.copies.len());
            for copy in 0..u16::try_from(copies).unwrap_or(u16::MAX) {
                self.cancel_if_live(Place { node: id, copy: Some(copy) });
            }
            self.cancel_if_live(Place { node: id, copy: None });
        }
        self.disarm_all();
        self.state.deadline = None;
        self.state.kept.clear();
    }

    fn cancel_if_live(&mut self, place: Place) {
        if self.state.work(place).is_some_and(|work| work.state.is_live()) {
            self.cancel_work(place);
        }
    }
}
