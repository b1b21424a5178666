//! Policies: what each form of rule asks of a workflow, and what it leaves in peace.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use std::collections::BTreeMap;
use wf_compiler::project;

const AROUND: &str = r#"
enum Kind { old, new }
enum Region { EU, UK, US }
role maker { reach email }
role checker { reach email }
role boss { reach email, slack }
escalation late { on overdue; level 1 { tell owner "{step} is late." }; level 2 after 2 days { tell boss "{step} is late." } }
"#;

/// What is said of a workflow with these nodes under a policy with this rule; without "the policy `P` ".
fn told(rule: &str, nodes: &str) -> Vec<String> {
    told_of(&format!("applies to all workflows\n  {rule}"), nodes)
}

fn told_of(policy: &str, nodes: &str) -> Vec<String> {
    let workflow = format!("workflow w \"W\" {{\n  version 1\n  process owner boss\n{nodes}\n}}\n");
    let text = format!("{AROUND}policy p \"P\" {{\n  {policy}\n}}\n{workflow}");
    let findings = project::check(&BTreeMap::from([("main.wf".to_owned(), text.clone())]));
    let wrong = |code: &str| code < "WF100" && code != "WF007";
    if let Some(wrong) = findings.iter().find(|finding| wrong(finding.rule.code)) {
        panic!("{}: {}\n{text}", wrong.rule.code, wrong.message);
    }
    let own = findings.iter().filter(|finding| finding.rule.code == "WF701");
    own.map(|finding| finding.message.strip_prefix("the policy `P` ").unwrap().to_owned()).collect()
}

fn broken(what: &str) -> Vec<String> {
    vec![format!("is broken: {what}")]
}

const KEPT: [&str; 0] = [];

/// `a`, then a decision `d`, then `b`.
const LINE: &str = r#"
  input { small: bool, amount: number, region: text? }
  step a "A" { owner maker; deadline 2 days; tags money }
  decision d "D" { owner checker; after a; deadline 2 days; escalate late; option yes "Yes"; option no "No" }
  step b "B" { owner maker; after d.yes; deadline 2 days; tags money }
  outcome good "Good" after b
  outcome bad "Bad" after d.no
"#;

#[test]
fn what_always_comes_before_keeps_the_policy() {
    for rule in [
        "always a before b",
        "always d before b",
        "always d.yes before b",
        "always d.no before bad",
        "always a before d.no",
        "always step tagged money before good",
    ] {
        assert_eq!(told(rule, LINE), KEPT, "{rule}");
    }
    assert_eq!(
        told("always b before bad", LINE),
        broken("the outcome `bad` can be reached before `b` is done")
    );
    assert_eq!(
        told("always d.yes before d", LINE),
        broken("`d` can start before anybody has chosen `d.yes`")
    );
    assert_eq!(
        told("always d.no before good", LINE),
        broken("the outcome `good` can be reached although `d` was not decided as `no`")
    );
}

#[test]
fn parallel_work_is_in_no_order() {
    let nodes = LINE.replace("after a;", "");
    assert_eq!(told("always a before d", &nodes), broken("`d` can start before `a` is done"));
    assert_eq!(told("always a before d.yes", &nodes), broken("`d.yes` can be chosen before `a` is done"));
}

#[test]
fn a_skip_is_no_act_unless_the_policy_says_so() {
    let nodes = LINE.replacen("tags money", "tags money; when small", 1);
    assert_eq!(told("always a before b", &nodes), broken("`b` can start although `a` was skipped"));
    assert_eq!(told("always a before b or skipped", &nodes), KEPT);
    let done = nodes.replace("after a;", "after a.done;");
    assert_eq!(told("always a before b", &done), KEPT);
}

#[test]
fn what_nobody_decided_is_no_act_unless_the_policy_says_so() {
    let nodes = LINE.replace("escalate late", "if late choose yes");
    let nobody = "`b` can start although nobody decided `d`: its time ran out";
    assert_eq!(told("always d.yes before b", &nodes), broken(nobody));
    assert_eq!(told("always d before b", &nodes), broken(nobody));
    assert_eq!(told("always d before b or late", &nodes), KEPT);
    assert_eq!(told("always d.yes before b or skipped", &nodes), broken(nobody));
}

