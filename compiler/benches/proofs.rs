//! What the proofs cost: verdicts on generated workflows by shape and size, and a thousand workflows in one process.
//!
//! Prints plain tables, and writes the costs against the sizes as a picture into `target/tmp/proofs.svg`. A shape is
//! written as `.wf` text and goes through the real front end; timed is what comes after it: the model with its verdicts,
//! and all rules together. Processor time of one thread, so that a busy machine disturbs little. `cargo bench --bench
//! proofs -- stages` measures the shapes of that name only.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "proofs/plot.rs"]
mod plot;
#[path = "proofs/shapes.rs"]
mod shapes;

use plot::Line;
use shapes::{blocks, branches, conditions, stages};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};
use wf_compiler::db::{self, Database};
use wf_compiler::place::DeclId;
use wf_compiler::subject::Subject;
use wf_compiler::uses::Uses;
use wf_compiler::{model, project, verify};

/// A measurement goes on until it has taken so long, and was made so often.
const LEAST: Duration = Duration::from_millis(40);
const LEAST_RUNS: u32 = 3;

type Shape = fn(usize) -> String;

/// By name, with the sizes that make 10 to 10,000 nodes of it.
const SHAPES: [(&str, Shape, &[usize]); 5] = [
    ("stages in a row, a decision in every fifth", stages, &[2, 12, 40, 100, 200, 400, 1_000, 2_000]),
    (
        "branches side by side, 5 decisions each",
        |count| branches(count, 5),
        &[1, 4, 13, 32, 63, 200, 312, 625],
    ),
    ("drawn blocks", |count| blocks(count, 0), &[10, 60, 200, 500, 1_000, 2_000, 5_000, 10_000]),
    ("drawn blocks, 10 of 100 joins wrong", |count| blocks(count, 10), &[10, 60, 200, 500, 1_000]),
    ("yes/no inputs, steps for one and for two", conditions, &[5, 10, 20, 40]),
];

/// As in `wfc`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    head("asked for");
    for (name, text) in [
        ("60 nodes: 1 ms", stages(12)),
        ("500 nodes, 20 decisions: 20 ms", stages(100)),
        ("200 branches, 5 decisions each: 10 ms", branches(200, 5)),
    ] {
        if is_wanted(name) {
            row(name, &text);
        }
    }
    if is_wanted("1,000 workflows") {
        thousand();
    }
    let mut lines = Vec::new();
    for (name, shape, sizes) in SHAPES.into_iter().filter(|(name, ..)| is_wanted(name)) {
        head(name);
        let points = sizes.iter().map(|size| row("", &shape(*size)));
        lines.push(Line { name, points: points.collect() });
    }
    let picture = concat!(env!("CARGO_TARGET_TMPDIR"), "/proofs.svg");
    std::fs::write(picture, plot::svg(&lines)).unwrap();
    println!("\ncost against size: {picture}");
}

fn head(name: &str) {
    println!(
        "\n{name:<44} {:>7} {:>10} {:>10} {:>13} {:>9}",
        "nodes", "verdict", "model, ms", "all rules, ms", "µs / node"
    );
}

/// Measures one workflow; gives back its nodes, and the milliseconds that all rules take.
fn row(name: &str, text: &str) -> (f64, f64) {
    let files = BTreeMap::from([("main.wf".to_owned(), text.to_owned())]);
    let database = project::open(&files);
    let id = workflow(&database);
    let (nodes, verdict, model, rules) = db::with_subject(&database, id, |subject| {
        let nodes = subject.typed.nodes.len();
        let verdict = verdict(subject);
        let built = || model::build(subject.typed, subject.graph, &BTreeMap::new());
        let model = cost(|| built().map(|model| model.verdicts().dead.len()).unwrap_or_default());
        let rules = cost(|| {
            let model = built();
            let uses = Uses::of(subject.typed);
            verify::prove(&Subject { model: model.as_ref().ok(), uses: &uses, ..*subject }).problems.len()
        });
        (nodes, verdict, model, rules)
    })
    .unwrap();
    let per_node = rules * 1e3 / nodes as f64;
    println!("{name:<44} {nodes:>7} {verdict:>10} {model:>10.2} {rules:>13.2} {per_node:>9.2}");
    (nodes as f64, rules)
}

fn verdict(subject: &Subject<'_>) -> String {
    let found = verify::prove(subject).problems.len();
    match subject.model {
        Some(model) if !model.is_too_large() => format!("{found} found"),
        _ => "too large".to_owned(),
    }
}

/// A thousand workflows of eleven nodes, from the text to the findings.
fn thousand() {
    let text = |number: usize| stages(2).replace("workflow w ", &format!("workflow w{number} "));
    let files: BTreeMap<String, String> =
        (0..1_000).map(|number| (format!("w{number}.wf"), text(number))).collect();
    let mut found = 0;
    let mut times = [(); 5].map(|()| {
        let begun = Instant::now();
        found = project::check(&files).len();
        begun.elapsed()
    });
    times.sort();
    let ms = times[2].as_secs_f64() * 1e3;
    println!(
        "\n1,000 workflows from text to findings, on the clock with all cores: {ms:.0} ms, {found} found"
    );
}

fn workflow(database: &Database) -> DeclId {
    let file = database.file_at("main.wf").unwrap();
    let items = &db::item_tree(database, file).items;
    items.iter().find(|item| item.name == "w").unwrap().id
}

/// Milliseconds of this thread that some work takes.
fn cost<T>(mut work: impl FnMut() -> T) -> f64 {
    let (begun, on_clock) = (processor_time(), Instant::now());
    let mut runs = 0;
    loop {
        black_box(work());
        runs += 1;
        let taken = match (begun, processor_time()) {
            (Some(begun), Some(now)) => now.saturating_sub(begun),
            _ => on_clock.elapsed(),
        };
        if runs >= LEAST_RUNS && taken >= LEAST || taken >= 20 * LEAST {
            return taken.as_secs_f64() * 1e3 / f64::from(runs);
        }
    }
}

/// How long this thread has run on a processor, where the system tells.
fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
