//! Who acts: people for roles.
//!
//! A role's person is named like the role, or as the stage says. Where several may act, each is tried on a copy of
//! the state, and the first whom the interpreter does not refuse acts: so one role finds its second person for a vote
//! or a separation. Invariant: trying changes nothing.

use super::stage::{Instance, Stage};
use crate::effect::{Effect, Fact};
use crate::eval::{self, Scope};
use crate::event::{Actor, Event, EventKind, Place};
use wf_plan::node::Owner;
use wf_plan::plan::RoleId;
use wf_plan::{Moment, Program, Value};

/// People of one role that are tried at most.
const MAX_PEOPLE: usize = 12;

/// The role of this name.
pub(super) fn role_named(program: &Program, name: &str) -> Result<RoleId, String> {
    program.role_named(name).ok_or_else(|| {
        let there = super::words::names(program.roles.iter().map(|role| role.name.as_str()), "no role");
        format!("`{}` has no role `{name}`; it has {there}", program.workflow)
    })
}

/// The people of some roles: the first of each, then the second of each, and so on.
pub(super) fn people_of(stage: &dyn Stage, program: &Program, roles: &[RoleId]) -> Vec<Actor> {
    let mut people: Vec<Actor> = Vec::new();
    for at in 0..MAX_PEOPLE {
        for role in roles {
            if let Some(person) = nth(stage, program, *role, at)
                && !people.iter().any(|other| other.person == person)
            {
                people.push(actor(stage, program, person));
            }
        }
    }
    people
}

fn nth(stage: &dyn Stage, program: &Program, role: RoleId, at: usize) -> Option<String> {
    let people = stage.people(program, role);
    let made_up = people.and_others.then(|| program.roles.get(role.index())).flatten();
    people.named.get(at).cloned().or_else(|| made_up.map(|role| format!("{}-{}", role.name, at + 1)))
}

/// A person with all roles they fill.
pub(super) fn actor(stage: &dyn Stage, program: &Program, person: String) -> Actor {
    let fills = |role: &RoleId| {
        let people = stage.people(program, *role);
        let made_up = people.and_others
            && program.roles.get(role.index()).is_some_and(|role| is_made_up(&role.name, &person));
        made_up || people.named.contains(&person)
    };
    let all = (0u16..).map(RoleId).take(program.roles.len());
    Actor { roles: all.filter(fills).collect(), person, forced: None }
}

fn is_made_up(role: &str, person: &str) -> bool {
    number_of(role, person).is_some()
}

/// `2` of `legal-2`.
fn number_of(role: &str, person: &str) -> Option<u16> {
    person.strip_prefix(role)?.strip_prefix('-')?.parse().ok()
}

/// A person as people call them: by their role's title where they are named like it.
pub(super) fn shown(program: &Program, person: &str) -> String {
    for role in &program.roles {
        if role.name == person {
            return role.label.clone();
        }
        if let Some(number) = number_of(&role.name, person) {
            return format!("{} ({number})", role.label);
        }
    }
    person.to_owned()
}

/// Whoever may act on work: those of the role named, else whoever claimed it, else its owners.
pub(super) fn workers(
    stage: &dyn Stage,
    instance: Instance<'_>,
    place: Place,
    by: Option<&str>,
) -> Result<Vec<Actor>, String> {
    let program = instance.prepared.program();
    let claimed = instance.state.active(place).and_then(|active| active.owner.clone());
    let claimed = claimed.map(|person| actor(stage, program, person));
    let mut people = match by {
        Some(name) => named(stage, instance, name)?,
        None => owners(stage, instance, place),
    };
    // Who has the work goes first, as far as they are meant.
    if let Some(claimed) = claimed.filter(|claimed| by.is_none() || people.contains(claimed)) {
        people.retain(|person| *person != claimed);
        people.insert(0, claimed);
    }
    Ok(people)
}

/// `by ROLE` and `by starter`.
pub(super) fn named(stage: &dyn Stage, instance: Instance<'_>, name: &str) -> Result<Vec<Actor>, String> {
    let program = instance.prepared.program();
    if name == "starter" && program.role_named(name).is_none() {
        return Ok(starter(stage, instance).into_iter().collect());
    }
    let name = match (name, program.process_owner) {
        ("process owner" | "process_owner", Some(role)) if program.role_named(name).is_none() => {
            return Ok(people_of(stage, program, &[role]));
        }
        _ => name,
    };
    role_named(program, name).map(|role| people_of(stage, program, &[role]))
}

/// Whoever started the instance.
pub(super) fn starter(stage: &dyn Stage, instance: Instance<'_>) -> Option<Actor> {
    let starter = instance.state.starter.as_ref()?;
    Some(actor(stage, instance.prepared.program(), starter.person.clone()))
}

/// The people of the process owner's role.
pub(super) fn process_owner(stage: &dyn Stage, instance: Instance<'_>) -> Vec<Actor> {
    let program = instance.prepared.program();
    program.process_owner.map(|role| people_of(stage, program, &[role])).unwrap_or_default()
}

/// The owners of work, in the order in which they are written.
pub(super) fn owners(stage: &dyn Stage, instance: Instance<'_>, place: Place) -> Vec<Actor> {
    let (prepared, state) = (instance.prepared, instance.state);
    let mut roles = Vec::new();
    let mut people = Vec::new();
    for owner in eval::owners(prepared, state, place).iter() {
        match owner {
            Owner::Role(role) => roles.push(*role),
            Owner::Person(code) => match eval::value(prepared, state, *code, &Scope::at(Some(place))) {
                Value::Text(person) => people.push(actor(stage, prepared.program(), person)),
                _ => roles.extend(prepared.program().process_owner),
            },
        }
    }
    people.extend(people_of(stage, prepared.program(), &roles));
    if people.is_empty() {
        people.push(Actor { person: "somebody".to_owned(), roles: Vec::new(), forced: None });
    }
    people
}

/// Of some people the first who may; the first of all where nobody may.
pub(super) fn first_who_may(
    instance: Instance<'_>,
    now: Moment,
    people: Vec<Actor>,
    act: impl Fn(Actor) -> EventKind,
) -> Option<(Actor, bool)> {
    let may = |person: &Actor| {
        let event = Event { at: now, kind: act(person.clone()) };
        let tried = crate::step::step(instance.prepared, instance.state, &event);
        !tried
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Record(record) if matches!(record.fact, Fact::Refused(_))))
    };
    let found = people.iter().position(may);
    let at = found.unwrap_or(0);
    people.into_iter().nth(at).map(|person| (person, found.is_some()))
}