#[test]
fn an_outcome_at_any_time_comes_before_everything() {
    let nodes = format!("{LINE}  outcome gone \"Gone\" at any time by boss until d\n");
    assert_eq!(
        told("always a before gone", &nodes),
        broken("the outcome `gone` can be reached before `a` is done")
    );
    assert_eq!(told("every run ends in outcome good, bad", &nodes), broken("a run can be ended in `gone`"));
    assert_eq!(
        told("completing a leads to d", &nodes),
        broken("a run can complete `a` and be ended in `gone` without `d`")
    );
    // Once `d` has settled nobody can end it any more.
    assert_eq!(told("completing d.yes leads to b", &nodes), KEPT);
    assert_eq!(told("never b with gone", &nodes), KEPT);
    assert_eq!(told("never a with gone", &nodes), broken("one run can complete both `a` and `gone`"));
}

#[test]
fn never_is_about_one_run() {
    assert_eq!(told("never b with d.no", LINE), KEPT);
    assert_eq!(told("never b with bad", LINE), KEPT);
    assert_eq!(told("never a with bad", LINE), broken("one run can complete both `a` and `bad`"));
    assert_eq!(told("never a with b", LINE), broken("one run can complete both `a` and `b`"));
}

#[test]
fn an_outcome_that_comes_first_leaves_the_other_open() {
    let race = "  step a \"A\" { owner maker; deadline 2 days }\n  step b \"B\" { owner maker; deadline 2 days }\n  \
                outcome first \"First\" after any of a, b\n";
    assert_eq!(told("never a with b", race), KEPT);
    assert_eq!(
        told("completing a leads to b", race),
        broken("a run can complete `a` and end in `first` without `b`")
    );
    assert_eq!(told("completing a leads to first", race), KEPT);
}

#[test]
fn a_converge_in_the_last_event_has_come() {
    let nodes = "  step a \"A\" { owner maker; deadline 2 days }\n  step b \"B\" { owner maker; deadline 2 days }\n  \
                 converge c \"C\" { after any of a, b }\n  outcome end \"End\" after c\n";
    assert_eq!(told("always b before c", nodes), broken("`c` can be reached before `b` is done"));
}

#[test]
fn ends_are_those_the_policy_names() {
    assert_eq!(told("every run ends in outcome good, bad", LINE), KEPT);
    assert_eq!(told("every run ends in outcome good", LINE), broken("a run can end in `bad`"));
    let hangs = LINE.replace("  outcome bad \"Bad\" after d.no\n", "");
    assert_eq!(told("every run ends in outcome good", &hangs), broken("a run can end without any outcome"));
}

#[test]
fn every_node_has_its_clauses() {
    assert_eq!(told("every step has deadline", LINE), KEPT);
    assert_eq!(told("every decision has escalation", LINE), KEPT);
    assert_eq!(
        told("every step has escalation", LINE),
        broken("the step `a` has no escalation, and one more step like it")
    );
    assert_eq!(told("every step tagged money has owner maker", LINE), KEPT);
    assert_eq!(
        told("every decision has owner boss", LINE),
        broken("the decision `d` is not owned by `boss`")
    );
    let form = LINE.replace("deadline 2 days; tags", "deadline 2 days; form { seen: bool }; tags");
    assert_eq!(told("every step has form seen", &form), KEPT);
    let half = LINE.replacen("deadline 2 days; tags", "deadline 2 days; form { seen: bool }; tags", 1);
    assert_eq!(told("every step has form seen", &half), broken("the step `b` has no form field `seen`"));
}

#[test]
fn escalations_reach_the_role_in_time() {
    assert_eq!(told("every escalation reaches boss within 2 days", LINE), KEPT);
    assert_eq!(
        told("every escalation reaches boss within 1 day", LINE),
        broken("`late` of `d` reaches `boss` later than that")
    );
    assert_eq!(told("every escalation reaches checker within 1 hour", LINE), KEPT);
    assert_eq!(
        told("every escalation reaches maker within 5 days", LINE),
        broken("`late` of `d` never reaches `maker`")
    );
}

