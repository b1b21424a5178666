//! Rule 5: redo of decisions, steps and waits: what is reset, what stays, how often.

use super::support::*;
use wf_plan::Value;
use wf_plan::node::IfLate;
use wf_plan::op::Op;
use wf_plan::plan::FieldIndex;
use wf_plan::value::{Constant, Scalar};
use wf_vm::effect::{Effect, Fact, Purpose, Refusal};
use wf_vm::event::Act;
use wf_vm::state::NodeState::*;

/// before → work → side, check(again: redo work at most 2 | yes) ; aside stands outside
fn plan() -> Plan {
    let mut plan = Plan::new();
    plan.step("before", "r");
    plan.step("work", "r").after("before").form("size", scalar(Scalar::Number), true).due(days(2));
    plan.run("child", &["fine"]).after("work");
    plan.decision("check", "csm", &["again", "yes"]).after("child");
    let redo = plan.redo("work", &["work", "child", "check"], 2, None);
    plan.options().options[0].redo = Some(redo);
    plan.step("aside", "r").after("before");
    plan.outcome("done").after("check.yes");
    plan
}

fn child_ends(run: &mut Played, round: u16) {
    let place = run.node("child");
    run.event(wf_vm::EventKind::ChildEnded { place, round, outcome: Some(0) });
}

#[test]
fn the_region_returns_to_waiting_and_its_first_node_starts_again() {
    let mut run = plan().start(vec![]);
    run.complete("before").act("work", Act::Complete(vec![number(3)]));
    child_ends(&mut run, 1);
    run.act("aside", Act::Claim);
    run.choose("check.again");
    assert_eq!(
        run.are(&["before", "work", "child", "check", "aside"]),
        [Completed, Active, Waiting, Waiting, Active]
    );
    assert!(run.facts("check").contains(&Fact::RedoTaken { round: 2 }));
    // The value stays as prefill of the form, and who did it is gone.
    let work = run.state.work(run.node("work")).unwrap();
    assert_eq!(work.values, [number(3)]);
    assert!(work.did.is_empty());
    assert_eq!(work.resets, 1);
    assert_eq!(
        run.messages(Purpose::Work).iter().filter(|message| message.place == Some(run.node("work"))).count(),
        2
    );
}

#[test]
fn after_its_rounds_the_option_is_not_offered() {
    let mut run = plan().start(vec![]);
    run.complete("before");
    for round in 1..=3u16 {
        run.complete("work");
        child_ends(&mut run, round);
        assert_eq!(run.is("check"), Active);
        run.choose("check.again");
        assert_eq!(run.refusal().is_some(), round == 3);
    }
    assert_eq!(run.refusal(), Some(Refusal::OptionClosed));
    let work = run.messages(Purpose::Work);
    assert_eq!(work.last().unwrap().buttons.len(), 1, "only `yes` is left");
    run.choose("check.yes");
    assert_eq!(run.ended_in().as_deref(), Some("done"));
}

#[test]
fn a_child_of_an_earlier_round_is_cancelled_and_its_end_ignored() {
    let mut plan = plan();
    // A decision that may send back while the child runs.
    plan.program.nodes[3].after = None;
    let mut run = plan.start(vec![]);
    run.complete("before").complete("work");
    run.choose("check.again");
    let place = run.node("child");
    assert!(run.new_effects().contains(&Effect::CancelChild { place, round: 1 }));
    run.complete("work");
    child_ends(&mut run, 1);
    assert_eq!(run.is("child"), Active, "that was the child of round 1");
    child_ends(&mut run, 2);
    assert_eq!(run.is("child"), Ended(0));
}

#[test]
fn values_are_missing_again_until_the_step_is_done_again() {
    let mut plan = plan();
    let form = Op::Form(plan.id("work"), FieldIndex(0));
    let missing = plan.code(&[form, Op::IsMissing]);
    plan.step("probe", "r").after("before");
    plan.step("asks", "r").after("probe");
    plan.last().when = Some(missing);
    let mut run = plan.start(vec![]);
    run.complete("before").act("work", Act::Complete(vec![number(3)]));
    child_ends(&mut run, 1);
    run.choose("check.again");
    run.complete("probe");
    assert_eq!(run.is("asks"), Active, "the prefill is not read");
}

#[test]
fn the_first_node_asks_its_when_anew_and_not_its_after() {
    let mut plan = Plan::new();
    let flag = plan.reads_input("flag");
    plan.step("start", "r");
    plan.step("work", "r").after("start.done");
    plan.last().when = Some(flag);
    plan.decision("check", "csm", &["again", "yes"]).after("work");
    let redo = plan.redo("work", &["work", "check"], 1, None);
    plan.options().options[0].redo = Some(redo);
    let mut run = plan.start(vec![Value::Bool(true)]);
    run.complete("start").complete("work");
    let by = run.actor("boss-1", "boss");
    let field = wf_plan::node::FieldRef::Input(FieldIndex(0));
    run.event(wf_vm::EventKind::Correct { field, value: Value::Bool(false), reason: "x".into(), by });
    run.choose("check.again");
    assert_eq!(run.are(&["work", "check"]), [SkippedByRule, Active]);
}

#[test]
fn timers_and_questions_of_the_region_are_gone() {
    let mut plan = plan();
    plan.program.nodes[3].after = None;
    let mut run = plan.start(vec![]);
    run.complete("before");
    let before: Vec<_> = run.state.timers.iter().map(|timer| timer.id).collect();
    assert_eq!(before.len(), 1);
    run.choose("check.again");
    assert!(run.new_effects().contains(&Effect::CancelTimer(before[0])));
    assert_eq!(run.due("work"), Some(at("2026-03-04 09:00")));
    assert_eq!(run.state.timers.len(), 1);
}

