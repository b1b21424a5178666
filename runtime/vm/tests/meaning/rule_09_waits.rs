//! Rule 9: waits, early events, conditions, lateness.

use super::support::*;
use wf_plan::node::{IfLate, NodeKind};
use wf_plan::op::Op;
use wf_plan::plan::{FieldIndex, SystemId};
use wf_plan::value::Constant;
use wf_vm::EventKind;
use wf_vm::effect::{Fact, Refusal};
use wf_vm::state::NodeState::*;

#[test]
fn the_first_active_wait_in_file_order_takes_the_event_once() {
    let mut plan = Plan::new();
    plan.wait("w1", None).wait("w2", None);
    let mut run = plan.start(vec![]);
    run.arrived("ann");
    assert_eq!(run.are(&["w1", "w2"]), [Arrived, Active]);
    run.arrived("bob");
    assert_eq!(run.is("w2"), Arrived);
    assert_eq!(run.state.work(run.node("w2")).unwrap().values, [text("bob")]);
}

#[test]
fn an_early_event_is_kept_and_the_oldest_is_taken_first() {
    let mut plan = Plan::new();
    plan.step("a", "r").wait("w", None).after("a").step("end", "r").after("w.arrived");
    let mut run = plan.start(vec![]);
    run.arrived("first").arrived("second").complete("a");
    assert_eq!(run.are(&["w", "end"]), [Arrived, Active]);
    assert_eq!(run.state.work(run.node("w")).unwrap().values, [text("first")]);
    assert_eq!(run.state.kept.len(), 1);
}

#[test]
fn only_a_fitting_event_is_taken() {
    let mut plan = Plan::new();
    let boss = plan.constant(Constant::Text("boss".into()));
    let code = plan.code(&[Op::Event(FieldIndex(0)), boss, Op::Equal]);
    plan.wait("w", None).step("x", "r");
    if let NodeKind::Wait(wait) = &mut plan.program.nodes[0].kind {
        wait.condition = Some(code);
    }
    let mut run = plan.start(vec![]);
    run.arrived("ann");
    assert_eq!(run.is("w"), Active);
    run.arrived("boss");
    assert_eq!(run.is("w"), Arrived);
}

#[test]
fn malformed_events_are_refused() {
    let mut plan = Plan::new();
    plan.wait("w", None);
    let mut run = plan.start(vec![]);
    let event = |event, fields| EventKind::Arrived { system: SystemId(0), event, fields };
    run.event(event(1, vec![]));
    assert_eq!(run.refusal(), Some(Refusal::NoSuchPlace));
    run.event(event(0, vec![]));
    assert_eq!(run.refusal(), Some(Refusal::FieldMissing { field: "by".into() }));
    run.event(event(0, vec![number(1)]));
    assert_eq!(run.refusal(), Some(Refusal::WrongType { field: "by".into() }));
    run.event(EventKind::Arrived { system: SystemId(9), event: 0, fields: vec![] });
    assert_eq!(run.refusal(), Some(Refusal::NoSuchPlace));
}

#[test]
fn lateness_skips_goes_on_or_ends() {
    let build = |if_late| {
        let mut plan = Plan::new();
        plan.wait("w", if_late).due(days(2));
        plan.step("late", "r").after("w.late").step("skipped", "r").after("w.skipped");
        plan.step("any", "r").after("w").outcome("over").outcome("fine").after("any");
        plan
    };
    let played = |if_late| {
        let mut run = build(if_late).start(vec![]);
        run.until("2026-03-04 09:00");
        run
    };
    let names = ["w", "late", "skipped", "any"];
    let run = played(Some(IfLate::GoOn));
    assert_eq!(run.are(&names), [Late, Active, NotTaken, Active]);
    let run = played(Some(IfLate::Skip));
    assert_eq!(run.are(&names), [SkippedByPerson, NotTaken, Active, Active]);
    let over = build(None).id("over");
    let run = played(Some(IfLate::Outcome(over)));
    assert_eq!(run.ended_in().as_deref(), Some("over"));
    assert_eq!(run.is("w"), Cancelled);
    let run = played(None);
    assert_eq!(run.are(&names), [Active, Waiting, Waiting, Waiting]);
    assert!(run.facts("w").contains(&Fact::NodeOverdue));
}

#[test]
fn a_pause_ends_at_its_time() {
    let mut plan = Plan::new();
    plan.pause("p", business_days(2)).step("a", "r").after("p");
    let mut run = plan.start(vec![]);
    run.until("2026-03-04 08:59");
    assert_eq!(run.are(&["p", "a"]), [Active, Waiting]);
    run.until("2026-03-04 09:00");
    assert_eq!(run.are(&["p", "a"]), [Completed, Active]);
}
