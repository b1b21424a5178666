//! Laws over random programs and random events: determinism, late workers, replay, the table, rounds, no panic.
//!
//! Programs are far wilder than the compiler would let through (leaking redo regions, options nobody can reach), and
//! events come in any order and out of range: the interpreter must keep its laws all the same.

mod random;

use super::support::*;
use proptest::prelude::*;
use random::{build, happenings, journal, seed};
use std::collections::BTreeMap;
use wf_plan::Moment;
use wf_plan::node::NodeKind;
use wf_vm::effect::{Effect, Fact, Record};
use wf_vm::event::Place;
use wf_vm::state::{NodeState, Phase};
use wf_vm::{Event, EventKind, Prepared, State, next_due};

/// Random runs per law; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(96)
}

fn play(prepared: &Prepared, events: &[Event]) -> (State, Vec<Effect>) {
    let (mut state, mut effects) = (State::new(), vec![]);
    for event in events {
        wf_vm::apply(prepared, &mut state, event, &mut effects);
    }
    (state, effects)
}

/// What the world sees of a run apart from timers, which a punctual worker hears of one by one.
fn seen(effects: &[Effect]) -> Vec<&Effect> {
    effects.iter().filter(|effect| !matches!(effect, Effect::ArmTimer(_) | Effect::CancelTimer(_))).collect()
}

fn settles(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::NodeCompleted
            | Fact::NodeArrived
            | Fact::NodeSkippedByRule
            | Fact::NodeSkippedByPerson
            | Fact::NodeLate
            | Fact::NodeCancelled
            | Fact::ChildEnded { outcome: Some(_) }
    )
}

/// Per place: no second settling before a reset (a choice that sends back is no settling).
fn settles_once_a_round(effects: &[Effect]) -> Result<(), String> {
    let mut settled: BTreeMap<Place, &Record> = BTreeMap::new();
    for row in records(effects) {
        let Some(place) = row.place else { continue };
        if row.fact == Fact::NodeReset {
            settled.retain(|other, _| other.node != place.node);
        } else if settles(&row.fact)
            && let Some(before) = settled.insert(place, row)
        {
            return Err(format!("{place:?}: {:?} after {:?}", row.fact, before.fact));
        }
    }
    Ok(())
}

