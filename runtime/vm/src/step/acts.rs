//! What people do to active work, and how ladders and clocks take it.
//!
//! Rule 7. Every act is first held against the node's state and kind, then against the actor (`people.rs`), then
//! carried out. A form of a decision is filled in with `complete`, which does not settle it; its required fields must
//! be there when an option is chosen. An operator may force an act with a reason: past roles, claims, separation,
//! missing values and closed options, never past the states of a node. Invariant: a refused act changes nothing.

use super::turn::Turn;
use crate::effect::{Fact, Refusal};
use crate::eval;
use crate::event::{Act, Place};
use crate::state::{Blocked, NodeState, Task};
use wf_plan::Value;
use wf_plan::node::{Node, NodeKind};
use wf_plan::plan::RoleId;

impl Turn<'_> {
    /// An act at a place.
    pub(super) fn act(&mut self, place: Place, act: &Act) {
        if let Err(refusal) = self.try_act(place, act) {
            self.refuse(Some(place), refusal);
        }
    }

    fn try_act(&mut self, place: Place, act: &Act) -> Result<(), Refusal> {
        let node = self.node(place.node).ok_or(Refusal::NoSuchPlace)?;
        let work = self.state.work(place).ok_or(Refusal::NoSuchPlace)?;
        if node.for_each.is_some() != place.copy.is_some() {
            return Err(Refusal::NoSuchPlace);
        }
        if !work.state.is_live() {
            return Err(Refusal::NotActive);
        }
        if self.is_forced_without_reason() {
            return Err(Refusal::ReasonMissing);
        }
        match act {
            Act::Claim => self.claim(place, node),
            Act::Release => self.release(place, node),
            Act::Complete(values) => self.complete(place, node, values),
            Act::Comment(text) => self.comment(place, node, text),
            Act::Acknowledge => {
                self.owner_may(place, node, true)?;
                self.claim_silently(place);
                self.record(Fact::Acknowledged, Some(place));
                self.acknowledge(place, node);
                self.active_now(place, node);
                Ok(())
            }
            Act::Block { reason, waiting_on } => self.block(place, node, reason, *waiting_on),
            Act::Unblock => self.unblock(place, node),
            Act::Reassign(role) => {
                self.prepared.role(*role).ok_or(Refusal::NoSuchPlace)?;
                self.keeper_may(place, node)?;
                self.reassign(place, node, *role);
                self.acted(place, node);
                Ok(())
            }
            Act::Choose { option, reason } => self.choose(place, node, *option, reason.as_deref()),
            Act::Skip { reason } => self.skip(place, node, reason),
        }
    }

    /// Whoever claimed it (its owners, while nobody has), and the process owner.
    fn keeper_may(&mut self, place: Place, node: &Node) -> Result<(), Refusal> {
        let Some(actor) = self.by else { return Err(Refusal::NotYourRole) };
        if let Some(role) = self.as_process_owner(actor) {
            self.role = role;
            return Ok(());
        }
        self.owner_may(place, node, false)?;
        let claimed = self.state.active(place).and_then(|active| active.owner.as_ref());
        match claimed.filter(|owner| **owner != actor.person && !self.is_forced()) {
            Some(owner) => Err(Refusal::ClaimedByAnother { owner: owner.clone() }),
            None => Ok(()),
        }
    }

    fn claim(&mut self, place: Place, node: &Node) -> Result<(), Refusal> {
        self.owner_may(place, node, true)?;
        let person = self.by.map(|actor| actor.person.clone());
        if let Some(active) = self.state.active_mut(place) {
            active.owner = person;
        }
        self.record(Fact::NodeClaimed, Some(place));
        self.acted(place, node);
        Ok(())
    }

    fn release(&mut self, place: Place, node: &Node) -> Result<(), Refusal> {
        self.keeper_may(place, node)?;
        let Some(active) = self.state.active_mut(place) else { return Err(Refusal::NotActive) };
        if active.owner.take().is_none() {
            return Err(Refusal::ActionImpossible);
        }
        self.record(Fact::NodeReleased, Some(place));
        self.acted(place, node);
        Ok(())
    }

    fn complete(&mut self, place: Place, node: &Node, values: &[Value]) -> Result<(), Refusal> {
        let forced = self.is_forced();
        let (to, fact) = match node.kind {
            NodeKind::Step => (NodeState::Completed, Fact::NodeCompleted),
            NodeKind::Decision(_) if !node.form.is_empty() => return self.fill_in(place, node, values),
            NodeKind::Wait(_) if forced => (NodeState::Arrived, Fact::NodeArrived),
            NodeKind::Pause(_) if forced => (NodeState::Completed, Fact::NodeCompleted),
            _ => return Err(Refusal::NotForThisKind),
        };
        self.owner_may(place, node, true)?;
        self.check_form(node, values, !forced)?;
        self.claim_silently(place);
        self.keep_values(place, node, values);
        self.settle(place, to, fact, "");
        Ok(())
    }

    /// The form of a decision, before (or between) the votes.
    fn fill_in(&mut self, place: Place, node: &Node, values: &[Value]) -> Result<(), Refusal> {
        self.owner_may(place, node, !Self::is_vote(node))?;
        self.check_form(node, values, !self.is_forced())?;
        if !Self::is_vote(node) {
            self.claim_silently(place);
        }
        self.keep_values(place, node, values);
        self.record(Fact::FormFilled, Some(place));
        self.acted(place, node);
        Ok(())
    }

    fn keep_values(&mut self, place: Place, node: &Node, values: &[Value]) {
        if let Some(work) = self.state.work_mut(place) {
            work.values = values.to_vec();
            work.values.resize(node.form.len(), Value::Missing);
        }
    }

    pub(super) fn check_form(&self, node: &Node, values: &[Value], whole: bool) -> Result<(), Refusal> {
        if values.len() > node.form.len() {
            return Err(Refusal::WrongType { field: String::new() });
        }
        for (at, field) in node.form.iter().enumerate() {
            let value = values.get(at);
            if whole && eval::is_missing_required(value, field) {
                return Err(Refusal::FieldMissing { field: field.name.clone() });
            }
            if value.is_some_and(|value| !eval::fits(self.prepared, value, field)) {
                return Err(Refusal::WrongType { field: field.name.clone() });
            }
        }
        Ok(())
    }

    fn comment(&mut self, place: Place, node: &Node, text: &str) -> Result<(), Refusal> {
        if text.trim().is_empty() {
            return Err(Refusal::ReasonMissing);
        }
        self.role = self.by.and_then(|actor| self.as_owner(place, actor)).flatten();
        self.note(Fact::Commented, Some(place), text.to_owned());
        self.acted(place, node);
        Ok(())
    }

    fn block(
        &mut self,
        place: Place,
        node: &Node,
        reason: &str,
        waiting_on: Option<RoleId>,
    ) -> Result<(), Refusal> {
        if matches!(node.kind, NodeKind::Pause(_)) {
            return Err(Refusal::NotForThisKind);
        }
        // A process owner may say so too, without taking the work.
        let as_owner = self.owner_may(place, node, true);
        if let Err(refusal) = &as_owner {
            let as_process_owner = self.by.and_then(|actor| self.as_process_owner(actor));
            self.role = as_process_owner.ok_or_else(|| refusal.clone())?;
        }
        if reason.trim().is_empty() {
            return Err(Refusal::ReasonMissing);
        }
        if waiting_on.is_some_and(|role| self.prepared.role(role).is_none()) {
            return Err(Refusal::NoSuchPlace);
        }
        if as_owner.is_ok() {
            self.claim_silently(place);
        }
        self.acted(place, node);
        self.set_blocked(place, node, reason, waiting_on);
        Ok(())
    }

    /// Blocks work, or gives a block a new reason; the ladders' `on block` counts from here.
    pub(super) fn set_blocked(
        &mut self,
        place: Place,
        node: &Node,
        reason: &str,
        waiting_on: Option<RoleId>,
    ) {
        let anew = self.state.work(place).is_some_and(|work| work.state == NodeState::Blocked);
        if !anew && !self.change(place, NodeState::Blocked) {
            return;
        }
        let block = Blocked { since: self.at, reason: reason.to_owned(), waiting_on };
        if let Some(active) = self.state.active_mut(place) {
            active.blocked = Some(block);
        }
        self.note(Fact::NodeBlocked, Some(place), reason.to_owned());
        self.disarm(Some(place), |task| matches!(task, Task::Silence(_)));
        self.update_clock(place, node);
        self.arm_block(place, node);
        self.act_out(&node.on.block, Some(place), None);
    }

    fn unblock(&mut self, place: Place, node: &Node) -> Result<(), Refusal> {
        let active = self.state.active(place);
        let Some(block) = active.and_then(|active| active.blocked.as_ref()) else {
            return Err(Refusal::NotBlocked);
        };
        let waited_on =
            block.waiting_on.filter(|role| self.by.is_some_and(|actor| actor.roles.contains(role)));
        if waited_on.is_some() {
            self.role = waited_on;
        } else if let Some(role) = self.by.and_then(|actor| self.as_process_owner(actor)) {
            self.role = role;
        } else {
            self.owner_may(place, node, false)?;
        }
        self.go_on(place, node);
        self.acted(place, node);
        Ok(())
    }

    /// Blocked work goes on; on other work nothing happens. A run without a child starts one again.
    pub(super) fn go_on(&mut self, place: Place, node: &Node) {
        if self.state.work(place).is_none_or(|work| work.state != NodeState::Blocked)
            || !self.change(place, NodeState::Active)
        {
            return;
        }
        let mut childless = false;
        if let Some(active) = self.state.active_mut(place) {
            active.blocked = None;
            childless = std::mem::take(&mut active.childless);
        }
        self.record(Fact::NodeUnblocked, Some(place));
        self.disarm(Some(place), |task| matches!(task, Task::Blocked(_)));
        self.update_clock(place, node);
        self.active_now(place, node);
        if let (true, NodeKind::Run(run)) = (childless, &node.kind) {
            self.start_child(place, run);
        }
    }

    /// Hands work to another role: nobody there has claimed it, and they get the work message.
    pub(super) fn reassign(&mut self, place: Place, node: &Node, role: RoleId) {
        let label = self.prepared.role(role).map(|role| role.label.clone()).unwrap_or_default();
        if let Some(active) = self.state.active_mut(place) {
            active.role = Some(role);
            active.owner = None;
        }
        self.note(Fact::NodeReassigned, Some(place), label);
        if let Some(node) = self.node(place.node).filter(|node| node.is_worked_on()) {
            self.send_work(place, node);
        }
        self.rearm_reminders(place, node);
        self.arm_silence(place, node);
    }

    fn skip(&mut self, place: Place, node: &Node, reason: &str) -> Result<(), Refusal> {
        if !node.optional && !self.is_forced() {
            return Err(Refusal::NotOptional);
        }
        self.owner_may(place, node, true)?;
        if reason.trim().is_empty() {
            return Err(Refusal::ReasonMissing);
        }
        self.settle(place, NodeState::SkippedByPerson, Fact::NodeSkippedByPerson, reason);
        Ok(())
    }
}
