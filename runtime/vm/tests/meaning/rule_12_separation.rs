//! Rule 12: different people, compared as persons, through deputies and reassignment.

use super::support::*;
use wf_plan::node::Separation;
use wf_vm::effect::Refusal;
use wf_vm::event::Act;
use wf_vm::state::NodeState::*;

/// ask → approve (not whoever asked, nor the starter); build beside them, apart from approve.
fn four_eyes() -> Plan {
    let mut plan = Plan::new();
    plan.step("asks", "dev").step("approve", "lead").after("asks").step("build", "dev").after("asks");
    let (asks, build) = (plan.id("asks"), plan.id("build"));
    plan.program.nodes[1].different_from =
        vec![Separation::Node(asks), Separation::Node(build), Separation::Starter];
    plan
}

#[test]
fn the_same_person_is_refused_in_whatever_role() {
    let mut run = four_eyes().start(vec![]);
    run.act_as("asks", Act::Complete(vec![]), "ann", "dev");
    // Ann as deputy of the lead is still Ann.
    for act in [Act::Claim, Act::Complete(vec![])] {
        run.act_as("approve", act, "ann", "lead");
        assert_eq!(run.refusal(), Some(Refusal::SamePerson { person: "ann".into() }));
    }
    run.act_as("approve", Act::Complete(vec![]), "starter", "lead");
    assert_eq!(run.refusal(), Some(Refusal::SamePerson { person: "starter".into() }));
    run.act_as("approve", Act::Complete(vec![]), "bob", "lead");
    assert_eq!(run.is("approve"), Completed);
}

#[test]
fn whichever_comes_second_is_refused() {
    let mut run = four_eyes().start(vec![]);
    run.act_as("asks", Act::Complete(vec![]), "ann", "dev");
    run.act_as("approve", Act::Complete(vec![]), "bob", "lead");
    run.act_as("build", Act::Complete(vec![]), "bob", "dev");
    assert_eq!(run.refusal(), Some(Refusal::SamePerson { person: "bob".into() }));
    run.act_as("build", Act::Complete(vec![]), "ann", "dev");
    assert_eq!(run.is("build"), Completed, "ann asked and builds: these two are not separated");
}

#[test]
fn reassigning_does_not_get_around_it() {
    let mut plan = four_eyes();
    let dev = plan.role("dev");
    let mut run = plan.start(vec![]);
    run.act_as("asks", Act::Complete(vec![]), "ann", "dev");
    run.act_as("approve", Act::Reassign(dev), "bob", "lead");
    assert_eq!(run.refusal(), None);
    run.act_as("approve", Act::Complete(vec![]), "ann", "dev");
    assert_eq!(run.refusal(), Some(Refusal::SamePerson { person: "ann".into() }));
    run.act_as("approve", Act::Complete(vec![]), "dora", "dev");
    assert_eq!(run.is("approve"), Completed);
}

#[test]
fn after_a_redo_the_work_is_done_by_someone_anew() {
    let mut plan = Plan::new();
    plan.step("asks", "dev");
    plan.decision("approve", "lead", &["again", "yes"]).after("asks");
    let asks = plan.id("asks");
    plan.last().different_from = vec![Separation::Node(asks)];
    let redo = plan.redo("asks", &["asks", "approve"], 3, None);
    plan.options().options[0].redo = Some(redo);
    let mut run = plan.start(vec![]);
    run.act_as("asks", Act::Complete(vec![]), "ann", "dev");
    run.choose_as("approve.again", "bob", "lead");
    run.act_as("asks", Act::Complete(vec![]), "bob", "dev");
    assert_eq!(run.is("asks"), Completed);
    run.choose_as("approve.yes", "bob", "lead");
    assert_eq!(run.refusal(), Some(Refusal::SamePerson { person: "bob".into() }));
    run.choose_as("approve.yes", "ann", "lead");
    assert_eq!(run.is("approve"), Chosen(1));
}
