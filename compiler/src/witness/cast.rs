//! Who acts: people of the roles, each tried until the interpreter does not refuse.
//!
//! A role's people are those that the text names, else one named like the role, and more where it may have more.
//! So separation of duty and votes find their people, or nobody. Invariant: nobody acts in a role they do not fill.

use super::play::Play;
use super::stage::Stage;
use wf_plan::Value;
use wf_plan::plan::{Program, RoleId};
use wf_vm::event::{Actor, Place};
use wf_vm::view;

/// People made up for one role.
const PEOPLE_OF_ROLE: usize = 8;

/// Everybody who may act at a place, the likeliest first.
pub(super) fn candidates(stage: &Stage<'_>, play: &Play<'_, '_>, place: Place) -> Vec<Actor> {
    let program = stage.program();
    let mut people = Vec::new();
    let mut add = |person: String| {
        if !people.contains(&person) {
            people.push(person);
        }
    };
    let claimed = play.state.active(place).and_then(|active| active.owner.clone());
    claimed.into_iter().for_each(&mut add);
    view::owner_people(&stage.prepared, &play.state, place).into_iter().for_each(&mut add);
    let owners = view::owner_roles(&stage.prepared, &play.state, place);
    of_roles(program, &owners).into_iter().for_each(&mut add);
    of_roles(program, program.process_owner.as_slice()).into_iter().for_each(&mut add);
    play.state.starter.iter().map(|starter| starter.person.clone()).for_each(&mut add);
    let all: Vec<RoleId> = (0u16..).map(RoleId).take(program.roles.len()).collect();
    of_roles(program, &all).into_iter().for_each(&mut add);
    named_in_values(play).into_iter().for_each(&mut add);
    add("somebody".to_owned());
    people.into_iter().map(|person| actor(program, person)).collect()
}

/// Whoever starts: of the roles that may, the first.
pub(super) fn starter(program: &Program) -> Option<Actor> {
    if program.starts_by.is_empty() {
        let by_itself = !program.starts_on.is_empty() || !program.starts_every.is_empty();
        return (!by_itself).then(|| actor(program, "starter".to_owned()));
    }
    of_roles(program, &program.starts_by).into_iter().next().map(|person| actor(program, person))
}

/// The first of each role, then the second of each, and so on.
fn of_roles(program: &Program, roles: &[RoleId]) -> Vec<String> {
    let people: Vec<Vec<String>> = roles.iter().map(|role| of_role(program, *role)).collect();
    (0..PEOPLE_OF_ROLE)
        .flat_map(|at| people.iter().filter_map(move |people| people.get(at).cloned()))
        .collect()
}

fn of_role(program: &Program, id: RoleId) -> Vec<String> {
    let Some(role) = program.roles.get(id.index()) else { return Vec::new() };
    if !role.people.is_empty() {
        return role.people.clone();
    }
    let more = if role.one_person { 1 } else { PEOPLE_OF_ROLE };
    let name = |at: usize| if at == 0 { role.name.clone() } else { format!("{}-{}", role.name, at + 1) };
    (0..more).map(name).collect()
}

fn actor(program: &Program, person: String) -> Actor {
    let all = (0u16..).map(RoleId).take(program.roles.len());
    let roles = all.filter(|role| of_role(program, *role).contains(&person)).collect();
    Actor { person, roles, forced: None }
}

/// Texts among the values: one of them may be the person who is asked or owns the work.
fn named_in_values(play: &Play<'_, '_>) -> Vec<String> {
    let forms = play.state.nodes.iter().flat_map(|record| &record.own.values);
    let elements = play.state.nodes.iter().flat_map(|record| &record.elements);
    let texts = play.state.inputs.iter().chain(forms).chain(elements).filter_map(|value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    });
    texts.take(PEOPLE_OF_ROLE * 4).collect()
}
