//! Rule 11: children: started, ended, ended without an outcome, cancelled.

use super::support::*;
use wf_plan::node::{NodeKind, Settles};
use wf_plan::plan::MeaningHash;
use wf_vm::EventKind;
use wf_vm::effect::{Effect, Fact};
use wf_vm::event::Act;
use wf_vm::state::NodeState::*;

fn ended(run: &mut Played, name: &str, round: u16, outcome: Option<u16>) {
    let place = run.node(name);
    run.event(EventKind::ChildEnded { place, round, outcome });
}

#[test]
fn a_run_starts_its_child_and_settles_with_its_outcome() {
    let mut plan = Plan::new();
    let customer = plan.input("customer", scalar(wf_plan::value::Scalar::Text));
    let code = plan.code(&[wf_plan::op::Op::Input(customer)]);
    plan.run("check", &["good", "bad"]);
    if let NodeKind::Run(run) = &mut plan.last().kind {
        run.with = vec![("name".into(), code)];
    }
    plan.step("go", "r")
        .after("check.good")
        .step("stop", "r")
        .after("check.bad")
        .step("any", "r")
        .after("any(check)");
    let mut run = plan.start(vec![text("Gamma")]);
    assert!(run.effects.contains(&Effect::StartChild {
        place: run.node("check"),
        round: 1,
        workflow: "child".into(),
        plan: MeaningHash([7; 32]),
        with: vec![("name".into(), text("Gamma"))],
    }));
    ended(&mut run, "check", 1, Some(1));
    assert_eq!(run.are(&["check", "go", "stop", "any"]), [Ended(1), NotTaken, Active, Active]);
}

#[test]
fn a_child_without_outcome_blocks_the_run_and_unblocking_starts_it_anew() {
    let mut plan = Plan::new();
    plan.run("check", &["good"]);
    let mut run = plan.start(vec![]);
    ended(&mut run, "check", 1, None);
    assert_eq!(run.is("check"), Blocked);
    let view = wf_vm::view(&run.prepared, &run.state);
    assert_eq!(view.nodes[0].block_reason.as_deref(), Some("`child` ended without an outcome"));
    ended(&mut run, "check", 1, Some(0));
    assert_eq!(run.is("check"), Blocked, "it has ended already");
    run.act("check", Act::Unblock);
    assert_eq!(run.is("check"), Active);
    assert!(run.new_effects().iter().any(|effect| matches!(effect, Effect::StartChild { round: 2, .. })));
    ended(&mut run, "check", 2, Some(0));
    assert_eq!(run.is("check"), Ended(0));
}

#[test]
fn ending_the_parent_cancels_the_child() {
    let mut plan = Plan::new();
    plan.run("check", &["good"]).step("a", "r").outcome("done").after("a");
    let mut run = plan.start(vec![]);
    run.complete("a");
    let place = run.node("check");
    assert!(run.new_effects().contains(&Effect::CancelChild { place, round: 1 }));
    assert!(run.facts("check").contains(&Fact::ChildCancelled));
    ended(&mut run, "check", 1, Some(0));
    assert!(run.new_effects().is_empty());
}

#[test]
fn a_run_for_each_settles_with_its_copies() {
    let mut plan = Plan::new();
    plan.run("check", &["good", "bad"]).for_each("people", Settles::All);
    plan.step("go", "r").after("check.good").step("mixed", "r").after("check");
    let two = list(&["Anna", "Bert"]);
    let mut run = plan.start(vec![two.clone()]);
    ended(&mut run, "check#0", 1, Some(0));
    ended(&mut run, "check#1", 1, Some(0));
    assert_eq!(run.are(&["check", "go", "mixed"]), [Ended(0), Active, Active]);
    let mut run = plan.start(vec![two]);
    ended(&mut run, "check#0", 1, Some(0));
    ended(&mut run, "check#1", 1, Some(1));
    assert_eq!(run.are(&["check", "go", "mixed"]), [Completed, NotTaken, Active]);
}
