//! From a row of the log to what happens to its instance: the event, and by whom in which role.
//!
//! A log knows people and no roles, so whoever did a thing acts in the role whose thing it is. Values of forms come from
//! columns of the same names. What the past did against the rules of the plan (somebody else's claim, the same person
//! twice, a form that is not in the log) is forced, and says so. Invariant: nothing here changes an instance; the
//! interpreter is asked what would happen, on a copy of the state.

use super::deed::{Deed, Verb};
use crate::plans::Ready;
use crate::values::Reader;
use std::collections::HashMap;
use wf_plan::node::NodeKind;
use wf_plan::plan::{NodeId, RoleId};
use wf_plan::value::Field;
use wf_plan::{Moment, Value};
use wf_vm::effect::{Fact, Refusal};
use wf_vm::event::{Act, Actor, Answer, Place};
use wf_vm::view::{owner_roles, view};
use wf_vm::{Effect, Event, EventKind, State, step};

/// A row as its instance sees it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Its line.
    pub line: u64,
    /// What was done, in the words of the log.
    pub activity: &'a str,
    /// Who did it.
    pub person: Option<&'a str>,
    /// When.
    pub at: Moment,
    /// Its cells by the plain names of their columns.
    pub values: &'a HashMap<&'a str, &'a str>,
}

/// What comes of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fits {
    /// It happens.
    Yes(EventKind),
    /// It happens because it is forced.
    Forced(EventKind, Refusal),
    /// It is refused; the trail keeps that somebody tried.
    No(EventKind, Refusal),
    /// There is nothing it could happen to.
    Nothing(&'static str),
}

/// What comes of a deed, for an instance in a state.
#[must_use]
pub fn fits(ready: &Ready, state: &State, deed: &Deed, told: &Told<'_>) -> Fits {
    let by = Actor { person: String::new(), roles: Vec::new(), forced: None };
    let kind = match kind(ready, state, deed, told, by) {
        Ok(kind) => kind,
        Err(why) => return Fits::Nothing(why),
    };
    let Some(refusal) = refusal(ready, state, &kind, told.at) else { return Fits::Yes(kind) };
    if !may_be_forced(&refusal) {
        return Fits::No(kind, refusal);
    }
    let forced = forced(kind.clone(), format!("as the log says in line {}", told.line));
    match self::refusal(ready, state, &forced, told.at) {
        None => Fits::Forced(forced, refusal),
        Some(_) => Fits::No(kind, refusal),
    }
}

/// What the past did, though the plan has rules against it.
fn may_be_forced(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NotYourRole
            | Refusal::ClaimedByAnother { .. }
            | Refusal::SamePerson { .. }
            | Refusal::FieldMissing { .. }
            | Refusal::NotOptional
            | Refusal::OptionClosed
            | Refusal::AlreadyVoted
    )
}

/// Why an event would be refused.
fn refusal(ready: &Ready, state: &State, kind: &EventKind, at: Moment) -> Option<Refusal> {
    let outcome = step(&ready.prepared, state, &Event { at, kind: kind.clone() });
    outcome.effects.into_iter().find_map(|effect| match effect {
        Effect::Record(record) => match record.fact {
            Fact::Refused(refusal) => Some(refusal),
            _ => None,
        },
        _ => None,
    })
}

fn forced(mut kind: EventKind, why: String) -> EventKind {
    match &mut kind {
        EventKind::Act { by, .. }
        | EventKind::Answer { by, .. }
        | EventKind::Reopen { by, .. }
        | EventKind::EndAtAnyTime { by, .. } => by.forced = Some(why),
        _ => {}
    }
    kind
}

