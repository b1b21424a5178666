//! Every story goes the same way on both stages: in memory, as `wfc test` plays it, and through a store, as `wfrun play`
//! does. The reports are equal to the last scene, failure and time.
//!
//! Invariant: what a test shows before going live is what happens afterwards.

use std::collections::BTreeMap;
use std::path::Path;
use wf_compiler::build::build;
use wf_runtime::plans::Ready;
use wf_runtime::play::StoreStage;
use wf_vm::scenario::{MemoryStage, Report, play};

fn project(folder: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "wf"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The reports of each story of a project: in memory, and through a store.
fn played(folder: &str) -> Vec<(Report, Report)> {
    let built = build(&project(folder));
    let memory = MemoryStage::new(built.plans.iter().map(|plan| (plan.meaning, plan.plan.program.clone())));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let scenarios = built.scenarios.iter();
    scenarios
        .map(|scenario| {
            let ready = |bytes: &Vec<u8>| (Ready::from_bytes(bytes).unwrap(), bytes.clone());
            let plans = built.plans.iter().map(|plan| ready(&plan.bytes)).collect();
            let mut store = StoreStage::new(&runtime, plans, scenario.start).unwrap();
            (play(&mut memory.cleared(), scenario), play(&mut store, scenario))
        })
        .collect()
}

/// A report as it is compared: only the store has an id for the parent that cancels a child.
fn told(report: &Report) -> String {
    let told = serde_json::to_string_pretty(report).unwrap();
    let same = |line: &str| match line.split_once("it is cancelled: ") {
        Some((before, _)) => format!("{before}it is cancelled"),
        None => line.to_owned(),
    };
    told.lines().map(same).collect::<Vec<_>>().join("\n")
}

#[test]
fn stories_go_the_same_way_in_memory_and_through_a_store() {
    let (mut compared, mut different) = (0, Vec::new());
    for folder in [
        "examples/onboarding",
        "examples/claims",
        "examples/change",
        "examples/helpdesk",
        "tests/cases/meaning",
        "tests/cases/refusals",
        "tests/cases/kitchen-sink",
    ] {
        for (memory, store) in played(folder) {
            compared += 1;
            if told(&store) != told(&memory) {
                let story = format!("{folder}: {}:{} {}", memory.file, memory.line, memory.title);
                different.push(format!("{story}\n{store:?}\n{memory:?}"));
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
    assert!(compared > 50, "only {compared} stories were compared");
}
