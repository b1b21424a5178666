//! Rule 10: one copy per element, when the whole settles, results over completed copies.

use super::support::*;
use wf_plan::node::Settles;
use wf_plan::op::Op;
use wf_plan::plan::FieldIndex;
use wf_plan::value::{Constant, Scalar};
use wf_vm::effect::{Fact, Purpose, Refusal};
use wf_vm::event::Act;
use wf_vm::state::NodeState::*;

fn reviews(settles: Settles) -> Plan {
    let mut plan = Plan::new();
    plan.step("review", "legal").optional().for_each("people", settles);
    plan.form("objection", scalar(Scalar::Bool), true).form("score", scalar(Scalar::Number), true);
    plan.step("next", "r").after("review.done");
    plan
}

fn done(objection: bool, score: i64) -> Act {
    Act::Complete(vec![wf_plan::Value::Bool(objection), number(score)])
}

#[test]
fn one_copy_per_element_and_all_must_settle() {
    let mut run = reviews(Settles::All).start(vec![list(&["Anna", "Bert"])]);
    assert_eq!(run.are(&["review", "review#0", "review#1"]), [Active, Active, Active]);
    assert_eq!(run.messages(Purpose::Work).len(), 2);
    run.act("review#0", done(false, 4));
    assert_eq!(run.are(&["review", "review#0", "review#1", "next"]), [Active, Completed, Active, Waiting]);
    run.act("review#1", Act::Skip { reason: "ill".into() });
    assert_eq!(run.are(&["review", "next"]), [Completed, Active]);
}

#[test]
fn n_means_n_or_all_if_fewer_and_the_rest_is_cancelled() {
    let mut run = reviews(Settles::AtLeast(2)).start(vec![list(&["Anna", "Bert", "Carl"])]);
    run.act("review#2", done(false, 1)).act("review#0", done(false, 1));
    assert_eq!(
        run.are(&["review", "review#0", "review#1", "review#2"]),
        [Completed, Completed, Cancelled, Completed]
    );
    run.act("review#1", done(false, 1));
    assert_eq!(run.refusal(), Some(Refusal::NotActive));
    let mut run = reviews(Settles::AtLeast(5)).start(vec![list(&["Anna"])]);
    run.act("review#0", done(false, 1));
    assert_eq!(run.is("review"), Completed);
}

#[test]
fn an_empty_or_missing_list_skips_by_rule() {
    for people in [list(&[]), wf_plan::Value::Missing] {
        let mut plan = reviews(Settles::All);
        plan.step("else", "r").after("review.skipped");
        let run = plan.start(vec![people]);
        assert_eq!(run.are(&["review", "next", "else"]), [SkippedByRule, NotTaken, Active]);
    }
}

#[test]
fn all_copies_skipped_by_people_skip_the_whole() {
    let mut run = reviews(Settles::All).start(vec![list(&["Anna"])]);
    run.act("review#0", Act::Skip { reason: "ill".into() });
    assert_eq!(run.are(&["review", "next"]), [SkippedByPerson, NotTaken]);
}

#[test]
fn acts_go_to_copies() {
    let mut run = reviews(Settles::All).start(vec![list(&["Anna"])]);
    for place in ["review", "review#1"] {
        run.act(place, Act::Claim);
        assert_eq!(run.refusal(), Some(Refusal::NoSuchPlace), "{place}");
    }
}

#[test]
fn results_are_over_completed_copies() {
    let mut plan = reviews(Settles::All);
    let review = plan.id("review");
    let objected = plan.code(&[Op::Copy(FieldIndex(0))]);
    let three = plan.constant(Constant::Number(3.into()));
    let good = plan.code(&[Op::Copy(FieldIndex(1)), three, Op::GreaterOrEqual]);
    let blank = plan.constant(Constant::Text(" ".into()));
    let text = plan.code(&[
        Op::AnyWhere(review, objected),
        Op::Show,
        blank,
        Op::EveryWhere(review, good),
        Op::Show,
        blank,
        Op::CountWhere(review, good),
        Op::Show,
        blank,
        Op::TotalOf(review, FieldIndex(1)),
        Op::Show,
        Op::Concat(7),
    ]);
    plan.last().say =
        Some(wf_plan::ladder::Words { text, languages: vec![], templates: vec![], draft: None });
    let mut run = plan.start(vec![list(&["Anna", "Bert", "Carl"])]);
    run.act("review#0", done(false, 4))
        .act("review#1", done(true, 2))
        .act("review#2", Act::Skip { reason: "x".into() });
    // Anna 4 without, Bert 2 with an objection; Carl does not count.
    assert_eq!(run.messages(Purpose::Work).last().unwrap().text, "yes no 1 6");
}

#[test]
fn each_copy_has_its_own_clock_and_element() {
    let mut plan = Plan::new();
    plan.step("review", "legal").for_each("people", Settles::All).due(days(2));
    let text = plan.code(&[Op::Element, Op::Show]);
    plan.last().say =
        Some(wf_plan::ladder::Words { text, languages: vec![], templates: vec![], draft: None });
    let mut run = plan.start(vec![list(&["Anna", "Bert"])]);
    let texts: Vec<_> = run.messages(Purpose::Work).iter().map(|message| message.text.clone()).collect();
    assert_eq!(texts, ["Anna", "Bert"]);
    run.complete("review#0").until("2026-03-05 00:00");
    assert_eq!(run.facts("review#0").iter().filter(|fact| **fact == Fact::NodeOverdue).count(), 0);
    assert_eq!(run.facts("review#1").iter().filter(|fact| **fact == Fact::NodeOverdue).count(), 1);
}
