//! Rule 6: votes with `needs N`, and `if late choose`.

use super::support::*;
use wf_vm::effect::{Fact, Refusal};
use wf_vm::state::NodeState::*;

/// A board decides: yes and no need two each.
fn board(people: &[&str]) -> Plan {
    let mut plan = Plan::new();
    plan.decision("d", "board", &["yes", "no"]);
    for option in &mut plan.options().options {
        option.needs = 2;
    }
    let board = plan.role("board");
    plan.program.roles[board.index()].people = people.iter().map(|name| (*name).into()).collect();
    plan
}

#[test]
fn the_first_option_to_reach_its_number_wins() {
    let mut run = board(&[]).start(vec![]);
    for (person, choice) in [("ann", "d.yes"), ("bob", "d.no")] {
        let by = run.actor(person, "board");
        run.choose_by(choice, by);
        assert_eq!(run.is("d"), Active);
    }
    let by = run.actor("cem", "board");
    run.choose_by("d.yes", by);
    assert_eq!(run.is("d"), Chosen(0));
    assert_eq!(run.state.work(run.node("d")).unwrap().did, ["ann", "bob", "cem"]);
    assert_eq!(run.facts("d").iter().filter(|fact| matches!(fact, Fact::VoteCast { .. })).count(), 3);
}

#[test]
fn nobody_votes_twice_and_strangers_do_not_vote() {
    let mut run = board(&[]).start(vec![]);
    let ann = run.actor("ann", "board");
    run.choose_by("d.yes", ann.clone()).choose_by("d.yes", ann);
    assert_eq!(run.refusal(), Some(Refusal::AlreadyVoted));
    let stranger = run.actor("eve", "boss");
    run.choose_by("d.yes", stranger);
    assert_eq!(run.refusal(), Some(Refusal::NotYourRole));
}

#[test]
fn when_none_can_reach_its_number_the_decision_is_late_at_once() {
    let mut plan = board(&["ann", "bob"]);
    plan.options().if_late = Some(1);
    let mut run = plan.start(vec![]);
    for (person, choice) in [("ann", "d.yes"), ("bob", "d.no")] {
        let by = run.actor(person, "board");
        run.choose_by(choice, by);
    }
    assert_eq!(run.is("d"), Chosen(1));
    let row =
        run.records().into_iter().find(|row| row.fact == Fact::NobodyChose { option: 1 }).unwrap().clone();
    assert_eq!(row.by, None, "never as a person's choice");
    assert_eq!(row.at, monday());
}

#[test]
fn if_late_chooses_at_the_deadline_for_nobody() {
    let mut plan = Plan::new();
    plan.decision("d", "csm", &["yes", "no"]).due(days(2));
    plan.options().if_late = Some(1);
    plan.step("n", "r").after("d.no");
    let mut run = plan.start(vec![]);
    run.until("2026-03-04 08:59");
    assert_eq!(run.is("d"), Active);
    run.until("2026-03-04 09:00");
    assert_eq!(run.are(&["d", "n"]), [Chosen(1), Active]);
    assert_eq!(run.when(|fact| *fact == Fact::NobodyChose { option: 1 }), [at("2026-03-04 09:00")]);
    assert!(run.state.work(run.node("d")).unwrap().did.is_empty());
    assert!(!run.facts("d").contains(&Fact::OptionChosen { option: 1 }));
}

#[test]
fn a_reason_is_needed_where_the_option_says_so() {
    let mut plan = Plan::new();
    plan.decision("d", "csm", &["yes", "no"]);
    plan.options().options[1].needs_reason = true;
    let mut run = plan.start(vec![]);
    run.act("d", wf_vm::event::Act::Choose { option: 1, reason: Some("  ".into()) });
    assert_eq!(run.refusal(), Some(Refusal::ReasonMissing));
    run.act("d", wf_vm::event::Act::Choose { option: 1, reason: Some("price".into()) });
    assert_eq!(run.is("d"), Chosen(1));
}

#[test]
fn a_decisions_form_is_filled_in_before_choosing() {
    let mut plan = Plan::new();
    plan.decision("d", "csm", &["yes", "no"]).form("score", scalar(wf_plan::value::Scalar::Number), false);
    let mut run = plan.start(vec![]);
    run.choose("d.yes");
    assert_eq!(run.refusal(), Some(Refusal::FieldMissing { field: "score".into() }));
    run.act("d", wf_vm::event::Act::Complete(vec![number(4)]));
    assert_eq!(run.is("d"), Active);
    run.choose("d.yes");
    assert_eq!(run.is("d"), Chosen(0));
    assert_eq!(run.state.work(run.node("d")).unwrap().values, [number(4)]);
}
