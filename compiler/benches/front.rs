//! How fast the front end is: parse, check and emit on generated projects, and the real `wfc check` from cold.
//!
//! Prints plain tables; every number is the median of the runs stated. A generated file is a workflow of eight to
//! nine nodes with deadlines, a decision with a redo, a ladder and a test, about a hundred lines, no two alike.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs
)]

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

const FILES: usize = 1_000;
const RUNS: usize = 7;

/// As in `wfc`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let files = project(FILES);
    let bytes: usize = files.values().map(String::len).sum();
    let lines: usize = files.values().map(|text| text.lines().count()).sum();
    println!("{} files, {lines} lines, {:.1} MB; median of {RUNS} runs\n", files.len(), bytes as f64 / 1e6);
    println!("{:<34} {:>9} {:>9} {:>12}", "", "ms", "MB/s", "lines/s");
    let row = |name: &str, time: Duration| {
        let seconds = time.as_secs_f64();
        let (speed, rate) = (bytes as f64 / 1e6 / seconds, lines as f64 / seconds);
        println!("{name:<34} {:>9.1} {speed:>9.1} {rate:>12.0}", seconds * 1e3);
    };
    row(
        "parse, one thread",
        median(|| files.values().map(|text| wf_lang::parse(text).tree.len()).sum::<usize>()),
    );
    row("check (parse to findings), process", median(|| wf_compiler::project::check(&files).len()));
    row("build (parse to plan bytes)", median(|| wf_compiler::build::build(&files).plans.len()));
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in &files {
        std::fs::write(folder.path().join(path), text).unwrap();
    }
    row("`wfc check`, cold, whole process", median(|| wfc_check(folder.path())));
}

fn median<T>(mut work: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            std::hint::black_box(work());
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

fn wfc_check(folder: &std::path::Path) -> bool {
    let output = Command::new(env!("CARGO_BIN_EXE_wfc")).arg("check").arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    output.status.success()
}

fn project(count: usize) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> =
        (0..count).map(|number| (format!("w{number}.wf"), workflow(number))).collect();
    files.insert("teams.wf".to_owned(), TEAMS.to_owned());
    files
}

fn workflow(number: usize) -> String {
    let steps: String = (0..2 + number % 2)
        .map(|step| {
            STEP.replace("STEP", &format!("part_{step}"))
                .replace("DAYS", &(3 + (number + step) % 5).to_string())
        })
        .collect();
    let after: Vec<String> = (0..2 + number % 2).map(|step| format!("part_{step}")).collect();
    WORKFLOW
        .replace("PARTS", &steps)
        .replace("AFTER", &after.join(", "))
        .replace("NAME", &format!("order_{number}"))
        .replace("AMOUNT", &format!("{}", 1_000 + number))
}

const TEAMS: &str = r#"
role sales "Sales" { reach email }
role legal "Legal" { reach email }
role manager "Manager" { reach email }
"#;

const STEP: &str = r#"
  ## One of the parts that can be done side by side.
  step STEP "Part of the order" {
    owner legal
    after intake
    deadline DAYS business days
    takes 1 to 2 business days
    say "Please prepare your part for {customer}: {seats} seats."
    form { result: text, checked_on: date }
  }
"#;

const WORKFLOW: &str = r#"## NAME: generated, no two alike.
use std.calendars.italy
use std.reminders.gentle
use teams.{sales, legal, manager}

enum Region { EU, UK, US }

workflow NAME "Order NAME" {
  version 1
  running instances keep their version
  title "{customer}"
  reference "ORD-{number}"
  starts by sales
  calendar italy
  deadline 12 weeks
  process owner manager
  remind gentle
  escalate stuck

  input {
    customer: text
    region: Region
    seats: number
    amount: money EUR
  }

  step intake "Intake" {
    owner sales
    deadline 3 business days
    form { received_on: date, urgent: bool }
  }
PARTS
  converge ready "All parts are there" {
    after AFTER
  }

  decision release "Do we release it?" {
    owner sales
    after ready
    when amount > AMOUNT EUR or region is EU
    deadline 2 business days
    option yes "Release"
    option again "Back to the first part" short "Back" redo part_0 at most 2 times
    option no "Decline" needs reason
  }

  step deliver "Deliver" {
    owner legal
    after any of release.yes, release.skipped
    deadline 5 business days
  }

  outcome done "Delivered" after deliver
  outcome declined "Declined" after release.no
}

escalation stuck {
  on silence of 3 business days
  on overdue
  level 1 { tell owner "{step} for {title} needs you: due {deadline}." }
  level 2 after 1 business day {
    ask manager "How do we go on with {step}?" {
      alternative "Go on" { resume }
      alternative "One more week" { extend deadline by 5 business days }
    }
    decide within 1 business day otherwise "Go on"
  }
}

test "NAME is delivered" {
  start NAME at 2026-03-02 09:00 with { customer = "Gamma SpA", region = EU, seats = 40, amount = 900 EUR }
  complete intake with { received_on = 2026-03-02, urgent = false }
  complete AFTER
  choose release.yes
  complete deliver
  expect outcome done
}
"#;
