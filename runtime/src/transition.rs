//! From events to everything one transaction writes: the step itself, and its effects as rows.
//!
//! Flow: [`compute`] runs the interpreter over one or more events of one instance and turns state, records, timers,
//! questions, messages and orders into a [`Transition`] for the store. Nothing is read or written here. Invariant:
//! the same instance, events and configuration give the same rows, apart from the record time.

mod facts;
mod orders;
mod questions;

use crate::audit::chain;
use crate::audit::fact::timer_words;
use crate::config::Config;
use crate::error::{Problem, Result};
use crate::people::People;
use crate::plans::Ready;
use crate::privacy;
use crate::store::Tenant;
use crate::store::row::{EventRow, InstanceRow, KeyRow, NO_HASH, Position, TimerKey, TimerRow, Transition};
use crate::values::Reader;
use std::collections::BTreeSet;
use wf_plan::plan::NodeId;
use wf_plan::{Moment, Value};
use wf_vm::effect::{Fact, Record, Refusal};
use wf_vm::event::{Place, QuestionId};
use wf_vm::state::{End, Phase};
use wf_vm::{Effect, Event, State};

pub use questions::Withdrawn;

/// What stands around a transition.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The plan of the instance.
    pub ready: &'a Ready,
    /// Who fills which role.
    pub config: &'a Config,
    /// Whose instance it is.
    pub tenant: &'a Tenant,
    /// When it is written.
    pub recorded_at: Moment,
}

/// A computed transition, and what its caller wants to know.
#[derive(Debug)]
pub struct Stepped {
    /// What the store writes.
    pub transition: Transition,
    /// The state afterwards.
    pub state: State,
    /// Why events were refused, if they were.
    pub refused: Vec<Refusal>,
    /// The facts, in order.
    pub records: Vec<Record>,
    /// Questions whose letters must be withdrawn.
    pub withdrawn: Vec<Withdrawn>,
    /// Everything that was asked of the world, in order.
    pub effects: Vec<Effect>,
    /// The personal texts of the instance around the present event; empty without a data subject.
    texts: BTreeSet<String>,
}

/// An instance that has not started: the row its `Start` begins from.
#[must_use]
pub fn unborn(ready: &Ready, number: i64) -> InstanceRow {
    let program = ready.program();
    InstanceRow {
        id: format!("{}-{number}", program.workflow),
        workflow: program.workflow.clone(),
        number,
        plan_hash: ready.hash.clone(),
        reference: None,
        title: program.label.clone(),
        one_per: None,
        start_key: None,
        parent: None,
        parent_place: None,
        status: "running".to_owned(),
        outcome: None,
        sequence: 0,
        trail_count: 0,
        outbox_count: 0,
        state: Vec::new(),
        journal_head: NO_HASH.to_owned(),
        trail_head: NO_HASH.to_owned(),
        started_at_ms: 0,
        last_event_ms: 0,
        ended_at_ms: None,
        subject: None,
    }
}

/// The interpreter's state out of an instance's row.
///
/// # Errors
/// When the bytes are not what was written.
pub fn state_of(instance: &InstanceRow) -> Result<State> {
    if instance.sequence == 0 {
        return Ok(State::new());
    }
    if let Some(subject) = &instance.subject {
        subject.readable(&instance.id)?;
    }
    postcard::from_bytes(&instance.state).map_err(|cause| {
        Problem::damaged(format!("the stored state of `{}` is damaged", instance.id))
            .help("`wfrun audit verify` compares it with its journal")
            .because(cause)
    })
}

/// The bytes of a state, as they are stored.
///
/// # Errors
/// Never for a state of the interpreter.
pub fn bytes_of(state: &State) -> Result<Vec<u8>> {
    postcard::to_stdvec(state).map_err(|cause| Problem::machine("the state cannot be stored").because(cause))
}

/// Runs events on an instance and gathers what must be written.
///
/// # Errors
/// When the stored state is damaged.
pub fn compute(
    around: &Around<'_>,
    instance: &InstanceRow,
    events: &[Event],
    taken: Vec<i64>,
) -> Result<Stepped> {
    compute_from(around, instance.clone(), state_of(instance)?, events, taken)
}

