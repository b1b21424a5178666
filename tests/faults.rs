//! The fault table in its short form, on the real program; `cargo run -p wf-tests --bin siege` is the long one.
//!
//! `FAULTS.md` says for each row of the table what tests it. Invariant: every check that a siege makes is shown here to
//! see what was planted for it.

mod clock;
mod migrations;
mod overload;
mod planted;
mod zones;

use crate::programs::folder_of_programs;
use wf_tests::siege::run::{POINTS, Settings, besiege, die_everywhere};
use wf_tests::siege::simulate::{Planted, simulate};

fn settings(is_postgres: bool) -> Settings {
    let program = Some(folder_of_programs().join("wfrun"));
    Settings { seconds: 60, seed: 4, clients: 8, most: 5, is_postgres, program, ..Settings::default() }
}

fn holds(report: &wf_tests::siege::report::Report, least: usize) {
    assert_eq!(report.violations(), 0, "{}", report.lines().join("\n"));
    let count = report.ledger.done.len();
    assert!(count >= least, "only {count} requests were acknowledged");
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_when_the_program_is_killed() {
    holds(&besiege(&settings(false), &mut |_| {}), 20);
}

#[test]
fn nor_on_postgres_nor_when_its_connections_are_cut() {
    let report = besiege(&settings(true), &mut |_| {});
    if !report.checks.is_empty() {
        holds(&report, 20);
    }
}

#[test]
fn nor_when_the_database_is_stopped_at_once() {
    let only = Some("database stopped at once".to_owned());
    let report = besiege(&Settings { only, most: 3, ..settings(true) }, &mut |_| {});
    if !report.checks.is_empty() {
        holds(&report, 20);
        assert_eq!(report.faults["database stopped at once"].times, 3);
    }
}

#[test]
fn nothing_is_lost_or_doubled_at_any_failpoint() {
    let report = die_everywhere(&settings(false), &POINTS, &mut |_| {});
    holds(&report, 20);
    assert!(POINTS.iter().all(|point| report.faults.contains_key(point)), "{}", report.lines().join("\n"));
}

#[test]
fn nor_around_a_commit_on_postgres() {
    // Where the worker dies, the next one waits for the lease: `siege -- --points --postgres`.
    let around = ["before-commit", "after-commit", "before-acknowledge", "after-acknowledge"];
    let report = die_everywhere(&settings(true), &around, &mut |_| {});
    if !report.checks.is_empty() {
        holds(&report, 20);
    }
}

/// More of them: `cargo run --release -p wf-tests --bin siege -- --simulate 10000`.
#[test]
fn generated_programs_hold_under_simulated_faults() {
    let done = simulate(1, 60, None);
    assert!(done.failing.is_empty(), "{}", done.lines().join("\n"));
    assert!(done.events > 10_000 && done.faults.len() >= 9, "{}", done.lines().join("\n"));
}

#[test]
fn the_simulator_sees_what_is_planted() {
    for planted in [
        Planted::NoPosition,
        Planted::NoEpoch,
        Planted::EarlyAnswer,
        Planted::TimersStay,
        Planted::OtherTime,
        Planted::EarlyTimers,
    ] {
        assert!(!simulate(1, 20, Some(planted)).failing.is_empty(), "{planted:?} was not seen");
    }
}

#[test]
fn the_siege_knows_every_failpoint() {
    assert_eq!(POINTS, wf_runtime::failpoint::POINTS);
}
