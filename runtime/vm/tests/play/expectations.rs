//! Lines that expect something: held, and not held with what is there instead.

use super::story::{Story, story};
use super::support::*;
use wf_plan::ladder::Action;
use wf_plan::node::CountFrom;
use wf_plan::plan::{ClockPause, FieldIndex, SystemId};
use wf_plan::scenario::ExpectedState::*;
use wf_plan::scenario::StatementKind as Kind;
use wf_plan::scenario::Target;
use wf_plan::value::Constant;
use wf_vm::scenario::Verdict;

fn simple() -> Plan {
    let mut plan = Plan::new();
    plan.step("a", "r").deadline(business_days(2), CountFrom::OwnStart, ClockPause::WhileBlocked);
    plan.decision("d", "s", &["yes", "no"]).after("a");
    plan.step("b", "r").after("d.yes").outcome("good").after("b").outcome("bad").after("d.no");
    plan
}

#[test]
fn states() {
    story(&simple())
        .expect("a", Active)
        .expect("d", Waiting)
        .complete("a")
        .expect("a", Done)
        .choose("d.no")
        .expect("d", Done)
        .expect("b", NotTaken)
        .passes();
    let failed = |story: Story| story.fails();
    assert_eq!(
        failed(story(&simple()).expect("a", Done)),
        "`a` is active since Mon 2 Mar 2026 09:00, with r"
    );
    assert_eq!(
        failed(story(&simple()).block("a", "no key", None).expect("a", Active)),
        "`a` is blocked since Mon 2 Mar 2026 09:00: no key"
    );
    assert_eq!(
        failed(story(&simple()).complete("a").choose("d.yes").expect("d", Skipped)),
        "`d` is done since Mon 2 Mar 2026 09:00, by s: `yes` was chosen"
    );
    assert_eq!(failed(story(&simple()).expect("b", Active)), "`b` is waiting for `d`");
}

#[test]
fn due_dates() {
    let paused = Kind::ExpectDuePaused { target: Target { node: "a".into(), copy: None } };
    story(&simple()).due("a", "2026-03-04 09:00").passes();
    story(&simple()).block("a", "why", None).then("expect a due paused", paused.clone()).passes();
    assert_eq!(story(&simple()).due("a", "2026-03-05 09:00").fails(), "`a` is due Wed 4 Mar 2026 09:00");
    assert_eq!(
        story(&simple()).then("expect a due paused", paused.clone()).fails(),
        "`a` is due Wed 4 Mar 2026 09:00"
    );
    assert_eq!(
        story(&simple()).block("a", "why", None).due("a", "2026-03-04 09:00").fails(),
        "the clock of `a` stands: `a` is blocked since Mon 2 Mar 2026 09:00: why"
    );
    assert_eq!(
        story(&simple()).complete("a").due("a", "2026-03-04 09:00").fails(),
        "nothing is due: `a` is done since Mon 2 Mar 2026 09:00, by r"
    );
    assert_eq!(story(&simple()).complete("a").due("d", "2026-03-04 09:00").fails(), "`d` has no deadline");
}

#[test]
fn a_decision_asks_its_owner() {
    story(&simple()).complete("a").asks("d", "s", Some(2)).asks("d", "s", None).passes();
    assert_eq!(
        story(&simple()).complete("a").asks("d", "s", Some(3)).fails(),
        "it asks `s` with 2 alternatives: \"yes\", \"no\""
    );
    assert_eq!(
        story(&simple()).asks("d", "s", None).fails(),
        "nothing is asked: `d` is waiting for `a`; \
         time alone changes something next on Wed 4 Mar 2026 09:00"
    );
}

