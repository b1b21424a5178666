//! Children of `run` and workflows that are started: their nodes can be named, their messages are seen.

use super::story::story;
use super::support::*;
use wf_plan::ladder::Action;
use wf_plan::plan::MeaningHash;
use wf_plan::scenario::ExpectedState::*;
use wf_plan::value::Scalar;

fn child(name: &str) -> Plan {
    let mut plan = Plan::new();
    plan.program.workflow = name.into();
    plan.program.label = format!("The {name}");
    plan.decision("judge", "expert", &["fine", "poor"]);
    plan.outcome("good").after("judge.fine").outcome("bad").after("judge.poor");
    plan
}

fn parent() -> Plan {
    let mut plan = Plan::new();
    plan.step("a", "r").run("check", &["good", "bad"]).after("a");
    plan.step("b", "r").after("check.good").outcome("end").after("b").outcome("stop").after("check.bad");
    plan
}

#[test]
fn nodes_of_a_running_child_are_named_like_own_ones() {
    let both = || story(&parent()).child(&child("child"), 7).complete("a");
    let report = both()
        .message("expert")
        .expect("check", Active)
        .choose("judge.fine")
        .expect("check", Done)
        .complete("b")
        .outcome("end", None)
        .passes();
    let of_child: Vec<String> =
        report.scenes().filter(|scene| scene.instance == 1).map(|scene| scene.what.to_string()).collect();
    assert_eq!(of_child[0], "The child starts");
    assert!(of_child.contains(&"outcome good: good".to_owned()), "{of_child:?}");
    both().choose("judge.poor").outcome("stop", None).passes();
    assert_eq!(
        both().complete("check").fails(),
        "`check` runs `child`: it ends with that workflow, whose nodes can be named here"
    );
}

#[test]
fn a_name_of_the_own_workflow_never_means_a_child() {
    let mut other = child("child");
    other.step("a", "expert");
    // `a` is done in the parent, and active in the child.
    story(&parent()).child(&other, 7).complete("a").expect("a", Done).passes();
}

#[test]
fn a_name_of_no_instance_names_the_nodes_of_all() {
    assert_eq!(
        story(&parent()).child(&child("child"), 7).complete("a").complete("x").fails(),
        "there is no `x`; there is `a`, `check`, `b`, `end`, `stop`, `judge`, `good`, `bad`"
    );
}

#[test]
fn a_child_whose_plan_is_missing_is_said() {
    assert_eq!(story(&parent()).complete("a").fails(), "there is no workflow `child` to start");
}

#[test]
fn a_child_that_cannot_start_says_why() {
    let mut other = child("child");
    other.input("deal", scalar(Scalar::Text));
    other.program.inputs[0].optional = false;
    let report = story(&parent()).child(&other, 7).complete("a").expect("check", Active).passes();
    let told: Vec<String> = report.scenes().map(|scene| scene.what.to_string()).collect();
    let why = "`child` cannot start: `deal` is missing: add `with { deal = … }`";
    assert!(told.iter().any(|what| what == why), "{told:?}");
}

#[test]
fn a_workflow_started_later_starts_when_its_time_has_come() {
    let mut plan = Plan::new();
    plan.step("a", "r").step("b", "r").after("a");
    plan.program.nodes[0].on.done = vec![Action::Start {
        workflow: "renewal".into(),
        plan: MeaningHash([8; 32]),
        with: vec![],
        delay: Some(days(10)),
    }];
    let both = || story(&plan).child(&child("renewal"), 8).complete("a").complete("b");
    both().wait(days(10)).expect("judge", Active).choose("judge.fine").passes();
    assert_eq!(
        both().wait(days(9)).expect("judge", Active).fails(),
        "there is no `judge`; there is `a`, `b`"
    );
}
