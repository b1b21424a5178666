//! Emission on real sources: every example becomes a plan that loads, is the same each time, and reads as its source.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::collections::BTreeMap;
use std::path::Path;
use wf_compiler::build::{Built, build};
use wf_plan::show;

/// The files of an example folder, by path from its root.
fn example(name: &str) -> BTreeMap<String, String> {
    folder(&format!("examples/{name}"))
}

/// The files of a folder of the repository.
fn folder(path: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wf") {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    files
}

fn text(source: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("main.wf".to_owned(), source.to_owned())])
}

#[track_caller]
fn built(files: &BTreeMap<String, String>) -> Built {
    let built = build(files);
    let errors: Vec<String> = built
        .findings
        .iter()
        .filter(|finding| finding.severity == wf_lang::diagnostic::Severity::Error)
        .map(|finding| format!("{} {}: {}", finding.at.file, finding.rule.code, finding.message))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    built
}

#[test]
fn every_example_becomes_plans_that_load() {
    for name in ["examples/onboarding", "examples/claims", "examples/change", "tests/cases/kitchen-sink"] {
        let built = built(&folder(name));
        assert!(!built.plans.is_empty(), "{name}");
        assert!(!built.scenarios.is_empty(), "{name}");
        for plan in &built.plans {
            let loaded = wf_plan::load(&plan.bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(loaded.program(), &plan.plan.program);
            assert_eq!(loaded.meaning(), plan.meaning);
        }
    }
}

#[test]
fn the_same_source_gives_the_same_bytes() {
    let files = example("onboarding");
    let (one, two) = (built(&files), built(&files));
    let bytes = |built: &Built| built.plans.iter().map(|plan| plan.bytes.clone()).collect::<Vec<_>>();
    assert_eq!(bytes(&one), bytes(&two));
}

#[test]
fn a_comment_changes_the_bytes_and_not_the_meaning() {
    let files = example("onboarding");
    let commented: BTreeMap<String, String> =
        files.iter().map(|(path, text)| (path.clone(), format!("# a comment\n{text}"))).collect();
    let (before, after) = (built(&files), built(&commented));
    assert_eq!(before.plans[0].meaning, after.plans[0].meaning);
    assert_ne!(before.plans[0].bytes, after.plans[0].bytes);
}

#[test]
fn a_changed_deadline_changes_the_meaning() {
    let files = example("onboarding");
    let changed: BTreeMap<String, String> = files
        .iter()
        .map(|(path, text)| {
            (path.clone(), text.replacen("deadline 5 business days", "deadline 4 business days", 1))
        })
        .collect();
    assert_ne!(built(&files).plans[0].meaning, built(&changed).plans[0].meaning);
}

/// Source and what an auditor reads, together.
#[test]
fn onboarding_reads_as_its_source() {
    let files = example("onboarding");
    let built = built(&files);
    insta::assert_snapshot!(show::sealed(&built.plans[0].plan));
}

/// One workflow with every construct whose emission is not plain: source and disassembly together.
#[test]
fn every_kind_of_code() {
    let source = include_str!("emit/every_kind.wf");
    let built = built(&text(source));
    let plan = built.plans.iter().find(|plan| plan.plan.program.workflow == "buying").unwrap();
    insta::assert_snapshot!(format!("{source}\n{}\n\n{}", "=".repeat(80), show::sealed(&plan.plan)));
}

#[test]
fn equal_code_ladders_and_reminders_are_kept_once() {
    let source = include_str!("emit/every_kind.wf");
    let built = built(&text(source));
    let program =
        &built.plans.iter().find(|plan| plan.plan.program.workflow == "buying").unwrap().plan.program;
    for (at, code) in program.code.iter().enumerate() {
        let reads_surroundings = code.ops.iter().any(|op| {
            matches!(op, wf_plan::op::Op::Element | wf_plan::op::Op::Event(_) | wf_plan::op::Op::Copy(_))
        });
        let same = program.code.iter().filter(|other| *other == code).count();
        assert!(same == 1 || reads_surroundings, "code {at} stands {same} times");
    }
    let same =
        |one: &wf_plan::value::Constant| program.constants.iter().filter(|other| *other == one).count();
    assert!(program.constants.iter().all(|constant| same(constant) == 1));
}
