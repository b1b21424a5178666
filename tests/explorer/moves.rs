//! What may happen next in a state, and the state after it: people act, events come, time runs out, in any order.
//!
//! Durations mean nothing here: any armed timer may be the next to fire (it is made due, all others are put off), so
//! that lateness and ladders are events like any other. Votes are cast at once by as many people as are needed.
//! Invariant: every move is taken by the interpreter itself; what it refuses is no move.

use super::subject::Subject;
use super::values::Cells;
use wf_compiler::typed::{ActionKind, NodeKind};
use wf_plan::Moment;
use wf_plan::node::IfLate;
use wf_plan::plan::{NodeId, RoleId};
use wf_plan::value::Value;
use wf_vm::event::{Act, Actor, Answer, Place};
use wf_vm::state::{NodeState, Phase, Task};
use wf_vm::{Effect, Event, EventKind, State, apply};

/// One thing that happens.
#[derive(Clone, PartialEq, Debug)]
pub enum Move {
    Start(usize),
    Complete(Place, usize),
    Skip(Place),
    Choose(Place, u16, usize),
    Arrive(Place, usize),
    ChildEnds(Place, u16),
    Block(Place),
    Answer(Place, u16, u16, u16),
    Time(Place, Task),
    AtAnyTime(NodeId),
}

impl Move {
    /// The node that finishes (or moves on) by it; an end `at any time` and the start have none.
    pub fn node(&self) -> Option<usize> {
        match self {
            Self::Complete(place, _)
            | Self::Skip(place)
            | Self::Choose(place, ..)
            | Self::Arrive(place, _)
            | Self::ChildEnds(place, _)
            | Self::Block(place)
            | Self::Answer(place, ..)
            | Self::Time(place, _) => Some(place.node.index()),
            Self::Start(_) | Self::AtAnyTime(_) => None,
        }
    }
}

/// A time so late that nothing else comes before it.
const NEVER: i64 = 4_000_000_000_000;

/// The instances' first moment: Monday 2 March 2026, 09:00.
const START: Moment = Moment(1_772_442_000_000);

/// Someone who holds every role.
fn person(subject: &Subject, name: &str) -> Actor {
    let roles = (0..u16::try_from(subject.typed.roles.len()).unwrap()).map(RoleId).collect();
    Actor { person: name.to_owned(), roles, forced: None }
}

/// The state after the start with the inputs of one combination.
pub fn start(subject: &Subject, cells: &Cells, combination: usize) -> Option<State> {
    let inputs = cells.inputs[combination].clone();
    let starter = Some(person(subject, "ada"));
    let mut state = State::new();
    let kind = EventKind::Start { inputs, starter, number: 1 };
    happen(subject, &mut state, START, kind).then_some(state)
}

/// Whether the interpreter took an event.
fn happen(subject: &Subject, state: &mut State, at: Moment, kind: EventKind) -> bool {
    let mut effects = Vec::new();
    apply(&subject.prepared, state, &Event { at, kind }, &mut effects);
    !effects.iter().any(|effect| {
        matches!(effect, Effect::Record(record) if matches!(record.fact, wf_vm::effect::Fact::Refused(_)))
    })
}

/// Everything that can happen next, with the state after it.
pub fn moves(subject: &Subject, cells: &Cells, state: &State) -> Vec<(Move, State)> {
    let mut found = Vec::new();
    if state.phase != Phase::Running {
        return found;
    }
    for node in 0..subject.typed.nodes.len() {
        for place in places(state, node) {
            acts(subject, cells, state, place, &mut found);
        }
    }
    for timer in &state.timers {
        if let Some(place) = timer.place
            && !matches!(timer.task, Task::Reminder(_) | Task::HeadsUp | Task::Summary(_))
            && let Some(next) = fired(subject, state, timer.id)
        {
            found.push((Move::Time(place, timer.task), next));
        }
    }
    for question in &state.questions {
        let ask = ask_of(subject, question.place, question.ladder, question.level);
        let by = person(subject, "ada");
        for at in 0..u16::try_from(ask.map_or(0, |ask| ask.alternatives.len())).unwrap() {
            let what = Move::Answer(question.place, question.ladder, question.level, at);
            let answer = Answer::Alternative(at);
            let kind = EventKind::Answer { question: question.id, answer, by: by.clone() };
            take(subject, state, what, [kind], &mut found);
        }
    }
    at_any_time(subject, state, &mut found);
    found
}

