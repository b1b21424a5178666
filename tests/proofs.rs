//! The compiler's verdicts on runs, held against those of the explorer, which plays every run there is.
//!
//! `cases/proofs/known` are workflows whose faults were worked out by hand, told in their first line; both engines must
//! find these and no others. `cases/proofs` keeps workflows about which the two once differed. Then thousands that
//! nobody has seen are made from a fixed seed. Invariant: what the explorer could not decide is counted, never passed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use wf_tests::explorer::compare::{CODES, Compared, compare};
use wf_tests::explorer::places::told;
use wf_tests::explorer::run::{Settings, compare_all};
use wf_tests::explorer::subject::check;
use wf_tests::explorer::verdict::judge;

/// States of one workflow that are looked at here at most.
const BOUND: usize = 20_000;

/// Workflows made and compared here; `.ci/run` compares more of them.
const GENERATED: u64 = 600;

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

#[test]
fn the_compiler_says_the_same_of_every_kept_case() {
    let mut different = Vec::new();
    for (path, text) in cases("known").into_iter().chain(cases("")) {
        match compare(&text, &CODES, BOUND) {
            Compared::Same(..) => {}
            Compared::Different(found) => {
                different.push(format!("{}:\n{}", path.display(), found.lines.join("\n")))
            }
            Compared::Undecided => different.push(format!("{}: too many states", path.display())),
            Compared::Unfit(why) => different.push(format!("{}: {why}", path.display())),
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}

/// To look at one of them: `cargo run --release -p wf-tests --bin explore -- --seed SEED --count 1`.
#[test]
fn both_engines_agree_on_workflows_that_nobody_has_seen() {
    let tally = compare_all(&Settings { seed: 1, count: GENERATED, bound: 3_000, ..Settings::default() });
    let told = |(seed, text, lines): &(u64, String, Vec<String>)| {
        format!("seed {seed}\n{}\n{text}", lines.join("\n"))
    };
    let told: Vec<String> = tally.different.iter().map(told).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    let decided = tally.same;
    assert!(decided * 10 > GENERATED * 8, "only {decided} of {GENERATED} were decided: {tally:?}");
    // Every verdict that is compared must have been a fault of some of them, or nothing was compared.
    let never: Vec<&&str> = CODES.iter().filter(|code| !tally.faults.contains_key(*code)).collect();
    assert!(never.is_empty(), "no workflow had {never:?}");
}
