//! The cures that the rules of the graph propose: what stands in the edit, and that it cures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use std::collections::BTreeMap;
use wf_compiler::fix::Trial;
use wf_compiler::project;
use wf_compiler::render::Finding;

/// A workflow with a decision `size` of small and large, steps behind both, and these nodes.
fn workflow(nodes: &str) -> String {
    let deadline = "deadline 2 business days";
    format!(
        "role office {{ reach email }}\n\nworkflow offer \"Offer\" {{\n  version 1\n  process owner office\n\
         \x20 decision size \"Size?\" {{ owner office; {deadline}; option small \"Small\"; option large \"Large\"; \
         if late choose large }}\n\
         \x20 step list \"List\" {{ owner office; after size.small; {deadline} }}\n\
         \x20 step tender \"Tender\" {{ owner office; after size.large; {deadline} }}\n\
         \x20 step check \"Check\" {{ owner office; optional; after size; {deadline} }}\n{nodes}\n}}\n"
    )
}

fn found(text: &str) -> Vec<Finding> {
    project::check(&BTreeMap::from([("main.wf".to_owned(), text.to_owned())]))
}

/// The first cure of the first finding of a rule, and the rules that are broken after it.
#[track_caller]
fn cured(code: &str, nodes: &str) -> (String, Vec<&'static str>) {
    let text = workflow(nodes);
    let findings = found(&text);
    let finding = findings.iter().find(|finding| finding.rule.code == code);
    let told = || findings.iter().map(|finding| &finding.message).collect::<Vec<_>>();
    let finding = finding.unwrap_or_else(|| panic!("no {code}: {:#?}", told()));
    let edit = &finding.fixes[0].edits[0];
    let mut after = text.clone();
    after.replace_range(edit.at.span.range(), &edit.replacement);
    (edit.replacement.trim().to_owned(), found(&after).iter().map(|finding| finding.rule.code).collect())
}

#[test]
fn a_join_of_branches_that_exclude_each_other_takes_any() {
    let nodes = "  outcome sent \"Sent\" after list, tender, check";
    assert_eq!(cured("WF102", nodes), ("after all taken of list, tender, check".to_owned(), vec![]));
    let nodes = "  converge priced { after list, tender }\n  outcome sent \"Sent\" after priced, check";
    assert_eq!(cured("WF102", nodes), ("after any of list, tender".to_owned(), vec![]));
}

#[test]
fn a_join_that_may_hang_waits_for_what_was_started() {
    let nodes = "  outcome sent \"Sent\" after list, check";
    assert_eq!(cured("WF103", nodes).0, "after all taken of list, check");
    let (cure, left) = cured("WF103", "  outcome sent \"Sent\" after check.done, (any of list, tender)");
    assert_eq!((cure.as_str(), left), ("after check, (any of list, tender)", vec![]));
}

#[test]
fn a_group_of_which_nothing_comes_is_left_out_as_a_whole() {
    let nodes = "  step second \"Second\" { owner office; after list; deadline 1 business day }\n\
                 \x20 outcome sent \"Sent\" after check, (list, second)";
    assert_eq!(cured("WF103", nodes).0, "after all taken of check, (list, second)");
}

#[test]
fn an_outcome_waits_for_what_it_would_leave_open() {
    let nodes = "  outcome sent \"Sent\" after any of list, tender";
    let (cure, left) = cured("WF107", nodes);
    assert_eq!((cure.as_str(), left), ("after (any of list, tender), check", vec![]));
}

#[test]
fn what_leads_nowhere_gets_an_outcome_of_its_own() {
    let text = "role office { reach email }\n\nworkflow leave \"Leave\" {\n  version 1\n  process owner office\n\
                \x20 decision grant \"Grant it?\" { owner office; deadline 1 business day; option yes \"Yes\"; \
                option no \"Not \\\"now\\\"\"; if late choose no }\n  outcome granted \"Granted\" after grant.yes\n}\n";
    let findings = found(text);
    let edit = &findings[0].fixes[0].edits[0];
    assert_eq!(edit.replacement, "\n\n  outcome grant_no \"Not now\" after grant.no");
    let mut after = text.to_owned();
    after.replace_range(edit.at.span.range(), &edit.replacement);
    assert_eq!(found(&after), []);
}

#[test]
fn a_needless_source_goes_with_its_comma() {
    let nodes = "  outcome sent \"Sent\" after (all taken of list, tender), size, check";
    assert_eq!(cured("WF110", nodes), ("after (all taken of list, tender), check".to_owned(), vec![]));
}

#[test]
fn of_two_outcomes_that_come_at_once_the_second_names_what_is_left() {
    let text = "role office { reach email }\n\nworkflow leave \"Leave\" {\n  version 1\n  process owner office\n\
                \x20 decision grant \"Grant it?\" { owner office; deadline 1 business day; option yes \"Yes\"; \
                option no \"No\"; option later \"Later\"; if late choose no }\n\
                \x20 outcome granted \"Granted\" after grant.yes\n  outcome closed \"Closed\" after grant\n}\n";
    let findings = found(text);
    assert_eq!(findings[0].rule.code, "WF106");
    assert_eq!(findings[0].fixes[0].edits[0].replacement, "after any of grant.no, grant.later");
}

