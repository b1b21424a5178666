//! Corrections of values, and reopening a step.
//!
//! Rule 7. What was decided stays: a correction changes what later conditions and texts read, nothing else. An input
//! is corrected by the process owner or by whoever started the instance, a form field by whoever did the work, its
//! owner role or the process owner.
//!
//! `reopen` resets the step, and of what follows it those nodes whose `after` does not hold any more without it (what
//! runs for another reason goes on); it is refused once anything after the step has settled. Invariant: both need a
//! reason, and neither is possible on work that is active: there one enters or completes.

use super::turn::Turn;
use crate::effect::{Fact, Refusal};
use crate::eval;
use crate::event::Place;
use crate::join::{self, Truth};
use crate::state::NodeState;
use wf_plan::Value;
use wf_plan::node::{FieldRef, NodeKind};
use wf_plan::plan::NodeId;

impl Turn<'_> {
    pub(super) fn correct(&mut self, field: FieldRef, value: &Value, reason: &str) {
        let place = match field {
            FieldRef::Input(_) => None,
            FieldRef::Form(node, _) => Some(Place { node, copy: None }),
        };
        if let Err(refusal) = self.try_correct(field, value, reason) {
            self.refuse(place, refusal);
        }
    }

    fn try_correct(&mut self, field: FieldRef, value: &Value, reason: &str) -> Result<(), Refusal> {
        if reason.trim().is_empty() || self.is_forced_without_reason() {
            return Err(Refusal::ReasonMissing);
        }
        let declared = match field {
            FieldRef::Input(at) => self.program.inputs.get(at.index()),
            FieldRef::Form(node, at) => self.node(node).and_then(|node| node.form.get(at.index())),
        };
        let declared = declared.ok_or(Refusal::NoSuchPlace)?;
        if eval::is_missing_required(Some(value), declared) && !self.is_forced() {
            return Err(Refusal::FieldMissing { field: declared.name.clone() });
        }
        if !eval::fits(self.prepared, value, declared) {
            return Err(Refusal::WrongType { field: declared.name.clone() });
        }
        let (place, slot) = match field {
            FieldRef::Input(at) => {
                self.may_correct_input()?;
                (None, self.state.inputs.get_mut(at.index()))
            }
            FieldRef::Form(node, at) => {
                let place = Place { node, copy: None };
                self.may_correct_form(place)?;
                let fields = self.node(node).map_or(0, |node| node.form.len());
                let work = self.state.work_mut(place).ok_or(Refusal::NoSuchPlace)?;
                // Of a wait, or of a decision whose form nobody filled in, fewer values may be there.
                work.values.resize(fields, Value::Missing);
                (Some(place), work.values.get_mut(at.index()))
            }
        };
        *slot.ok_or(Refusal::NoSuchPlace)? = value.clone();
        self.note(Fact::FieldCorrected, place, format!("{}: {reason}", declared.name));
        Ok(())
    }

    fn may_correct_input(&mut self) -> Result<(), Refusal> {
        let Some(actor) = self.by else { return Err(Refusal::NotYourRole) };
        let as_process_owner = self.as_process_owner(actor);
        let started = self.state.starter.as_ref().is_some_and(|starter| starter.person == actor.person);
        self.role = as_process_owner.flatten();
        if as_process_owner.is_some() || started || self.is_forced() {
            Ok(())
        } else {
            Err(Refusal::NotYourRole)
        }
    }

    fn may_correct_form(&mut self, place: Place) -> Result<(), Refusal> {
        let node = self.node(place.node).ok_or(Refusal::NoSuchPlace)?;
        if node.for_each.is_some() {
            return Err(Refusal::NoSuchPlace);
        }
        if !self.state.node_state(place.node).is_done() {
            return Err(Refusal::ActionImpossible);
        }
        self.keeper_of_done_work(place)
    }

    /// Whoever did the work, its owner role, or the process owner.
    fn keeper_of_done_work(&mut self, place: Place) -> Result<(), Refusal> {
        let Some(actor) = self.by else { return Err(Refusal::NotYourRole) };
        let did = self.state.work(place).is_some_and(|work| work.did.contains(&actor.person));
        let found = self.as_owner(place, actor).or_else(|| self.as_process_owner(actor));
        self.role = found.flatten();
        if did || found.is_some() || self.is_forced() { Ok(()) } else { Err(Refusal::NotYourRole) }
    }

    pub(super) fn reopen(&mut self, node: NodeId, reason: &str) {
        let place = Place { node, copy: None };
        if let Err(refusal) = self.try_reopen(place, reason) {
            self.refuse(Some(place), refusal);
        }
    }

    fn try_reopen(&mut self, place: Place, reason: &str) -> Result<(), Refusal> {
        let node = self.node(place.node).ok_or(Refusal::NoSuchPlace)?;
        if !matches!(node.kind, NodeKind::Step) {
            return Err(Refusal::NotForThisKind);
        }
        if reason.trim().is_empty() || self.is_forced_without_reason() {
            return Err(Refusal::ReasonMissing);
        }
        if !self.state.node_state(place.node).is_settled() {
            return Err(Refusal::ActionImpossible);
        }
        self.keeper_of_done_work(place)?;
        let after = self.all_after(place.node);
        if let Some(settled) = after.iter().find(|node| self.state.node_state(**node).is_settled()) {
            return Err(Refusal::AlreadySettledAfter { node: *settled });
        }
        self.note(Fact::StepReopened, Some(place), reason.to_owned());
        self.reset(place.node);
        self.reset_what_no_longer_holds(&after);
        self.start_again(place.node);
        Ok(())
    }

    /// Everything that follows a node, directly or not, ascending.
    fn all_after(&self, node: NodeId) -> Vec<NodeId> {
        let mut after: Vec<NodeId> = Vec::new();
        let mut open = vec![node];
        while let Some(next) = open.pop() {
            for follower in self.prepared.followers(next) {
                if let Err(at) = after.binary_search(follower) {
                    after.insert(at, *follower);
                    open.push(*follower);
                }
            }
        }
        after
    }

    fn reset_what_no_longer_holds(&mut self, after: &[NodeId]) {
        loop {
            let stale: Vec<NodeId> = after
                .iter()
                .copied()
                .filter(|node| {
                    let truth = join::after(self.prepared, self.state, *node);
                    match self.state.node_state(*node) {
                        NodeState::Active | NodeState::Blocked => truth != Truth::Yes,
                        NodeState::NotTaken => truth != Truth::No,
                        _ => false,
                    }
                })
                .collect();
            if stale.is_empty() {
                return;
            }
            for node in stale {
                self.reset(node);
            }
        }
    }
}
