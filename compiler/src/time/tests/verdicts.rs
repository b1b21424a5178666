//! What the rules about time say of small workflows, and of which they are silent.

use crate::project::check_text;

/// The codes of family 3 that a workflow with these nodes gets, sorted, with their severities.
fn codes(clauses: &str, nodes: &str) -> Vec<String> {
    let text = format!(
        "role a {{ reach email }}\nrole b {{ reach email }}\nworkflow w \"W\" {{\n  version 1\n  process owner a\n  \
         seen by b\n{clauses}\n{nodes}\n}}\n"
    );
    let found = check_text(&[("main.wf", &text)]);
    let broken = found.iter().find(|finding| finding.rule.code.starts_with("WF0"));
    assert!(broken.is_none(), "{:?}\n{text}", broken.map(|finding| &finding.message));
    let ours = found.iter().filter(|finding| finding.rule.code.starts_with("WF3"));
    let mut codes: Vec<String> =
        ours.map(|finding| format!("{} {}", finding.rule.code, finding.severity.as_str())).collect();
    codes.sort();
    codes
}

fn silent(clauses: &str, nodes: &str) {
    assert_eq!(codes(clauses, nodes), Vec::<String>::new(), "{clauses}{nodes}");
}

const INPUT: &str = "input { wide: bool, region: text, by_when: date }";

#[test]
fn a_deadline_against_its_own_work() {
    let step = |deadline: &str, takes: &str| {
        codes("", &format!("  step x \"X\" {{ owner a; deadline {deadline}; takes {takes} }}"))
    };
    assert_eq!(step("5 business days", "5 to 6 business days"), [""; 0]);
    assert_eq!(step("5 business days", "6 to 7 business days"), ["WF301 error"]);
    assert_eq!(step("8 business hours", "1 to 2 business days"), [""; 0], "a day has eight hours");
    assert_eq!(step("7 business hours", "1 to 2 business days"), ["WF301 error"]);
    assert_eq!(
        step("1 week", "5 to 6 business days"),
        [""; 0],
        "a week has five working days, wherever it begins"
    );
    assert_eq!(step("1 week", "6 to 7 business days"), ["WF301 error"]);
    assert_eq!(step("6 days", "5 to 6 business days"), ["WF305 warning"]);
    assert_eq!(step("24 hours", "4 to 5 hours"), [""; 0], "elapsed hours pass at night as well");
    assert_eq!(step("24 hours", "4 to 5 business hours"), ["WF305 warning"], "not over a weekend");
    assert_eq!(
        step("end of 1 business day", "1 to 2 business days"),
        [""; 0],
        "the next day's work is enough"
    );
    assert_eq!(step("3 days, moved to the next working day", "1 to 2 business days"), [""; 0]);
    assert_eq!(step("earlier of 2 business days, 30 days", "3 to 4 business days"), ["WF301 error"]);
}

#[test]
fn a_line_with_a_condition_is_one_case_among_others() {
    let nodes = "  step x \"X\" { owner a; deadline 1 business day when wide; deadline 5 business days; takes 2 to 5 business days }";
    assert_eq!(codes(INPUT, nodes), ["WF301 warning"]);
}

#[test]
fn dates_that_come_from_inputs_are_left_out() {
    silent(INPUT, "  step x \"X\" { owner a; deadline by by_when; takes 20 to 30 business days }");
    silent(INPUT, "  step x \"X\" { owner a; deadline by by_when + 2 days; takes 20 to 30 business days }");
    silent(
        &format!("{INPUT}\n  deadline by by_when"),
        "  step x \"X\" { owner a; deadline 30 business days; takes 20 to 30 business days }",
    );
    silent(
        &format!("{INPUT}\n  deadline 2 days"),
        "  pause p \"P\" { until by_when }\n  step x \"X\" { owner a; after p; deadline 1 day }",
    );
}