fn kind(
    ready: &Ready,
    state: &State,
    deed: &Deed,
    told: &Told<'_>,
    mut by: Actor,
) -> Result<EventKind, &'static str> {
    let words = || format!("{} (line {} of the log)", told.activity, told.line);
    let acting = |mut by: Actor, roles: Vec<RoleId>| {
        by.person = told.person.map_or_else(|| role_name(ready, roles.first().copied()), str::to_owned);
        by.roles = roles;
        by
    };
    match deed {
        Deed::LeftOut | Deed::Start => Err("it is not part of the workflow"),
        Deed::Act(node, verb) => {
            let place = place(state, *node, told.person);
            let act = match verb {
                Verb::Claim => Act::Claim,
                Verb::Release => Act::Release,
                Verb::Complete => Act::Complete(form(ready, *node, told)),
                Verb::Comment => Act::Comment(words()),
                Verb::Acknowledge => Act::Acknowledge,
                Verb::Block => Act::Block { reason: words(), waiting_on: None },
                Verb::Unblock => Act::Unblock,
                Verb::Skip => Act::Skip { reason: words() },
            };
            let by = acting(by, owner_roles(&ready.prepared, state, place));
            Ok(EventKind::Act { place, act, by })
        }
        Deed::Choose(node, option) => {
            let place = place(state, *node, told.person);
            let by = acting(by, owner_roles(&ready.prepared, state, place));
            Ok(EventKind::Act { place, act: Act::Choose { option: *option, reason: Some(words()) }, by })
        }
        Deed::Answer(given) => {
            let questions = view(&ready.prepared, state).questions;
            let asked = questions.into_iter().next().ok_or("no question is open")?;
            let number = given.parse::<u16>().ok().and_then(|number| number.checked_sub(1));
            let same = |label: &String| label.eq_ignore_ascii_case(given);
            let at = asked.alternatives.iter().position(same).and_then(|at| u16::try_from(at).ok());
            let answer = match at.or(number) {
                Some(at) => Answer::Alternative(at),
                None => Answer::Words(given.clone()),
            };
            let by = acting(by, asked.asked);
            Ok(EventKind::Answer { question: asked.id, answer, by })
        }
        Deed::Event(system, event) => {
            let declared = ready.program().systems.get(system.index());
            let declared = declared.and_then(|system| system.events.get(usize::from(*event)));
            let fields = declared.map(|event| values(ready, &event.fields, told)).unwrap_or_default();
            Ok(EventKind::Arrived { system: *system, event: *event, fields })
        }
        Deed::End(outcome) => {
            let roles = match ready.program().nodes.get(outcome.index()).map(|node| &node.kind) {
                Some(NodeKind::Outcome(declared)) => declared.at_any_time.as_ref().map(|end| end.by.clone()),
                _ => None,
            };
            by = acting(by, roles.unwrap_or_default());
            Ok(EventKind::EndAtAnyTime { outcome: *outcome, reason: words(), by })
        }
        Deed::Reopen(node) => {
            by = acting(by, owner_roles(&ready.prepared, state, Place { node: *node, copy: None }));
            Ok(EventKind::Reopen { node: *node, reason: words(), by })
        }
    }
}

/// Whoever starts a case: in a role that may, where the workflow says which.
#[must_use]
pub fn starter(ready: &Ready, person: Option<&str>) -> Actor {
    let roles = ready.program().starts_by.clone();
    let person = person.map_or_else(|| role_name(ready, roles.first().copied()), str::to_owned);
    Actor { person, roles, forced: None }
}

/// A role stands for its people, where the log names nobody.
fn role_name(ready: &Ready, role: Option<RoleId>) -> String {
    let role = role.and_then(|role| ready.program().roles.get(role.index()));
    role.map_or_else(|| "somebody".to_owned(), |role| role.name.clone())
}

/// A node, or the copy of it that can be acted on: the one that the person has claimed, else the first.
fn place(state: &State, node: NodeId, person: Option<&str>) -> Place {
    let copies = state.nodes.get(node.index()).map(|record| record.copies.as_slice()).unwrap_or_default();
    let live = || (0u16..).zip(copies).filter(|(_, work)| work.state.is_live());
    let owned = live().find(|(_, work)| {
        let owner = work.active.as_ref().and_then(|active| active.owner.as_deref());
        owner.is_some() && owner == person
    });
    let copy = owned.or_else(|| live().next()).map(|(at, _)| at);
    Place { node, copy: copy.or_else(|| (!copies.is_empty()).then_some(0)) }
}

fn form(ready: &Ready, node: NodeId, told: &Told<'_>) -> Vec<Value> {
    let fields = ready.program().nodes.get(node.index()).map(|node| node.form.as_slice());
    values(ready, fields.unwrap_or_default(), told)
}

/// Values of fields out of columns of the same names; what is not there or does not fit is missing.
#[must_use]
pub fn values(ready: &Ready, fields: &[Field], told: &Told<'_>) -> Vec<Value> {
    let reader = Reader::new(ready.program(), &ready.local);
    let value = |field: &Field| {
        let text = told.values.get(field.name.as_str()).filter(|text| !text.is_empty())?;
        reader.text(field.kind, text).ok()
    };
    fields.iter().map(|field| value(field).unwrap_or_default()).collect()
}
