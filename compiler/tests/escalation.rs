//! Reminders and escalation: what the rules find, and the sound neighbours beside it.
//!
//! Each case is a step, decision or wait inside one small process; only the codes of this family are looked at.
//! Invariant: beside each kind of fault stands at least one sound process that differs by little and is silent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use wf_compiler::project::check_text;
use wf_lang::diagnostic::Severity;

const OURS: [&str; 15] = [
    "WF202", "WF401", "WF403", "WF404", "WF405", "WF406", "WF407", "WF408", "WF409", "WF410", "WF411",
    "WF412", "WF413", "WF503", "WF504",
];

pub(crate) const PEOPLE: &str = "\
use std.calendars.italy
role clerk { reach email; quiet weekends }
role helper { reach email; quiet weekends }
role boss { reach email; quiet weekends }
role head { reach email; quiet weekends }
role director { reach email; quiet weekends }
role mobile { reach whatsapp, email; quiet weekends }
role client { external; reach email }
system erp = console { event \"order.sent\" { parcels: number } }
";

/// A process with these clauses in its head, and what stands behind it.
pub(crate) fn process(head: &str, nodes: &str, behind: &str) -> String {
    format!(
        "{PEOPLE}
workflow order \"Order\" {{
  version 1
  starts by clerk
  calendar italy
  process owner boss
{head}
  input {{ number_of_order: text key of erp, due: moment }}
{nodes}
  outcome done \"Done\" after first
  outcome dropped \"Dropped\" at any time by boss
}}
{behind}
"
    )
}

/// A process of one step with these clauses.
pub(crate) fn step(clauses: &str) -> String {
    process("", &format!("  step first {{\n    owner clerk\n{clauses}\n  }}"), "")
}

pub(crate) fn decision(clauses: &str) -> String {
    let options = "    option yes \"Yes\"\n    option no \"No\"";
    process("", &format!("  decision first {{\n    owner clerk\n{clauses}\n{options}\n  }}"), "")
}

/// Codes and severities of what is found, in the order of the text.
pub(crate) fn found(text: &str) -> Vec<(&'static str, Severity)> {
    let all = check_text(&[("main.wf", text)]);
    let wrong: Vec<_> = all.iter().filter(|finding| finding.rule.code.starts_with("WF0")).collect();
    assert!(
        wrong.iter().all(|finding| matches!(finding.rule.code, "WF007")),
        "the case itself is wrong: {:#?}\n{text}",
        wrong.iter().map(|finding| &finding.message).collect::<Vec<_>>()
    );
    let ours = all.iter().filter(|finding| OURS.contains(&finding.rule.code));
    ours.map(|finding| (finding.rule.code, finding.severity)).collect()
}

pub(crate) fn error(code: &'static str) -> Vec<(&'static str, Severity)> {
    vec![(code, Severity::Error)]
}

pub(crate) fn warning(code: &'static str) -> Vec<(&'static str, Severity)> {
    vec![(code, Severity::Warning)]
}

pub(crate) fn silent() -> Vec<(&'static str, Severity)> {
    Vec::new()
}

#[test]
fn reminders_come_between_start_and_deadline() {
    let remind =
        |deadline: &str, remind: &str| found(&step(&format!("    {deadline}\n    remind {{ {remind} }}")));
    let before = "start 3 business days before deadline";
    assert_eq!(remind("deadline 2 business days", before), error("WF401"));
    assert_eq!(remind("deadline 3 business days", before), error("WF401"), "at the start itself");
    assert_eq!(remind("deadline 4 business days", before), silent());
    assert_eq!(
        remind("deadline 2 business days", &format!("{before}; repeat every 1 business day")),
        silent()
    );
    assert_eq!(
        remind("deadline 1 business day", &format!("{before}; repeat every 1 business day")),
        error("WF401")
    );
    assert_eq!(remind("deadline 5 business days", "repeat every 1 month"), error("WF401"));
    assert_eq!(
        remind("deadline 5 business days", "repeat every 1 week"),
        warning("WF401"),
        "without a holiday"
    );
    assert_eq!(remind("deadline 7 business days", "repeat every 1 week"), silent());
    assert_eq!(
        remind("deadline 3 days", before),
        error("WF401"),
        "three business days are three days at least"
    );
    assert_eq!(remind("deadline 4 days", before), warning("WF401"), "over a weekend");
    assert_eq!(remind("deadline 10 days", before), silent(), "only around holidays");
    assert_eq!(remind("deadline 2 days", "start 5 business days before deadline"), error("WF401"));
    assert_eq!(remind("deadline 8 weeks", before), silent());
}