/// A step with `redo`: taken whenever it settles; after the last round its `otherwise outcome`.
#[test]
fn a_step_with_redo_sends_back_until_its_otherwise_outcome() {
    let mut plan = Plan::new();
    plan.decision("check", "csm", &["good", "bad"]);
    plan.step("fix", "r").after("check.bad");
    plan.outcome("good").after("check.good");
    plan.outcome("given_up");
    let redo = plan.redo("check", &["check", "fix"], 2, Some("given_up"));
    plan.program.nodes[1].redo = Some(redo);
    let mut run = plan.start(vec![]);
    for _ in 0..2 {
        run.choose("check.bad").complete("fix");
        assert_eq!(run.are(&["check", "fix"]), [Active, Waiting]);
    }
    run.choose("check.bad").complete("fix");
    assert_eq!(run.ended_in().as_deref(), Some("given_up"));
    let mut run = plan.start(vec![]);
    run.choose("check.bad").complete("fix").choose("check.good");
    assert_eq!(run.ended_in().as_deref(), Some("good"));
}

#[test]
fn a_wait_with_redo_sends_back_when_it_arrives() {
    let mut plan = Plan::new();
    plan.step("offer", "r");
    plan.wait("objection", Some(IfLate::Outcome(wf_plan::plan::NodeId(2)))).after("offer").due(days(30));
    plan.outcome("accepted");
    let redo = plan.redo("offer", &["offer", "objection"], 3, None);
    plan.program.nodes[1].redo = Some(redo);
    let mut run = plan.start(vec![]);
    run.complete("offer").arrived("customer");
    assert_eq!(run.are(&["offer", "objection"]), [Active, Waiting]);
    run.complete("offer");
    run.until("2026-05-01 00:00");
    assert_eq!(run.ended_in().as_deref(), Some("accepted"));
}

#[test]
fn round_counts_from_one() {
    let mut plan = plan();
    let words = {
        let round = plan.constant(Constant::Text("round ".into()));
        let text = plan.code(&[round, Op::Context(wf_plan::op::Context::Round), Op::Show, Op::Concat(2)]);
        wf_plan::ladder::Words { text, languages: vec![], templates: vec![], draft: None }
    };
    plan.program.nodes[1].say = Some(words);
    let mut run = plan.start(vec![]);
    run.complete("before").complete("work");
    child_ends(&mut run, 1);
    run.choose("check.again");
    let texts: Vec<_> = run
        .messages(Purpose::Work)
        .iter()
        .filter(|message| message.place == Some(run.node("work")))
        .map(|message| message.text.clone())
        .collect();
    assert_eq!(texts, ["round 1", "round 2"]);
}

/// An inner redo's rounds are counted over the whole instance: an outer redo gives it no new ones.
#[test]
fn an_outer_redo_gives_an_inner_one_no_new_rounds() {
    let mut plan = Plan::new();
    plan.step("draft", "r");
    plan.decision("inner", "r", &["again", "fine"]).after("draft");
    let redo = plan.redo("draft", &["draft", "inner"], 1, None);
    plan.options().options[0].redo = Some(redo);
    plan.decision("outer", "csm", &["again", "fine"]).after("inner.fine");
    let redo = plan.redo("draft", &["draft", "inner", "outer"], 5, None);
    plan.options().options[0].redo = Some(redo);
    let mut run = plan.start(vec![]);
    run.complete("draft").choose("inner.again").complete("draft").choose("inner.fine").choose("outer.again");
    assert_eq!(run.are(&["draft", "inner", "outer"]), [Active, Waiting, Waiting]);
    run.complete("draft").choose("inner.again");
    assert_eq!(run.refusal(), Some(Refusal::OptionClosed));
}

/// `if late choose` an option that sends back: nobody chose, and the work starts again.
#[test]
fn nobody_may_send_back_too() {
    let mut plan = Plan::new();
    plan.step("work", "r");
    plan.decision("check", "csm", &["again", "yes"]).after("work").due(days(1));
    let redo = plan.redo("work", &["work", "check"], 1, None);
    plan.options().options[0].redo = Some(redo);
    plan.options().if_late = Some(0);
    let mut run = plan.start(vec![]);
    run.complete("work").until("2026-03-03 09:00");
    assert_eq!(run.are(&["work", "check"]), [Active, Waiting]);
    // The only round is used up: late again, it stays open.
    run.complete("work").until("2026-03-10 09:00");
    assert_eq!(run.is("check"), Active);
}

/// A step that is skipped by rule takes its redo too; what became ready beside it does not start.
#[test]
fn what_became_ready_inside_the_region_does_not_start() {
    let mut plan = Plan::new();
    let flag = plan.reads_input("flag");
    plan.step("a", "r").step("n", "r").after("a").step("s", "r").after("any(a, n)");
    plan.last().when = Some(flag);
    let redo = plan.redo("a", &["a", "n", "s"], 1, None);
    plan.last().redo = Some(redo);
    let mut run = plan.start(vec![Value::Bool(false)]);
    run.complete("a");
    assert_eq!(run.are(&["a", "n", "s"]), [Active, Waiting, Waiting]);
    assert!(!run.facts("n").contains(&Fact::NodeStarted));
    run.complete("a");
    assert_eq!(run.are(&["a", "n", "s"]), [Completed, Active, SkippedByRule]);
}
