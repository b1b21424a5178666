//! The compiler's verdicts on runs, held against those of the explorer, which plays every run there is.
//!
//! `cases/proofs/known` are workflows whose faults were worked out by hand, told in their first line; both engines must
//! find these and no others. `cases/proofs` keeps workflows about which the two once differed. Then thousands that
//! nobody has seen are made from a fixed seed. Invariant: what the explorer could not decide is counted, never passed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use wf_tests::explorer::places::told;
use wf_tests::explorer::subject::check;
use wf_tests::explorer::verdict::judge;

/// States of one workflow that are looked at here at most.
const BOUND: usize = 20_000;

fn cases(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/proofs").join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "wf")).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), std::fs::read_to_string(&path).unwrap())).collect()
}

/// What the first line of a case says that is wrong with it.
fn expected(text: &str) -> BTreeSet<String> {
    let line = text.lines().next().and_then(|line| line.strip_prefix("# expects: ")).unwrap();
    let faults = line.split(", ").filter(|fault| *fault != "nothing");
    faults.map(str::to_owned).collect()
}

#[test]
fn the_explorer_finds_what_was_worked_out_by_hand() {
    let mut wrong = Vec::new();
    for (path, text) in cases("known") {
        let subject = check(&text).subject.unwrap_or_else(|| panic!("{} does not check", path.display()));
        let verdict = judge(&subject, BOUND).unwrap();
        let found = verdict.certain.keys().map(|(code, place)| format!("{code} {}", told(&subject, *place)));
        let found: BTreeSet<String> = found.collect();
        if found != expected(&text) {
            wrong.push(format!("{}: found {found:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
