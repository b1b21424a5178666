//! An hour of spoiled and grown workflows through all proofs: no panic, no hang, memory within bounds.
//!
//! `cargo run --release -p wf-tests --bin spoil -- --seconds 3600 [--seed N] [--save DIR]`. What is checked is an
//! example, a case of the tests or a generated workflow with a few words, lines or nodes changed (`spoiled`), mostly so
//! that its names still hold and the proofs see it. Invariant: the same seed makes the same texts; the text that is
//! being checked lies in the folder, so that a hang or a crash of the whole process leaves it there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "a program for the terminal"
)]

mod spoiled;

use spoiled::{Dice, spoiled};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use wf_compiler::project;
use wf_tests::explorer::{generate::generate, sketch::write};

/// As in `wfc`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A text that takes longer hangs.
const HANGS: Duration = Duration::from_secs(60);

/// When the text that is being checked was begun, in milliseconds since the start.
static BEGUN: AtomicU64 = AtomicU64::new(0);

struct Settings {
    seed: u64,
    seconds: u64,
    save: PathBuf,
}

fn settings() -> Option<Settings> {
    let mut settings = Settings { seed: 1, seconds: 60, save: std::env::temp_dir().join("spoil") };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seed" => settings.seed = words.next()?.parse().ok()?,
            "--seconds" => settings.seconds = words.next()?.parse().ok()?,
            "--save" => settings.save = words.next()?.into(),
            _ => return None,
        }
    }
    Some(settings)
}

/// Every `.wf` file below a folder.
fn texts(folder: &Path, found: &mut Vec<String>) {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "wf") {
            found.extend(std::fs::read_to_string(&path));
        }
    }
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("unknown".to_owned(), |peak| peak.trim().to_owned())
}

/// Ends the program where one text takes for ever.
fn watch(begun: Instant) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let since = Duration::from_millis(BEGUN.load(Ordering::Relaxed));
            if begun.elapsed().saturating_sub(since) > HANGS {
                println!("HANGS: the text in `now.wf` takes longer than {} s", HANGS.as_secs());
                std::process::exit(1);
            }
        }
    });
}

fn main() {
    let settings = settings().expect("[--seed N] [--seconds N] [--save DIR]");
    std::fs::create_dir_all(&settings.save).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut corpus = Vec::new();
    ["examples", "stdlib", "tests/cases"].iter().for_each(|folder| texts(&root.join(folder), &mut corpus));
    let begun = Instant::now();
    watch(begun);
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    let (mut runs, mut proven, mut panics) = (0_u64, 0_u64, 0_u64);
    let mut longest = (Duration::ZERO, 0);
    let mut seed = settings.seed;
    while begun.elapsed() < Duration::from_secs(settings.seconds) {
        let mut dice = Dice::new(seed);
        let text = match dice.below(3) {
            0 => write(&generate(seed)),
            _ => corpus[dice.below(corpus.len())].clone(),
        };
        let text = spoiled(text, &corpus, &mut dice);
        std::fs::write(settings.save.join("now.wf"), &text).unwrap();
        let from = Instant::now();
        BEGUN.store(u64::try_from((from - begun).as_millis()).unwrap(), Ordering::Relaxed);
        let files = BTreeMap::from([("main.wf".to_owned(), text)]);
        let found = catch_unwind(AssertUnwindSafe(|| project::check(&files)));
        let took = from.elapsed();
        runs += 1;
        match found {
            Ok(findings) => {
                let is_proof = |code: &str| !code.starts_with("WF0") && !code.starts_with("WF8");
                proven += u64::from(findings.iter().any(|finding| is_proof(finding.rule.code)));
                findings.iter().for_each(|one| *told.entry(one.rule.code.to_owned()).or_default() += 1);
            }
            Err(_) => {
                panics += 1;
                println!("PANIC: seed {seed}");
                std::fs::write(settings.save.join(format!("panic_{seed}.wf")), &files["main.wf"]).unwrap();
            }
        }
        if took > longest.0 {
            longest = (took, seed);
            std::fs::write(settings.save.join("longest.wf"), &files["main.wf"]).unwrap();
        }
        if runs.is_multiple_of(10_000) {
            println!(
                "{runs} texts, {proven} with a finding of a proof, {panics} panics, longest {} ms, peak {}",
                longest.0.as_millis(),
                peak_memory()
            );
        }
        seed += 1;
    }
    println!(
        "{runs} texts in {} s, {proven} with a finding of a proof, {panics} panics; longest {} ms (seed {}), peak memory {}; \
         findings {told:?}",
        settings.seconds,
        longest.0.as_millis(),
        longest.1,
        peak_memory()
    );
    std::process::exit(i32::from(panics > 0));
}