fn is_whole(prepared: &Prepared, state: &State) -> Result<(), String> {
    for (at, record) in state.nodes.iter().enumerate() {
        for work in std::iter::once(&record.own).chain(&record.copies) {
            if work.active.is_some() != work.state.is_live() {
                return Err(format!("node {at}: {:?} with {:?}", work.state, work.active));
            }
            if (work.state == NodeState::Blocked)
                != work.active.as_ref().is_some_and(|active| active.blocked.is_some())
            {
                return Err(format!("node {at}: blocked without a reason, or the other way round"));
            }
        }
    }
    for timer in &state.timers {
        let waits_for_heads_up = timer.task == wf_vm::state::Task::HeadsUp;
        let live = timer.place.is_none_or(|place| state.work(place).is_some_and(|work| work.state.is_live()));
        if !live && !waits_for_heads_up {
            return Err(format!("{timer:?} outlives its node"));
        }
    }
    for question in &state.questions {
        if !state.work(question.place).is_some_and(|work| work.state.is_live()) {
            return Err(format!("{question:?} outlives its node"));
        }
    }
    if let Phase::Ended(_) = state.phase
        && !(state.timers.is_empty() && state.questions.is_empty())
    {
        return Err("an ended instance waits for something".into());
    }
    if state.phase == Phase::Running {
        let view = wf_vm::view(prepared, state);
        for node in
            view.nodes.iter().filter(|node| node.state == NodeState::Waiting && node.place.copy.is_none())
        {
            let outcome =
                matches!(prepared.program().nodes[node.place.node.index()].kind, NodeKind::Outcome(_));
            if !outcome && node.waits_for.is_empty() {
                return Err(format!("{} waits for nothing", node.name));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// The same events give the same state and effects, also through the journal's bytes.
    #[test]
    fn replay_gives_the_same(seeds in prop::collection::vec(seed(), 1..9), happenings in happenings()) {
        let prepared = build(&seeds).prepared();
        let events = journal(&happenings, seeds.len());
        let (state, effects) = play(&prepared, &events);
        let bytes = postcard::to_allocvec(&events).unwrap();
        let (again, effects_again) = play(&prepared, &postcard::from_bytes::<Vec<Event>>(&bytes).unwrap());
        prop_assert_eq!(&state, &again);
        prop_assert_eq!(effects, effects_again);
        let stored: State = postcard::from_bytes(&postcard::to_allocvec(&state).unwrap()).unwrap();
        prop_assert_eq!(state, stored);
    }

    /// Ticks at any time, and at every due time, change nothing.
    #[test]
    fn a_late_worker_is_a_punctual_one(seeds in prop::collection::vec(seed(), 1..9), happenings in happenings()) {
        let prepared = build(&seeds).prepared();
        let events = journal(&happenings, seeds.len());
        let (late, late_effects) = play(&prepared, &events);
        let (mut punctual, mut effects) = (State::new(), vec![]);
        for event in &events {
            while let Some(due) = next_due(&punctual).filter(|due| *due < event.at) {
                let tick = Event { at: due, kind: EventKind::Tick };
                wf_vm::apply(&prepared, &mut punctual, &tick, &mut effects);
            }
            let halfway = Event { at: Moment(i64::midpoint(punctual.now.0, event.at.0)), kind: EventKind::Tick };
            if punctual.phase != Phase::New {
                wf_vm::apply(&prepared, &mut punctual, &halfway, &mut effects);
            }
            wf_vm::apply(&prepared, &mut punctual, event, &mut effects);
        }
        prop_assert_eq!(late, punctual);
        prop_assert_eq!(seen(&late_effects), seen(&effects));
    }

    /// After every event: nothing outside the table, nothing settled twice in a round, nothing left behind.
    #[test]
    fn every_state_is_whole(seeds in prop::collection::vec(seed(), 1..9), happenings in happenings()) {
        let prepared = build(&seeds).prepared();
        let (mut state, mut effects) = (State::new(), vec![]);
        for event in journal(&happenings, seeds.len()) {
            wf_vm::apply(&prepared, &mut state, &event, &mut effects);
            prop_assert_eq!(is_whole(&prepared, &state), Ok(()), "after {:?}", event);
        }
        let illegal = records(&effects).into_iter().find(|row| row.detail.starts_with("no way from"));
        prop_assert_eq!(illegal, None);
        prop_assert_eq!(settles_once_a_round(&effects), Ok(()));
    }

    /// The state of one program under another: whatever is out of range is refused or ignored, nothing panics.
    #[test]
    fn a_foreign_state_harms_nobody(
        seeds in prop::collection::vec(seed(), 1..9),
        others in prop::collection::vec(seed(), 1..9),
        happenings in happenings(),
    ) {
        let events = journal(&happenings, seeds.len());
        let (mut state, mut effects) = play(&build(&seeds).prepared(), &events);
        let other = build(&others).prepared();
        state.phase = Phase::Running;
        for event in &events {
            wf_vm::apply(&other, &mut state, event, &mut effects);
            let _ = wf_vm::view(&other, &state);
        }
    }

    /// What the world was told of timers is what the state holds.
    #[test]
    fn told_timers_are_the_states(seeds in prop::collection::vec(seed(), 1..9), happenings in happenings()) {
        let prepared = build(&seeds).prepared();
        let (state, effects) = play(&prepared, &journal(&happenings, seeds.len()));
        let mut told = BTreeMap::new();
        for effect in &effects {
            match effect {
                Effect::ArmTimer(timer) => prop_assert!(told.insert(timer.id, timer.due).is_none()),
                Effect::CancelTimer(id) => prop_assert!(told.remove(id).is_some()),
                _ => {}
            }
        }
        let own: BTreeMap<_, _> = state.timers.iter().map(|timer| (timer.id, timer.due)).collect();
        prop_assert_eq!(told, own);
    }
}

/// The random runs are no idle ones: between them they see nearly every kind of fact.
#[test]
fn the_random_runs_see_nearly_everything() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut facts = std::collections::BTreeSet::new();
    for _ in 0..500 {
        let seeds = prop::collection::vec(seed(), 1..9).new_tree(&mut runner).unwrap().current();
        let happenings = happenings().new_tree(&mut runner).unwrap().current();
        let (_, effects) = play(&build(&seeds).prepared(), &journal(&happenings, seeds.len()));
        for row in records(&effects) {
            let name = format!("{:?}", row.fact);
            facts.insert(name.split(['(', ' ']).next().unwrap().to_owned());
        }
    }
    let expected = [
        "Acknowledged",
        "Cancelled",
        "ChildCancelled",
        "ChildEnded",
        "ChildStarted",
        "ClockRestarted",
        "ClockStopped",
        "DeadlineExtended",
        "DeadlineSet",
        "EndedWithoutOutcome",
        "EventKept",
        "EventTaken",
        "FieldCorrected",
        "Finished",
        "FormFilled",
        "HeadsUpSent",
        "LadderLevel",
        "LadderStopped",
        "LadderTriggered",
        "NodeArrived",
        "NodeBlocked",
        "NodeCancelled",
        "NodeClaimed",
        "NodeCompleted",
        "NodeLate",
        "NodeNotTaken",
        "NodeOverdue",
        "NodeReassigned",
        "NodeReleased",
        "NodeReset",
        "NodeSkippedByPerson",
        "NodeSkippedByRule",
        "NodeStarted",
        "NodeUnblocked",
        "OptionChosen",
        "OutcomeReached",
        "QuestionAnswered",
        "QuestionAsked",
        "QuestionExpired",
        "QuestionWithdrawn",
        "RedoTaken",
        "Refused",
        "ReminderSent",
        "StepReopened",
    ];
    let unseen: Vec<_> = expected.iter().filter(|name| !facts.contains(**name)).collect();
    assert!(unseen.is_empty(), "never seen: {unseen:?}");
}