/// The same for an instance whose state is at hand.
///
/// # Errors
/// When an event or the state cannot be written.
pub fn compute_from(
    around: &Around<'_>,
    instance: InstanceRow,
    before: State,
    events: &[Event],
    taken: Vec<i64>,
) -> Result<Stepped> {
    let position = Position { sequence: instance.sequence, trail_count: instance.trail_count };
    let mut stepped = Stepped {
        transition: Transition {
            tenant: around.tenant.clone(),
            fence: None,
            before: (position.sequence > 0).then_some(position),
            // What is sealed is sealed to its row's sequence.
            described: position.sequence == 0 || instance.subject.is_some(),
            instance,
            events: Vec::new(),
            trail: Vec::new(),
            armed: Vec::new(),
            disarmed: Vec::new(),
            asked: Vec::new(),
            closed: Vec::new(),
            outbox: Vec::new(),
            keys: Vec::new(),
            subject: None,
            taken,
            settles: None,
        },
        state: before.clone(),
        refused: Vec::new(),
        records: Vec::new(),
        withdrawn: Vec::new(),
        effects: Vec::new(),
        texts: BTreeSet::new(),
    };
    let mut between: Option<State> = None;
    for event in events {
        one_event(around, &mut stepped, between.as_ref().unwrap_or(&before), event)?;
        // Nearly every transition is one event, whose state before is at hand.
        between = (events.len() > 1).then(|| stepped.state.clone());
    }
    compare_timers(around, &before, &mut stepped);
    finish(around, &before, &mut stepped)?;
    Ok(stepped)
}

fn one_event(around: &Around<'_>, stepped: &mut Stepped, before: &State, event: &Event) -> Result<()> {
    let mut effects = Vec::new();
    wf_vm::apply(&around.ready.prepared, &mut stepped.state, event, &mut effects);
    if stepped.transition.instance.subject.is_some() {
        let personal = &around.ready.personal;
        stepped.texts = personal.texts(before);
        stepped.texts.append(&mut personal.texts(&stepped.state));
        privacy::event::texts_of(&event.kind, personal, &mut stepped.texts);
    }
    journal(around, stepped, event)?;
    describe(around, stepped);
    let people = People::at(around.config, around.ready.program(), &around.ready.local, stepped.state.now);
    for effect in &effects {
        match effect {
            Effect::Record(record) => {
                facts::append(around, stepped, before, &effects, (&event.kind, record))?;
                if let Fact::Refused(refusal) = &record.fact {
                    stepped.refused.push(refusal.clone());
                }
                stepped.records.push(record.clone());
            }
            other => orders::append(around, &people, stepped, other)?,
        }
    }
    questions::compare(around, &people, stepped, before, &effects)?;
    stepped.effects.extend(effects);
    Ok(())
}

/// The journal row of an event.
fn journal(around: &Around<'_>, stepped: &mut Stepped, event: &Event) -> Result<()> {
    let instance = &mut stepped.transition.instance;
    instance.sequence += 1;
    let tenant = &around.tenant.name;
    let body = match &instance.subject {
        None => serde_json::to_string(event)
            .map_err(|cause| Problem::machine("the event cannot be written as JSON").because(cause))?,
        Some(subject) => {
            let seal = subject.seal(tenant, &instance.id);
            let seal = seal.ok_or_else(|| not_sealed(&instance.id))?;
            privacy::event::sealed(event, instance.sequence, &around.ready.personal, &stepped.texts, &seal)?
        }
    };
    let mut row = EventRow {
        sequence: instance.sequence,
        previous_hash: instance.journal_head.clone(),
        hash: String::new(),
        at_ms: event.at.0,
        recorded_at_ms: around.recorded_at.0,
        body,
    };
    row.hash = chain::event_hash(&around.tenant.name, &instance.id, &row);
    instance.journal_head.clone_from(&row.hash);
    stepped.transition.events.push(row);
    Ok(())
}

fn not_sealed(instance: &str) -> Problem {
    Problem::machine(format!("`{instance}` cannot go on: the key to its personal data is not here"))
}

