//! Lines that do something: done, and refused in a process owner's words.

use super::story::story;
use super::support::*;
use wf_plan::node::{AtAnyTime, NodeKind, Separation, Settles};
use wf_plan::scenario::ExpectedState::*;
use wf_plan::scenario::StatementKind as Kind;
use wf_plan::value::Scalar;

fn two_steps() -> Plan {
    let mut plan = Plan::new();
    plan.step("a", "r").step("b", "s").after("a").outcome("end").after("b");
    plan
}

#[test]
fn complete_moves_the_clock_before_it_acts() {
    let report = story(&two_steps()).completing("a", Some(business_days(2)), vec![], None).passes();
    assert_eq!(report.statements[0].when, "Wed 4 Mar 2026 09:00");
    assert_eq!(report.statements[0].at, at("2026-03-04 09:00"));
}

#[test]
fn one_line_completes_several_in_order() {
    let report = story(&two_steps()).complete("a, b").outcome("end", None).passes();
    assert_eq!(report.outcome.as_deref(), Some("end"));
}

#[test]
fn what_waits_cannot_be_completed_and_says_for_what() {
    assert_eq!(story(&two_steps()).complete("b").fails(), "`b` is waiting for `a`");
    assert_eq!(
        story(&two_steps()).complete("a").complete("a").fails(),
        "`a` is done since Mon 2 Mar 2026 09:00, by r"
    );
}

#[test]
fn unknown_names_say_what_there_is() {
    assert_eq!(story(&two_steps()).complete("c").fails(), "there is no `c`; there is `a`, `b`, `end`");
    assert_eq!(
        story(&two_steps()).completing("a", None, vec![], Some("nobody")).fails(),
        "`w` has no role `nobody`; it has `boss`, `r`, `s`"
    );
}

#[test]
fn only_the_owner_completes() {
    assert_eq!(
        story(&two_steps()).completing("a", None, vec![], Some("s")).fails(),
        "s may not do this: `a` is with r"
    );
}

#[test]
fn forms_take_values_by_name() {
    let mut plan = Plan::new();
    plan.step("a", "r").form("amount", scalar(Scalar::Number), false);
    plan.step("b", "r").form("note", scalar(Scalar::Text), true);
    let with = |name: &'static str| vec![(name, number(5))];
    story(&plan).completing("a, b", None, with("amount"), None).expect("b", Done).passes();
    assert_eq!(story(&plan).complete("a").fails(), "`amount` is missing: add `with { amount = … }`");
    assert_eq!(
        story(&plan).completing("a", None, with("price"), None).fails(),
        "there is no field `price` to fill in; there is `amount`"
    );
    assert_eq!(
        story(&plan).completing("b", None, with("note"), None).fails(),
        "the value of `note` is not of the field's type"
    );
}

#[test]
fn what_is_no_step_says_what_to_write() {
    let mut plan = Plan::new();
    plan.decision("d", "r", &["yes", "no"]).wait("signature", None).pause("rest", days(2));
    let failed = |name: &str| story(&plan).complete(name).fails();
    assert_eq!(failed("d"), "`d` is a decision: write `choose d.OPTION` with one of `yes`, `no`");
    assert_eq!(failed("signature"), "`signature` waits for another system: write `event crm \"signed\"`");
    assert_eq!(failed("rest"), "`rest` is a pause: it ends when its time is over; write `wait …`");
}

#[test]
fn copies_are_named_by_their_element() {
    let mut plan = Plan::new();
    plan.step("review", "r").for_each("people", Settles::All).step("b", "r").after("review");
    let people = || story(&plan).input("people", list(&["Anna", "Bo"]));
    people().complete("review(\"Anna\")").expect("review(\"Bo\")", Active).expect("b", Waiting).passes();
    people().complete("review").expect("b", Active).passes();
    assert_eq!(
        people().complete("review(\"Cy\")").fails(),
        "there is no `review` for Cy; there is one for `Anna`, `Bo`"
    );
    assert_eq!(people().complete("b(\"Anna\")").fails(), "`b` has no copies: it has no `for each`");
}

#[test]
fn block_and_unblock() {
    let unblock = |target| Kind::Unblock { target };
    story(&two_steps())
        .block("a", "the customer has to choose", Some("s"))
        .expect("a", Blocked)
        .acts("a", unblock)
        .expect("a", Active)
        .passes();
    assert_eq!(story(&two_steps()).acts("a", unblock).fails(), "`a` is not blocked");
    assert_eq!(
        story(&two_steps()).block("a", "why", Some("x")).fails(),
        "`w` has no role `x`; it has `boss`, `r`, `s`"
    );
}