#[test]
fn different_people_are_kept_apart() {
    let one = broken("nothing keeps one person from doing both `a` and `d`");
    assert_eq!(told("different people for a, d", LINE), one);
    assert_eq!(told("different people for d, a", LINE), one);
    let apart = LINE.replace("owner checker;", "owner checker; different person from a;");
    assert_eq!(told("different people for a, d", &apart), KEPT);
    // No run does both.
    let either = LINE.replace("after d.no", "after c").replace(
        "  outcome good",
        "  step c \"C\" { owner maker; after d.no; deadline 2 days }\n  outcome good",
    );
    assert_eq!(told("different people for b, c", &either), KEPT);
}

#[test]
fn people_who_are_written_down_are_compared() {
    let nodes = LINE.replace("maker", "ann_and_bob").replace("checker", "carl");
    let with = |people: &str| {
        let roles = format!(
            "role ann_and_bob {{ reach email; people ann, bob }}\nrole carl {{ reach email; people {people} }}\n"
        );
        let text = format!(
            "{AROUND}{roles}policy p \"P\" {{\n  applies to all workflows\n  different people for a, d\n}}\n\
             workflow w \"W\" {{\n  version 1\n  process owner boss\n{nodes}\n}}\n"
        );
        let findings = project::check(&BTreeMap::from([("main.wf".to_owned(), text)]));
        findings.iter().filter(|finding| finding.rule.code == "WF701").count()
    };
    assert_eq!(with("carl"), 0);
    assert_eq!(with("carl, bob"), 1);
}

#[test]
fn personal_data_stays_away_from_the_channel() {
    let nodes = "  input { mail: email personal, name: text }\n  step a \"A\" { owner boss; deadline 2 days; say \"Write to {mail}.\" }\n";
    let found = told("no personal data via slack", nodes);
    assert_eq!(found, broken("`mail` is personal and can go out via `slack` here"));
    assert_eq!(told("no personal data via slack", &nodes.replace("{mail}", "{name}")), KEPT);
    assert_eq!(
        told(
            "no personal data via slack",
            &nodes.replace("owner boss", "owner maker").replace("process owner boss", "")
        ),
        KEPT
    );
}

#[test]
fn a_run_finishes_in_time_or_it_is_not_known() {
    assert_eq!(told("every run finishes within 6 days", LINE), KEPT);
    let found = told("every run finishes within 5 days", LINE);
    // Three times two days; the first start of the calendar's years is the worst of equals.
    assert!(
        found.len() == 1 && found[0].contains("a run of `w` that keeps every deadline can last until"),
        "{found:?}"
    );
    let open = LINE.replacen("deadline 2 days; tags money", "tags money", 1);
    assert_eq!(
        told("every run finishes within 8 weeks", &open),
        ["cannot be shown to hold: `a` has no deadline".to_owned()]
    );
}

#[test]
fn unless_excuses_the_runs_it_names() {
    let nodes = LINE.replacen("tags money", "tags money; when amount > 100", 1);
    let with = |unless: &str| {
        told_of(&format!("applies to all workflows unless {unless}\n  always a before b"), &nodes)
    };
    let skipped = broken("`b` can start although `a` was skipped");
    assert_eq!(with("amount <= 100"), KEPT);
    assert_eq!(with("amount < 200"), KEPT);
    assert_eq!(with("amount < 100"), skipped, "an amount of 100 is not excused");
    assert_eq!(with("amount < 50 and small"), skipped);
    assert_eq!(with("small"), skipped, "an input that no step asks about may be anything");
    assert_eq!(with("amount * 2 < 100"), KEPT, "nothing is said where nothing is known");
    assert_eq!(with("not (amount > 100)"), KEPT);
}

#[test]
fn unless_knows_the_values_of_an_enum() {
    let nodes = LINE
        .replace("amount: number, region: text?", "amount: number, kind: Kind, region: Region")
        .replacen("tags money", "tags money; when region is one of EU, UK", 1);
    let with = |unless: &str| {
        told_of(&format!("applies to all workflows unless {unless}\n  always a before b"), &nodes)
    };
    assert_eq!(with("region is US"), KEPT);
    assert_eq!(with("region is UK"), broken("`b` can start although `a` was skipped"));
    assert_eq!(with("kind is old"), broken("`b` can start although `a` was skipped"));
}

#[test]
fn a_tested_condition_that_nobody_looks_into_is_not_called_a_breach() {
    let nodes = LINE.replacen("tags money", "tags money; when amount * 2 > 100", 1);
    assert_eq!(told("always a before b", &nodes), KEPT);
}
