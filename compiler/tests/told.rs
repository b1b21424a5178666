//! What process owners read of faults in whole processes: no fact too many, and the place that has to be mended.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use std::collections::BTreeMap;
use std::path::Path;
use wf_compiler::project;
use wf_compiler::render::Finding;

fn case(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases/verdicts").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn found(text: String, code: &str) -> Vec<Finding> {
    let mut findings = project::check(&BTreeMap::from([("main.wf".to_owned(), text)]));
    findings.retain(|finding| finding.rule.code == code);
    findings
}

fn helps(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.help.as_deref().unwrap_or_default()).collect()
}

#[test]
fn values_that_only_say_which_work_is_skipped_are_not_told() {
    let gap = found(case("ship_repair_gap.wf"), "WF203");
    assert_eq!(
        gap[0].message,
        "`trial_result` may have nothing to choose: if `trial.knots` is 10 or more and less than 12, \
         `trial.vibrations` is false, `berth` arrives and `class_survey` is decided as `accept`, no option is open"
    );
    let missing = found(case("batch_recall_missing.wf"), "WF602");
    assert_eq!(missing[0].label.as_deref(), Some("if `investigate.harm` is false"));
}

#[test]
fn a_join_that_the_run_has_left_behind_is_not_what_has_to_be_mended() {
    let dead_end = found(case("release_train_no_end.wf"), "WF103");
    let end = "let an outcome, or what follows, come `after board.refuse`";
    assert_eq!(dead_end.len(), 2);
    assert!(helps(&dead_end).iter().all(|help| help.ends_with(end)), "{:?}", helps(&dead_end));
    assert!(dead_end.iter().all(|finding| finding.fixes.is_empty()));

    let stuck = found(case("transplant_hang.wf"), "WF103");
    let expected = "this run goes on after `accepted.arrived`, where `here` waits for ever: mend that first";
    assert_eq!(helps(&stuck)[1], expected);
    assert!(stuck[1].fixes.is_empty() && !stuck[0].fixes.is_empty());
}

#[test]
fn slack_is_told_only_of_what_the_end_waits_for() {
    let late = found(case("ship_repair_deadline.wf"), "WF303");
    let related: Vec<&str> = late[0].related.iter().map(|related| related.message.as_str()).collect();
    assert_eq!(
        related,
        [
            "`docking` takes at least 1 business day: no slack",
            "`inspect` takes at least 2 business days: no slack"
        ]
    );
}

#[test]
fn a_field_of_copies_is_used_by_asking_about_all_of_them() {
    let text = case("sound_ship_repair.wf").replace(", {total of tank_clean.litres} litres", "");
    let unused = found(text, "WF603");
    assert!(helps(&unused)[0].contains("`{total of tank_clean.litres}`"), "{:?}", helps(&unused));
}