/// Title, reference and status of the row, as the state now has them.
fn describe(around: &Around<'_>, stepped: &mut Stepped) {
    let heading = wf_vm::view::heading(&around.ready.prepared, &stepped.state);
    let Transition { instance, described, .. } = &mut stepped.transition;
    if let Some(subject) = &mut instance.subject {
        let personal = &around.ready.personal;
        subject.hides_title = personal.title;
        subject.hides_reference = personal.reference;
        subject.hides_one_per = personal.one_per;
    }
    instance.started_at_ms = stepped.state.started.0;
    instance.last_event_ms = stepped.state.now.0;
    let (status, ended) = match stepped.state.phase {
        Phase::New | Phase::Running => ("running", None),
        Phase::Ended(End::Outcome(_)) => ("outcome", heading.ended),
        Phase::Ended(End::Finished) => ("finished", heading.ended),
        Phase::Ended(End::WithoutOutcome) => ("ended without outcome", heading.ended),
        Phase::Ended(End::Cancelled) => ("cancelled", heading.ended),
    };
    let ended = ended.map(|moment| moment.0);
    *described |= instance.title != heading.title
        || instance.reference != heading.reference
        || instance.status != status
        || instance.ended_at_ms != ended
        || instance.outcome != heading.outcome;
    instance.title = heading.title;
    instance.reference = heading.reference;
    status.clone_into(&mut instance.status);
    instance.ended_at_ms = ended;
    instance.outcome = heading.outcome;
}

/// Timers are rows: those the state has and had not, and those it had and has no more.
fn compare_timers(around: &Around<'_>, before: &State, stepped: &mut Stepped) {
    let had: BTreeSet<u32> = before.timers.iter().map(|timer| timer.id.0).collect();
    let has: BTreeSet<u32> = stepped.state.timers.iter().map(|timer| timer.id.0).collect();
    for timer in stepped.state.timers.iter().filter(|timer| !had.contains(&timer.id.0)) {
        let (kind, rank) = timer_words(timer.task.kind());
        stepped.transition.armed.push(TimerRow {
            number: i64::from(timer.id.0),
            due_ms: timer.due.0,
            kind: kind.to_owned(),
            rank,
            node: timer.place.and_then(|place| node_name(around.ready, place)),
        });
    }
    let gone = before.timers.iter().filter(|timer| !has.contains(&timer.id.0));
    stepped.transition.disarmed =
        gone.map(|timer| TimerKey { number: i64::from(timer.id.0), due_ms: timer.due.0 }).collect();
}

fn finish(around: &Around<'_>, before: &State, stepped: &mut Stepped) -> Result<()> {
    stepped.transition.instance.state = bytes_of(&stepped.state)?;
    let program = around.ready.program();
    let reader = Reader::new(program, &around.ready.local);
    if before.phase == Phase::New {
        let value = program.one_per.and_then(|field| stepped.state.inputs.get(field.index()));
        stepped.transition.instance.one_per =
            value.filter(|value| **value != Value::Missing).map(|value| reader.shown(value));
    }
    if before.inputs != stepped.state.inputs {
        stepped.transition.keys = keys(around.ready, &stepped.state.inputs);
    }
    let ended = matches!(stepped.state.phase, Phase::Ended(_)) && !matches!(before.phase, Phase::Ended(_));
    if ended { orders::tell_parent(stepped) } else { Ok(()) }
}

/// Under which key an instance with these inputs is known in which system.
#[must_use]
pub fn keys(ready: &Ready, inputs: &[Value]) -> Vec<KeyRow> {
    let reader = Reader::new(ready.program(), &ready.local);
    let systems = ready.program().systems.iter();
    systems
        .filter_map(|system| {
            let field = system.key?;
            let value = inputs.get(field.index()).filter(|value| **value != Value::Missing)?;
            let personal = ready.personal.input(field);
            Some(KeyRow { system: system.name.clone(), key: reader.shown(value), personal })
        })
        .collect()
}

/// The name of a node in the source.
fn node_name(ready: &Ready, place: Place) -> Option<String> {
    node_of(ready, place.node).map(|node| node.name.clone())
}

fn node_of(ready: &Ready, node: NodeId) -> Option<&wf_plan::node::Node> {
    ready.program().nodes.get(node.index())
}

/// The number people and rows know a question by: they count from 1, the interpreter from 0.
#[must_use]
pub fn question_number(question: QuestionId) -> u32 {
    question.0.saturating_add(1)
}

/// The question of such a number; `None` for 0.
#[must_use]
pub fn question_of(number: u32) -> Option<QuestionId> {
    number.checked_sub(1).map(QuestionId)
}
