//! Escalation and people: who is written to when, by which channel, and who may not be handed what.
//!
//! The helpers are those of `escalation`. Invariant: as there, each fault has a sound neighbour.

use super::escalation::{GO_ON, PEOPLE, decision, error, found, process, silent, step, warning};

#[test]
fn times_in_days_disturb_people_without_quiet_hours() {
    let with = |quiet: &str, ladder: &str, calendar: &str| {
        let clauses = format!("    deadline 30 business days\n    escalate {{ {ladder} }}");
        let text = step(&clauses).replace("  calendar italy\n", calendar);
        found(&text.replace(
            "role clerk { reach email; quiet weekends }",
            &format!("role clerk {{ reach email; {quiet} }}"),
        ))
    };
    let calendar = "  calendar italy\n";
    let days = "on silence of 3 days; level 1 { tell owner \"?\"; tell boss \"?\" }";
    assert_eq!(with("speaks it", days, calendar), warning("WF410"));
    assert_eq!(with("quiet weekends", days, calendar), silent(), "quiet hours hold it back");
    assert_eq!(with("speaks it", days, ""), silent(), "nobody said what working time is");
    let business = "on silence of 3 business days; level 1 { tell owner \"?\"; tell boss \"?\" }";
    assert_eq!(with("speaks it", business, calendar), silent());
    let weeks = "on silence of 1 week; level 1 { tell owner \"?\"; tell boss \"?\" }";
    assert_eq!(with("speaks it", weeks, calendar), silent(), "only holidays");
    let urgent = "on silence of 4 hours; level 1 { tell owner \"?\" urgent; tell boss \"?\" urgent }";
    assert_eq!(with("speaks it", urgent, calendar), silent(), "meant to come at any time");
    let hours = "on silence of 4 hours; level 1 { tell owner \"?\"; tell boss \"?\" }";
    assert_eq!(with("speaks it", hours, calendar), warning("WF410"));
}

#[test]
fn one_role_is_not_flooded() {
    let steps = |count: usize, after: &str, remind: &str| {
        let mut nodes = String::from(
            "  step first { owner helper; deadline 9 business days; remind never; escalate never }\n",
        );
        for at in 0..count {
            let after = if after == "row" && at > 0 {
                format!("after s{}", at - 1)
            } else {
                "after first".to_owned()
            };
            nodes += &format!("  step s{at} {{\n owner clerk\n {after}\n deadline 9 business days\n }}\n");
        }
        let last = format!("  outcome over \"Over\" after s{}", count - 1);
        let text = process(&format!("  remind {{ {remind} }}"), &format!("{nodes}{last}"), "");
        found(&text.replace("  outcome done \"Done\" after first\n", ""))
    };
    let daily = "repeat every 1 business day";
    assert_eq!(steps(11, "fork", daily), warning("WF411"));
    assert_eq!(steps(10, "fork", daily), silent(), "ten a day");
    assert_eq!(steps(15, "row", daily), silent(), "one after the other");
    assert_eq!(
        steps(
            11,
            "fork",
            "start 10 business days before deadline; repeat every 1 business day; stop after 1"
        ),
        warning("WF411"),
        "all on one day"
    );
    assert_eq!(steps(3, "fork", "repeat every 1 hour"), warning("WF411"));
    assert_eq!(steps(3, "fork", "repeat every 4 hours; stop after 3"), silent());
}

#[test]
fn branches_of_a_decision_do_not_add_up() {
    let mut nodes =
        String::from("  decision first {\n owner boss\n deadline 9 business days\n if late choose o0\n");
    for at in 0..12 {
        nodes += &format!("    option o{at} \"Option {at}\"\n");
    }
    nodes += "  remind never\n  escalate never\n  }\n";
    for at in 0..12 {
        nodes +=
            &format!("  step s{at} {{\n owner clerk\n after first.o{at}\n deadline 9 business days\n }}\n");
    }
    let text = process("  remind { repeat every 1 business day }", &nodes, "");
    assert_eq!(found(&text.replace("  outcome done \"Done\" after first\n", "")), silent());
}

