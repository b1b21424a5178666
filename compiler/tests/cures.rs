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
