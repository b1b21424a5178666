//! The frame of a program: the workflow's own clauses and the tables of types, people and systems.
//!
//! Invariant: every table has the order it has in the typed workflow, whose numbers stay what they are.

use super::pool::Setting;
use super::{EmitProblem, Emitter, nodes};
use crate::typed::{self, Field, Typed};
use wf_plan::Program;
use wf_plan::people::{EventType, Reach, Role, System};
use wf_plan::plan::{CodeId, FieldIndex, StartEvery, StartOn, Summary};
use wf_plan::value;

type Emitted<T> = Result<T, EmitProblem>;

/// The program with everything but its nodes and the tables that grow with them.
pub(super) fn frame(emitter: &mut Emitter<'_>) -> Emitted<Program> {
    let typed = emitter.typed;
    let nowhere = Setting::default();
    Ok(Program {
        workflow: typed.name.clone(),
        version: typed.version,
        label: typed.label.clone(),
        versioning: typed.versioning,
        title: typed.title.as_ref().map(|title| emitter.text(title, nowhere)).transpose()?,
        reference: typed.reference.as_ref().map(|reference| emitter.text(reference, nowhere)).transpose()?,
        one_per: typed.one_per,
        starts_by: typed.starts_by.clone(),
        starts_on: typed.starts_on.iter().map(|start| starts_on(emitter, start)).collect::<Emitted<_>>()?,
        starts_every: typed
            .starts_every
            .iter()
            .map(|start| starts_every(emitter, start))
            .collect::<Emitted<_>>()?,
        calendar: typed.calendar,
        deadlines: nodes::deadlines(emitter, &typed.deadlines, nowhere)?,
        process_owner: typed.process_owner,
        summaries: typed
            .summaries
            .iter()
            .map(|summary| self::summary(emitter, summary))
            .collect::<Emitted<_>>()?,
        tags: typed.tags.clone(),
        seen_by: typed.seen_by.clone(),
        agent: typed.agent.as_ref().map(|agent| agent.value.clone()),
        inputs: fields(&typed.inputs),
        enums: typed.enums.iter().map(|kind| kind.value.clone()).collect(),
        records: records(typed),
        roles: typed.roles.iter().map(|role| self::role(emitter, role)).collect::<Emitted<_>>()?,
        channels: typed.channels.iter().map(|channel| channel.data.clone()).collect(),
        systems: typed.systems.iter().map(system).collect(),
        calendars: typed.calendars.iter().map(|calendar| calendar.data.clone()).collect(),
        nodes: Vec::with_capacity(typed.nodes.len()),
        joins: Vec::new(),
        reminders: Vec::new(),
        ladders: Vec::new(),
        constants: Vec::new(),
        code: Vec::new(),
        policies: Vec::new(),
    })
}

fn fields(fields: &[Field]) -> Vec<value::Field> {
    fields.iter().map(|field| field.data.clone()).collect()
}

fn records(typed: &Typed) -> Vec<value::RecordType> {
    let records = typed.records.iter();
    records
        .map(|record| value::RecordType { name: record.name.clone(), fields: fields(&record.fields) })
        .collect()
}

fn starts_on(emitter: &mut Emitter<'_>, start: &typed::StartOn) -> Emitted<StartOn> {
    let setting = Setting { event: Some((start.system, start.event)), ..Setting::default() };
    Ok(StartOn {
        system: start.system,
        event: start.event,
        condition: emitter.maybe_value(start.condition.as_ref(), setting)?,
        with: inputs(emitter, &start.with, setting)?,
    })
}

fn starts_every(emitter: &mut Emitter<'_>, start: &typed::StartEvery) -> Emitted<StartEvery> {
    let with = inputs(emitter, &start.with, Setting::default())?;
    Ok(StartEvery { every: start.every, from: start.from, with })
}

fn inputs(
    emitter: &mut Emitter<'_>,
    with: &[(FieldIndex, typed::Expr)],
    setting: Setting,
) -> Emitted<Vec<(FieldIndex, CodeId)>> {
    with.iter().map(|(field, value)| Ok((*field, emitter.value(value, setting)?))).collect()
}

fn summary(emitter: &mut Emitter<'_>, summary: &typed::Summary) -> Emitted<Summary> {
    let to = emitter.receivers(&summary.to, Setting::default())?;
    Ok(Summary { weekdays: summary.weekdays, minute: summary.minute, to, via: summary.via })
}

fn role(emitter: &mut Emitter<'_>, role: &typed::Role) -> Emitted<Role> {
    let mut reach = Vec::with_capacity(role.reach.len());
    for way in &role.reach {
        let address = emitter.maybe_value(way.address.as_ref(), Setting::default())?;
        reach.push(Reach { channel: way.channel, address });
    }
    Ok(Role {
        name: role.name.clone(),
        label: role.label.clone(),
        external: role.external,
        reach,
        deputy: role.deputy,
        quiet: role.quiet.as_ref().map(|quiet| quiet.value.clone()),
        calendar: role.calendar,
        speaks: role.speaks.clone(),
        one_person: role.one_person,
        people: role.people.clone(),
    })
}

fn system(system: &typed::System) -> System {
    let event =
        |event: &typed::EventType| EventType { name: event.name.clone(), fields: fields(&event.fields) };
    System {
        name: system.name.clone(),
        kind: system.kind.clone(),
        carries_personal: system.carries_personal,
        carries_secret: system.carries_secret,
        fields: fields(&system.fields),
        events: system.events.iter().map(event).collect(),
        key: system.key,
    }
}
