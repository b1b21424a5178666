//! What the proofs cost: verdicts on generated workflows by shape and size, and a thousand workflows in one process.
//!
//! Prints plain tables. A shape is written as `.wf` text and goes through the real front end; timed is what comes
//! after it: the model with its verdicts, and all rules together. Medians of the runs stated, one thread.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};
use wf_compiler::db::{self, Database};
use wf_compiler::place::DeclId;
use wf_compiler::{model, project, verify};

fn main() {
    println!(
        "{:<44} {:>6} {:>9} {:>12} {:>12}",
        "workflow", "nodes", "verdict", "model, ms", "all rules, ms"
    );
    for (name, text) in [
        ("onboarding, 5 teams, 60 nodes", stages(12)),
        ("500 nodes, 20 decisions", stages(100)),
        ("200 parallel branches, 5 decisions each", branches(200, 5)),
    ] {
        row(name, &text);
    }
    println!();
    for stages_count in [2, 10, 20, 100, 200, 1_000, 2_000] {
        row("stages", &stages(stages_count));
    }
    println!();
    for count in [2, 10, 50, 200, 500] {
        row("parallel branches, 5 decisions each", &branches(count, 5));
    }
    println!();
    for (count, wrong) in [(60, 0), (60, 10), (200, 0), (200, 10), (500, 0), (500, 10)] {
        let name = format!("drawn blocks, {wrong} of 100 joins wrong");
        row(&name, &Blocks { text: String::new(), left: count, next: 0, wrong, bits: 7 }.whole());
    }
    println!();
    for inputs in [2, 4, 8, 12, 16] {
        row("one branch per yes/no input, all meet", &conditions(inputs));
    }
}

fn row(name: &str, text: &str) {
    let files = BTreeMap::from([("main.wf".to_owned(), text.to_owned())]);
    let database = project::open(&files);
    let id = workflow(&database);
    let (nodes, verdict, found) = db::with_subject(&database, id, |subject| {
        let runs = if subject.typed.nodes.len() > 600 { 3 } else { 11 };
        let reachable = BTreeMap::new();
        let mut is_too_large = false;
        let verdict = median(runs, || match model::build(subject.typed, subject.graph, &reachable) {
            Ok(model) => black_box(model.verdicts().dead.len()),
            Err(_) => {
                is_too_large = true;
                0
            }
        });
        let words = match (is_too_large, verify::prove(subject).problems.len()) {
            (true, _) => "too large".to_owned(),
            (false, found) => format!("{found} found"),
        };
        (subject.typed.nodes.len(), words, verdict)
    })
    .unwrap();
    let rules = db::with_subject(&database, id, |subject| {
        median(5, || {
            let model = model::build(subject.typed, subject.graph, &BTreeMap::new());
            let subject = wf_compiler::subject::Subject { model: model.as_ref().ok(), ..*subject };
            verify::prove(&subject).problems.len()
        })
    })
    .unwrap();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!("{name:<44} {nodes:>6} {verdict:>9} {:>12.2} {:>12.2}", ms(found), ms(rules));
}

fn workflow(database: &Database) -> DeclId {
    let file = database.file_at("main.wf").unwrap();
    let items = &db::item_tree(database, file).items;
    items.iter().find(|item| item.name == "w").unwrap().id
}

fn median<T>(runs: usize, mut work: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let begun = Instant::now();
            black_box(work());
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[runs / 2]
}

const HEAD: &str = "role clerk \"Clerk\" { reach email }\nrole boss \"Boss\" { reach email }\n\
    enum Region { EU, UK, US }\n\
    escalation nudge { on overdue; level 1 { tell boss \"Late: {step}\" } }\n\
    workflow w \"W\" {\n  version 1\n  starts by clerk\n  process owner boss\n  escalate nudge\n";

fn step(text: &mut String, name: &str, after: &str) {
    let _ = writeln!(text, "  step {name} \"S\" {{\n    owner clerk\n    {after}\n    deadline 2 days\n  }}");
}

/// Stages of five nodes in a row: two steps side by side, one of them only in a region, a converge, and in every
/// fifth stage (else a step) a decision that may send back to the stage's first step or end in an outcome.
fn stages(count: usize) -> String {
    let mut text = format!("{HEAD}  input {{ region: Region }}\n");
    let mut last = String::new();
    let mut lost = Vec::new();
    for stage in 0..count {
        let after = if last.is_empty() { String::new() } else { format!("after {last}") };
        step(&mut text, &format!("a{stage}"), &after);
        step(&mut text, &format!("b{stage}"), &format!("after a{stage}\n    when region is EU"));
        step(&mut text, &format!("c{stage}"), &format!("after a{stage}"));
        let _ = writeln!(text, "  converge m{stage} \"M\" {{\n    after b{stage}, c{stage}\n  }}");
        if stage % 5 == 4 {
            let _ = writeln!(
                text,
                "  decision d{stage} \"D\" {{\n    owner clerk\n    after m{stage}\n    deadline 2 days\n    option go \"Go\"\n    \
                 option again \"Again\" redo a{stage} at most 2 times\n    option stop \"Stop\"\n  }}"
            );
            lost.push(format!("d{stage}.stop"));
            last = format!("d{stage}.go");
        } else {
            step(&mut text, &format!("e{stage}"), &format!("after m{stage}"));
            last = format!("e{stage}");
        }
    }
    let _ = writeln!(text, "  outcome done \"Done\" after {last}");
    match lost.as_slice() {
        [] => {}
        [one] => drop(writeln!(text, "  outcome lost \"Lost\" after {one}")),
        many => drop(writeln!(text, "  outcome lost \"Lost\" after any of {}", many.join(", "))),
    }
    text + "}\n"
}