#[test]
fn skip_needs_an_optional_node() {
    let skip = |target| Kind::Skip { target, reason: "not needed".into() };
    let mut plan = Plan::new();
    plan.step("a", "r").optional().step("b", "r").after("a");
    story(&plan).acts("a", skip).expect("a", Skipped).expect("b", Active).passes();
    assert_eq!(
        story(&plan).acts("a", skip).acts("b", skip).fails(),
        "`b` may not be skipped: it is not `optional`"
    );
}

#[test]
fn comment_acknowledge_reassign() {
    let comment = |target| Kind::Comment { target, text: "on it".into() };
    let acknowledge = |target| Kind::Acknowledge { target };
    let reassign = |to: &'static str| move |target| Kind::Reassign { target, to: to.into() };
    story(&two_steps())
        .acts("a", comment)
        .acts("a", acknowledge)
        .acts("a", reassign("s"))
        .complete("a")
        .passes();
    assert_eq!(story(&two_steps()).acts("b", comment).fails(), "`b` is waiting for `a`");
    assert_eq!(story(&two_steps()).acts("b", acknowledge).fails(), "`b` is waiting for `a`");
    assert_eq!(
        story(&two_steps()).acts("a", reassign("x")).fails(),
        "`w` has no role `x`; it has `boss`, `r`, `s`"
    );
}

#[test]
fn every_act_can_say_who_does_it() {
    let reassign = |target| Kind::Reassign { target, to: "s".into() };
    let reopen = || Kind::Reopen { node: "a".into() };
    let start = || story(&two_steps());
    let report =
        start().block("a", "stuck", None).done_by("boss").acts("a", reassign).done_by("boss").passes();
    let by: Vec<String> = report.scenes().map(|scene| scene.what.to_string()).collect();
    assert!(by.contains(&"a: blocked: stuck, by boss".to_owned()), "{by:?}");
    assert!(by.contains(&"a: handed to s, by boss".to_owned()), "{by:?}");
    start().complete("a").then("reopen a", reopen()).done_by("boss").passes();
    assert_eq!(start().acts("a", reassign).done_by("s").fails(), "s may not do this: `a` is with r");
    assert_eq!(
        start().complete("a").then("reopen a", reopen()).done_by("s").fails(),
        "s may not do this: `a` is with r"
    );
}

#[test]
fn choose() {
    let mut plan = Plan::new();
    plan.decision("d", "r", &["yes", "no"]);
    plan.options().options[1].needs_reason = true;
    plan.step("a", "r").after("d.yes");
    story(&plan).choose("d.yes").expect("a", Active).passes();
    story(&plan).chooses("d.no", None, Some("too late")).expect("a", NotTaken).passes();
    assert_eq!(story(&plan).choose("d.no").fails(), "a reason is missing: add `because \"…\"`");
    assert_eq!(story(&plan).choose("d.maybe").fails(), "`d` has no option `maybe`; it has `yes`, `no`");
    assert_eq!(story(&plan).choose("a.yes").fails(), "`a` is no decision, so nothing can be chosen there");
}

#[test]
fn a_decision_with_a_form_is_filled_in_first() {
    let mut plan = Plan::new();
    plan.decision("d", "r", &["yes", "no"]).form("score", scalar(Scalar::Number), false);
    let score = || vec![("score", number(3))];
    story(&plan)
        .completing("d", None, score(), None)
        .expect("d", Active)
        .choose("d.yes")
        .expect("d", Done)
        .passes();
    assert_eq!(
        story(&plan).choose("d.yes").fails(),
        "`score` is missing: fill in the form first, `complete d with { score = … }`"
    );
}

#[test]
fn what_is_claimed_by_one_is_done_by_them() {
    let mut plan = Plan::new();
    plan.step("a", "r").step("b", "r").after("a");
    let a = plan.id("a");
    plan.last().different_from = vec![Separation::Node(a)];
    // The second person takes b; whoever completes it is the same one.
    let report = story(&plan)
        .complete("a")
        .acts("b", |target| Kind::Acknowledge { target })
        .completing("b", None, vec![], Some("r"))
        .passes();
    let last = report.scenes().map(|scene| scene.what.to_string()).filter(|what| what.starts_with("b: done"));
    assert_eq!(last.collect::<Vec<_>>(), ["b: done, by r (2)"]);
}

