//! What people copy tells the truth: README's workflow, the standard library, every example, what `wfc new` writes.
//!
//! (Every rule's page is held beside the rules, in the compiler's tests.) Invariant: what people copy from here
//! checks clean, is in the standard layout, and its tests pass.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wf_lang::format::{Formatted, format};
use wf_vm::scenario::{MemoryStage, play};

type Files = BTreeMap<String, String>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A block as files; a line `# file: teams.wf` begins another one of the same project.
fn files(block: &str) -> Files {
    let mut found = Files::new();
    let mut current = "main.wf".to_owned();
    for line in block.lines() {
        if let Some(name) = line.strip_prefix("# file: ") {
            current = name.trim().to_owned();
            continue;
        }
        let text = found.entry(current.clone()).or_default();
        text.push_str(line);
        text.push('\n');
    }
    found
}

fn codes(files: &Files) -> Vec<String> {
    wf_compiler::project::check(files)
        .iter()
        .map(|finding| format!("{}: {}", finding.rule.code, finding.message))
        .collect()
}

#[test]
fn the_workflow_in_readme_is_right() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let block = readme.split("```wf\n").nth(1).unwrap().split("```").next().unwrap();
    let mut project = files(block);
    let teams = ["it_lead", "csm", "head_of_customers"]
        .map(|role| format!("role {role} {{ reach slack }}\n"))
        .concat();
    project.insert("teams.wf".to_owned(), teams + "role customer { external; reach email contact }\n");
    assert_eq!(codes(&project), Vec::<String>::new());
    assert_eq!(format(block), Formatted::Unchanged, "README's workflow is not in the standard layout");
}

fn project(folder: &Path) -> Files {
    let mut found = Files::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wf") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            found.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    found
}

#[test]
fn examples_and_the_kitchen_sink_check_clean() {
    let root = root();
    for folder in [
        "examples/onboarding",
        "examples/claims",
        "examples/change",
        "examples/helpdesk",
        "tests/cases/kitchen-sink",
    ] {
        let files = project(&root.join(folder));
        assert!(!files.is_empty(), "{folder} is empty");
        assert_eq!(codes(&files), Vec::<String>::new(), "{folder}");
    }
}

#[test]
fn examples_and_the_standard_library_are_in_the_standard_layout() {
    let root = root();
    let mut off = Vec::new();
    for folder in [
        "examples/onboarding",
        "examples/claims",
        "examples/change",
        "examples/helpdesk",
        "tests/cases/kitchen-sink",
        "tests/cases/meaning",
        "tests/cases/refusals",
        "stdlib",
    ] {
        for (file, text) in project(&root.join(folder)) {
            match format(&text) {
                Formatted::Unchanged => {}
                Formatted::Changed(_) => off.push(format!("{folder}/{file} is not formatted")),
                Formatted::Unreadable { line, reason } => {
                    off.push(format!("{folder}/{file}:{line}: {reason}"))
                }
            }
        }
    }
    assert!(off.is_empty(), "{}", off.join("\n"));
}

/// Plays every test of a project on the interpreter; what failed, in words.
fn failures(files: &Files) -> Vec<String> {
    let built = wf_compiler::build::build(files);
    let stage = MemoryStage::new(built.plans.iter().map(|plan| (plan.meaning, plan.plan.program.clone())));
    let reports: Vec<_> =
        built.scenarios.iter().map(|scenario| play(&mut stage.cleared(), scenario)).collect();
    assert!(!reports.is_empty(), "there is no test to play");
    reports
        .iter()
        .filter(|report| !report.passed())
        .map(|report| format!("{}:{} {}", report.file, report.line, report.title))
        .collect()
}

#[test]
fn the_tests_of_the_examples_and_the_kitchen_sink_pass() {
    let root = root();
    for folder in [
        "examples/onboarding",
        "examples/claims",
        "examples/change",
        "examples/helpdesk",
        "tests/cases/kitchen-sink",
    ] {
        assert_eq!(failures(&project(&root.join(folder))), Vec::<String>::new(), "{folder}");
    }
}

#[test]
fn what_wfc_new_writes_checks_clean_and_passes() {
    let mut files = project(&root().join("compiler/src/bin/wfc/template"));
    for text in files.values_mut() {
        *text = text.replace("NAME", "claim_desk").replace("TITLE", "Claim desk");
        assert_eq!(format(text), Formatted::Unchanged);
    }
    assert_eq!(codes(&files), Vec::<String>::new());
    assert_eq!(failures(&files), Vec::<String>::new());
}