#[test]
fn a_deadline_counted_from_elsewhere() {
    let chain = |deadline: &str, first: &str| {
        format!(
            "  step x \"X\" {{ owner a; {first} deadline 5 business days; takes 3 to 5 business days }}\n  step y \"Y\" {{ owner a; after x; deadline {deadline}; takes 2 to 3 business days }}"
        )
    };
    silent("", &chain("5 business days after start", ""));
    assert_eq!(codes("", &chain("4 business days after start", "")), ["WF301 error"]);
    silent("", &chain("4 business days after start", "optional;"));
    assert_eq!(codes(INPUT, &chain("4 business days after start", "when wide;")), ["WF302 warning"]);
    silent("", &chain("2 business days after x", ""));
    assert_eq!(codes("", &chain("1 business day after x", "")), ["WF301 error"]);
    // Monday to Wednesday is three days, of which the second step needs two more; a week is enough from every day.
    silent("", &chain("1 week after start", ""));
    assert_eq!(codes("", &chain("6 days after start", "")), ["WF301 warning"], "not over two weekends");
}

#[test]
fn a_workflow_against_its_own_deadline() {
    let nodes = "  step x \"X\" { owner a; deadline 4 business days; takes 3 to 4 business days }\n  \
                 step y \"Y\" { owner a; after x; deadline 3 business days; takes 3 business days to 3 business days }\n  \
                 outcome done \"Done\" after y\n  outcome gone \"Gone\" at any time by a";
    assert_eq!(codes("  deadline 5 business days", nodes), ["WF303 error"]);
    assert_eq!(codes("  deadline 6 business days", nodes), ["WF304 warning"], "4 and 3 are 7");
    silent("  deadline 7 business days", nodes);
    // Seven business days and two weekends are eleven days; over the weekend before they may be thirteen.
    silent("  deadline 2 weeks", nodes);
    assert_eq!(codes("  deadline 10 days", nodes), ["WF304 warning"]);
}

#[test]
fn promises_add_up_only_along_ways_that_a_run_can_go() {
    // Ten working days on either way, never on both: two weeks are enough.
    let ways = |first: &str, second: &str| {
        format!(
            "  step x \"X\" {{ owner a; {first} deadline 10 business days }}\n  \
             step y \"Y\" {{ owner a; after x; {second} deadline 10 business days }}\n  outcome done \"Done\" after y"
        )
    };
    let clauses = format!("{INPUT}\n  deadline 2 weeks");
    silent(&clauses, &ways("when wide;", "when not wide;"));
    assert_eq!(codes(&clauses, &ways("when wide;", "when wide;")), ["WF304 warning"]);
    // Whether the last step is done nothing is certain of; what comes before it is too long anyway.
    let opaque = "when \"{region}\" is \"EU\";";
    assert_eq!(codes(&format!("{INPUT}\n  deadline 9 business days"), &ways("", opaque)), ["WF304 warning"]);
    silent(&format!("{INPUT}\n  deadline 10 business days"), &ways("", opaque));
    let options = |last: &str| {
        format!(
            "  decision d \"D\" {{ owner a; deadline 1 business day; option left \"Left\"; option right \"Right\"; if late choose left }}\n  \
             step x \"X\" {{ owner a; after d.left; deadline 10 business days }}\n  \
             step y \"Y\" {{ owner a; after d.right; deadline 10 business days }}\n  \
             outcome done \"Done\" after {last}"
        )
    };
    silent("  deadline 11 business days", &options("any of x, y"));
    silent("  deadline 11 business days", &options("all taken of x, y"));
}

#[test]
fn a_redo_counts_once_for_promises() {
    let nodes = "  step x \"X\" { owner a; deadline 5 business days }\n  \
                 decision d \"D\" { owner a; after x; deadline 5 business days; option yes \"Yes\"; \
                 option again \"Again\" redo x at most 5 times; if late choose yes }\n  outcome done \"Done\" after d.yes";
    silent("  deadline 10 business days", nodes);
    assert_eq!(codes("  deadline 9 business days", nodes), ["WF304 warning"]);
}

#[test]
fn promises_add_up_along_a_long_way() {
    let step = |number: usize| {
        let after = if number == 0 { String::new() } else { format!("after s{};", number - 1) };
        format!("  step s{number} \"S\" {{ owner a; {after} deadline 1 business day }}\n")
    };
    let nodes = (0..260).map(step).collect::<String>() + "  outcome done \"Done\" after s259";
    silent("  deadline 260 business days", &nodes);
    assert_eq!(codes("  deadline 259 business days", &nodes), ["WF304 warning"]);
}