#[test]
fn a_deadline_that_data_decides_makes_nothing_certain() {
    let early = "remind { start 30 business days before deadline }";
    assert_eq!(found(&step(&format!("    deadline by due\n    {early}"))), silent());
    // Counted from the start of the whole process, it can only be earlier: certain where even that is too late.
    assert_eq!(
        found(&step(&format!("    deadline 5 business days after start\n    {early}"))),
        error("WF401")
    );
    assert_eq!(
        found(&step(
            "    deadline 5 business days after start\n    remind { start 3 business days before deadline }"
        )),
        silent()
    );
    let lines = "    deadline 2 business days when due is missing\n    deadline 9 weeks\n";
    assert_eq!(found(&step(&format!("{lines}    {early}"))), warning("WF401"), "for one of two lines");
}

#[test]
fn a_default_that_fits_no_node_is_told_once() {
    let first = "  step first { owner clerk; deadline 1 business day }\n";
    let second = |length: &str| format!("  step second {{ owner clerk; deadline {length} }}\n");
    let remind = "  remind { start 1 business day before deadline }\n  deadline 9 weeks";
    let both = process(remind, &format!("{first}{}", second("1 business day")), "");
    assert_eq!(found(&both), error("WF401"));
    let one = process(remind, &format!("{first}{}", second("3 business days")), "");
    assert_eq!(found(&one), error("WF401"));
    let told = |text: &str| {
        let all = check_text(&[("main.wf", text)]);
        let ours = all.into_iter().find(|finding| finding.rule.code == "WF401").unwrap();
        text[ours.at.span.start as usize..ours.at.span.end as usize].to_owned()
    };
    assert!(told(&both).starts_with("remind"), "{}", told(&both));
    assert_eq!(told(&one), "first");
}

