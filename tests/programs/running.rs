//! `wfc test`, `wfc run`, and an instance under `wfrun` from plan to proof.

use super::{Desk, example};

#[test]
fn the_tests_of_the_examples_pass() {
    let desk = Desk::new();
    for name in ["onboarding", "claims", "change"] {
        desk.wfc(&["test", &example(name)]).fine();
    }
}

#[test]
fn a_test_that_fails_says_what_was_expected_and_what_happened() {
    let desk = Desk::new();
    desk.wfc(&["new", "leave"]).fine();
    let tests = desk.read("leave/tests.wf").replace("expect approval skipped", "expect approval active");
    desk.write("leave/tests.wf", &tests);
    let (before, _) = tests.rsplit_once("expect approval active").unwrap();
    let line = before.matches('\n').count() + 1;
    let said = desk.wfc(&["test", "leave"]).ends(1);
    assert!(said.contains(&format!("tests.wf:{line}")) && said.contains("skipped"), "{said}");
}

#[test]
fn the_onboarding_is_shown_from_start_to_outcome() {
    let desk = Desk::new();
    let shown = desk.wfc(&["run", &example("onboarding"), "--speed", "0"]).fine();
    for part in [
        "Gamma SpA",
        "the customer has to choose the identity provider",
        "Propose the standard configuration",
        "Customer is live",
        "decision_log",
    ] {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
    assert!(!shown.contains('\u{1b}'), "colour in a pipe");
    let quiet = desk.wfc(&["run", &example("onboarding"), "--quiet"]).fine();
    assert!(quiet.len() < shown.len() / 2, "{quiet}");
}

/// A built onboarding, loaded and started on 2 March 2026.
fn started() -> Desk {
    let desk = Desk::new();
    desk.wfc(&["new", "leave"]).fine();
    desk.wfc(&["build", "leave", "-o", "plans"]).fine();
    desk.wfrun("2026-03-02 09:00", &["load", "plans/leave@1.wfp"]).fine();
    let start = ["start", "leave", "--by", "team", "-i", "subject=Laptops", "-i", "amount=4000 EUR"];
    desk.wfrun("2026-03-02 09:00", &start).fine();
    desk
}

#[test]
fn an_instance_goes_from_plan_to_a_proven_trail() {
    let desk = started();
    let status = desk.wfrun("2026-03-02 10:00", &["status", "leave-1"]).fine();
    assert!(status.contains("prepare"), "{status}");
    let complete = ["complete", "leave-1", "prepare", "--by", "team", "-f", "summary=Three"];
    desk.wfrun("2026-03-02 11:00", &complete).fine();
    desk.wfrun("2026-03-02 12:00", &["choose", "leave-1", "approval.yes", "--by", "approver"]).fine();
    desk.wfrun("2026-03-02 13:00", &["complete", "leave-1", "carry_out", "--by", "team"]).fine();
    desk.wfrun("2026-03-02 13:00", &["worker", "--once"]).fine();
    let status = desk.wfrun("2026-03-02 14:00", &["status", "leave-1", "--json"]).fine();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["outcome"], "done");
    let trail = desk.wfrun("2026-03-02 14:00", &["trail", "leave-1"]).fine();
    assert!(trail.contains("approval") && trail.contains("approver"), "{trail}");
    assert!(desk.wfrun("2026-03-02 14:00", &["audit", "verify"]).fine().starts_with("whole"));
    let asked = "select who, chosen from decision_log where node = 'approval'";
    let answer = desk.wfrun("2026-03-02 14:00", &["sql", "--csv", asked]).fine();
    assert!(answer.contains("approver,"), "{answer}");
}

#[test]
fn what_may_not_be_done_is_refused_in_words() {
    let desk = started();
    let said =
        desk.wfrun("2026-03-02 10:00", &["choose", "leave-1", "approval.yes", "--by", "approver"]).ends(1);
    assert!(said.contains("refused") && said.contains("it has not started yet"), "{said}");
    let said = desk.wfrun("2026-03-02 10:00", &["complete", "leave-1", "prepare", "--by", "team"]).ends(2);
    assert!(said.contains("`summary` is missing"), "{said}");
    desk.wfrun("2026-03-02 10:00", &["status", "leave-9"]).ends(2);
}