#[test]
fn levels_come_in_time() {
    let late = |deadline: &str, levels: &str| {
        found(&decision(&format!(
            "    deadline {deadline}\n    if late choose no\n    escalate {{\n on silence of 2 business days\n {levels}\n }}"
        )))
    };
    let two = "level 1 { tell owner \"?\" }\n level 2 after 3 business days { tell boss \"?\" }";
    assert_eq!(late("4 business days", two), warning("WF412"));
    assert_eq!(late("5 business days", two), warning("WF412"), "lateness comes first");
    assert_eq!(late("6 business days", two), silent());
    assert_eq!(late("3 weeks", two), silent());
    assert_eq!(late("by due", two), silent());
    let more = "level 1 { ask boss \"?\" { alternative \"More\" { extend deadline by 2 weeks }; alternative \"No\" { choose no } } }\n level 2 after 3 business days { tell head \"?\" }";
    assert_eq!(late("4 business days", more), silent(), "the deadline may be extended");
    let whole = |deadline: &str| {
        let clauses = "deadline 10 business days; escalate { on overdue; level 1 { tell owner \"?\" }; level 2 after 5 business days { tell boss \"?\" } }";
        found(&process(
            &format!("  deadline {deadline}"),
            &format!("  step first {{ owner clerk; {clauses} }}"),
            "",
        ))
    };
    assert_eq!(whole("12 business days"), warning("WF412"));
    assert_eq!(whole("15 business days"), silent());
    assert_eq!(whole("4 weeks"), silent());
}

#[test]
fn words_fit_the_buttons() {
    let decides = |owner: &str, options: &str| {
        let escalate = "escalate { on silence of 1 business day; level 1 { tell boss \"?\" } }";
        found(&process(
            "",
            &format!(
                "  decision first {{\n owner {owner}\n deadline 9 business days\n {escalate}\n {options}\n }}"
            ),
            "",
        ))
    };
    let long = "option yes \"We take all of the goods\"\n option no \"No\"";
    assert_eq!(decides("mobile", long), warning("WF413"));
    assert_eq!(decides("clerk", long), silent(), "mail has room");
    assert_eq!(
        decides("mobile", "option yes \"We take all of the goods\" short \"Take all\"\n option no \"No\""),
        silent()
    );
    assert_eq!(
        decides("mobile", "option yes \"Exactly 20 characters\"\n option no \"No\""),
        warning("WF413"),
        "21 of them"
    );
    assert_eq!(decides("mobile", "option yes \"Just 20 characters !\"\n option no \"No\""), silent());
    let four = "option a \"A\"\n option b \"B\"\n option c \"C\"\n option d \"D\"";
    assert_eq!(decides("mobile", four), warning("WF413"), "three buttons");
    assert_eq!(decides("clerk", four), silent());
    let asks = |who: &str, label: &str| {
        let ask = format!(
            "ask {who} \"?\" {{ alternative \"{label}\" {{ resume }}; alternative \"B\" {{ skip }} }}"
        );
        found(&step(&format!(
            "    deadline 9 business days\n    escalate {{ on overdue; level 1 {{ {ask}; decide within 1 day otherwise \"B\" }} }}"
        )))
    };
    assert_eq!(asks("mobile", "Go on with it as it is now"), warning("WF413"));
    assert_eq!(asks("boss", "Go on with it as it is now"), silent());
}

#[test]
fn decisions_and_waits_are_looked_after() {
    let nobody = "    deadline 9 business days";
    assert_eq!(found(&decision(nobody)), error("WF202"));
    assert_eq!(found(&decision(&format!("{nobody}\n    if late choose no"))), silent());
    let told = |who: &str| format!("{nobody}\n    escalate {{ on overdue; level 1 {{ tell {who} \"?\" }} }}");
    assert_eq!(found(&decision(&told("boss"))), silent());
    assert_eq!(found(&decision(&told("owner"))), error("WF405"), "the cause");
    let by_process_owner = |clauses: &str| found(&decision(clauses).replace("owner clerk", "owner boss"));
    assert_eq!(by_process_owner(&told("owner")), warning("WF405"), "behind whom there is nobody");
    assert_eq!(by_process_owner(nobody), error("WF202"));
    let wait = |clauses: &str| {
        found(&process(
            "",
            &format!("  wait first {{\n for erp \"order.sent\"\n deadline 9 business days\n {clauses}\n }}"),
            "",
        ))
    };
    assert_eq!(wait(""), error("WF202"));
    assert_eq!(wait("if late skip"), silent());
    assert_eq!(
        wait("escalate { on overdue; level 1 { tell head \"?\" } }"),
        error("WF202"),
        "nobody can end it"
    );
    let ask = "ask head \"?\" { alternative \"A\" { skip }; alternative \"B\" { extend deadline by 1 week } }; decide within 1 day otherwise \"A\"";
    assert_eq!(wait(&format!("escalate {{ on overdue; level 1 {{ {ask} }} }}")), silent());
    assert_eq!(found(&step("    deadline 9 business days")), silent(), "a step is no decision");
}

