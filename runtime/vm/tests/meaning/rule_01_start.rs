//! Rule 1: when a node starts, what is evaluated then, and what is kept.

use super::support::*;
use wf_plan::Value;
use wf_plan::op::Op;
use wf_plan::plan::FieldIndex;
use wf_plan::value::{Constant, Scalar};
use wf_vm::effect::{Fact, Press, Purpose, Refusal};
use wf_vm::event::Act;
use wf_vm::state::NodeState::*;
use wf_vm::state::Phase;

#[test]
fn a_node_without_after_starts_with_the_instance_and_the_rest_wait() {
    let mut plan = Plan::new();
    plan.step("a", "legal").step("b", "finance").after("a");
    let mut run = plan.start(vec![]);
    assert_eq!(run.are(&["a", "b"]), [Active, Waiting]);
    run.complete("a");
    assert_eq!(run.are(&["a", "b"]), [Completed, Active]);
}

#[test]
fn the_owner_gets_a_work_message_with_buttons() {
    let mut plan = Plan::new();
    plan.step("a", "legal").due(business_days(5));
    plan.decision("d", "csm", &["yes", "no"]);
    plan.options().options[1].needs_reason = true;
    let run = plan.start(vec![]);
    let work = run.messages(Purpose::Work);
    assert_eq!(work.len(), 2);
    assert_eq!(run.receiver(work[0]), "legal");
    // Five working days from Monday 09:00 is the next Monday 09:00.
    assert_eq!(work[0].text, "Your turn: a (The workflow), due 9 March 2026, 09:00.");
    let presses: Vec<_> = work[0].buttons.iter().map(|button| button.press.clone()).collect();
    assert_eq!(presses, [Press::Complete, Press::Block, Press::Acknowledge]);
    assert_eq!(work[1].text, "Please decide: d (The workflow).");
    let presses: Vec<_> = work[1].buttons.iter().map(|button| button.press.clone()).collect();
    assert_eq!(
        presses,
        [Press::Choose { option: 0, needs_reason: false }, Press::Choose { option: 1, needs_reason: true }]
    );
}

#[test]
fn when_false_or_missing_skips_by_rule_and_what_follows_goes_on() {
    let mut plan = Plan::new();
    plan.step("a", "legal").when_input("flag").step("b", "legal").after("a");
    for flag in [Value::Bool(false), Value::Missing] {
        let run = plan.start(vec![flag]);
        assert_eq!(run.are(&["a", "b"]), [SkippedByRule, Active]);
    }
    assert_eq!(plan.start(vec![Value::Bool(true)]).are(&["a", "b"]), [Active, Waiting]);
}

/// `p and x` / `p or x` with p, x from {true, false, missing}: left to right, stopping early.
#[test]
fn and_or_go_left_to_right_and_missing_makes_false() {
    let values = [Value::Bool(true), Value::Bool(false), Value::Missing];
    for (op, table) in [
        (Op::And, [[true, false, false], [false, false, false], [false, false, false]]),
        (Op::Or, [[true, true, true], [true, false, false], [false, false, false]]),
    ] {
        let mut plan = Plan::new();
        let (p, x) = (plan.input("p", scalar(Scalar::Bool)), plan.input("x", scalar(Scalar::Bool)));
        let code = plan.code(&[Op::Input(p), Op::Input(x), op]);
        plan.step("a", "legal");
        plan.last().when = Some(code);
        for (i, left) in values.iter().enumerate() {
            for (j, right) in values.iter().enumerate() {
                let started = plan.start(vec![left.clone(), right.clone()]).is("a") == Active;
                assert_eq!(started, table[i][j], "{left:?} {op:?} {right:?}");
            }
        }
    }
}

