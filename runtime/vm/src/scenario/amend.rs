//! Acts on what is done: corrections, reopened steps, and ends at any time.
//!
//! Invariant: all of them carry a reason, as the interpreter asks; where the language has no room for one, the test
//! itself is the reason.

use super::acts::Why;
use super::play::Player;
use super::{cast, find, words};
use crate::event::{EventKind, Place};
use wf_plan::Value;
use wf_plan::node::{FieldRef, NodeKind};
use wf_plan::plan::FieldIndex;

/// The reason of what a test does without one.
const REASON: &str = "as the test says";

impl Player<'_> {
    pub fn correct(
        &mut self,
        node: Option<&str>,
        field: &str,
        value: &Value,
        by: Option<&str>,
    ) -> Result<(), Why> {
        let (instance, at) = self.field(node, field)?;
        let of = self.instance(instance).ok_or("the workflow has not started")?;
        let process_owner = || cast::process_owner(&*self.stage, of);
        let people = match (by, at) {
            (Some(by), _) => cast::named(&*self.stage, of, by)?,
            (None, FieldRef::Input(_)) => {
                process_owner().into_iter().chain(cast::starter(&*self.stage, of)).collect()
            }
            (None, FieldRef::Form(node, _)) => {
                let place = Place { node, copy: None };
                [cast::owners(&*self.stage, of, place), process_owner()].concat()
            }
        };
        let reason = REASON.to_owned();
        self.happen(instance, people, |by| EventKind::Correct {
            field: at,
            value: value.clone(),
            reason: reason.clone(),
            by,
        })
    }

    /// An input, or the field of a form: of the node named, else of the only one that has it.
    fn field(&self, node: Option<&str>, field: &str) -> Result<(usize, FieldRef), Why> {
        let index = |at: usize| FieldIndex(u16::try_from(at).unwrap_or(u16::MAX));
        if let Some(name) = node {
            let (instance, node) = self.node(name)?;
            let declared = self.instance(instance).and_then(|of| of.prepared.node(node));
            let declared = declared.ok_or_else(|| format!("there is no `{name}`"))?;
            let at = declared.form.iter().position(|declared| declared.name == field);
            return match at {
                Some(at) => Ok((instance, FieldRef::Form(node, index(at)))),
                None => {
                    Err(format!("`{name}` has no field `{field}`; it has {}", find::field_names(declared)))
                }
            };
        }
        let own = self.own().ok_or("the workflow has not started")?;
        let program = own.prepared.program();
        if let Some(at) = program.inputs.iter().position(|input| input.name == field) {
            return Ok((0, FieldRef::Input(index(at))));
        }
        let mut forms = crate::prepared::ids(program).filter_map(|id| {
            let at = own.prepared.node(id)?.form.iter().position(|declared| declared.name == field)?;
            Some(FieldRef::Form(id, index(at)))
        });
        match (forms.next(), forms.next()) {
            (Some(only), None) => Ok((0, only)),
            (Some(_), Some(_)) => Err(format!("more than one form has `{field}`: write `STEP.{field}`")),
            (None, _) => {
                let there = words::names(program.inputs.iter().map(|input| input.name.as_str()), "no input");
                Err(format!("there is no field `{field}`; the inputs are {there}"))
            }
        }
    }

    pub fn reopen(&mut self, name: &str, by: Option<&str>) -> Result<(), Why> {
        let (instance, node) = self.node(name)?;
        let of = self.instance(instance).ok_or("the workflow has not started")?;
        let place = Place { node, copy: None };
        let people = match by {
            Some(by) => cast::named(&*self.stage, of, by)?,
            None => [cast::owners(&*self.stage, of, place), cast::process_owner(&*self.stage, of)].concat(),
        };
        let reason = REASON.to_owned();
        self.happen(instance, people, |by| EventKind::Reopen { node, reason: reason.clone(), by })
    }

    pub fn end(&mut self, name: &str, by: Option<&str>, because: &str) -> Result<(), Why> {
        let (instance, outcome) = self.node(name)?;
        let of = self.instance(instance).ok_or("the workflow has not started")?;
        let people = match (by, of.prepared.node(outcome).map(|node| &node.kind)) {
            (Some(by), _) => cast::named(&*self.stage, of, by)?,
            (None, Some(NodeKind::Outcome(declared))) => {
                let roles = declared.at_any_time.as_ref().map_or(&[] as &[_], |any_time| &any_time.by);
                let people = cast::people_of(&*self.stage, of.prepared.program(), roles);
                if people.is_empty() { cast::process_owner(&*self.stage, of) } else { people }
            }
            (None, _) => return Err(format!("`{name}` is no outcome")),
        };
        let reason = because.to_owned();
        self.happen(instance, people, |by| EventKind::EndAtAnyTime { outcome, reason: reason.clone(), by })
    }
}