#[test]
fn who_is_quicker_ends_the_run() {
    // The run ends with the first outcome; the long way beside it is cut off, if everybody keeps the deadlines.
    let nodes = "  step x \"X\" { owner a; deadline 2 business days }\n  \
                 step y \"Y\" { owner a; deadline 30 business days }\n  \
                 outcome quick \"Quick\" after x\n  outcome slow \"Slow\" after y";
    silent("  deadline 2 weeks", nodes);
}

#[test]
fn steps_and_decisions_need_a_deadline() {
    assert_eq!(codes("", "  step x \"X\" { owner a }"), ["WF306 warning"]);
    let decision = "  decision d \"D\" { owner a; option yes \"Yes\"; option no \"No\" }";
    assert_eq!(codes("", decision), ["WF306 warning"]);
    silent("", "  pause p \"P\" { for 3 days }");
}

/// UTC, Monday to Friday 09:00 to 17:00; closed from Christmas 2026 to the end of New Year's Day.
const WINTER: &str = "calendar plant { time zone \"UTC\"; working monday to friday 09:00 to 17:00; \
                      holiday 2026-12-25 \"Christmas\"; closed 2026-12-28 to 2026-12-31 \"Closed\"; \
                      holiday 2027-01-01 \"New Year\" }";

/// The finding of a rule about a workflow in that calendar: its message and label.
fn told(code: &str, nodes: &str) -> String {
    let text = format!(
        "{WINTER}\nrole a {{ reach email }}\nworkflow w \"W\" {{\n  version 1\n  process owner a\n  calendar plant\n{nodes}\n}}\n"
    );
    let found = check_text(&[("main.wf", &text)]);
    let mut ours = found.iter().filter(|finding| finding.rule.code == code);
    let finding = ours.next().unwrap_or_else(|| panic!("{code} is not there: {found:#?}"));
    assert_eq!(ours.count(), 0, "one finding");
    format!("{}; {}", finding.message, finding.label.clone().unwrap_or_default())
}

#[test]
fn the_worst_start_of_a_step_is_named() {
    let nodes = "  step x \"X\" { owner a; deadline 5 days; takes 2 to 3 business days }";
    // From Thursday 24 December, when work ends, two working days are over on Wednesday 6 January at 09:00: Friday is
    // Christmas, then comes the weekend, the closed week, New Year's Day and another weekend. Five days end on the
    // 29th. From the 24th a minute earlier they are over on Tuesday 5 January at 16:59.
    assert_eq!(
        told("WF305", nodes),
        "`x` takes at least 2 business days, and its deadline leaves less if it starts on Thursday 24 December 2026 at \
         17:00; due by Tuesday 29 December 2026 at 17:00, which leaves no working time; done on Wednesday 6 January 2027 \
         at 09:00 at the earliest"
    );
}

#[test]
fn the_worst_start_of_promises_is_named() {
    let nodes = "  deadline 2 weeks\n  step x \"X\" { owner a; deadline 4 business days }\n  \
                 step y \"Y\" { owner a; after x; deadline 4 business days }\n  outcome done \"Done\" after y";
    // From Monday 21 December, when work ends, eight working days begin on the 22nd: 23, 24, then 4, 5, 6, 7, 8 and 11
    // January. Two weeks end on 4 January with that day's work, six days before. From the 22nd, 23rd and 24th it is six
    // days as well (each day later moves both), from Friday the 18th four: the weekend is then among the two weeks.
    assert_eq!(
        told("WF304", nodes),
        "the deadlines along one way through `w` add up to more than its deadline if it starts on Monday 21 December \
         2026 at 17:00; due by Monday 4 January 2027 at 17:00, and may end on Monday 11 January 2027 at 09:00 with \
         every deadline kept"
    );
}

#[test]
fn a_calendar_that_ends_before_the_first_run_does() {
    let step = "  step x \"X\" { owner a; deadline 5 days }\n  outcome done \"Done\" after x";
    assert_eq!(
        told("WF308", &format!("  deadline 25 months\n{step}")),
        "the calendar `plant` knows no dated holidays after 2027, and a run of `w` can go on into 2028; started on \
         2026-01-01, it may end on Monday 31 January 2028 at 24:00"
    );
}
