//! Inputs of an instance that a system's event or the calendar starts.
//!
//! `starts on SYSTEM "event" where E with { … }` and `starts every D from DATE with { … }`: the runtime asks here
//! whether to start and with what. Invariant: total; a condition that reads a missing value starts nothing.

use crate::eval::{self, Scope};
use crate::prepared::Prepared;
use crate::state::State;
use wf_plan::Value;
use wf_plan::plan::{CodeId, FieldIndex, StartEvery, StartOn};

/// The inputs for an instance that this event starts; `None` when its condition does not hold. `fields` are the
/// event's, in the order in which the system declares them.
#[must_use]
pub fn on_event(prepared: &Prepared, rule: &StartOn, fields: &[Value]) -> Option<Vec<Value>> {
    let scope = Scope { event: Some(fields), ..Scope::default() };
    let holds = rule.condition.is_none_or(|code| eval::is_true(prepared, &State::new(), code, &scope));
    holds.then(|| inputs(prepared, &rule.with, &scope))
}

/// The inputs for an instance that the calendar starts.
#[must_use]
pub fn on_schedule(prepared: &Prepared, rule: &StartEvery) -> Vec<Value> {
    inputs(prepared, &rule.with, &Scope::default())
}

fn inputs(prepared: &Prepared, with: &[(FieldIndex, CodeId)], scope: &Scope<'_>) -> Vec<Value> {
    let mut inputs = vec![Value::Missing; prepared.program().inputs.len()];
    for (field, code) in with {
        if let Some(input) = inputs.get_mut(field.index()) {
            *input = eval::value(prepared, &State::new(), *code, scope);
        }
    }
    inputs
}
