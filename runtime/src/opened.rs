//! An instance opened for an act or a look: names are looked up in it, events happen to it.
//!
//! Flow: the command line and the HTTP API open an instance by id or reference, turn what was asked into an event
//! ([`crate::asked`]) and let it happen. Invariant: a name that is not there is told with the nearest one that is; a
//! refused act with who may do it.

mod refused;

use crate::audit::fact;
use crate::config::nearest;
use crate::engine::{Applied, Engine};
use crate::error::{Problem, Result};
use crate::people::People;
use crate::plans::Ready;
use crate::store::row::InstanceRow;
use crate::transition::state_of;
use std::sync::{Arc, OnceLock};
use wf_plan::node::{FieldRef, NodeKind};
use wf_plan::plan::{FieldIndex, NodeId};
use wf_plan::value::{Field, Type};
use wf_vm::effect::{Fact, Record};
use wf_vm::event::{Actor, Place};
use wf_vm::view::{InstanceView, NodeView};
use wf_vm::{EventKind, State, view};

/// An instance opened for an act or a look.
#[derive(Debug)]
pub struct Opened {
    /// What it runs on.
    pub engine: Engine,
    /// The instance.
    pub instance: InstanceRow,
    /// Its plan.
    pub ready: Arc<Ready>,
    /// Where it stands.
    pub state: State,
    seen: OnceLock<InstanceView>,
}

impl Opened {
    /// An instance by id or reference, with its plan and state.
    ///
    /// # Errors
    /// When there is none, or more than one, or it is damaged.
    pub async fn of(engine: &Engine, name: &str) -> Result<Self> {
        // Programs name instances by their ids: one point read, without looking through references.
        let instance = match engine.store.instance(name).await? {
            Some(instance) => instance,
            None => engine.find(name).await?,
        };
        let ready = engine.plan_of(&instance).await?;
        engine.plans.remember(&instance.id, &ready);
        let mut state = state_of(&instance)?;
        if engine.store.is_closed() && ready.personal.any {
            ready.personal.hide(&mut state);
        }
        Ok(Self { engine: engine.clone(), instance, ready, state, seen: OnceLock::new() })
    }

    /// What can be seen of it; worked out once, when it is first asked for.
    #[must_use]
    pub fn view(&self) -> &InstanceView {
        self.seen.get_or_init(|| view(&self.ready.prepared, &self.state))
    }

    /// A node by its name.
    ///
    /// # Errors
    /// When there is none.
    pub fn node(&self, name: &str) -> Result<NodeId> {
        self.ready.node(name)
    }

    /// An outcome by its name.
    ///
    /// # Errors
    /// When there is none.
    pub fn outcome(&self, name: &str) -> Result<NodeId> {
        let program = self.ready.program();
        let outcomes = || program.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Outcome(_)));
        let known = outcomes().any(|node| node.name == name);
        let found = program.node_named(name).filter(|_| known);
        found.ok_or_else(|| unknown("outcome", name, outcomes().map(|node| node.name.as_str())))
    }

    /// `review`, `review:2` or `review:Anna`.
    ///
    /// # Errors
    /// When there is no such node or copy.
    pub fn place(&self, named: &str) -> Result<Place> {
        let (name, copy) = named.split_once(':').map_or((named, None), |(name, copy)| (name, Some(copy)));
        let node = self.node(name)?;
        let Some(copy) = copy else { return Ok(Place { node, copy: None }) };
        let copies: Vec<&NodeView> = self
            .view()
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

    /// A field that can be corrected: of the inputs, or `STEP.FIELD` of a form.
    ///
    /// # Errors
    /// When there is none.
    pub fn field(&self, name: &str) -> Result<(FieldRef, Type)> {
        let program = self.ready.program();
        let found = |fields: &[Field], wanted: &str| {
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

    /// Lets an event happen; a refusal is a problem that says who may do it.
    ///
    /// # Errors
    /// When the event is refused (and recorded as that), or the store fails.
    pub async fn apply(&self, kind: EventKind) -> Result<Applied> {
        let ending = match &kind {
            EventKind::EndAtAnyTime { outcome, .. } => Some(*outcome),
            _ => None,
        };
        let applied = self.engine.apply(&self.instance.id, kind, None).await?;
        match applied.refused.first() {
            Some(refusal) => Err(self.refused(&applied, refusal, ending)),
            None => Ok(applied),
        }
    }

    /// What came of an event that happened to it without having been opened; a refusal is a problem here, too.
    ///
    /// # Errors
    /// When the event was refused.
    pub fn came(&self, applied: Applied) -> Result<Applied> {
        match applied.refused.first() {
            Some(refusal) => Err(self.refused(&applied, refusal, None)),
            None => Ok(applied),
        }
    }
}

impl Engine {
    /// The people around a plan, today.
    #[must_use]
    pub fn people<'a>(&'a self, ready: &'a Ready) -> People<'a> {
        People::at(&self.config, ready.program(), &ready.local, self.clock.now())
    }

    /// A person with the roles they act in today; `forced` is an operator's reason.
    #[must_use]
    pub fn actor(&self, ready: &Ready, person: &str, forced: Option<String>) -> Actor {
        Actor { roles: self.people(ready).roles_of(person), person: person.to_owned(), forced }
    }
}

/// A fact that happened, in words, with the name of its node (and copy).
#[must_use]
pub fn in_words(applied: &Applied, record: &Record) -> (&'static str, String) {
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

/// A problem about a name that is not there, with the nearest one that is.
pub fn unknown<'a>(what: &str, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Problem {
    let known: Vec<&str> = known.into_iter().collect();
    let problem = Problem::not_found(format!("there is no {what} `{wrong}`"));
    match nearest(wrong, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => problem,
        None => problem.help(format!("there are {}", known.join(", "))),
    }
}
