//! An instance opened for an act: names are looked up in it, events happen to it, and what followed is told.
//!
//! Invariant: a name that is not there is told with the nearest one that is; a refused act with who may do it.

use super::context::{Common, unknown};
use super::screen::{BOLD, FAINT, json, say};
use crate::audit::fact;
use crate::engine::{Applied, Engine};
use crate::error::{Class, Problem, Result};
use crate::people::People;
use crate::plans::Ready;
use crate::store::row::InstanceRow;
use crate::values::Reader;
use std::sync::Arc;
use wf_plan::node::FieldRef;
use wf_plan::plan::{FieldIndex, NodeId};
use wf_vm::effect::{Fact, Refusal};
use wf_vm::event::Place;
use wf_vm::view::{InstanceView, NodeView};
use wf_vm::{EventKind, view};

/// An instance opened for an act.
pub struct Opened {
    pub engine: Engine,
    pub instance: InstanceRow,
    pub ready: Arc<Ready>,
    pub view: InstanceView,
}

impl Opened {
    /// An instance by id or reference, with its plan and what can be seen of it.
    pub async fn new(common: &Common, name: &str) -> Result<Self> {
        let engine = common.engine().await?;
        let instance = engine.find(name).await?;
        let ready = engine.plan_of(&instance).await?;
        let view = view(&ready.prepared, &crate::transition::state_of(&instance)?);
        Ok(Self { engine, instance, ready, view })
    }

    /// A node by its name.
    pub fn node(&self, name: &str) -> Result<NodeId> {
        let program = self.ready.program();
        program
            .node_named(name)
            .ok_or_else(|| unknown("node", name, program.nodes.iter().map(|node| node.name.as_str())))
    }

    /// `review`, `review:2` or `review:Anna`.
    pub fn place(&self, named: &str) -> Result<Place> {
        let (name, copy) = named.split_once(':').map_or((named, None), |(name, copy)| (name, Some(copy)));
        let node = self.node(name)?;
        let Some(copy) = copy else { return Ok(Place { node, copy: None }) };
        let copies: Vec<&NodeView> = self
            .view
            .nodes
            .iter()
            .filter(|view| view.place.node == node && view.place.copy.is_some())
            .collect();
        let numbered = copy.parse::<u16>().ok().and_then(|number| number.checked_sub(1));
        let named = |view: &&&NodeView| view.element.as_deref() == Some(copy);
        let found = copies
            .iter()
            .find(named)
            .or_else(|| copies.iter().find(|view| numbered.is_some() && view.place.copy == numbered));
        match found {
            Some(view) => Ok(view.place),
            None => Err(unknown(
                &format!("copy of `{name}`"),
                copy,
                copies.iter().filter_map(|view| view.element.as_deref()),
            )),
        }
    }

    /// Lets the event happen and tells what followed.
    pub async fn finish(self, kind: EventKind, as_json: bool) -> Result<()> {
        let applied = self.engine.apply(&self.instance.id, kind, None).await?;
        let told = match applied.refused.first() {
            Some(refusal) => Err(self.refused(&applied, refusal)),
            None => {
                tell(&applied, as_json);
                Ok(())
            }
        };
        self.engine.store.close().await;
        told
    }

    fn refused(&self, applied: &Applied, refusal: &Refusal) -> Problem {
        let (why, help) = fact::refusal(refusal, self.ready.program());
        let help = match refusal {
            Refusal::NotYourRole => self.who_may(applied).unwrap_or_else(|| help.to_owned()),
            _ => help.to_owned(),
        };
        let problem = Problem::new(Class::Refused, format!("refused, and recorded: {why}"));
        if help.is_empty() { problem } else { problem.help(help) }
    }

    /// Who may act at the place of the refusal, by name.
    fn who_may(&self, applied: &Applied) -> Option<String> {
        let place = applied.records.iter().rev().find_map(|record| record.place)?;
        let roles = view::owner_roles(&self.ready.prepared, &applied.state, place);
        let people =
            People::at(&self.engine.config, self.ready.program(), &self.ready.local, self.engine.clock.now());
        let mut may = view::owner_people(&self.ready.prepared, &applied.state, place);
        may.extend(roles.into_iter().flat_map(|role| people.reached(role)));
        may.dedup();
        let first = may.first()?;
        Some(format!(
            "it belongs to {}: use `--by {first}`, or as an operator `--force --reason TEXT`",
            may.join(", ")
        ))
    }
}

