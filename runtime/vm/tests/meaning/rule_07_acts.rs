//! Rule 7: acts, who may do them, corrections, reopening, forced acts.

use super::support::*;
use wf_plan::node::FieldRef;
use wf_plan::plan::FieldIndex;
use wf_plan::value::Scalar;
use wf_vm::EventKind;
use wf_vm::effect::{Fact, Refusal};
use wf_vm::event::{Act, Actor};
use wf_vm::state::NodeState::*;

fn one_step() -> Plan {
    let mut plan = Plan::new();
    plan.step("a", "legal").step("b", "legal").after("a");
    plan
}

#[test]
fn who_claims_or_acts_first_owns_it_until_released() {
    let mut run = one_step().start(vec![]);
    let (ann, bob) = (run.actor("ann", "legal"), run.actor("bob", "legal"));
    run.act_by("a", Act::Block { reason: "x".into(), waiting_on: None }, ann.clone());
    run.act_by("a", Act::Complete(vec![]), bob.clone());
    assert_eq!(run.refusal(), Some(Refusal::ClaimedByAnother { owner: "ann".into() }));
    run.act_by("a", Act::Release, bob.clone());
    assert_eq!(run.refusal(), Some(Refusal::ClaimedByAnother { owner: "ann".into() }));
    run.act_by("a", Act::Release, ann);
    run.act_by("a", Act::Complete(vec![]), bob);
    assert_eq!(run.is("a"), Completed);
    assert_eq!(run.state.work(run.node("a")).unwrap().did, ["bob"]);
}

#[test]
fn others_are_refused_but_may_comment() {
    let mut run = one_step().start(vec![]);
    let eve = run.actor("eve", "boss");
    for act in [Act::Claim, Act::Complete(vec![]), Act::Acknowledge, Act::Skip { reason: "x".into() }] {
        let before = run.state.clone();
        run.act_by("a", act.clone(), eve.clone());
        assert!(matches!(run.refusal(), Some(Refusal::NotYourRole | Refusal::NotOptional)), "{act:?}");
        assert_eq!(run.state, before, "a refused act changes nothing");
    }
    run.act_by("a", Act::Comment("hello".into()), eve);
    assert_eq!(run.refusal(), None);
    assert_eq!(run.state.active(run.node("a")).unwrap().owner, None, "words claim nothing");
}

#[test]
fn acts_on_nodes_that_are_not_active_are_refused_and_recorded() {
    let mut run = one_step().start(vec![]);
    run.complete("b");
    assert_eq!(run.refusal(), Some(Refusal::NotActive));
    run.complete("a").complete("a");
    assert_eq!(run.refusal(), Some(Refusal::NotActive));
    let beyond = wf_vm::event::Place { node: wf_plan::plan::NodeId(99), copy: None };
    let by = run.owner("a");
    run.event(EventKind::Act { place: beyond, act: Act::Claim, by });
    assert_eq!(run.refusal(), Some(Refusal::NoSuchPlace));
}

#[test]
fn block_and_unblock_by_the_right_people() {
    let mut plan = one_step();
    plan.role("customer");
    let mut run = plan.start(vec![]);
    run.act("a", Act::Unblock);
    assert_eq!(run.refusal(), Some(Refusal::NotBlocked));
    run.act("a", Act::Block { reason: " ".into(), waiting_on: None });
    assert_eq!(run.refusal(), Some(Refusal::ReasonMissing));
    run.block("a", Some("customer"));
    assert_eq!(run.is("a"), Blocked);
    run.act_as("a", Act::Unblock, "eve", "other");
    assert_eq!(run.refusal(), Some(Refusal::NotYourRole));
    run.act_as("a", Act::Unblock, "carl", "customer");
    assert_eq!(run.is("a"), Active, "whoever is waited on may unblock");
    run.block("a", None).complete("a");
    assert_eq!(run.is("a"), Completed, "a blocked node can be completed");
}

