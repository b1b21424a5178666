//! A story goes the same way in memory and through a store: the reports are equal, to the last scene and failure.
//!
//! `wfc test` plays on the one, `wfrun play` on the other, and neither may know more than the interpreter says.

use crate::stage::{ORDER, SHIPPING};
use std::path::Path;
use wf_runtime::plans::Ready;
use wf_runtime::play::StoreStage;
use wf_vm::scenario::{MemoryStage, play};

fn ready(bytes: &[u8]) -> (Ready, Vec<u8>) {
    (Ready::from_bytes(bytes).unwrap(), bytes.to_vec())
}

#[test]
fn a_story_goes_the_same_way_in_memory_and_through_a_store() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    // One story holds, with a child, a question and an event of a system; the other has a line that fails.
    for (story, holds) in [("late.json", true), ("fails.json", false)] {
        let text = std::fs::read_to_string(folder.join(story)).unwrap();
        let scenario: wf_plan::scenario::Scenario = serde_json::from_str(&text).unwrap();
        let plans = vec![ready(SHIPPING), ready(ORDER)];
        let programs: Vec<_> =
            plans.iter().map(|(ready, _)| (ready.plan.meaning(), ready.program().clone())).collect();
        let in_memory = play(&mut MemoryStage::new(programs), &scenario);
        let mut store = StoreStage::new(&runtime, plans, scenario.start).unwrap();
        let stored = play(&mut store, &scenario);
        assert_eq!(in_memory.passed(), holds, "{story}");
        assert!(in_memory.scenes().count() > 3, "{story} shows something");
        assert_eq!(stored, in_memory, "{story}");
    }
}
