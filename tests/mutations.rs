//! Every example misspelt, cut off and scrambled: what does a person hear who makes one slip?
//!
//! Each file of each example is spoiled in hundreds of places, the same ones in every run, one slip at a time, and
//! the whole project is checked. Invariant: no slip makes the compiler panic, each is told once, at its line, in
//! words; what is told elsewhere is counted, and the worst are printed first (`--nocapture`).

mod slip;
mod verdict;

use slip::Slip;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use verdict::Verdict;
use wf_compiler::db::Database;

/// How many places of each example each kind of slip is made in.
const PLACES: usize = 100;

const EXAMPLES: [&str; 3] = ["onboarding", "claims", "change"];

type Files = BTreeMap<String, String>;

fn example(name: &str) -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name);
    let mut files = Files::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wf") {
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            files.insert(file, std::fs::read_to_string(&path).unwrap());
        }
    }
    files
}

/// Every slip of an example judged, in the order they are made.
fn judged(name: &str) -> Vec<(Slip, Verdict)> {
    let files = example(name);
    let mut database = wf_compiler::project::open(&files);
    assert_eq!(database.check_all().len(), 0, "{name} has findings as it stands");
    let mut verdicts = Vec::new();
    for slip in slip::slips(&files, PLACES) {
        let found = catch_unwind(AssertUnwindSafe(|| check(&mut database, &files, &slip)));
        let verdict = match found {
            Ok(findings) => verdict::of(&slip, &files, findings),
            Err(_) => {
                database = wf_compiler::project::open(&files);
                Verdict::panicked()
            }
        };
        verdicts.push((slip, verdict));
    }
    verdicts
}

type Findings = Vec<wf_lang::diagnostic::Diagnostic<wf_lang::span::FileSpan>>;

fn check(database: &mut Database, files: &Files, slip: &Slip) -> Findings {
    database.set_text(&slip.file, &slip.text);
    let findings = database.check_all();
    database.set_text(&slip.file, &files[&slip.file]);
    findings
}

fn hold(name: &str) {
    let verdicts = judged(name);
    verdict::print_table(name, &verdicts);
    let broken: Vec<String> =
        verdicts.iter().flat_map(|(slip, verdict)| verdict.broken(name, slip)).collect();
    let several = verdicts.iter().filter(|(slip, verdict)| !slip.kind.is_large() && verdict.errors() > 1);
    let several = several.count();
    assert!(several * 100 <= verdicts.len(), "{several} small slips are told more than once");
    assert!(broken.is_empty(), "{} of {} slips:\n\n{}", broken.len(), verdicts.len(), broken.join("\n\n"));
}

#[test]
fn onboarding_is_spoiled_and_every_slip_is_told() {
    hold(EXAMPLES[0]);
}

#[test]
fn claims_is_spoiled_and_every_slip_is_told() {
    hold(EXAMPLES[1]);
}

#[test]
fn change_is_spoiled_and_every_slip_is_told() {
    hold(EXAMPLES[2]);
}
