//! Rule 3: skips, converges and not-taken to a fixed point, outcomes before starts, starts in file order.

use super::support::*;
use wf_vm::effect::{Effect, Fact, Purpose};
use wf_vm::state::NodeState::*;
use wf_vm::state::{End, Phase};

#[test]
fn the_first_outcome_in_file_order_ends_and_nothing_ready_starts() {
    let mut plan = Plan::new();
    plan.step("a", "r").step("b", "r").step("c", "r").after("a");
    plan.outcome("second").after("a").outcome("third").after("a");
    let mut run = plan.start(vec![]);
    run.complete("a");
    assert_eq!(run.ended_in().as_deref(), Some("second"));
    assert_eq!(run.are(&["b", "c", "second", "third"]), [Cancelled, Waiting, Completed, Waiting]);
    assert!(run.state.timers.is_empty());
    run.complete("b");
    assert_eq!(run.refusal(), Some(wf_vm::effect::Refusal::AlreadyEnded));
}

#[test]
fn converges_and_skips_close_before_outcomes_are_asked() {
    let mut plan = Plan::new();
    plan.step("a", "r");
    plan.step("skipped", "r").after("a").when_input("flag");
    plan.converge("ready").after("a, skipped");
    plan.step("never", "r").after("a");
    plan.outcome("done").after("ready");
    let mut run = plan.start(vec![]);
    run.complete("a");
    assert_eq!(run.ended_in().as_deref(), Some("done"));
    assert_eq!(run.are(&["skipped", "ready", "never"]), [SkippedByRule, Completed, Waiting]);
}

#[test]
fn nodes_start_in_file_order() {
    let mut plan = Plan::new();
    plan.step("first", "r");
    plan.step("z", "r").after("first").step("m", "r").after("first").step("a", "r").after("first");
    let mut run = plan.start(vec![]);
    run.complete("first");
    let started: Vec<_> = records(run.new_effects())
        .iter()
        .filter(|row| row.fact == Fact::NodeStarted)
        .map(|row| row.place.unwrap().node.0)
        .collect();
    assert_eq!(started, [1, 2, 3]);
}

#[test]
fn a_workflow_without_outcomes_finishes() {
    let mut plan = Plan::new();
    plan.step("a", "r");
    let mut run = plan.start(vec![]);
    run.complete("a");
    assert_eq!(run.state.phase, Phase::Ended(End::Finished));
    assert!(run.messages(Purpose::Incident).is_empty());
}

#[test]
fn ending_without_outcome_is_an_incident_for_the_process_owner() {
    let mut plan = Plan::new();
    plan.decision("d", "r", &["yes", "no"]);
    plan.outcome("live").after("d.yes");
    let mut run = plan.start(vec![]);
    run.choose("d.no");
    assert_eq!(run.state.phase, Phase::Ended(End::WithoutOutcome));
    let incident = run.messages(Purpose::Incident);
    assert_eq!(run.receiver(incident[0]), "boss");
    assert_eq!(incident[0].text, "This has ended without an outcome and needs a look: The workflow.");
}

#[test]
fn an_empty_instance_ends_at_its_start() {
    let mut plan = Plan::new();
    plan.step("a", "r").when_input("flag");
    plan.outcome("nothing_to_do").after("a.skipped").outcome("done").after("a.done");
    let run = plan.start(vec![]);
    assert_eq!(run.ended_in().as_deref(), Some("nothing_to_do"));
}

#[test]
fn active_nodes_are_cancelled_before_the_outcomes_effects() {
    let mut plan = Plan::new();
    plan.step("a", "r").step("b", "r").due(days(3));
    let boss = plan.role("boss");
    let tell = plan.tell(wf_plan::people::Who::Role(boss), "over");
    plan.outcome("done").after("a");
    if let wf_plan::node::NodeKind::Outcome(outcome) = &mut plan.last().kind {
        outcome.effects = vec![tell];
    }
    let mut run = plan.start(vec![]);
    run.complete("a");
    let effects = run.new_effects();
    let cancelled = effects
        .iter()
        .position(|effect| matches!(effect, Effect::Record(row) if row.fact == Fact::NodeCancelled))
        .unwrap();
    let timer = effects.iter().position(|effect| matches!(effect, Effect::CancelTimer(_))).unwrap();
    let told = effects.iter().position(|effect| matches!(effect, Effect::Send(_))).unwrap();
    assert!(cancelled < told && timer < told);
}

#[test]
fn an_ended_instance_wakes_nobody_any_more() {
    let mut plan = Plan::new();
    plan.step("a", "r").step("b", "r").due(days(9)).step("c", "r").after("b").outcome("done").after("a");
    plan.program.nodes[2].heads_up = Some(days(1));
    plan.program.deadlines = plan.program.nodes[1].deadlines.clone();
    plan.program.summaries.push(wf_plan::plan::Summary {
        weekdays: [true; 7],
        minute: 600,
        to: vec![],
        via: None,
    });
    let mut run = plan.start(vec![]);
    // The deadlines of `b` and of the workflow, the heads-up for `c`, the summary.
    assert_eq!(run.state.timers.len(), 4);
    run.complete("a");
    assert!(run.state.timers.is_empty());
    let cancelled =
        run.new_effects().iter().filter(|effect| matches!(effect, Effect::CancelTimer(_))).count();
    assert_eq!(cancelled, 4);
}
