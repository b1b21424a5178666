//! The onboarding of the language's description, built by hand: the example's own test, and its size.

use super::support::*;
use wf_plan::ladder::{Action, Ladder};
use wf_plan::node::CountFrom;
use wf_plan::people::Who;
use wf_plan::plan::{ClockPause, RoleId, SystemId};
use wf_plan::value::Scalar;
use wf_vm::effect::{Effect, Fact, Purpose};
use wf_vm::event::Answer;
use wf_vm::state::NodeState::*;

pub fn onboarding() -> Plan {
    let mut plan = Plan::new();
    for name in ["customer_name", "contact", "deal"] {
        plan.input(name, scalar(Scalar::Text));
    }
    let (csm, it, customer) = (plan.role("csm"), plan.role("it"), plan.role("customer"));
    plan.step("contract", "legal").due(business_days(5)).form("signed_on", scalar(Scalar::Date), true);
    nudge(&mut plan);
    plan.step("billing", "finance").after("contract").due(business_days(5));
    plan.last().heads_up = Some(business_days(2));
    nudge(&mut plan);
    plan.step("environment", "it").after("contract").deadline(
        business_days(10),
        CountFrom::OwnStart,
        ClockPause::WhileWaitingOn(customer),
    );
    it_block(&mut plan, csm, it, customer);
    plan.step("dpa", "legal").after("contract").due(business_days(10));
    nudge(&mut plan);
    plan.converge("ready").after("billing, environment, dpa");
    plan.decision("go_live", "csm", &["yes", "rework", "no"]).after("ready").due(business_days(2));
    let redo = plan.redo("environment", &["environment", "ready", "go_live"], 2, None);
    plan.options().options[1].redo = Some(redo);
    plan.options().options[2].needs_reason = true;
    nudge(&mut plan);
    plan.step("kickoff", "sales").after("go_live.yes").due(business_days(3));
    nudge(&mut plan);
    for name in ["training", "data_import", "first_invoice", "health_check", "handover"] {
        plan.step(name, "csm").after("go_live.yes").due(business_days(3));
        nudge(&mut plan);
    }
    plan.outcome("live").after("kickoff, training, data_import, first_invoice, health_check, handover");
    plan.outcome("lost").after("go_live.no");
    plan
}

fn nudge(plan: &mut Plan) {
    let one = plan.tell(Who::Owner, "needs you");
    let two = plan.tell(Who::ProcessOwner, "is stuck");
    plan.ladder(Ladder {
        name: "nudge".into(),
        on_silence: Some(business_days(3)),
        on_block: None,
        on_overdue: true,
        levels: vec![level(1, None, vec![one], None), level(2, Some(business_days(1)), vec![two], None)],
    });
    plan.reminder(Some(business_days(1)), None, None);
}

fn it_block(plan: &mut Plan, csm: RoleId, it: RoleId, customer: RoleId) {
    let one = plan.tell(Who::Owner, "is not moving");
    let three = plan.tell(Who::ProcessOwner, "has no decision");
    let words = plan.words("How do we go on?");
    let note = Action::Note { system: SystemId(0), words: plan.words("Standard configuration proposed") };
    let tell = plan.tell(Who::Role(customer), "We need your choice");
    let mut question = ask(
        Who::Role(csm),
        words,
        vec![
            ("Propose the standard configuration", vec![Action::Resume, note]),
            ("Give it one more week", vec![Action::Extend(business_days(5))]),
            ("Ask the customer's management", vec![tell]),
        ],
    );
    question.who.push(Who::Role(it));
    question.decide_within = Some(business_days(2));
    plan.ladder(Ladder {
        name: "it_block".into(),
        on_silence: Some(business_days(3)),
        on_block: Some(business_days(1)),
        on_overdue: false,
        levels: vec![
            level(1, None, vec![one], None),
            level(2, Some(business_days(1)), vec![], Some(question)),
            level(3, None, vec![three], None),
        ],
    });
}

#[test]
fn the_it_block_becomes_a_decision() {
    let plan = onboarding();
    let mut run = plan.start(vec![text("Gamma SpA"), text("it@gamma.example"), text("D-1")]);
    run.at("2026-03-04 09:00").complete("contract");
    assert_eq!(run.are(&["billing", "environment", "dpa"]), [Active, Active, Active]);
    // Ten working days from Wednesday 4 March 09:00.
    assert_eq!(run.due("environment"), Some(at("2026-03-18 09:00")));
    run.block("environment", Some("customer"));
    assert_eq!(run.due("environment"), None, "its clock stands");
    run.until("2026-03-06 09:00");
    let asked = run.messages(Purpose::Question);
    assert_eq!(asked.iter().map(|message| run.receiver(message)).collect::<Vec<_>>(), ["csm", "it"]);
    assert_eq!(asked[0].buttons.len(), 3);
    let by = run.actor("it-1", "it");
    run.answer(0, Answer::Alternative(0), by);
    assert_eq!(run.refusal(), None);
    assert_eq!(run.is("environment"), Active);
    // Two working days stood still.
    assert_eq!(run.due("environment"), Some(at("2026-03-20 09:00")));
    assert!(run.new_effects().iter().any(|effect| matches!(effect, Effect::Update(_))));
    run.complete("environment").complete("billing").complete("dpa");
    assert_eq!(run.are(&["ready", "go_live"]), [Completed, Active]);
    run.choose("go_live.yes");
    assert_eq!(run.are(&["kickoff", "lost"]), [Active, NotTaken]);
    for name in ["kickoff", "training", "data_import", "first_invoice", "health_check", "handover"] {
        run.complete(name);
    }
    assert_eq!(run.ended_in().as_deref(), Some("live"));
    assert!(run.state.timers.is_empty() && run.state.questions.is_empty());
    assert!(!run.records().iter().any(|row| row.fact == Fact::Incident));
    run.holds_on_replay();
}

/// A live instance must stay under 1 KB, at its busiest too.
#[test]
fn a_live_instance_is_under_a_kilobyte() {
    let plan = onboarding();
    assert_eq!(plan.program.nodes.len(), 14);
    let mut run = plan.start(vec![text("Gamma SpA"), text("it@gamma.example"), text("D-1")]);
    let mut largest = 0;
    let mut measure = |run: &Played| largest = largest.max(postcard::to_allocvec(&run.state).unwrap().len());
    measure(&run);
    run.at("2026-03-04 09:00").complete("contract");
    measure(&run);
    run.block("environment", Some("customer")).until("2026-03-06 09:00");
    measure(&run);
    run.complete("environment").complete("billing").complete("dpa").choose("go_live.yes");
    measure(&run);
    println!("largest state of the onboarding: {largest} bytes");
    assert!(largest < 1_024, "{largest} bytes");
}
