//! Starting instances: by people, by events of systems, by other instances.
//!
//! `one per FIELD` gives back the running instance, an idempotency key the one it made before. Events that were kept
//! for the instance's keys are given to it in the same transaction. Invariant: an instance exists with its `Start` in
//! its journal, or not at all.

use super::{Applied, Engine};
use crate::audit::fact;
use crate::error::{Class, Problem, Result};
use crate::letter::RunPlace;
use crate::plans::Ready;
use crate::quarantine::unbroken;
use crate::store::row::{InboxRow, InstanceRow};
use crate::transition::{Stepped, compute, keys, unborn};
use crate::values::Reader;
use std::sync::Arc;
use wf_plan::Value;
use wf_plan::plan::SystemId;
use wf_vm::effect::Refusal;
use wf_vm::event::Actor;
use wf_vm::{Event, EventKind};

/// Who or what starts an instance.
#[derive(Clone, PartialEq, Debug)]
pub enum Starter {
    /// A person.
    Person(Actor),
    /// A system's event or the calendar.
    Nobody,
    /// A `run` of another instance.
    Parent {
        /// The other instance.
        instance: String,
        /// Which of its runs.
        run: RunPlace,
    },
}

/// What to start.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// The plan.
    pub ready: Arc<Ready>,
    /// Values of the inputs, in order.
    pub inputs: Vec<Value>,
    /// Who starts it.
    pub starter: Starter,
    /// The same key twice starts one instance.
    pub key: Option<String>,
    /// An outbox row this start carries out.
    pub settles: Option<(String, i64)>,
    /// The event of a system that starts it.
    pub event: Option<i64>,
}

/// What came of a start.
#[derive(Debug)]
pub enum Started {
    /// A new instance runs.
    New(Box<Applied>),
    /// This one runs already.
    Running(Box<InstanceRow>),
}

impl Started {
    /// The instance, new or not.
    #[must_use]
    pub fn instance(&self) -> &InstanceRow {
        match self {
            Self::New(applied) => &applied.instance,
            Self::Running(instance) => instance,
        }
    }
}

impl Engine {
    /// Starts an instance, or gives back the one that stands for it.
    ///
    /// # Errors
    /// When the start is refused, or the store fails.
    pub async fn start(&self, request: &StartRequest) -> Result<Started> {
        self.writer.start(self, request.clone()).await
    }

    /// The instance a start must give back instead of a new one.
    pub(super) async fn standing_for(&self, request: &StartRequest) -> Result<Option<InstanceRow>> {
        if let Some(key) = &request.key
            && let Some(same) = self.store.instance_of_start_key(key).await?
        {
            return Ok(Some(same));
        }
        let program = request.ready.program();
        let value = program.one_per.and_then(|field| request.inputs.get(field.index()));
        match value.filter(|value| **value != Value::Missing) {
            Some(value) => {
                let shown = Reader::new(program, &request.ready.local).shown(value);
                let personal = request.ready.personal.one_per;
                self.store.running_one_per(&program.workflow, &shown, personal).await
            }
            None => Ok(None),
        }
    }

    /// The transition with which an instance of this number starts.
    pub(super) async fn compute_start(&self, request: &StartRequest, number: i64) -> Result<Stepped> {
        let ready = Arc::clone(&request.ready);
        let mut instance = unborn(&ready, number);
        instance.start_key.clone_from(&request.key);
        let starter = match &request.starter {
            Starter::Person(actor) => Some(actor.clone()),
            Starter::Nobody => None,
            Starter::Parent { instance: parent, run } => {
                instance.parent = Some(parent.clone());
                let place = serde_json::to_string(run);
                instance.parent_place =
                    Some(place.map_err(|cause| Problem::machine("a child cannot be placed").because(cause))?);
                None
            }
        };
        let at = self.clock.now();
        let number = u64::try_from(number).unwrap_or_default();
        let start = EventKind::Start { inputs: request.inputs.clone(), starter, number };
        let mut events = vec![Event { at, kind: start }];
        let mut taken: Vec<i64> = request.event.into_iter().collect();
        for (row, kind) in self.kept_for(&ready, &request.inputs).await? {
            events.push(Event { at, kind });
            taken.push(row.number);
        }
        let mut key = None;
        if ready.personal.any {
            let (subject, used) = self.subject_of(&ready, &instance, &events).await?;
            (instance.subject, key) = (Some(subject), Some(used));
        }
        // A start that breaks off must not take the writer down with it.
        let mut stepped =
            unbroken(&instance.id, || compute(&self.around(&ready), &instance, &events, taken))?;
        stepped.transition.subject = key;
        self.withdraw_letters(&mut stepped).await?;
        if let Some(refusal) = stepped.refused.first() {
            return Err(refused(&ready, refusal));
        }
        stepped.transition.settles.clone_from(&request.settles);
        Ok(stepped)
    }

    /// Events that came before the instance: those kept under its keys, in the order in which they came.
    async fn kept_for(&self, ready: &Ready, inputs: &[Value]) -> Result<Vec<(InboxRow, EventKind)>> {
        let mut kept = Vec::new();
        for key in keys(ready, inputs) {
            for row in self.store.kept_events(&key.system, &key.key).await? {
                if let Some(kind) = as_arrived(ready, &row) {
                    kept.push((row, kind));
                }
            }
        }
        kept.sort_by_key(|(row, _)| row.number);
        Ok(kept)
    }
}

/// A stored event as the interpreter takes it; `None` when the plan's system knows no such event, or its fields do
/// not fit.
pub(super) fn as_arrived(ready: &Ready, row: &InboxRow) -> Option<EventKind> {
    let program = ready.program();
    let at = program.systems.iter().position(|system| system.name == row.system)?;
    let system = program.systems.get(at)?;
    let event = system.events.iter().position(|event| event.name == row.name)?;
    let fields = event_fields(ready, system.events.get(event)?, &row.fields).ok()?;
    Some(EventKind::Arrived {
        system: SystemId(u16::try_from(at).ok()?),
        event: u16::try_from(event).ok()?,
        fields,
    })
}

/// Values of an event's fields, from its JSON.
pub(super) fn event_fields(
    ready: &Ready,
    event: &wf_plan::people::EventType,
    json: &str,
) -> Result<Vec<Value>, Vec<String>> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
    // A system may send more than a workflow reads.
    let known = object.into_iter().filter(|(name, _)| event.fields.iter().any(|field| field.name == *name));
    Reader::new(ready.program(), &ready.local).fields_from_json(&event.fields, &known.collect::<Vec<_>>())
}

fn refused(ready: &Ready, refusal: &Refusal) -> Problem {
    let program = ready.program();
    let (why, help) = fact::refusal(refusal, program);
    let roles = program.starts_by.iter().filter_map(|role| program.roles.get(role.index()));
    let roles: Vec<&str> = roles.map(|role| role.name.as_str()).collect();
    let help = match refusal {
        Refusal::NotYourRole if !roles.is_empty() => {
            format!(
                "it is started by {}: name one of them with `--by PERSON`, or use `--force --reason TEXT`",
                roles.join(" or ")
            )
        }
        Refusal::FieldMissing { field } => format!("give it with `--input {field}=VALUE`"),
        _ => help.to_owned(),
    };
    Problem::new(Class::Refused, format!("`{}` was not started: {why}", program.workflow)).help(help)
}