/// Branches side by side, each a row of decisions with a step behind either option, all of which meet.
fn branches(count: usize, decisions: usize) -> String {
    let mut text = HEAD.to_owned();
    let mut ends = Vec::new();
    for branch in 0..count {
        let mut last = String::new();
        for decision in 0..decisions {
            let name = format!("d{branch}_{decision}");
            let after = if last.is_empty() { String::new() } else { format!("\n    after {last}") };
            let _ = writeln!(
                text,
                "  decision {name} \"D\" {{\n    owner clerk{after}\n    deadline 2 days\n    option yes \"Yes\"\n    option no \"No\"\n  }}"
            );
            step(&mut text, &format!("y{branch}_{decision}"), &format!("after {name}.yes"));
            step(&mut text, &format!("n{branch}_{decision}"), &format!("after {name}.no"));
            last = format!("any of y{branch}_{decision}, n{branch}_{decision}");
        }
        let _ = writeln!(text, "  converge m{branch} \"M\" {{\n    after {last}\n  }}");
        ends.push(format!("m{branch}"));
    }
    let _ = writeln!(text, "  outcome done \"Done\" after {}", ends.join(", "));
    text + "}\n"
}

/// One step per yes/no input, done only if it is set, and a step for every pair of neighbours that needs both.
fn conditions(inputs: usize) -> String {
    let fields: Vec<String> = (0..inputs).map(|input| format!("i{input}: bool")).collect();
    let mut text = format!("{HEAD}  input {{ {} }}\n", fields.join(", "));
    let mut all = Vec::new();
    for input in 0..inputs {
        step(&mut text, &format!("s{input}"), &format!("when i{input}"));
        all.push(format!("s{input}"));
        let next = (input * 7 + 3) % inputs;
        if next != input {
            let when = format!("after s{input}, s{next}\n    when i{input} and i{next}");
            step(&mut text, &format!("p{input}"), &when);
            all.push(format!("p{input}"));
        }
    }
    let _ = writeln!(text, "  outcome done \"Done\" after {}", all.join(", "));
    text + "}\n"
}

/// Blocks in blocks as processes are drawn: rows, branches side by side, decisions; some joins of the wrong kind.
struct Blocks {
    text: String,
    left: usize,
    next: usize,
    wrong: u64,
    bits: u64,
}

impl Blocks {
    fn whole(mut self) -> String {
        let mut last = String::new();
        while self.left > 0 {
            last = self.block(&last, 0);
        }
        format!("{HEAD}{}  outcome done \"Done\" after {last}\n}}\n", self.text)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.bits ^= self.bits << 13;
        self.bits ^= self.bits >> 7;
        self.bits ^= self.bits << 17;
        self.bits % bound
    }

    fn name(&mut self, kind: &str) -> String {
        self.next += 1;
        self.left = self.left.saturating_sub(1);
        format!("{kind}{}", self.next)
    }

    /// A block behind `after`; gives back what stands for its end.
    fn block(&mut self, after: &str, depth: usize) -> String {
        let clause = if after.is_empty() { String::new() } else { format!("after {after}") };
        match if depth > 3 || self.left < 4 { 0 } else { self.below(4) } {
            0 | 1 => {
                let name = self.name("s");
                step(&mut self.text, &name, &clause);
                name
            }
            kind => {
                let (split, is_choice) = (self.name(if kind == 2 { "p" } else { "d" }), kind == 3);
                let branches = 2 + self.below(2);
                if is_choice {
                    let options: String =
                        (0..branches).map(|option| format!("    option o{option} \"O\"\n")).collect();
                    let _ = write!(
                        self.text,
                        "  decision {split} \"D\" {{\n    owner clerk\n    {clause}\n    deadline 2 days\n{options}  }}\n"
                    );
                } else {
                    step(&mut self.text, &split, &clause);
                }
                let ends: Vec<String> = (0..branches)
                    .map(|branch| {
                        let from = if is_choice { format!("{split}.o{branch}") } else { split.clone() };
                        let end = self.block(&from, depth + 1);
                        self.block(&end, depth + 1)
                    })
                    .collect();
                let join = self.name("m");
                let is_wrong = self.below(100) < self.wrong;
                let word = if is_choice != is_wrong { "any of " } else { "" };
                let _ = writeln!(
                    self.text,
                    "  converge {join} \"M\" {{\n    after {word}{}\n  }}",
                    ends.join(", ")
                );
                join
            }
        }
    }
}