/// What a project's text is after every fix that holds was made, and the rules that are broken then.
fn mended(text: &str) -> (String, Vec<&'static str>) {
    let files = BTreeMap::from([("main.wf".to_owned(), text.to_owned())]);
    let database = project::open(&files);
    let found = database.check_all();
    let mut trial = Trial::new(database, files, found);
    trial.make_all(|_| true);
    let left = trial.found().iter().map(|finding| finding.rule.code).collect();
    (trial.files()["main.wf"].clone(), left)
}

fn with_node(node: &str) -> String {
    format!(
        "role office {{ reach email }}\nrole boss {{ reach email }}\nsystem shop = webhook {{ event \"paid\" {{ order: text }} }}\n\n\
         workflow offer \"Offer\" {{\n  version 1\n  process owner boss\n  starts by office\n\
         \x20 input {{ order: text key of shop, percent: number }}\n{node}\n}}\n"
    )
}

#[test]
fn work_without_a_deadline_gets_one_where_it_stands() {
    let lines =
        "  step send \"Send\" {\n    owner office  # by post\n  }\n  outcome done \"Done\" after send";
    let (text, left) = mended(&with_node(lines));
    assert_eq!(left, [""; 0]);
    assert!(text.contains("    owner office  # by post\n    deadline 5 business days\n  }\n"), "{text}");
    let one = "  step send \"Send\" { owner office }\n  outcome done \"Done\" after send";
    let (text, left) = mended(&with_node(one));
    assert_eq!(left, [""; 0]);
    assert!(text.contains("{ owner office; deadline 5 business days }\n"), "{text}");
}

#[test]
fn a_decision_that_may_stall_is_told_to_the_process_owner() {
    let node = "  decision pay \"Pay it?\" {\n    owner office\n    deadline 2 business days\n    option yes \"Yes\"\n    option no \"No\"\n  }\n\
                \x20 outcome paid \"Paid\" after pay.yes\n  outcome refused \"Refused\" after pay.no";
    let (text, left) = mended(&with_node(node));
    assert_eq!(left, [""; 0]);
    assert!(text.contains("tell process owner"), "{text}");
    // Behind the process owner there is nobody to tell, so lateness decides.
    let (text, left) =
        mended(&with_node(&node.replace("owner office\n    deadline 2 business days", "owner boss")));
    assert_eq!(left, [""; 0]);
    assert!(text.contains("\n    deadline 2 business days\n    if late choose no\n  }\n"), "{text}");
}

#[test]
fn a_vote_that_can_tie_and_a_wait_that_may_never_end_go_on_when_late() {
    let vote = "  decision pay \"Pay it?\" {\n    owner office, boss\n    deadline 2 business days\n    option yes \"Yes\" needs 2\n    option no \"No\" needs 2\n  }\n\
                \x20 outcome paid \"Paid\" after pay.yes\n  outcome refused \"Refused\" after pay.no";
    let (text, left) = mended(&with_node(vote));
    assert_eq!(left, [""; 0]);
    assert!(text.contains("if late choose no"), "{text}");
    let wait = "  wait money \"Money\" { for shop \"paid\" }\n  outcome paid \"Paid\" after money";
    let (text, left) = mended(&with_node(wait));
    assert_eq!(left, [""; 0]);
    assert!(text.contains("{ for shop \"paid\"; deadline 10 business days; if late skip }"), "{text}");
    // Where the process needs what comes, nobody can say beforehand how it goes on without.
    let needed = wait.replace("after money", "after money.arrived");
    assert_eq!(mended(&with_node(&needed)), (with_node(&needed), vec!["WF202"]));
}

#[test]
fn a_gap_is_closed_by_the_last_option_where_a_new_one_would_lead_nowhere() {
    let node = "  decision give \"Give it?\" {\n    owner office\n    deadline 2 business days\n    if late choose none\n    option none \"None\" when percent < 0\n    option yes \"Yes\" when percent < 10\n    option partly \"Partly\" when percent > 10\n  }\n\
                \x20 outcome given \"Given\" after give.yes\n  outcome part \"Partly given\" after give.partly\n  outcome nothing \"Nothing\" after give.none";
    let node = node
        .replace("    if late choose none\n", "    escalate { on overdue; level 1 { tell boss \"?\" } }\n");
    let (text, left) = mended(&with_node(&node));
    assert_eq!(left, [""; 0]);
    assert!(text.contains("    option partly \"Partly\"\n"), "{text}");
}

#[test]
fn of_two_decisions_beside_each_other_both_are_waited_for_and_one_goes_first() {
    let decision = |name: &str| {
        format!(
            "  decision {name} \"?\" {{ owner office; deadline 2 business days; option yes \"Yes\"; option no \"No\"; if late choose no }}\n"
        )
    };
    let node = decision("price")
        + &decision("law")
        + "  outcome bid \"Bid\" after price.yes, law.yes\n  outcome dear \"Too dear\" after price.no\n  outcome illegal \"Illegal\" after law.no";
    let (text, left) = mended(&with_node(&node));
    assert_eq!(left, [""; 0]);
    assert!(text.contains("after price.no, law\n"), "{text}");
    assert!(text.contains("after law.no, price.yes\n"), "{text}");
}