/// The works of a node at which somebody or something is at work.
fn places(state: &State, node: usize) -> Vec<Place> {
    let record = &state.nodes[node];
    if !record.own.state.is_live() {
        return Vec::new();
    }
    let node = NodeId(u16::try_from(node).unwrap());
    if record.copies.is_empty() {
        return vec![Place { node, copy: None }];
    }
    let live = (0u16..).zip(&record.copies).filter(|(_, copy)| copy.state.is_live());
    live.map(|(copy, _)| Place { node, copy: Some(copy) }).collect()
}

fn acts(subject: &Subject, cells: &Cells, state: &State, place: Place, found: &mut Vec<(Move, State)>) {
    let node = &subject.typed.nodes[place.node.index()];
    let by = person(subject, "ada");
    let act = |act: Act, by: &Actor| EventKind::Act { place, act, by: by.clone() };
    let forms = cells.forms[place.node.index()].iter().enumerate();
    match &node.kind {
        NodeKind::Step => {
            for (at, values) in forms {
                take(
                    subject,
                    state,
                    Move::Complete(place, at),
                    [act(Act::Complete(values.clone()), &by)],
                    found,
                );
            }
        }
        NodeKind::Decision { options, .. } => {
            for (at, values) in forms {
                for (option, declared) in (0u16..).zip(options) {
                    let voters = (0..declared.needs.max(1)).map(|voter| format!("voter {voter}"));
                    let vote = options.iter().any(|option| option.needs > 1);
                    let people: Vec<Actor> =
                        voters.map(|name| if vote { person(subject, &name) } else { by.clone() }).collect();
                    let fill = (!values.is_empty()).then(|| act(Act::Complete(values.clone()), &people[0]));
                    let reason = Some("because".to_owned());
                    let choose = Act::Choose { option, reason };
                    let votes = people.iter().map(|voter| act(choose.clone(), voter));
                    take(
                        subject,
                        state,
                        Move::Choose(place, option, at),
                        fill.into_iter().chain(votes),
                        found,
                    );
                }
            }
        }
        NodeKind::Wait { system, event, .. } => {
            for (at, values) in forms {
                let kind = EventKind::Arrived { system: *system, event: *event, fields: values.clone() };
                take(subject, state, Move::Arrive(place, at), [kind], found);
            }
        }
        NodeKind::Run { outcomes, .. } => {
            let round = state.work(place).map_or(0, |work| work.children);
            let reachable = subject.child_outcomes.get(&place.node);
            for outcome in 0..u16::try_from(outcomes.len()).unwrap() {
                if reachable.is_none_or(|reachable| reachable[usize::from(outcome)]) {
                    let kind = EventKind::ChildEnded { place, round, outcome: Some(outcome) };
                    take(subject, state, Move::ChildEnds(place, outcome), [kind], found);
                }
            }
        }
        _ => {}
    }
    if node.optional {
        take(
            subject,
            state,
            Move::Skip(place),
            [act(Act::Skip { reason: "no need".to_owned() }, &by)],
            found,
        );
    }
    let listens = node.ladders.iter().any(|ladder| ladder.on_block.is_some());
    if listens && state.work(place).is_some_and(|work| work.state == NodeState::Active) {
        let block = Act::Block { reason: "stuck".to_owned(), waiting_on: None };
        take(subject, state, Move::Block(place), [act(block, &by)], found);
    }
}

fn take(
    subject: &Subject,
    state: &State,
    what: Move,
    kinds: impl IntoIterator<Item = EventKind>,
    found: &mut Vec<(Move, State)>,
) {
    let mut next = state.clone();
    let at = next.now;
    let taken = kinds.into_iter().all(|kind| happen(subject, &mut next, at, kind));
    // An event that no wait takes is only kept.
    if taken && next.kept.len() == state.kept.len() {
        found.push((what, next));
    }
}

/// The state after one timer alone has fired.
fn fired(subject: &Subject, state: &State, id: wf_vm::effect::TimerId) -> Option<State> {
    let mut next = state.clone();
    let due = next.now.plus_ms(1)?;
    for timer in &mut next.timers {
        timer.due = if timer.id == id { due } else { Moment(NEVER) };
    }
    happen(subject, &mut next, due, EventKind::Tick).then_some(next)
}

