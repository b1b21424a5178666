//! Rule 2: what is not taken, decided at once by three-valued `after`.

use super::support::*;
use wf_vm::event::Act;
use wf_vm::state::NodeState::*;

#[test]
fn the_branches_of_options_not_chosen_are_not_taken_at_once() {
    let mut plan = Plan::new();
    plan.decision("d", "csm", &["yes", "no"]);
    plan.step("y", "a").after("d.yes").step("n", "a").after("d.no").step("n2", "a").after("n");
    let mut run = plan.start(vec![]);
    assert_eq!(run.are(&["y", "n", "n2"]), [Waiting, Waiting, Waiting]);
    run.choose("d.yes");
    assert_eq!(run.are(&["y", "n", "n2"]), [Active, NotTaken, NotTaken]);
}

#[test]
fn a_bare_source_counts_when_settled_in_all_and_only_when_done_in_any() {
    let mut plan = Plan::new();
    plan.step("a", "r").optional().step("b", "r").optional();
    plan.step("all", "r").after("a, b").step("any", "r").after("any(a, b)");
    let mut run = plan.start(vec![]);
    run.act("a", Act::Skip { reason: "no need".into() });
    assert_eq!(run.are(&["all", "any"]), [Waiting, Waiting]);
    run.act("b", Act::Skip { reason: "no need".into() });
    assert_eq!(run.are(&["all", "any"]), [Active, NotTaken], "skipped settles, but is not done");
}

#[test]
fn n_of_needs_n_done_and_is_not_taken_when_too_few_are_left() {
    let mut plan = Plan::new();
    for name in ["a", "b", "c"] {
        plan.step(name, "r").optional();
    }
    plan.step("two", "r").after("2(a, b, c)");
    let mut run = plan.start(vec![]);
    run.complete("a").act("b", Act::Skip { reason: "x".into() });
    assert_eq!(run.is("two"), Waiting);
    run.complete("c");
    assert_eq!(run.is("two"), Active);
    let mut run = plan.start(vec![]);
    run.act("a", Act::Skip { reason: "x".into() }).act("b", Act::Skip { reason: "x".into() });
    assert_eq!(run.is("two"), NotTaken);
}

#[test]
fn all_taken_waits_for_what_is_possible_and_needs_one() {
    let mut plan = Plan::new();
    plan.decision("d", "csm", &["x", "y", "none"]);
    plan.step("a", "r").after("any(d.x, d.y)").step("b", "r").after("d.y");
    plan.step("end", "r").after("taken(a, b)");
    let mut run = plan.start(vec![]);
    run.choose("d.x");
    assert_eq!(run.are(&["a", "b", "end"]), [Active, NotTaken, Waiting]);
    run.complete("a");
    assert_eq!(run.is("end"), Active);
    let mut run = plan.start(vec![]);
    run.choose("d.y").complete("b");
    assert_eq!(run.is("end"), Waiting, "a is still possible");
    run.complete("a");
    assert_eq!(run.is("end"), Active);
    let mut run = plan.start(vec![]);
    run.choose("d.none");
    assert_eq!(run.is("end"), NotTaken);
}

#[test]
fn nested_groups_decide_for_their_own_sources() {
    let mut plan = Plan::new();
    for name in ["a", "b", "c"] {
        plan.step(name, "r").optional();
    }
    plan.step("n", "r").after("a, any(b, c)");
    let mut run = plan.start(vec![]);
    run.act("a", Act::Skip { reason: "x".into() });
    assert_eq!(run.is("n"), Waiting);
    run.complete("c");
    assert_eq!(run.is("n"), Active);
}

#[test]
fn named_results_hold_only_for_that_result() {
    let mut plan = Plan::new();
    plan.step("a", "r").optional();
    plan.step("done", "r").after("a.done").step("skipped", "r").after("a.skipped");
    let mut run = plan.start(vec![]);
    run.act("a", Act::Skip { reason: "x".into() });
    assert_eq!(run.are(&["done", "skipped"]), [NotTaken, Active]);
    let mut run = plan.start(vec![]);
    run.complete("a");
    assert_eq!(run.are(&["done", "skipped"]), [Active, NotTaken]);
}

/// An option that nobody can choose makes nothing not taken: only the decision's settling does.
#[test]
fn a_closed_option_does_not_decide_early() {
    let mut plan = Plan::new();
    let flag = plan.reads_input("flag");
    plan.decision("d", "csm", &["yes", "no"]);
    plan.options().options[0].when = Some(flag);
    plan.step("y", "r").after("d.yes");
    let mut run = plan.start(vec![wf_plan::Value::Bool(false)]);
    assert_eq!(run.is("y"), Waiting);
    run.choose("d.no");
    assert_eq!(run.is("y"), NotTaken);
}

/// build → check (again: redo build | yes | no); outside nodes hear *no* only when the redo can no longer come.
#[test]
fn outside_a_redo_region_no_waits_until_the_redo_can_no_longer_come() {
    let mut plan = Plan::new();
    plan.decision("build", "r", &["big", "small"]);
    plan.step("big", "r").after("build.big");
    plan.step("small", "r").after("build.small");
    plan.decision("check", "csm", &["again", "yes", "no"]).after("taken(big, small)");
    let redo = plan.redo("build", &["build", "big", "small", "check"], 1, None);
    plan.options().options[0].redo = Some(redo);
    plan.step("polish", "r").after("check.yes, small");
    let mut run = plan.start(vec![]);
    run.choose("build.big").complete("big");
    // Inside the region `small` is not taken; outside, it may still come by the redo.
    assert_eq!(run.are(&["small", "check", "polish"]), [NotTaken, Active, Waiting]);
    run.choose("check.again");
    assert_eq!(
        run.are(&["build", "big", "small", "check", "polish"]),
        [Active, Waiting, Waiting, Waiting, Waiting]
    );
    run.choose("build.big").complete("big");
    // The only round is used up: now it can no longer come, although the decision is still open.
    assert_eq!(run.are(&["small", "polish"]), [NotTaken, NotTaken]);
}

#[test]
fn settling_the_decision_otherwise_ends_the_perhaps() {
    let mut plan = Plan::new();
    plan.step("a", "r").optional();
    plan.decision("check", "csm", &["again", "yes"]).after("a");
    let redo = plan.redo("a", &["a", "check"], 5, None);
    plan.options().options[0].redo = Some(redo);
    plan.step("later", "r").after("a.done");
    let mut run = plan.start(vec![]);
    run.act("a", Act::Skip { reason: "x".into() });
    assert_eq!(run.is("later"), Waiting);
    run.choose("check.yes");
    assert_eq!(run.is("later"), NotTaken);
}