#[test]
fn thresholds_lie_before_the_deadline() {
    let ladder = |deadline: &str, on: &str| {
        found(&step(&format!("    {deadline}\n    escalate {{\n {on}\n level 1 {{ tell boss \"?\" }}\n }}")))
    };
    assert_eq!(ladder("deadline 5 business days", "on silence of 6 business days"), error("WF403"));
    assert_eq!(ladder("deadline 5 business days", "on silence of 5 business days"), silent());
    assert_eq!(ladder("deadline 5 business days", "on silence of 6 business days\n on overdue"), silent());
    assert_eq!(ladder("deadline 3 business days", "on block of 4 business days"), error("WF403"));
    assert_eq!(
        ladder("deadline 3 business days, paused while blocked", "on block of 4 business days"),
        silent(),
        "the clock stands"
    );
    assert_eq!(
        ladder("deadline 3 days", "on silence of 3 business days"),
        warning("WF403"),
        "over a weekend"
    );
    assert_eq!(ladder("deadline 5 weeks", "on silence of 3 business days"), silent());
    assert_eq!(ladder("deadline by due", "on silence of 90 business days"), silent());
    let two = "    deadline 5 business days\n    escalate slow, strict";
    let behind = "escalation slow { on silence of 9 business days; level 1 { tell boss \"?\" } }
escalation strict { on overdue; level 1 { tell boss \"?\" } }";
    let text = process("", &format!("  step first {{\n    owner clerk\n{two}\n  }}"), behind);
    assert_eq!(found(&text), silent(), "another escalation hears of the deadline");
}

/// A step with a deadline of 20 business days under this ladder.
fn ladder(levels: &str) -> Vec<(&'static str, Severity)> {
    found(&step(&format!("    deadline 20 business days\n    escalate {{\n on overdue\n{levels}\n }}")))
}

pub(crate) const GO_ON: &str = "{ alternative \"Go on\" { resume }; alternative \"Leave it\" { skip } }";

#[test]
fn a_level_does_not_overtake_the_decision_before_it() {
    let levels = |after: &str, within: &str| {
        ladder(&format!(
            "level 1 {{ ask boss \"?\" {GO_ON}; decide within {within} }}\nlevel 2 {after} {{ tell head \"?\" }}"
        ))
    };
    assert_eq!(levels("after 1 business day", "2 business days"), error("WF404"));
    assert_eq!(levels("after 2 business days", "2 business days"), silent());
    assert_eq!(levels("after 3 business days", "2 business days"), silent());
    assert_eq!(levels("", "2 business days"), silent());
    assert_eq!(levels("after 1 business day", "2 business days otherwise \"Go on\""), silent());
    assert_eq!(levels("after 3 days", "2 business days"), warning("WF404"), "over a weekend");
    let told = "level 1 { tell boss \"?\" }\nlevel 2 after 1 business day { tell head \"?\" }\nlevel 3 after 1 hour { tell director \"?\" }";
    assert_eq!(ladder(told), silent(), "each level counts from the one before");
}

#[test]
fn a_ladder_reaches_somebody_beside_the_owner() {
    assert_eq!(ladder("level 1 { tell owner \"?\" }"), error("WF405"));
    assert_eq!(ladder("level 1 { tell clerk \"?\" }"), error("WF405"));
    assert_eq!(
        ladder("level 1 { tell owner \"?\" }\nlevel 2 after 1 business day { tell boss \"?\" }"),
        silent()
    );
    assert_eq!(
        ladder("level 1 { tell owner \"?\" }\nlevel 2 after 1 business day { tell process owner \"?\" }"),
        silent()
    );
    let asked =
        format!("level 1 {{ ask owner \"?\" {GO_ON}; decide within 1 business day otherwise \"Leave it\" }}");
    assert_eq!(ladder(&asked), silent(), "without an answer it is left out");
    let owned = |owner: &str| {
        let clauses =
            "deadline 5 business days; escalate { on overdue; level 1 { tell process owner \"?\" } }";
        found(&process("", &format!("  step first {{ owner {owner}; {clauses} }}"), ""))
    };
    assert_eq!(owned("boss"), warning("WF405"), "behind the process owner there is nobody");
    assert_eq!(owned("clerk"), silent());
    let late = "    deadline 5 business days\n    escalate { on silence of 1 business day; level 1 { tell owner \"?\" } }\n    if late choose no";
    assert_eq!(found(&decision(late)), warning("WF405"));
    let never = "    deadline 5 business days\n    escalate { on overdue; level 1 { tell owner \"?\" } }\n    if late choose no";
    assert_eq!(found(&decision(never)), warning("WF412"), "it never comes, so nobody is missing on it");
    let shared = "  wait first { for erp \"order.sent\"; deadline 5 days; if late skip }\n  step second { owner clerk; after first; deadline 5 days }";
    let head = "  escalate { on overdue; level 1 { tell process owner \"?\" } }";
    assert_eq!(found(&process(head, shared, "")), silent(), "of the two, only the step is ever overdue");
    let told = "    deadline 5 business days\n    on overdue { tell boss \"?\" }\n    escalate { on silence of 1 business day; level 1 { tell owner \"?\" } }";
    assert_eq!(found(&step(told)), silent());
}

#[test]
fn a_ladder_does_not_go_round() {
    let again = format!(
        "level 1 {{ ask boss \"?\" {GO_ON} }}\nlevel 2 after 1 business day {{ ask boss \"?\" {GO_ON} }}\nlevel 3 after 1 business day {{ tell head \"?\" }}"
    );
    assert_eq!(ladder(&again), error("WF406"));
    let told = "level 1 { tell boss \"?\" }\nlevel 2 after 1 business day { tell boss \"?\" }";
    assert_eq!(ladder(told), error("WF406"));
    let wider =
        "level 1 { tell boss \"?\" }\nlevel 2 after 1 business day { tell boss \"?\"; tell head \"?\" }";
    assert_eq!(ladder(wider), silent());
    let up = format!(
        "level 1 {{ tell owner \"?\" }}\nlevel 2 after 1 business day {{ ask boss \"?\" {GO_ON} }}\nlevel 3 after 1 business day {{ tell head \"?\" }}"
    );
    assert_eq!(ladder(&up), silent());
    // With the owner alone on both levels, it is the missing end that is told.
    assert_eq!(
        ladder("level 1 { tell owner \"?\" }\nlevel 2 after 1 business day { tell owner \"?\" }"),
        error("WF405")
    );
}

#[test]
fn an_owner_on_a_level_of_a_shared_ladder_is_no_fault_of_the_ladder() {
    let nodes = "  step first { owner clerk; deadline 9 business days }
  step second { owner boss; deadline 9 business days }";
    let behind = "escalation up {
  on overdue
  level 1 { tell owner \"?\" }
  level 2 after 1 business day { tell process owner \"?\" }
  level 3 after 1 business day { tell head \"?\" }
}";
    assert_eq!(found(&process("  escalate up", nodes, behind)), silent());
}

#[test]
fn the_last_question_has_an_end() {
    let asks = |behind: &str| ladder(&format!("level 1 {{ ask boss \"?\" {GO_ON}\n{behind} }}"));
    assert_eq!(asks(""), warning("WF407"));
    assert_eq!(asks("decide within 1 business day"), warning("WF407"));
    assert_eq!(asks("decide within 1 business day otherwise \"Go on\""), silent());
    let behind = "decide within 1 business day }\nlevel 2 { tell head \"?\"";
    assert_eq!(asks(behind), silent());
}

#[test]
fn alternatives_are_possible() {
    let chooses = |node: &str, actions: &str| {
        let ask =
            format!("ask head \"?\" {{ alternative \"A\" {{ {actions} }}; alternative \"B\" {{ resume }} }}");
        let ladder = format!(
            "escalate {{ on silence of 2 business days; level 1 {{ {ask}; decide within 1 day otherwise \"B\" }} }}"
        );
        found(&process("", &node.replace("LADDER", &ladder), ""))
    };
    let step = |form: &str| {
        format!("  step first {{\n owner clerk\n {form}\n deadline 9 business days\n LADDER\n }}")
    };
    let decision = "  decision first {\n owner clerk\n deadline 9 business days\n LADDER\n option yes \"Yes\"\n option no \"No\"\n }";
    let wait =
        "  wait first {\n for erp \"order.sent\"\n deadline 9 business days\n if late go on\n LADDER\n }";
    assert_eq!(chooses(&step("form { amount: number }"), "complete"), error("WF408"));
    assert_eq!(chooses(&step("form { amount: number? }"), "complete"), silent());
    assert_eq!(chooses(&step("form { amount: number }"), "skip"), silent());
    assert_eq!(chooses(decision, "skip"), error("WF408"));
    assert_eq!(chooses(decision, "complete"), error("WF408"));
    assert_eq!(chooses(decision, "choose no; outcome dropped"), silent());
    assert_eq!(chooses(decision, "choose no; resume"), error("WF408"));
    assert_eq!(chooses(decision, "reassign to head"), silent());
    assert_eq!(chooses(wait, "skip"), silent());
    assert_eq!(chooses(wait, "complete"), error("WF408"));
    assert_eq!(chooses(wait, "reassign to head"), error("WF408"));
    assert_eq!(chooses(&step(""), "extend deadline by 2 business days"), silent());
    let open = step("").replace("deadline 9 business days\n", "");
    assert_eq!(chooses(&open, "extend deadline by 2 business days"), error("WF408"));
    assert_eq!(chooses(&step(""), "complete; tell head \"Done\"; outcome dropped"), silent());
}

#[test]
fn a_ladder_that_does_not_fit_one_of_its_nodes_shows_both_places() {
    let nodes = "  decision first {\n owner clerk\n deadline 9 business days\n escalate end_it\n option yes \"Yes\"\n option no \"No\"\n }
  step second {\n owner clerk\n deadline 9 business days\n escalate end_it\n }";
    let behind = "escalation end_it {
  on overdue
  level 1 {
    ask boss \"?\" {
      alternative \"Leave it\" { skip }
      alternative \"Go on\" { resume }
    }
    decide within 1 business day otherwise \"Go on\"
  }
}";
    let text = process("", nodes, behind);
    assert_eq!(found(&text), error("WF408"));
    let all = check_text(&[("main.wf", &text)]);
    let finding = all.iter().find(|finding| finding.rule.code == "WF408").unwrap();
    let at = |span: wf_lang::span::Span| &text[span.start as usize..span.end as usize];
    assert_eq!(at(finding.at.span), "end_it");
    assert!(finding.related.iter().any(|related| at(related.at.span) == "skip"), "{finding:#?}");
}

#[test]
fn a_question_leaves_a_choice() {
    let asks = |alternatives: &str| {
        ladder(&format!(
            "level 1 {{ ask boss \"?\" {{ {alternatives} }}; decide within 1 day }}\nlevel 2 {{ tell head \"?\" }}"
        ))
    };
    assert_eq!(asks("alternative \"A\" { resume }"), warning("WF409"));
    assert_eq!(asks("alternative \"A\" { resume }; suggest up to 2 more"), silent());
    assert_eq!(asks("alternative \"A\" { resume }; alternative \"B\" { skip }"), silent());
}

#[test]
fn what_no_node_of_a_shared_ladder_can_do_is_told_once() {
    let ladder = "escalation shared {\n on overdue\n level 1 { ask boss \"?\" { alternative \"A\" { choose yes }; alternative \"B\" { extend deadline by 1 day } }\n decide within 1 business day otherwise \"B\" }\n}";
    let nodes = "  step first { owner clerk; deadline 5 days; escalate shared }\n  step second { owner clerk; after first; deadline 5 days; escalate shared }";
    assert_eq!(found(&process("", nodes, ladder)), error("WF408"));
}