fn at_any_time(subject: &Subject, state: &State, found: &mut Vec<(Move, State)>) {
    for (id, node) in (0u16..).zip(&subject.typed.nodes) {
        if let NodeKind::Outcome { at_any_time_by, .. } = &node.kind
            && !at_any_time_by.is_empty()
        {
            let outcome = NodeId(id);
            let by = person(subject, "ada");
            let kind = EventKind::EndAtAnyTime { outcome, reason: "so be it".to_owned(), by };
            take(subject, state, Move::AtAnyTime(outcome), [kind], found);
        }
    }
}

fn ask_of(subject: &Subject, place: Place, ladder: u16, level: u16) -> Option<&wf_compiler::typed::Ask> {
    let ladder = subject.typed.nodes[place.node.index()].ladders.get(usize::from(ladder))?;
    ladder.levels.get(usize::from(level))?.ask.as_ref()
}

/// Outcomes that a move brings about by itself: an alternative, lateness, or the last round of a redo.
pub fn forced(subject: &Subject, before: &State, what: &Move, after: &State) -> Vec<usize> {
    let mut found = Vec::new();
    let alternative = |place: Place, ladder: u16, level: u16, at: u16| {
        let ask = ask_of(subject, place, ladder, level);
        let chosen = ask.and_then(|ask| ask.alternatives.get(usize::from(at)));
        chosen.into_iter().flat_map(|chosen| &chosen.actions).filter_map(|action| match action.kind {
            ActionKind::Outcome(outcome) => Some(outcome.index()),
            _ => None,
        })
    };
    match what {
        Move::Answer(place, ladder, level, at) => found.extend(alternative(*place, *ladder, *level, *at)),
        Move::Time(_, Task::Decide(id)) => {
            if let Some(open) = before.question(*id) {
                let ask = ask_of(subject, open.place, open.ladder, open.level);
                let otherwise = ask.and_then(|ask| ask.otherwise);
                found.extend(
                    otherwise.into_iter().flat_map(|at| alternative(open.place, open.ladder, open.level, at)),
                );
            }
        }
        Move::Time(place, Task::Deadline) => {
            if let NodeKind::Wait { if_late: Some(IfLate::Outcome(outcome)), .. } =
                &subject.typed.nodes[place.node.index()].kind
            {
                found.push(outcome.index());
            }
        }
        Move::AtAnyTime(outcome) => found.push(outcome.index()),
        _ => {}
    }
    if let Some(node) = what.node()
        && let Some(redo) = &subject.typed.nodes[node].redo
        && after.nodes[node].own.state.is_settled()
    {
        found.extend(redo.otherwise.map(NodeId::index));
    }
    found
}

/// What is told of a move.
pub fn told(subject: &Subject, cells: &Cells, what: &Move) -> String {
    let name = |place: &Place| subject.typed.nodes[place.node.index()].name.as_str();
    let values = |values: &[Value]| {
        let told = values.iter().filter(|value| !matches!(value, Value::Text(_)));
        told.map(|value| format!(" {value:?}")).collect::<String>()
    };
    match what {
        Move::Start(at) => format!("start{}", values(&cells.inputs[*at])),
        Move::Complete(place, at) => {
            format!("complete {}{}", name(place), values(&cells.forms[place.node.index()][*at]))
        }
        Move::Skip(place) => format!("skip {}", name(place)),
        Move::Choose(place, option, at) => {
            let form = values(&cells.forms[place.node.index()][*at]);
            let option = match &subject.typed.nodes[place.node.index()].kind {
                NodeKind::Decision { options, .. } => options[usize::from(*option)].name.clone(),
                _ => String::new(),
            };
            format!("choose {}.{option}{form}", name(place))
        }
        Move::Arrive(place, at) => {
            format!("arrives {}{}", name(place), values(&cells.forms[place.node.index()][*at]))
        }
        Move::ChildEnds(place, outcome) => format!("child of {} ends in {outcome}", name(place)),
        Move::Block(place) => format!("block {}", name(place)),
        Move::Answer(place, _, _, at) => format!("answer {at} at {}", name(place)),
        Move::Time(place, task) => format!("{task:?} of {}", name(place)),
        Move::AtAnyTime(outcome) => format!("end in {}", subject.typed.nodes[outcome.index()].name),
    }
}