#[test]
fn systems() {
    let mut plan = Plan::new();
    plan.wait("signature", None).step("a", "r").after("signature");
    let live = plan.constant(Constant::Text("Live".into()));
    let value = plan.code(&[live]);
    plan.last().on.done = vec![Action::Set { system: SystemId(0), field: FieldIndex(0), value }];
    let stage =
        |value: &str| Kind::ExpectSystem { system: "crm".into(), field: "stage".into(), value: text(value) };
    let signed = || story(&plan).event("crm", "signed", vec![("by", text("Ann"))]);
    signed().complete("a").then("", stage("Live")).passes();
    assert_eq!(signed().then("", stage("Live")).fails(), "nothing has set `crm.stage`");
    assert_eq!(
        signed().complete("a").then("", stage("Lost")).fails(),
        "`crm.stage` was last set to Live on Mon 2 Mar 2026 09:00"
    );
    let other = |system: &str, field: &str| Kind::ExpectSystem {
        system: system.into(),
        field: field.into(),
        value: text("x"),
    };
    assert_eq!(signed().then("", other("erp", "x")).fails(), "there is no system `erp`; there is `crm`");
    assert_eq!(signed().then("", other("crm", "x")).fails(), "`crm` has no field `x`; it has `stage`");
}

#[test]
fn outcomes() {
    let bad = || story(&simple()).complete("a").choose("d.no");
    bad().outcome("bad", None).passes();
    story(&simple()).then("expect no outcome", Kind::ExpectNoOutcome).passes();
    assert_eq!(bad().outcome("good", None).fails(), "it ended in `bad` on Mon 2 Mar 2026 09:00");
    assert_eq!(bad().outcome("best", None).fails(), "there is no outcome `best`; there is `good`, `bad`");
    assert_eq!(
        bad().then("expect no outcome", Kind::ExpectNoOutcome).fails(),
        "it ended in `bad` on Mon 2 Mar 2026 09:00"
    );
    assert_eq!(story(&simple()).outcome("good", None).fails(), "it is still running; open now: a, with r");
}

#[test]
fn within_lets_the_clock_go_on_but_no_further() {
    let mut plan = Plan::new();
    plan.pause("rest", days(3)).outcome("end").after("rest");
    let report = story(&plan).outcome("end", Some(days(5))).passes();
    assert_eq!(report.statements[0].when, "Thu 5 Mar 2026 09:00", "it stops where the story ends");
    let late = story(&plan).outcome("end", Some(days(2)));
    assert_eq!(late.fails(), "it is still running; open now: rest, with boss");
    assert_eq!(late.play().statements[0].when, "Wed 4 Mar 2026 09:00");
    // It counts from the start, not from the line.
    assert_eq!(
        story(&plan).wait(days(4)).outcome("end", Some(days(2))).fails(),
        "it ended in `end` on Thu 5 Mar 2026 09:00"
    );
}

#[test]
fn a_failed_expectation_is_noted_and_a_refused_act_ends_the_story() {
    let report = story(&simple()).expect("a", Done).complete("b").expect("a", Active).play();
    let verdicts: Vec<bool> =
        report.statements.iter().map(|row| matches!(row.verdict, Verdict::Failed(_))).collect();
    assert_eq!(verdicts, [true, true, false]);
    assert_eq!(report.statements[2].verdict, Verdict::NotPlayed);
    assert_eq!(report.failures().count(), 2);
}

#[test]
fn a_start_that_is_refused_ends_the_story() {
    let mut plan = simple();
    plan.input("deal", scalar(wf_plan::value::Scalar::Text));
    plan.program.inputs[0].optional = false;
    let sales = plan.role("sales");
    plan.program.starts_by = vec![sales];
    let happened = |story: Story| {
        let report = story.play();
        let (row, failure) = report.failures().next().expect("it must fail");
        assert_eq!((row.line, report.failures().count()), (10, 1));
        failure.happened.clone()
    };
    let start = || story(&plan).expect("a", Active);
    start().input("deal", text("D-1")).passes();
    assert_eq!(happened(start()), "`deal` is missing: add `with { deal = … }`");
    assert_eq!(happened(start().input("dael", text("D-1"))), "`w` has no input `dael`; it has `deal`");
    assert_eq!(happened(start().input("deal", text("D-1")).by("r")), "r may not do this");
    let mut unknown = start();
    unknown.scenario.workflow = "v".into();
    assert_eq!(happened(unknown), "there is no workflow `v`; there is `w`");
}
