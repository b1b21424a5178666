//! A whole report, as a process owner reads it.

use super::story::story;
use super::support::*;
use std::fmt::Write as _;
use wf_plan::ladder::{Action, Ladder};
use wf_plan::node::CountFrom;
use wf_plan::people::Who;
use wf_plan::plan::ClockPause;
use wf_plan::scenario::ExpectedState::*;
use wf_vm::scenario::{Report, Verdict};

/// The onboarding's hard part: IT is blocked by the customer, and the block becomes a decision.
fn onboarding() -> Plan {
    let mut plan = Plan::new();
    plan.program.workflow = "onboarding".into();
    plan.program.label = "Onboarding of Gamma SpA".into();
    let (csm, it, customer) = (plan.role("csm"), plan.role("it_lead"), plan.role("customer"));
    plan.program.roles[csm.index()].label = "Customer success".into();
    plan.program.roles[it.index()].label = "IT lead".into();
    plan.step("contract", "legal").due(business_days(5));
    plan.last().label = "Contract".into();
    plan.step("environment", "it_lead").after("contract").deadline(
        business_days(10),
        CountFrom::OwnStart,
        ClockPause::WhileWaitingOn(customer),
    );
    plan.last().label = "Environment configuration".into();
    let one = plan.tell(Who::Owner, "Environment configuration is not moving.");
    let words = plan.words("How do we go on with Environment configuration?");
    let mut question = ask(
        Who::Role(csm),
        words,
        vec![
            ("Propose the standard configuration", vec![Action::Resume]),
            ("Give it one more week", vec![Action::Extend(business_days(5))]),
        ],
    );
    question.who.push(Who::Role(it));
    question.decide_within = Some(business_days(2));
    let ladder = Ladder {
        name: "it_block".into(),
        on_silence: Some(business_days(3)),
        on_block: Some(business_days(1)),
        on_overdue: false,
        levels: vec![
            level(1, None, vec![one], None),
            level(2, Some(business_days(1)), vec![], Some(question)),
        ],
    };
    plan.ladder(ladder);
    plan.decision("go_live", "csm", &["yes", "no"]).after("environment");
    plan.last().label = "Are we ready to go live?".into();
    plan.outcome("live").after("go_live.yes");
    plan.last().label = "Customer is live".into();
    plan.outcome("lost").after("go_live.no");
    plan
}

fn told(report: &Report) -> String {
    let mut out = String::new();
    for row in report.rows() {
        let verdict = match &row.verdict {
            Verdict::Held => String::new(),
            Verdict::Failed(failure) => {
                format!("\n      expected {}\n      happened {}", failure.expected, failure.happened)
            }
            Verdict::NotPlayed => "   (not played)".to_owned(),
        };
        writeln!(out, "{}: {}{verdict}", row.line, row.text).unwrap();
        for scene in &row.scenes {
            writeln!(out, "      {}  {}", scene.when, scene.what).unwrap();
        }
    }
    out
}

#[test]
fn the_it_block_becomes_a_decision() {
    let report = story(&onboarding())
        .completing("contract", Some(business_days(2)), vec![], None)
        .block("environment", "the customer has to choose", Some("customer"))
        .wait(business_days(2))
        .asks("environment", "csm", Some(2))
        .alternative("Propose the standard configuration", Some("it_lead"))
        .complete("environment")
        .choose("go_live.yes")
        .outcome("live", Some(days(42)))
        .passes();
    insta::assert_snapshot!(told(&report));
}

#[test]
fn a_story_that_goes_wrong() {
    let report = story(&onboarding())
        .completing("contract", Some(business_days(2)), vec![], None)
        .block("environment", "the customer has to choose", Some("customer"))
        .wait(business_days(1))
        .asks("environment", "csm", Some(2))
        .due("environment", "2026-03-18 09:00")
        .complete("go_live")
        .expect("go_live", Done)
        .play();
    insta::assert_snapshot!(told(&report));
}
