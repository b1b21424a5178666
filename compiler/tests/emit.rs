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

#[test]
fn local_times_of_a_test_become_moments_of_the_calendars_zone() {
    let built = built(&example("onboarding"));
    let scenario = &built.scenarios[0];
    // Monday 2 March 2026, 09:00 in Rome, where winter time is one hour ahead of UTC.
    let midnight = i64::from(wf_plan::Date::from_ymd(2026, 3, 2).unwrap().0) * wf_plan::time::DAY_MS;
    assert_eq!(scenario.start, wf_plan::Moment(midnight + 8 * 60 * wf_plan::time::MINUTE_MS));
    assert_eq!(scenario.workflow, "onboarding");
    assert!(scenario.file.ends_with(".wf") && scenario.line > 0);
    let lines: Vec<u32> = scenario.statements.iter().map(|statement| statement.line).collect();
    assert!(lines.is_sorted() && lines[0] > scenario.line, "{lines:?}");
}

/// A workflow that starts itself again cannot name its own hash.
#[test]
fn a_workflow_that_starts_itself_names_itself() {
    let source = r#"
channel email { carries personal }
role auditor "Auditor" { reach email }
workflow yearly "Yearly review" {
  version 1
  input { what: text, weight: number }
  step look "Look at it" {
    owner auditor
    deadline 5 business days
    when weight * 1.50 > 1.5
    on done { start workflow yearly with { what = what, weight = weight } in 1 year }
  }
  outcome seen "Seen" after look
}
"#;
    let built = built(&text(source));
    let program = &built.plans[0].plan.program;
    let [wf_plan::ladder::Action::Start { plan, delay, .. }] = &program.nodes[0].on.done[..] else {
        panic!("one action")
    };
    assert_eq!(*plan, wf_plan::MeaningHash::ITSELF);
    assert_eq!(*delay, Some(wf_plan::calendar::Duration::new(1, wf_plan::calendar::Unit::Years)));
    // 1.50 and 1.5 are one number, kept once.
    assert_eq!(program.constants.len(), 1, "{:?}", program.constants);
}

/// What is put together in memory is not trusted either: the verifier of plans has the last word before sealing.
#[test]
fn a_draft_that_no_reader_would_take_is_not_sealed() {
    let built = built(&example("onboarding"));
    let plan = &built.plans[0].plan;
    let mut program = plan.program.clone();
    program.nodes[0].owners.clear();
    let refused = wf_plan::load::would_load(&program, &plan.sources, &plan.docs).unwrap_err().to_string();
    assert_eq!(refused, "main.wf:42:8 (node `welcome`): has no owner");
}

#[test]
fn workflows_that_start_each_other_are_told_so() {
    let workflow = |name: &str, other: &str| {
        format!(
            r#"
workflow {name} "One of two" {{
  version 1
  input {{ what: text }}
  step look "Look at it" {{
    owner auditor
    deadline 5 business days
    on done {{ start workflow {other} with {{ what = what }} }}
  }}
  outcome seen "Seen" after look
}}
"#
        )
    };
    let people = "channel email { carries personal }\nrole auditor \"Auditor\" { reach email }\n";
    let built = build(&text(&format!("{people}{}{}", workflow("ping", "pong"), workflow("pong", "ping"))));
    let told: Vec<&str> = built
        .findings
        .iter()
        .filter(|finding| finding.rule.code == "WF101")
        .map(|finding| &*finding.message)
        .collect();
    assert_eq!(told, ["`pong` starts `ping`, and `ping` comes back to `pong`"]);
    assert!(built.plans.is_empty());
}
