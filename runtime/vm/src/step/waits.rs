//! Waits and the events of other systems.
//!
//! Rule 9. The sender has matched the key. An event goes to the first active wait in file order that it fits; one
//! that no wait takes is kept, and a wait that starts later looks at the kept ones, oldest first. Each is taken once.
//! Invariant: kept events number at most [`MAX_KEPT`]; further ones are refused, which the trail shows.

use super::turn::Turn;
use crate::effect::{Fact, Refusal};
use crate::eval::{self, Scope};
use crate::event::Place;
use crate::state::{Kept, NodeState};
use wf_plan::Value;
use wf_plan::node::{NodeKind, Wait};
use wf_plan::plan::SystemId;

/// Events that one instance keeps; a system that sends more than this unasked is at fault.
const MAX_KEPT: usize = 1_000;

impl Turn<'_> {
    /// An event has arrived.
    pub(super) fn arrived(&mut self, system: SystemId, event: u16, fields: &[Value]) {
        if let Err(refusal) = self.event_fits(system, event, fields) {
            return self.refuse(None, refusal);
        }
        let taker = crate::prepared::ids(self.program).map(|node| Place { node, copy: None }).find(|place| {
            let live = self.state.work(*place).is_some_and(|work| work.state.is_live());
            live && self.wait_at(*place).is_some_and(|wait| self.takes(*place, wait, system, event, fields))
        });
        match taker {
            Some(place) => self.take_event(place, system, fields.to_vec()),
            None if self.state.kept.len() >= MAX_KEPT => self.refuse(None, Refusal::ActionImpossible),
            None => {
                self.state.kept.push(Kept { at: self.at, system, event, fields: fields.to_vec() });
                self.record(Fact::EventKept { system }, None);
            }
        }
    }

    fn event_fits(&self, system: SystemId, event: u16, fields: &[Value]) -> Result<(), Refusal> {
        let declared = self.prepared.system(system).and_then(|system| system.events.get(usize::from(event)));
        let declared = declared.ok_or(Refusal::NoSuchPlace)?;
        if fields.len() > declared.fields.len() {
            return Err(Refusal::WrongType { field: String::new() });
        }
        for (at, field) in declared.fields.iter().enumerate() {
            let value = fields.get(at);
            if eval::is_missing_required(value, field) {
                return Err(Refusal::FieldMissing { field: field.name.clone() });
            }
            if value.is_some_and(|value| !eval::fits(self.prepared, value, field)) {
                return Err(Refusal::WrongType { field: field.name.clone() });
            }
        }
        Ok(())
    }

    fn wait_at(&self, place: Place) -> Option<&Wait> {
        match &self.prepared.node(place.node)?.kind {
            NodeKind::Wait(wait) => Some(wait),
            _ => None,
        }
    }

    fn takes(&self, place: Place, wait: &Wait, system: SystemId, event: u16, fields: &[Value]) -> bool {
        let scope = Scope { event: Some(fields), ..Scope::at(Some(place)) };
        wait.system == system
            && wait.event == event
            && wait.condition.is_none_or(|code| eval::is_true(self.prepared, self.state, code, &scope))
    }

    /// A wait that starts looks at what is kept.
    pub(super) fn look_for_event(&mut self, place: Place) {
        let Some(NodeKind::Wait(wait)) = self.node(place.node).map(|node| &node.kind) else { return };
        let fitting = self
            .state
            .kept
            .iter()
            .position(|kept| self.takes(place, wait, kept.system, kept.event, &kept.fields));
        if let Some(at) = fitting {
            let kept = self.state.kept.remove(at);
            self.take_event(place, kept.system, kept.fields);
        }
    }

    fn take_event(&mut self, place: Place, system: SystemId, fields: Vec<Value>) {
        if let Some(work) = self.state.work_mut(place) {
            work.values = fields;
        }
        self.record(Fact::EventTaken { system }, Some(place));
        self.settle(place, NodeState::Arrived, Fact::NodeArrived, "");
    }
}