#[test]
fn reassigning_hands_it_to_another_role() {
    let mut plan = one_step();
    let finance = plan.role("finance");
    let mut run = plan.start(vec![]);
    run.act("a", Act::Claim).act("a", Act::Reassign(finance));
    assert_eq!(run.receiver(run.new_messages(wf_vm::effect::Purpose::Work)[0]), "finance");
    run.complete("a");
    assert_eq!(run.refusal(), Some(Refusal::NotYourRole));
    run.act_as("a", Act::Complete(vec![]), "fay", "finance");
    assert_eq!(run.is("a"), Completed);
}

#[test]
fn only_what_is_optional_is_skipped_and_with_a_reason() {
    let mut plan = Plan::new();
    plan.step("a", "r").step("b", "r").optional();
    let mut run = plan.start(vec![]);
    run.act("a", Act::Skip { reason: "x".into() });
    assert_eq!(run.refusal(), Some(Refusal::NotOptional));
    run.act("b", Act::Skip { reason: "".into() });
    assert_eq!(run.refusal(), Some(Refusal::ReasonMissing));
    run.act("b", Act::Skip { reason: "not for us".into() });
    assert_eq!(run.is("b"), SkippedByPerson);
}

#[test]
fn an_operator_forces_with_a_reason_and_the_trail_marks_it() {
    let mut plan = Plan::new();
    plan.step("a", "r").form("size", scalar(Scalar::Number), false);
    let size = wf_plan::op::Op::Form(plan.id("a"), FieldIndex(0));
    let code = plan.code(&[size, wf_plan::op::Op::Show]);
    plan.step("b", "r").after("a");
    plan.last().say =
        Some(wf_plan::ladder::Words { text: code, languages: vec![], templates: vec![], draft: None });
    let mut run = plan.start(vec![]);
    let operator = |reason: &str| Actor { person: "op".into(), roles: vec![], forced: Some(reason.into()) };
    run.act_by("a", Act::Complete(vec![]), operator(""));
    assert_eq!(run.refusal(), Some(Refusal::ReasonMissing));
    run.act_by("a", Act::Complete(vec![]), operator("owner left"));
    assert_eq!(run.is("a"), Completed);
    let row = run.records().into_iter().find(|row| row.fact == Fact::NodeCompleted).unwrap();
    assert_eq!(row.forced.as_deref(), Some("owner left"));
    let work = run.messages(wf_vm::effect::Purpose::Work);
    assert_eq!(work.last().unwrap().text, "(missing)");
    run.act_by("b", Act::Skip { reason: "x".into() }, operator("owner left"));
    assert_eq!(run.is("b"), SkippedByPerson);
}

fn correct(run: &mut Played, value: wf_plan::Value, reason: &str, by: Actor) {
    let field = FieldRef::Form(run.node("a").node, FieldIndex(0));
    run.event(EventKind::Correct { field, value, reason: reason.into(), by });
}

#[test]
fn a_correction_needs_a_reason_its_owner_and_the_right_type() {
    let mut plan = Plan::new();
    plan.step("a", "legal").form("size", scalar(Scalar::Number), false).step("b", "r").after("a");
    let mut run = plan.start(vec![]);
    let ann = run.actor("ann", "legal");
    correct(&mut run, number(1), "x", ann.clone());
    assert_eq!(run.refusal(), Some(Refusal::ActionImpossible), "it is not done yet");
    run.act("a", Act::Complete(vec![number(1)]));
    correct(&mut run, number(2), " ", ann.clone());
    assert_eq!(run.refusal(), Some(Refusal::ReasonMissing));
    correct(&mut run, text("two"), "typo", ann.clone());
    assert_eq!(run.refusal(), Some(Refusal::WrongType { field: "size".into() }));
    let eve = run.actor("eve", "r");
    correct(&mut run, number(2), "typo", eve);
    assert_eq!(run.refusal(), Some(Refusal::NotYourRole));
    correct(&mut run, number(2), "typo", ann);
    assert_eq!(run.refusal(), None);
    assert_eq!(run.state.work(run.node("a")).unwrap().values, [number(2)]);
    assert_eq!(run.are(&["a", "b"]), [Completed, Active], "what was decided stays");
}

