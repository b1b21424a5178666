//! What the model says can be, the interpreter does: each of its cases must replay, and findings carry their run.
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
use wf_compiler::db::{self, Database};
use wf_compiler::model::{Case, Found, Logic, Model, Moment};
use wf_compiler::project;
use wf_compiler::typed::Typed;
use wf_compiler::witness;

/// A case for each way in which each node can finish, for each node that can be at work, and for each end.
fn cases(model: &Model) -> Vec<(String, Case)> {
    let mut found = Vec::new();
    let mut ask = |what: String, formula: &_, moment: Moment<'_>| {
        if let Some(Found::Sure(case)) = model.find(formula, moment) {
            found.push((what, case));
        }
    };
    let space = &model.space;
    for (at, (any, end)) in model.any.nodes.iter().zip(&model.end().nodes).enumerate() {
        ask(format!("{at} active"), &space.and(&model.live, &any.active), Moment::Running);
        ask(format!("{at} not taken"), &space.and(&model.live, &any.no), Moment::Running);
        for (way, (any, end)) in any.ways.iter().zip(&end.ways).enumerate() {
            ask(format!("{at} way {way}"), &space.and(&model.live, any), Moment::Running);
            ask(format!("{at} way {way} quiet"), &space.and(&model.quiet, end), Moment::Quiet);
        }
    }
    ask("quiet".to_owned(), &model.quiet, Moment::Quiet);
    for finish in model.finishes() {
        for (end, outcome) in finish.ends.iter().zip(&model.layout.outcomes) {
            ask(format!("{:?} ends in {outcome:?}", finish.by), end, Moment::Ended(finish, *outcome));
        }
    }
    found
}

/// Replays all cases of all workflows of a project; those that do not replay.
fn lost(db: &Database) -> (usize, Vec<String>) {
    let (mut count, mut lost) = (0, Vec::new());
    for file in db.own_files() {
        for item in &db::item_tree(db, file).all {
            let asked = db::with_subject(db, *item, |subject| {
                let cases = subject.model.map(cases).unwrap_or_default();
                let total = cases.len();
                let open: Vec<String> = cases
                    .into_iter()
                    .filter(|(_, case)| witness::replay(subject.typed, case).is_none())
                    .map(|(what, case)| told(subject.typed, &what, &case))
                    .collect();
                (total, open)
            });
            let (total, open) = asked.unwrap_or_default();
            count += total;
            lost.extend(open);
        }
    }
    (count, lost)
}

fn told(typed: &Typed, what: &str, case: &Case) -> String {
    let name = |id: &wf_plan::plan::NodeId| typed.nodes[id.index()].name.as_str();
    let finished: Vec<String> =
        case.finished.iter().map(|(node, how)| format!("{} {how:?}", name(node))).collect();
    let used_up: Vec<String> =
        case.used_up.iter().map(|(node, slot)| format!("{}.{slot}", name(node))).collect();
    format!(
        "{}: {what}: {finished:?} used up {used_up:?} {:?} {:?}\n  {}",
        typed.name,
        case.ending,
        case.values,
        witness::facts(typed, case)
    )
}

fn folder(root: &Path, into: &mut BTreeMap<String, String>, under: &str) {
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            folder(&path, into, &format!("{under}{name}/"));
        } else if name.ends_with(".wf") {
            into.insert(format!("{under}{name}"), std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_case_of_the_examples_replays() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for name in [
        "examples/onboarding",
        "examples/claims",
        "examples/change",
        "tests/cases/kitchen-sink",
        "tests/cases/meaning",
    ] {
        let mut files = BTreeMap::new();
        folder(&root.join(name), &mut files, "");
        let (count, lost) = lost(&project::open(&files));
        assert!(count > 0, "{name} has cases");
        assert!(lost.is_empty(), "{name}: {} of {count}:\n{}", lost.len(), lost.join("\n"));
    }
}

/// Rules whose findings are about a run; of policies, those that speak of what happens in one.
const SHOWN: [&str; 8] = ["WF103", "WF105", "WF106", "WF107", "WF108", "WF113", "WF203", "WF602"];

/// The wrong blocks of a rule's page, each as its files.
fn wrong_blocks(page: &str) -> Vec<BTreeMap<String, String>> {
    let section = page.split_once("\n## Wrong\n").map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap();
    let blocks = section.split("```wf\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let files = |block: &str| {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        let mut name = "main.wf".to_owned();
        for line in block.lines() {
            match line.strip_prefix("# file: ") {
                Some(next) => name = next.trim().to_owned(),
                None => *files.entry(name.clone()).or_default() += &format!("{line}\n"),
            }
        }
        files
    };
    blocks.map(files).collect()
}

/// Findings that should carry a run and do not, and how many do.
fn without_run(name: &str, files: &BTreeMap<String, String>) -> (usize, Vec<String>) {
    let found = project::check(files);
    let shown = found.iter().filter(|finding| SHOWN.contains(&finding.rule.code));
    let (with, without): (Vec<_>, Vec<_>) =
        shown.partition(|finding| finding.run.as_ref().is_some_and(|run| !run.is_empty()));
    let told = without.iter().map(|finding| format!("{name}: {} {}", finding.rule.code, finding.message));
    (with.len(), told.collect())
}

#[test]
fn findings_about_a_run_carry_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut projects: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    for entry in wf_compiler::rules::ALL {
        let blocks = wrong_blocks(entry.page).into_iter();
        projects.extend(blocks.map(|files| (entry.rule.name.to_owned(), files)));
    }
    let mut cases = BTreeMap::new();
    folder(&root.join("tests/cases/proofs"), &mut cases, "");
    for (name, text) in cases {
        projects.push((name.clone(), BTreeMap::from([(name, text)])));
    }
    let (mut count, mut without) = (0, Vec::new());
    for (name, files) in &projects {
        let (with, told) = without_run(name, files);
        count += with;
        without.extend(told);
    }
    assert!(count > 20, "only {count} findings with a run");
    assert!(without.is_empty(), "{} of {}:\n{}", without.len(), without.len() + count, without.join("\n"));
}

#[test]
fn every_case_of_the_pages_replays() {
    // Where the people make a run impossible, none can be played: that is what these two rules find.
    let possible = |name: &str| !["separation-impossible", "self-approval"].contains(&name);
    for entry in wf_compiler::rules::ALL.iter().filter(|entry| possible(entry.rule.name)) {
        for files in wrong_blocks(entry.page) {
            let (count, lost) = lost(&project::open(&files));
            assert!(lost.is_empty(), "{}: {} of {count}:\n{}", entry.rule.name, lost.len(), lost.join("\n"));
        }
    }
}
