//! When two states are the same for everything that can still happen: times, numbers and words are left out.
//!
//! What is kept: phase, per node its state, values, rounds, copies, where its ladders stand, whether a person did it,
//! which timers are armed and which questions open. Invariant: states of one key have successors of equal keys.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use wf_plan::Value;
use wf_vm::State;
use wf_vm::state::{NodeState, Phase, Task, Work};

/// A state's key: two independent hashes, so that a collision in millions of states is out of the question.
pub type Key = (u64, u64);

pub fn key(state: &State) -> Key {
    let mut sink = Sink::default();
    write(state, &mut sink);
    let mut one = DefaultHasher::new();
    let mut other = DefaultHasher::new();
    0x9e37_79b9_u32.hash(&mut other);
    one.write(&sink.0);
    other.write(&sink.0);
    (one.finish(), other.finish())
}

/// What is kept, as bytes: hashing them in one go is cheaper than piece by piece.
#[derive(Default)]
struct Sink(Vec<u8>);

impl Hasher for Sink {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Nobody asks: what is kept is hashed as a whole.
    fn finish(&self) -> u64 {
        0
    }
}

impl Sink {
    fn put(&mut self, value: impl Hash) {
        value.hash(self);
    }
}

fn write(state: &State, sink: &mut Sink) {
    match state.phase {
        Phase::New => sink.put(0u8),
        Phase::Running => sink.put(1u8),
        Phase::Ended(end) => sink.put(format!("{end:?}")),
    }
    values(&state.inputs, sink);
    for record in &state.nodes {
        work(&record.own, sink);
        sink.put(&record.redone);
        sink.put(record.copies.len());
        record.copies.iter().for_each(|copy| work(copy, sink));
    }
    let mut timers: Vec<_> =
        state.timers.iter().map(|timer| (timer.place, task(state, timer.task))).collect();
    timers.sort_unstable();
    sink.put(timers);
    let questions = state.questions.iter();
    let questions = questions.map(|open| (open.place, open.ladder, open.level, open.expired));
    sink.put(questions.collect::<Vec<_>>());
    sink.put(state.kept.len());
}

/// A timer's task; a question's as its ladder and level.
fn task(state: &State, task: Task) -> (u8, u16, u16) {
    match task {
        Task::Deadline => (0, 0, 0),
        Task::Pause => (1, 0, 0),
        Task::Silence(at) => (2, at, 0),
        Task::Blocked(at) => (3, at, 0),
        Task::Level(at) => (4, at, 0),
        Task::Decide(id) => state.question(id).map_or((5, 0, 0), |open| (5, open.ladder, open.level)),
        Task::HeadsUp => (6, 0, 0),
        Task::Reminder(at) => (7, at, 0),
        Task::Summary(at) => (8, at, 0),
    }
}

fn work(work: &Work, sink: &mut Sink) {
    sink.put(number(work.state));
    sink.put(work.did.is_empty());
    values(&work.values, sink);
    let Some(active) = &work.active else { return };
    sink.put(&active.closed);
    sink.put(&active.votes);
    sink.put(active.blocked.is_some());
    sink.put(active.childless);
    sink.put(active.deadline.as_ref().map(|deadline| (deadline.passed, deadline.rule)));
    for climb in &active.climbs {
        sink.put((climb.going, climb.taken));
    }
}

fn number(state: NodeState) -> (u8, u16) {
    match state {
        NodeState::Waiting => (0, 0),
        NodeState::Active => (1, 0),
        NodeState::Blocked => (2, 0),
        NodeState::Completed => (3, 0),
        NodeState::Chosen(option) => (4, option),
        NodeState::Arrived => (5, 0),
        NodeState::Ended(outcome) => (6, outcome),
        NodeState::Late => (7, 0),
        NodeState::SkippedByRule => (8, 0),
        NodeState::SkippedByPerson => (9, 0),
        NodeState::NotTaken => (10, 0),
        NodeState::Cancelled => (11, 0),
    }
}

fn values(values: &[Value], sink: &mut Sink) {
    sink.put(values.len());
    for value in values {
        match value {
            Value::Missing => sink.put(0u8),
            Value::Bool(value) => sink.put((1u8, value)),
            Value::Number(number) => sink.put((2u8, number)),
            Value::Money(amount, _) => sink.put((3u8, amount)),
            Value::Text(text) => sink.put((4u8, text)),
            Value::Date(date) => sink.put((5u8, date.0)),
            Value::Enum(_, at) => sink.put((6u8, at)),
            Value::List(list) => sink.put((7u8, list.len())),
            other => sink.put(format!("{other:?}")),
        }
    }
}