#[test]
fn an_input_left_out_is_corrected_by_the_starter_or_the_process_owner() {
    let mut plan = Plan::new();
    plan.input("n", scalar(Scalar::Number));
    plan.step("a", "r");
    let mut run = plan.start(vec![]);
    let mut correct = |by: Actor| {
        let field = FieldRef::Input(FieldIndex(0));
        run.event(EventKind::Correct { field, value: number(2), reason: "forgotten".into(), by });
        run.refusal()
    };
    let actor = |person: &str, roles: Vec<wf_plan::plan::RoleId>| Actor {
        person: person.into(),
        roles,
        forced: None,
    };
    assert_eq!(correct(actor("eve", vec![])), Some(Refusal::NotYourRole));
    assert_eq!(correct(actor("starter", vec![])), None);
    assert_eq!(correct(actor("bo", vec![plan.program.process_owner.unwrap()])), None);
    assert_eq!(run.state.inputs, [number(2)]);
}

fn reopen(run: &mut Played, name: &str, by: Actor) {
    let node = run.node(name).node;
    run.event(EventKind::Reopen { node, reason: "forgot a page".into(), by });
}

#[test]
fn a_step_is_reopened_only_while_nothing_after_it_has_settled() {
    let mut plan = Plan::new();
    plan.step("a", "legal")
        .step("b", "r")
        .after("a")
        .step("other", "r")
        .step("c", "r")
        .after("any(a, other)");
    let mut run = plan.start(vec![]);
    let ann = run.actor("ann", "legal");
    reopen(&mut run, "a", ann.clone());
    assert_eq!(run.refusal(), Some(Refusal::ActionImpossible));
    run.complete("a");
    let eve = run.actor("eve", "r");
    reopen(&mut run, "a", eve);
    assert_eq!(run.refusal(), Some(Refusal::NotYourRole));
    run.complete("other");
    reopen(&mut run, "a", ann.clone());
    assert_eq!(run.refusal(), None);
    // `c` runs because of `other` as well, so it goes on.
    assert_eq!(run.are(&["a", "b", "c"]), [Active, Waiting, Active]);
    run.complete("a").complete("b");
    reopen(&mut run, "a", ann);
    assert_eq!(run.refusal(), Some(Refusal::AlreadySettledAfter { node: run.node("b").node }));
}

#[test]
fn outcomes_at_any_time_by_their_roles_with_a_reason_until_a_node() {
    let mut plan = Plan::new();
    plan.step("a", "r").step("b", "r").after("a").outcome("stopped").outcome("done").after("b");
    let (boss, a) = (plan.role("boss"), plan.id("a"));
    if let wf_plan::node::NodeKind::Outcome(outcome) = &mut plan.program.nodes[2].kind {
        outcome.at_any_time = Some(wf_plan::node::AtAnyTime { by: vec![boss], until: Some(a) });
    }
    let end = |run: &mut Played, name: &str, reason: &str, by: Actor| {
        let outcome = run.node(name).node;
        run.event(EventKind::EndAtAnyTime { outcome, reason: reason.into(), by });
    };
    let mut run = plan.start(vec![]);
    let (boss, eve) = (run.actor("bo", "boss"), run.actor("eve", "r"));
    end(&mut run, "stopped", "why", eve);
    assert_eq!(run.refusal(), Some(Refusal::NotYourRole));
    end(&mut run, "stopped", "", boss.clone());
    assert_eq!(run.refusal(), Some(Refusal::ReasonMissing));
    end(&mut run, "done", "why", boss.clone());
    assert_eq!(run.refusal(), Some(Refusal::NotForThisKind));
    let mut late = plan.start(vec![]);
    late.complete("a");
    end(&mut late, "stopped", "why", boss.clone());
    assert_eq!(late.refusal(), Some(Refusal::TooLate));
    end(&mut run, "stopped", "customer withdrew", boss);
    assert_eq!(run.ended_in().as_deref(), Some("stopped"));
    assert_eq!(run.is("a"), Cancelled);
}

#[test]
fn cancelling_ends_everything() {
    let mut run = one_step().start(vec![]);
    run.event(EventKind::Cancel { reason: "test".into(), by: None });
    assert_eq!(run.state.phase, wf_vm::state::Phase::Ended(wf_vm::state::End::Cancelled));
    assert_eq!(run.are(&["a", "b"]), [Cancelled, Waiting]);
}
