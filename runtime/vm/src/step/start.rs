//! The start of an instance.
//!
//! Inputs are held against their types; then every node is looked at once. Invariant: a refused start leaves the
//! instance new.

use super::turn::Turn;
use crate::effect::{Fact, Refusal};
use crate::eval;
use crate::event::Actor;
use crate::prepared;
use crate::state::{NodeRecord, Phase, Starter};
use wf_plan::Value;

impl<'a> Turn<'a> {
    pub(super) fn start(&mut self, inputs: &[Value], starter: Option<&'a Actor>, number: u64) {
        self.by = starter;
        if let Err(refusal) = self.start_allowed(inputs, starter) {
            return self.refuse(None, refusal);
        }
        self.role = starter.and_then(|actor| self.first_role(actor, &self.program.starts_by));
        let state = &mut *self.state;
        state.phase = Phase::Running;
        state.started = self.at;
        state.ended = self.at;
        state.number = number;
        state.inputs = inputs.to_vec();
        state.inputs.resize(self.program.inputs.len(), Value::Missing);
        state.starter = starter.map(|actor| Starter {
            person: actor.person.clone(),
            role: self.role.or(actor.roles.first().copied()),
        });
        state.nodes.clear();
        state.timers.reserve(self.program.nodes.len());
        state.nodes.resize_with(self.program.nodes.len(), NodeRecord::default);
        self.record(Fact::InstanceStarted, None);
        self.start_workflow_deadline();
        self.arm_summaries();
        self.marked = prepared::ids(self.program).collect();
    }

    fn start_allowed(&self, inputs: &[Value], starter: Option<&Actor>) -> Result<(), Refusal> {
        if inputs.len() > self.program.inputs.len() {
            return Err(Refusal::WrongType { field: String::new() });
        }
        for (at, field) in self.program.inputs.iter().enumerate() {
            let value = inputs.get(at);
            if eval::is_missing_required(value, field) {
                return Err(Refusal::FieldMissing { field: field.name.clone() });
            }
            if value.is_some_and(|value| !eval::fits(self.prepared, value, field)) {
                return Err(Refusal::WrongType { field: field.name.clone() });
            }
        }
        let Some(starter) = starter else { return Ok(()) };
        if self.is_forced_without_reason() {
            return Err(Refusal::ReasonMissing);
        }
        let may = self.program.starts_by.is_empty()
            || starter.forced.is_some()
            || starter.roles.iter().any(|role| self.program.starts_by.contains(role));
        if may { Ok(()) } else { Err(Refusal::NotYourRole) }
    }
}