/// Prints what followed from an event.
pub fn tell(applied: &Applied, as_json: bool) {
    if as_json {
        return json(&serde_json::json!({
            "instance": applied.instance.id, "status": applied.instance.status, "outcome": applied.instance.outcome,
            "happened": applied.records.iter().map(|record| happened(applied, record)).collect::<Vec<_>>(),
        }));
    }
    for record in &applied.records {
        let quiet =
            matches!(record.fact, Fact::DeadlineSet { .. } | Fact::ClockStopped | Fact::ClockRestarted);
        if !quiet {
            let (what, place) = in_words(applied, record);
            let detail = if record.detail.is_empty() {
                String::new()
            } else {
                format!("  {FAINT}{}{FAINT:#}", record.detail)
            };
            say(&format!("{what} {BOLD}{place}{BOLD:#}{detail}"));
        }
    }
}

fn happened(applied: &Applied, record: &wf_vm::effect::Record) -> serde_json::Value {
    let (what, place) = in_words(applied, record);
    serde_json::json!({ "fact": what, "node": place, "by": record.by, "detail": record.detail })
}

fn in_words(applied: &Applied, record: &wf_vm::effect::Record) -> (&'static str, String) {
    let program = applied.ready.program();
    let name =
        |node: NodeId| program.nodes.get(node.index()).map(|node| node.name.clone()).unwrap_or_default();
    let place = match (record.fact.clone(), record.place) {
        (Fact::OutcomeReached { outcome }, _) => name(outcome),
        (_, Some(Place { node, copy: Some(copy) })) => format!("{}:{}", name(node), u32::from(copy) + 1),
        (_, Some(Place { node, copy: None })) => name(node),
        (_, None) => String::new(),
    };
    (fact::words(&record.fact), place)
}

impl Opened {
    /// Values of a node's form; what was entered before a redo is not taken over silently.
    pub fn form(
        &self,
        place: Place,
        named: &str,
        fields: &[(String, String)],
        forced: bool,
    ) -> Result<Vec<wf_plan::Value>> {
        let program = self.ready.program();
        let form = program.nodes.get(place.node.index()).map(|node| node.form.clone()).unwrap_or_default();
        // Whoever forces an act may leave values out; they are missing then.
        let form: Vec<_> = form
            .into_iter()
            .map(|field| wf_plan::value::Field { optional: field.optional || forced, ..field })
            .collect();
        Reader::new(program, &self.ready.local).fields_from_text(&form, fields).map_err(|misfits| {
            Problem::input(format!("`{named}` cannot be completed: {}", misfits.join("\n  ")))
                .help("give each value of its form with `--field NAME=VALUE`")
        })
    }
}

impl Opened {
    /// A role by its name.
    pub fn role(&self, name: &str) -> Result<wf_plan::plan::RoleId> {
        let program = self.ready.program();
        program
            .role_named(name)
            .ok_or_else(|| unknown("role", name, program.roles.iter().map(|role| role.name.as_str())))
    }
}

impl Opened {
    /// A field that can be corrected: of the inputs, or `STEP.FIELD` of a form.
    pub fn field(&self, name: &str) -> Result<(FieldRef, wf_plan::value::Type)> {
        let program = self.ready.program();
        let found = |fields: &[wf_plan::value::Field], wanted: &str| {
            let at = fields.iter().position(|field| field.name == wanted);
            let index = at.and_then(|at| u16::try_from(at).ok()).map(FieldIndex);
            let kind = at.and_then(|at| fields.get(at)).map(|field| field.kind);
            index
                .zip(kind)
                .ok_or_else(|| unknown("field", wanted, fields.iter().map(|field| field.name.as_str())))
        };
        match name.split_once('.') {
            None => found(&program.inputs, name).map(|(at, kind)| (FieldRef::Input(at), kind)),
            Some((node, field)) => {
                let node = self.node(node)?;
                let form =
                    program.nodes.get(node.index()).map(|node| node.form.as_slice()).unwrap_or_default();
                found(form, field).map(|(at, kind)| (FieldRef::Form(node, at), kind))
            }
        }
    }
}
