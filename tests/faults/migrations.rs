//! A store whose bringing up to date is cut off in each of its steps, on the real program.
//!
//! That an older program leaves a store of a newer one alone is tested in the runtime (`command_line`, `store`).
//! Invariant: whatever step was cut off, the next program finishes the work and the store is whole.

use crate::programs::folder_of_programs;
use std::process::Command;
use wf_tests::siege::cluster;
use wf_tests::siege::node::Program;
use wf_tests::siege::run::{Settings, in_peace};
use wf_tests::siege::stored::Stored;

/// Runs a command that brings the store up to date and dies in a step; `false`: there was no such step.
fn dies_in_step(program: &Program, step: u32) -> bool {
    let asked = format!("{}:{step}", wf_runtime::failpoint::IN_MIGRATION);
    let mut command = Command::new(&program.path);
    command.args(["token", "add", "--role", "operator", "--person", "ada"]).current_dir(&program.folder);
    command.env("WFRUN_STORE", &program.store).env("WFRUN_FAILPOINT", asked);
    let done = command.output().unwrap();
    // Ended by a signal: it died. Any other failure is none of ours.
    let died = done.status.code().is_none();
    assert!(died || done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    died
}

#[test]
fn a_migration_cut_off_in_any_step_is_finished_by_the_next_program() {
    let folder = tempfile::tempdir().unwrap();
    let at = |store: String| Program {
        path: folder_of_programs().join("wfrun"),
        folder: folder.path().to_owned(),
        store,
        server: None,
    };
    let mut steps = 0;
    for step in 1.. {
        let program = at(format!("sqlite:{}", folder.path().join(format!("{step}.sqlite")).display()));
        if !dies_in_step(&program, step) {
            break;
        }
        steps = step;
        program.token();
        assert!(program.run(&["audit", "verify"]).fine, "step {step}");
    }
    assert!(steps >= 20, "only {steps} steps were cut off");
    // On PostgreSQL one store after the other would be slow: one store, cut off in every step.
    if let Some((_server, store)) = cluster::fresh() {
        let program = at(store);
        assert!(dies_in_step(&program, 1));
        // Each run finishes the step that was cut off and dies in the next one.
        let cut_off = (0..100).take_while(|_| dies_in_step(&program, 2)).count();
        assert_eq!(cut_off + 1, steps as usize);
        let settings = Settings { seconds: 1, clients: 2, ..Settings::default() };
        let ledger = in_peace(&settings, &program);
        assert!(!ledger.done.is_empty() && Stored::read(&program).broken.is_none());
    }
}
