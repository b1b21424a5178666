//! What people, systems and children may do next, mostly sensible, sometimes not. Invariant: chance alone decides.

use super::super::dice::Dice;
use crate::explorer::subject::Subject;
use crate::explorer::values::Cells;
use wf_compiler::typed::NodeKind;
use wf_plan::plan::{NodeId, RoleId};
use wf_vm::event::{Act, Actor, Answer, Place};
use wf_vm::{EventKind, State};

fn below(dice: &mut Dice, end: usize) -> usize {
    usize::try_from(dice.below(end as u64)).unwrap()
}

fn person(subject: &Subject, dice: &mut Dice) -> Actor {
    let roles = (0..u16::try_from(subject.typed.roles.len()).unwrap()).map(RoleId).collect();
    let person = ["ada", "bo", "cy", "di"][below(dice, 4)].to_owned();
    Actor { person, roles, forced: None }
}

/// The start, with inputs of some combination.
pub fn start(subject: &Subject, cells: &Cells, dice: &mut Dice) -> EventKind {
    let inputs = cells.inputs[below(dice, cells.inputs.len())].clone();
    EventKind::Start { inputs, starter: Some(person(subject, dice)), number: 1 }
}

/// Something that may be done now; one in ten at a place where perhaps nobody is at work.
pub fn likely(subject: &Subject, cells: &Cells, state: &State, dice: &mut Dice) -> EventKind {
    let by = person(subject, dice);
    if !state.questions.is_empty() && dice.chance(30) {
        let question = state.questions[below(dice, state.questions.len())].id;
        let answer = Answer::Alternative(u16::try_from(dice.below(3)).unwrap());
        return EventKind::Answer { question, answer, by };
    }
    let is_anywhere = dice.chance(10);
    let all = 0..u16::try_from(subject.typed.nodes.len()).unwrap();
    let live = |id: &u16| state.nodes.get(usize::from(*id)).is_some_and(|node| node.own.state.is_live());
    let nodes: Vec<u16> = all.filter(|id| is_anywhere || live(id)).collect();
    if nodes.is_empty() {
        return EventKind::Tick;
    }
    let node = NodeId(nodes[below(dice, nodes.len())]);
    let copies = state.nodes.get(node.index()).map_or(0, |record| record.copies.len());
    let copy = (copies > 0).then(|| u16::try_from(below(dice, copies)).unwrap());
    at(subject, cells, state, Place { node, copy }, by, dice)
}

fn at(
    subject: &Subject,
    cells: &Cells,
    state: &State,
    place: Place,
    by: Actor,
    dice: &mut Dice,
) -> EventKind {
    let forms = &cells.forms[place.node.index()];
    let values = forms[below(dice, forms.len())].clone();
    let node = &subject.typed.nodes[place.node.index()];
    let act = match (dice.below(20), &node.kind) {
        (0, _) => Act::Block { reason: "stuck".to_owned(), waiting_on: None },
        (1, _) => Act::Unblock,
        (2, _) => Act::Claim,
        (3, _) => Act::Acknowledge,
        (4, _) => Act::Comment("so it is".to_owned()),
        (5 | 6, _) => Act::Skip { reason: "no need".to_owned() },
        (_, NodeKind::Decision { .. }) if !values.is_empty() && dice.chance(40) => Act::Complete(values),
        (_, NodeKind::Decision { options, .. }) => {
            let option = u16::try_from(below(dice, options.len())).unwrap();
            Act::Choose { option, reason: Some("because".to_owned()) }
        }
        (_, NodeKind::Wait { system, event, .. }) => {
            return EventKind::Arrived { system: *system, event: *event, fields: values };
        }
        (_, NodeKind::Run { outcomes, .. }) => {
            let round = state.work(place).map_or(0, |work| work.children);
            let outcome = (!outcomes.is_empty()).then(|| u16::try_from(below(dice, outcomes.len())).unwrap());
            return EventKind::ChildEnded { place, round, outcome };
        }
        _ => Act::Complete(values),
    };
    EventKind::Act { place, act, by }
}
