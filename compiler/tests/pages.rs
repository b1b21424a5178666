//! Every rule's page is a test: its wrong block reports exactly that rule, its right block nothing.
//!
//! A block may hold several files, each behind a line `# file: NAME`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use wf_compiler::lock::Lock;
use wf_compiler::project;
use wf_compiler::rules::{ALL, Entry};

/// The `wf` blocks behind a heading of a page, each as its files.
fn blocks(page: &str, heading: &str) -> Vec<BTreeMap<String, String>> {
    let Some((_, section)) = page.split_once(&format!("\n## {heading}\n")) else { return Vec::new() };
    let section = section.split("\n## ").next().unwrap();
    let fenced = section.split("```wf\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    fenced.map(files).collect()
}

fn files(block: &str) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut name = "main.wf".to_owned();
    for line in block.lines() {
        match line.strip_prefix("# file: ") {
            Some(next) => name = next.trim().to_owned(),
            None => *files.entry(name.clone()).or_default() += &format!("{line}\n"),
        }
    }
    files
}

fn told(files: &BTreeMap<String, String>) -> Vec<String> {
    let mut files = files.clone();
    // A project that was built before has its lock beside its sources.
    let lock = files.remove("wf.lock").map(|text| Lock::parse(&with_meaning(&text, &files)).unwrap());
    let mut database = project::open(&files);
    database.set_recorded(lock.unwrap_or_default().entries().clone());
    let found = project::findings(database);
    found.iter().map(|finding| format!("{} {}", finding.rule.code, finding.message)).collect()
}

/// The lock of a page, where `meaning = "…"` stands for what its workflow means as it is written there.
fn with_meaning(lock: &str, files: &BTreeMap<String, String>) -> String {
    const UNCHANGED: &str = "meaning = \"…\"";
    if !lock.contains(UNCHANGED) {
        return lock.to_owned();
    }
    let built = wf_compiler::build::build(files);
    let [plan] = built.plans.as_slice() else {
        panic!("a page with a lock has one workflow: {:?}", built.findings)
    };
    lock.replace(UNCHANGED, &format!("meaning = \"{}\"", plan.meaning))
}

#[test]
fn wrong_blocks_report_their_rule_and_right_blocks_nothing() {
    for Entry { rule, page } in ALL {
        let (wrong, right) = (blocks(page, "Wrong"), blocks(page, "Right"));
        assert!(!wrong.is_empty() && !right.is_empty(), "{} needs both kinds of blocks", rule.name);
        for files in wrong {
            let told = told(&files);
            let codes: BTreeSet<&str> = told.iter().map(|line| &line[..5]).collect();
            assert_eq!(codes, BTreeSet::from([rule.code]), "{}, wrong block: {told:#?}", rule.name);
        }
        for files in right {
            assert_eq!(told(&files), [""; 0], "{}, right block", rule.name);
        }
    }
}

#[test]
fn pages_have_their_parts_in_order() {
    for Entry { rule, page } in ALL {
        let headings: Vec<&str> =
            page.lines().filter(|line| line.starts_with('#') && !line.starts_with("# file")).collect();
        let title = format!("# {} {}", rule.code, rule.name);
        let expected = [&*title, "## What it means", "## Why it matters", "## Wrong", "## Right"];
        let headings: Vec<&str> = headings.into_iter().filter(|line| !line.starts_with("# wf")).collect();
        assert_eq!(headings, expected, "{}", rule.name);
    }
}

#[test]
fn list_pages_and_rules_are_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed: BTreeSet<String> = ALL.iter().map(|entry| entry.rule.name.to_owned()).collect();
    let pages: BTreeSet<String> = std::fs::read_dir(root.join("rules"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed, pages);
    let codes: Vec<&str> = ALL.iter().map(|entry| entry.rule.code).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted, "by code, each once");
    let mut written = BTreeSet::new();
    for folder in ["src/lint", "src/verify", "src/graph"] {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
        for entry in entries {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            written.extend(text.split("code: \"").skip(1).map(|rest| rest[..5].to_owned()));
        }
    }
    let known: BTreeSet<String> = codes.into_iter().map(str::to_owned).collect();
    assert!(written.is_subset(&known), "rules without an entry: {:?}", written.difference(&known));
}