#[test]
fn votes_that_can_tie() {
    let vote = |role: &str, options: &str, late: &str| {
        let escalate = "escalate { on silence of 1 business day; level 1 { tell boss \"?\" } }";
        let node = format!(
            "  decision first {{\n owner board\n deadline 9 business days\n {escalate}\n {options}\n {late}\n }}"
        );
        found(&format!("role board {{ reach email; quiet weekends; {role} }}\n{}", process("", &node, "")))
    };
    let both = "option yes \"Yes\" needs 2\n option no \"No\" needs 2";
    let one = "option yes \"Yes\" needs 2\n option no \"No\"";
    assert_eq!(vote("people a, b", both, ""), error("WF202"), "one against one");
    assert_eq!(vote("people a, b, c", both, ""), silent(), "two of three agree");
    assert_eq!(vote("people a, b", both, "if late choose no"), silent());
    assert_eq!(vote("people a, b", one, ""), silent(), "one no is enough");
    assert_eq!(vote("one person", one, ""), error("WF202"), "never two");
    assert_eq!(vote("speaks it", both, ""), error("WF202"), "there may be two");
    assert_eq!(vote("speaks it", one, ""), silent());
}

#[test]
fn somebody_else_stands_on_the_levels() {
    let levels = |owner: &str, levels: &str| {
        let people = "role ann_clerk { reach email; quiet weekends; people ann }\nrole ann_boss { reach email; quiet weekends; people ann }\nrole two { reach email; quiet weekends; people ann, bea }\n";
        let node = format!(
            "  step first {{\n owner {owner}\n deadline 9 business days\n escalate {{\n on overdue\n {levels}\n }}\n }}"
        );
        found(&format!("{people}{}", process("", &node, "")))
    };
    assert_eq!(levels("ann_clerk", "level 1 { tell ann_boss \"?\" }"), warning("WF503"));
    assert_eq!(levels("ann_clerk", "level 1 { tell two \"?\" }"), silent());
    assert_eq!(levels("two", "level 1 { tell ann_boss \"?\" }"), silent(), "bea may do it");
    assert_eq!(
        levels("clerk", "level 1 { tell owner \"?\"; tell client \"?\" }"),
        warning("WF503"),
        "nobody inside"
    );
    assert_eq!(
        levels(
            "clerk",
            "level 1 { tell owner \"?\"; tell client \"?\" }\n level 2 after 1 business day { tell boss \"?\" }"
        ),
        silent()
    );
    assert_eq!(levels("clerk", "level 1 { tell owner \"?\" }"), error("WF405"), "the cause");
}

#[test]
fn a_check_is_not_handed_to_the_maker() {
    let check = |owner: &str, different: &str, who: &str, actions: &str| {
        let ask = format!(
            "ask {who} \"?\" {{ alternative \"A\" {{ {actions} }}; alternative \"B\" {{ resume }} }}; decide within 1 day otherwise \"B\""
        );
        let nodes = format!("  step first {{ owner helper; deadline 9 business days }}
  decision approval {{\n owner {owner}\n after first\n different person from {different}\n deadline 9 business days
 escalate {{\n on overdue\n level 1 {{ tell head \"?\" }}\n level 2 after 1 business day {{ {ask} }}\n }}\n option yes \"Yes\"\n option no \"No\"\n }}");
        found(&process("", &nodes, ""))
    };
    assert_eq!(check("boss", "first", "director", "reassign to helper"), error("WF504"));
    assert_eq!(check("boss", "first", "director", "reassign to clerk"), silent());
    assert_eq!(check("boss", "first", "helper", "choose yes"), error("WF504"));
    assert_eq!(check("boss", "first", "director", "choose yes"), silent());
    assert_eq!(check("boss", "first", "helper", "extend deadline by 1 week"), silent(), "only asked");
    assert_eq!(
        check("helper", "first", "director", "reassign to helper"),
        silent(),
        "its own people are kept apart"
    );
    assert_eq!(check("boss", "starter", "starter", "choose yes"), error("WF504"));
    assert_eq!(check("boss", "starter", "director", "reassign to clerk"), error("WF504"), "clerks start it");
    assert_eq!(check("boss", "starter", "director", "reassign to helper"), silent());
}

#[test]
fn the_process_of_these_tests_is_sound() {
    assert!(PEOPLE.contains("role boss") && GO_ON.contains("resume"));
    assert_eq!(found(&step("    deadline 9 business days")), silent());
}
