//! Every rule of *Meaning* in the language's page, told as stories: `cases/meaning` must hold, `cases/refusals` fail.
//!
//! `cases/meaning` has a file for each rule, with all moments worked out by hand. In `cases/refusals` each story ends
//! in an act that must be refused. Invariant: no story is left out, neither by a file that does not check nor by a
//! test that the compiler drops.

use std::collections::BTreeMap;
use std::path::Path;
use wf_compiler::build::build;
use wf_lang::diagnostic::Severity;
use wf_vm::scenario::{MemoryStage, Report, Verdict, play};

/// What each story of `cases/refusals` is told, in its order.
const REFUSALS: [(&str, &str); 15] = [
    ("not active yet", "`last` is waiting for `approve`"),
    ("a field of the form is missing", "`pages` is missing"),
    ("not their work", "`ask_for` is with Maker"),
    ("not their outcome", "`withdrawn` is for `boss`"),
    ("an outcome at any time needs a reason", "a reason is missing"),
    ("the option needs a reason", "a reason is missing"),
    ("the option is closed", "`approve` does not offer this option"),
    ("the same person", "`again` needs a different person than bo"),
    ("too late for an outcome", "it is too late: `approve` has settled"),
    ("what is not optional is not skipped", "it is not `optional`"),
    (
        "reopened only while nothing after it has settled",
        "`approve`, which comes after it, has settled already",
    ),
    ("unblocked only while blocked", "`ask_for` is not blocked"),
    ("a late decision is decided", "`yes` was chosen"),
    ("a question that an act has withdrawn", "no question is open"),
    ("a question is for whom it asks", "bo may not answer: the question is for Checker"),
];

fn files(case: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(case);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "wf"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The reports of all stories of a case, none of which may be missing.
fn played(case: &str) -> Vec<Report> {
    let files = files(case);
    let written: usize = files.values().map(|text| text.matches("\ntest \"").count()).sum();
    let built = build(&files);
    // Stories are about what happens, also to processes that nobody should write: warnings are welcome.
    let errors = built.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|finding| finding.message.clone()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{case} has errors");
    let stage = MemoryStage::new(built.plans.iter().map(|plan| (plan.meaning, plan.plan.program.clone())));
    let reports: Vec<Report> =
        built.scenarios.iter().map(|scenario| play(&mut stage.cleared(), scenario)).collect();
    assert_eq!(reports.len(), written, "a story of {case} is not played");
    reports
}

#[test]
fn every_story_of_every_rule_holds() {
    let mut faults = Vec::new();
    for report in played("meaning") {
        for (row, failure) in report.failures() {
            let (expected, happened) = (&failure.expected, &failure.happened);
            faults.push(format!("{}:{}: expected {expected}; {happened}", report.file, row.line));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_nobody_may_do_is_refused_and_the_reason_said() {
    let reports = played("refusals");
    assert_eq!(reports.len(), REFUSALS.len());
    for (report, (title, reason)) in reports.iter().zip(REFUSALS) {
        assert!(report.title.contains(title), "`{}` stands where `{title}` should", report.title);
        let (last, before) = report.statements.split_last().unwrap();
        assert!(
            before.iter().all(|row| row.verdict == Verdict::Held),
            "{title}: not only the last line fails"
        );
        let Verdict::Failed(failure) = &last.verdict else { panic!("{title}: nobody refused it") };
        assert!(failure.happened.contains(reason), "{title}: {}", failure.happened);
    }
}
