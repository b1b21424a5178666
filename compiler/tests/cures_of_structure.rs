//! The cures of circles, of lonely converges and of decisions with nothing to choose from: what a project's text is
//! after every fix that holds was made.
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

/// The text after every fix that holds was made, and the rules that are broken then.
fn mended(nodes: &str) -> (String, Vec<&'static str>) {
    let text = format!(
        "role office {{ reach email }}\nrole boss {{ reach email }}\n\nworkflow machine \"Machine\" {{\n  version 1\n\
         \x20 process owner boss\n  escalate {{ on overdue; level 1 {{ tell process owner \"{{step}} is late.\" }} }}\n\
         {nodes}\n}}\n"
    );
    let files = BTreeMap::from([("main.wf".to_owned(), text)]);
    let database = project::open(&files);
    let found = database.check_all();
    let mut trial = Trial::new(database, files, found);
    trial.make_all(|_| true);
    let left = trial.found().iter().map(|finding| finding.rule.code).collect();
    (trial.files()["main.wf"].clone(), left)
}

fn step(name: &str, after: &str) -> String {
    format!("  step {name} \"{name}\" {{\n    owner office\n{after}    deadline 2 business days\n  }}\n")
}

#[test]
fn of_a_circle_the_wait_for_what_is_written_later_goes() {
    let nodes = step("offer", "    after order\n")
        + &step("budget", "    after offer\n")
        + &step("order", "    after budget\n")
        + "  outcome done \"Done\" after order";
    let (text, left) = mended(&nodes);
    assert_eq!(left, [""; 0], "{text}");
    assert!(text.contains("step offer \"offer\" {\n    owner office\n    deadline"), "{text}");
    assert!(text.contains("after offer") && text.contains("after budget"), "{text}");
}

#[test]
fn of_several_sources_only_the_one_of_the_circle_goes() {
    let nodes = step("ask", "")
        + &step("offer", "    after ask, order\n")
        + &step("order", "    after offer\n")
        + "  outcome done \"Done\" after order";
    let (text, left) = mended(&nodes);
    assert_eq!(left, [""; 0], "{text}");
    assert!(text.contains("    after ask\n"), "{text}");
}

#[test]
fn who_waits_for_an_option_of_a_later_decision_is_sent_back_by_it() {
    let nodes = step("offer", "    after grant.cheaper\n")
        + "  decision grant \"Granted?\" {\n    owner boss\n    after offer\n    deadline 2 business days\n\
           \x20   option yes \"Granted\"\n    option cheaper \"Get a cheaper one\"\n    if late choose yes\n  }\n\
           \x20 outcome done \"Done\" after grant.yes";
    let (text, left) = mended(&nodes);
    assert_eq!(left, [""; 0], "{text}");
    assert!(text.contains("option cheaper \"Get a cheaper one\" redo offer at most 2 times\n"), "{text}");
    assert!(!text.contains("after grant.cheaper"), "{text}");
}

#[test]
fn a_circle_with_two_ways_back_is_left_to_its_author() {
    let nodes = step("offer", "    after order\n")
        + &step("order", "    after budget\n")
        + &step("budget", "    after order\n")
        + "  outcome done \"Done\" after offer";
    let (text, _) = mended(&nodes);
    assert!(text.contains("step offer \"offer\" {\n    owner office\n    after order\n"), "{text}");
}

#[test]
fn a_converge_of_one_source_gets_the_one_that_was_forgotten() {
    let nodes = step("venue", "")
        + &step("food", "")
        + "  converge ready \"Ready\" {\n    after venue\n  }\n"
        + &step("invite", "    after ready\n");
    let (text, left) = mended(&nodes);
    assert_eq!(left, [""; 0], "{text}");
    assert!(text.contains("    after venue, food\n"), "{text}");
    // Of two that nothing waits for, only its author knows which is meant.
    let (text, left) = mended(&(nodes + &step("music", "")));
    assert_eq!(left, ["WF111"], "{text}");
}

#[test]
fn a_question_with_one_answer_gets_the_other() {
    let nodes = step("ask", "")
        + "  decision grant \"Granted?\" {\n    owner office\n    after ask\n    deadline 2 business days\n\
           \x20   option yes \"Granted\"\n  }\n  outcome granted \"Granted\" after grant.yes";
    let (text, left) = mended(&nodes);
    assert_eq!(left, [""; 0], "{text}");
    assert!(text.contains("    option yes \"Granted\"\n    option no \"No\"\n"), "{text}");
    assert!(text.contains("  outcome grant_no \"No\" after grant.no\n"), "{text}");
    // What else there is to choose beside `small`, nobody can guess.
    let (text, left) =
        mended(&nodes.replace("option yes", "option small").replace("grant.yes", "grant.small"));
    assert_eq!(left, ["WF201"], "{text}");
}

#[test]
fn of_two_options_of_one_name_the_second_is_called_as_its_button() {
    let nodes = "  decision grant \"Granted?\" {\n    owner office\n    deadline 2 business days\n\
                 \x20   option yes \"Granted\"\n    option no \"Refused\"\n    option no \"Not this year\"\n  }\n\
                 \x20 outcome granted \"Granted\" after grant.yes\n  outcome closed \"Closed\" after grant";
    let (text, left) = mended(nodes);
    assert!(!left.contains(&"WF201"), "{left:?}: {text}");
    assert!(text.contains("    option not_this_year \"Not this year\"\n"), "{text}");
}
