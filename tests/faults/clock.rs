//! The machine's clock set back and forward between programs that work on one store.
//!
//! Time zones, clocks that change and leap days are worked out in `runtime/vm/tests/calendar_oracle.rs`; the simulator
//! lets every node have another time. Invariant: nothing is early, twice or lost, and no instance's time goes back.

use crate::programs::folder_of_programs;
use wf_tests::siege::node::Program;
use wf_tests::siege::run::plan;

#[test]
fn a_clock_set_back_or_forward_makes_nothing_early_twice_or_lost() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("store.sqlite").display());
    let program = Program {
        path: folder_of_programs().join("wfrun"),
        folder: folder.path().to_owned(),
        store,
        server: None,
    };
    let at = |now: &str, arguments: &[&str]| program.must(&[&["--now", now], arguments].concat());
    let overdue = || program.rows("select node from trail where fact = 'overdue'").len();
    at("2026-03-02 09:00", &["load", &plan().display().to_string()]);
    at("2026-03-02 09:00", &["start", "durable", "--input", "id=1", "--by", "clerk"]);
    // A day back: the act counts as done at the latest time seen, and `s2` has two days from then.
    at("2026-03-01 09:00", &["complete", "durable-1", "s1", "--by", "clerk"]);
    for (now, expected) in [
        ("2026-03-01 09:00", 0),
        ("2026-03-04 08:59", 0),
        ("2026-03-04 09:01", 1),
        ("2026-03-02 09:00", 1),
        ("2026-03-05 09:00", 1),
    ] {
        at(now, &["worker", "--once"]);
        assert_eq!(overdue(), expected, "at {now}");
    }
    let times = program.rows("select at_ms from trail order by sequence");
    let times: Vec<i64> = times.iter().map(|row| row["at_ms"].as_i64().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert!(program.run(&["audit", "verify"]).fine);
}