#[test]
fn what_when_decided_stays_though_the_field_is_corrected() {
    let mut plan = Plan::new();
    plan.step("a", "legal").when_input("flag").step("b", "legal").step("c", "legal").after("b");
    let flag = plan.reads_input("flag");
    plan.last().when = Some(flag);
    let mut run = plan.start(vec![Value::Bool(false)]);
    assert_eq!(run.is("a"), SkippedByRule);
    let by = run.actor("boss-1", "boss");
    let field = wf_plan::node::FieldRef::Input(FieldIndex(0));
    run.event(wf_vm::EventKind::Correct { field, value: Value::Bool(true), reason: "typo".into(), by });
    assert_eq!(run.refusal(), None);
    assert_eq!(run.is("a"), SkippedByRule);
    run.complete("b");
    assert_eq!(run.is("c"), Active, "later conditions see the new value");
}

#[test]
fn an_option_whose_when_is_false_can_be_chosen_by_nobody() {
    let mut plan = Plan::new();
    let flag = plan.reads_input("flag");
    plan.decision("d", "csm", &["yes", "no"]);
    plan.options().options[0].when = Some(flag);
    let mut run = plan.start(vec![Value::Bool(false)]);
    run.choose("d.yes");
    assert_eq!(run.refusal(), Some(Refusal::OptionClosed));
    assert_eq!(run.is("d"), Active);
    run.choose("d.no");
    assert_eq!(run.is("d"), Chosen(1));
}

#[test]
fn forms_freeze_when_their_step_settles_and_are_read_from_then_on() {
    let mut plan = Plan::new();
    plan.step("a", "legal").form("size", scalar(Scalar::Number), false);
    let ten = plan.constant(Constant::Number(10.into()));
    let form = Op::Form(plan.id("a"), FieldIndex(0));
    let big = plan.code(&[form, ten, Op::GreaterOrEqual]);
    plan.step("b", "legal").after("a");
    plan.last().when = Some(big);
    let mut run = plan.start(vec![]);
    run.act("a", Act::Complete(vec![]));
    assert_eq!(run.refusal(), Some(Refusal::FieldMissing { field: "size".into() }));
    run.act("a", Act::Complete(vec![text("ten")]));
    assert_eq!(run.refusal(), Some(Refusal::WrongType { field: "size".into() }));
    run.act("a", Act::Complete(vec![number(12)]));
    assert_eq!(run.is("b"), Active);
    run.act("a", Act::Complete(vec![number(1)]));
    assert_eq!(run.refusal(), Some(Refusal::NotActive));
}

#[test]
fn a_start_with_wrong_inputs_is_refused_and_the_instance_stays_new() {
    let mut plan = Plan::new();
    plan.input("n", scalar(Scalar::Number));
    plan.program.inputs[0].optional = false;
    plan.step("a", "legal");
    let run = plan.start(vec![]);
    assert_eq!(run.refusal(), Some(Refusal::FieldMissing { field: "n".into() }));
    assert_eq!(run.state.phase, Phase::New);
    let run = plan.start(vec![text("x")]);
    assert_eq!(run.refusal(), Some(Refusal::WrongType { field: "n".into() }));
    let mut run = plan.start(vec![number(1)]);
    assert_eq!(run.refusal(), None);
    run.event(wf_vm::EventKind::Start { inputs: vec![number(1)], starter: None, number: 8 });
    assert_eq!(run.refusal(), Some(Refusal::AlreadyStarted));
}

#[test]
fn effects_of_a_node_see_its_owner_and_form() {
    let mut plan = Plan::new();
    plan.step("a", "legal").form("note", scalar(Scalar::Text), false);
    let form = Op::Form(plan.id("a"), FieldIndex(0));
    let dash = plan.constant(Constant::Text(" by ".into()));
    let code =
        plan.code(&[form, Op::Show, dash, Op::Context(wf_plan::op::Context::Owner), Op::Show, Op::Concat(3)]);
    let boss = plan.role("boss");
    let words = wf_plan::ladder::Words { text: code, languages: vec![], templates: vec![], draft: None };
    plan.last().on.done = vec![wf_plan::ladder::Action::Tell {
        who: vec![wf_plan::people::Who::Role(boss)],
        words,
        via: None,
        urgent: false,
    }];
    let mut run = plan.start(vec![]);
    run.act("a", Act::Complete(vec![text("signed")]));
    assert_eq!(run.messages(Purpose::Notice)[0].text, "signed by legal-1");
    assert!(run.facts("a").contains(&Fact::NodeCompleted));
}
