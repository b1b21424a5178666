//! Who acts where the test does not say it, and where it does.

use super::story::story;
use super::support::*;
use wf_plan::ladder::{Action, Ladder};
use wf_plan::node::Separation;
use wf_plan::people::Who;
use wf_plan::scenario::ExpectedState::*;
use wf_plan::scenario::StatementKind as Kind;

#[test]
fn one_role_finds_its_second_person_for_a_separation() {
    let mut plan = Plan::new();
    plan.step("enter", "finance").step("approve", "finance").after("enter");
    let enter = plan.id("enter");
    plan.last().different_from = vec![Separation::Node(enter)];
    let report = story(&plan).complete("enter, approve").passes();
    let by: Vec<String> =
        report.scenes().map(|scene| scene.what.to_string()).filter(|what| what.contains(": done")).collect();
    assert_eq!(by, ["enter: done, by finance", "approve: done, by finance (2)"]);
    plan.program.roles[1].one_person = true;
    assert_eq!(
        story(&plan).complete("enter").complete("approve").fails(),
        "`approve` needs a different person than finance, and nobody else fills the role"
    );
}

#[test]
fn a_vote_is_one_person_per_line() {
    let mut plan = Plan::new();
    plan.decision("d", "board", &["yes", "no"]);
    plan.options().options[0].needs = 2;
    plan.step("a", "r").after("d.yes");
    story(&plan).choose("d.yes").expect("d", Active).choose("d.yes").expect("a", Active).passes();
    plan.program.roles[1].people = vec!["ann".into()];
    assert_eq!(story(&plan).choose("d.yes").choose("d.yes").fails(), "ann has voted already");
}

fn asking() -> Plan {
    let mut plan = Plan::new();
    let (csm, other) = (plan.role("csm"), plan.role("other"));
    let words = plan.words("How do we go on?");
    let tell = plan.tell(Who::Role(other), "We need you");
    let mut question =
        ask(Who::Role(csm), words, vec![("Go on", vec![Action::Resume]), ("Ask them", vec![tell])]);
    question.decide_within = Some(business_days(2));
    plan.step("a", "r");
    plan.ladder(Ladder {
        name: "help".into(),
        on_silence: None,
        on_block: Some(business_days(1)),
        on_overdue: false,
        levels: vec![level(1, None, vec![], Some(question))],
    });
    plan
}

#[test]
fn a_question_is_answered_by_its_words() {
    let asked = || story(&asking()).block("a", "stuck", None).wait(business_days(1));
    asked().asks("a", "csm", Some(2)).message("csm").alternative("Go on", None).expect("a", Active).passes();
    asked()
        .alternative("Ask them", Some("csm"))
        .message_with("other", None, Some("We need you"), Some(1))
        .passes();
    assert_eq!(
        asked().alternative("Give up", None).fails(),
        "no open question offers \"Give up\"; there is \"Go on\", \"Ask them\""
    );
    assert_eq!(
        asked().alternative("Go on", Some("other")).fails(),
        "other may not answer: the question is for csm"
    );
    assert_eq!(story(&asking()).alternative("Go on", None).fails(), "no question is open");
    assert_eq!(
        story(&asking()).block("a", "stuck", None).asks("a", "csm", None).fails(),
        "nothing is asked: `a` is blocked since Mon 2 Mar 2026 09:00: stuck; \
         time alone changes something next on Tue 3 Mar 2026 09:00"
    );
    assert_eq!(
        asked().asks("a", "other", None).fails(),
        "it asks `csm` with 2 alternatives: \"Go on\", \"Ask them\""
    );
}

#[test]
fn free_words_go_to_the_owner_and_change_nothing() {
    let answer = |by: Option<&str>| Kind::Answer { text: "call me".into(), by: by.map(str::to_owned) };
    let asked = || story(&asking()).block("a", "stuck", None).wait(business_days(1));
    asked()
        .message("csm")
        .then("answer", answer(None))
        .message_with("r", None, Some("call me"), Some(1))
        .expect("a", Blocked)
        .passes();
    assert_eq!(asked().then("answer", answer(Some("other"))).fails(), "other may not do this: `a` is with r");
    assert_eq!(story(&asking()).then("answer", answer(None)).fails(), "no question is open");
}