#[test]
fn correct_and_reopen() {
    let mut plan = Plan::new();
    plan.input("deal", scalar(Scalar::Text));
    plan.step("a", "r").form("note", scalar(Scalar::Text), true).step("b", "r").after("a");
    plan.step("c", "r").after("b");
    let reopen = |name: &str| Kind::Reopen { node: name.into() };
    let start = || story(&plan).input("deal", text("D-1")).complete("a");
    start().correct(None, "deal", text("D-2")).passes();
    start().correct(None, "note", text("new")).passes();
    start().correct(Some("a"), "note", text("new")).passes();
    start().then("reopen a", reopen("a")).expect("a", Active).expect("b", Waiting).passes();
    assert_eq!(
        start().correct(None, "dael", text("D-2")).fails(),
        "there is no field `dael`; the inputs are `deal`"
    );
    assert_eq!(
        start().correct(Some("b"), "note", text("x")).fails(),
        "`b` has no field `note`; it has no form"
    );
    assert_eq!(
        start().correct(None, "deal", number(1)).fails(),
        "the value of `deal` is not of the field's type"
    );
    assert_eq!(
        start().complete("b").then("reopen a", reopen("a")).fails(),
        "`b`, which comes after it, has settled already"
    );
}

#[test]
fn events_go_to_the_wait_and_may_come_early() {
    let mut plan = Plan::new();
    plan.step("a", "r").wait("signature", None).after("a").step("b", "r").after("signature");
    story(&plan).complete("a").event("crm", "signed", vec![("by", text("Ann"))]).expect("b", Active).passes();
    let early =
        story(&plan).event("crm", "signed", vec![("by", text("Ann"))]).complete("a").expect("b", Active);
    let report = early.passes();
    let kept = report.statements[0].scenes[0].what.to_string();
    assert_eq!(kept, "the event of crm is kept until something waits for it");
    assert_eq!(
        story(&plan).event("crm", "lost", vec![]).fails(),
        "no workflow here knows `crm \"lost\"`; there is `crm \"signed\"`"
    );
    assert_eq!(
        story(&plan).event("crm", "signed", vec![("who", text("Ann"))]).fails(),
        "`crm \"signed\"` carries no `who`; it carries `by`"
    );
    assert_eq!(story(&plan).event("crm", "signed", vec![]).fails(), "`by` is missing: add `with { by = … }`");
}

#[test]
fn wait_and_wait_until() {
    let mut plan = Plan::new();
    plan.pause("rest", days(3)).step("a", "r").after("rest");
    let until = |moment: &str| Kind::WaitUntil(at(moment));
    let report = story(&plan).wait(days(3)).expect("a", Active).passes();
    assert_eq!(report.statements[0].when, "Thu 5 Mar 2026 09:00");
    story(&plan).then("wait until", until("2026-03-05 08:59")).expect("rest", Active).passes();
    assert_eq!(
        story(&plan).then("wait until", until("2026-03-01 09:00")).fails(),
        "it is Mon 2 Mar 2026 09:00 already"
    );
}

#[test]
fn an_outcome_at_any_time_has_its_roles_and_a_reason() {
    let mut plan = Plan::new();
    let sales = plan.role("sales");
    plan.step("a", "r").outcome("end").after("a").outcome("gone");
    let NodeKind::Outcome(outcome) = &mut plan.last().kind else { panic!() };
    outcome.at_any_time = Some(AtAnyTime { by: vec![sales], until: None });
    let end = |outcome: &str, by: Option<&str>, because: Option<&str>| Kind::End {
        outcome: outcome.into(),
        by: by.map(str::to_owned),
        because: because.map(str::to_owned),
    };
    story(&plan).then("", end("gone", None, Some("left"))).outcome("gone", None).passes();
    assert_eq!(
        story(&plan).then("", end("gone", None, None)).fails(),
        "a reason is missing: add `because \"…\"`"
    );
    assert_eq!(
        story(&plan).then("", end("gone", Some("r"), Some("left"))).fails(),
        "r may not do this: `gone` is for `sales`"
    );
    assert_eq!(
        story(&plan).then("", end("end", None, Some("left"))).fails(),
        "`end` is an outcome: it is reached by what comes before it, not by a person at any time"
    );
}

#[test]
fn after_the_end_nothing_can_be_done() {
    assert_eq!(
        story(&two_steps()).complete("a, b").complete("a").fails(),
        "nothing can be done any more: it ended in `end` on Mon 2 Mar 2026 09:00"
    );
}
