//! `wfc test`: plays `test` blocks on the interpreter and says which held.
//!
//! One line per test, then each failure with its place, what was expected, what happened, and what came just before.
//! Invariant: every test that was asked for has a line, or an error of its project says why it could not be played.

use crate::arguments::Test;
use crate::check;
use crate::input::{self, Project};
use crate::output::{self, Exit};
use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;
use wf_compiler::build::Built;
use wf_compiler::render::terminal::plural;
use wf_plan::scenario::Scenario;
use wf_vm::scenario::{Failure, MemoryStage, Played, Report, Verdict, play};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const FAINT: Style = Style::new().dimmed();
/// Scenes shown before a failure: enough to see why, few enough to read.
const SCENES_BEFORE: usize = 6;

/// Plays tests and prints what came of them.
///
/// # Errors
/// When paths cannot be read.
pub fn run(arguments: &Test) -> miette::Result<Exit> {
    let mut reports = Vec::new();
    let mut broken = false;
    for project in input::projects(&arguments.paths)? {
        let built = check::built_to_play(&project);
        broken |= check::report_errors(&project, &built.findings);
        reports.extend(played(&project, &built, arguments.only.as_deref().unwrap_or_default()));
    }
    for report in &reports {
        output::print(&line(report));
    }
    for report in reports.iter().filter(|report| !report.passed()) {
        output::print(&failures(report));
    }
    let failed = reports.iter().filter(|report| !report.passed()).count();
    output::print(&summary(reports.len() - failed, failed, broken, arguments.only.as_deref()));
    Ok(match (broken || failed > 0, reports.is_empty() && arguments.only.is_some()) {
        (true, _) => Exit::Findings,
        // A title mistyped must not look like tests that passed.
        (false, true) => Exit::Input,
        (false, false) => Exit::Fine,
    })
}

/// The tests of the files that were named, played, under the paths the user knows.
fn played(project: &Project, built: &Built, only: &str) -> Vec<Report> {
    let programs = built.plans.iter().map(|plan| (plan.meaning, plan.plan.program.clone()));
    let stage = MemoryStage::new(programs);
    let wanted =
        |scenario: &&Scenario| project.named.contains(&scenario.file) && scenario.title.contains(only);
    let scenarios = built.scenarios.iter().filter(wanted);
    scenarios
        .map(|scenario| {
            let report = play(&mut stage.cleared(), scenario);
            Report { file: input::shown_in(&project.root, &scenario.file), ..report }
        })
        .collect()
}

fn line(report: &Report) -> String {
    let (style, verdict) = if report.passed() { (GOOD, "ok    ") } else { (BAD, "FAILED") };
    let (title, file) = (printable(&report.title), printable(&report.file));
    format!("{style}{verdict}{style:#}  {title}  {FAINT}{file}:{}{FAINT:#}\n", report.line)
}

/// The failures of one test.
fn failures(report: &Report) -> String {
    // Writing to a string cannot fail, here and below.
    let mut out = String::new();
    let _ = writeln!(out, "\n{BAD}FAILED{BAD:#}  {}", printable(&report.title));
    let mut before = Vec::new();
    for row in report.rows() {
        if let Verdict::Failed(failure) = &row.verdict {
            before.extend(row.scenes.iter());
            failure_of(&mut out, report, row, failure);
            let colon = if before.is_empty() { "" } else { "; before it:" };
            let _ = writeln!(out, "    the clock showed {}{colon}", row.when);
            let skipped = before.len().saturating_sub(SCENES_BEFORE);
            for scene in before.drain(..).skip(skipped) {
                let _ = writeln!(
                    out,
                    "    {FAINT}{}  {}{FAINT:#}",
                    scene.when,
                    printable(&scene.what.to_string())
                );
            }
        } else {
            before.extend(row.scenes.iter());
        }
    }
    let unplayed = report.rows().filter(|row| row.verdict == Verdict::NotPlayed).count();
    if unplayed > 0 {
        let _ = writeln!(out, "  {} after it not played", plural(unplayed, "line"));
    }
    out
}

fn failure_of(out: &mut String, report: &Report, row: &Played, failure: &Failure) {
    let _ = writeln!(out, "  {}:{}  {}", printable(&report.file), row.line, printable(&row.text));
    let _ = writeln!(out, "    expected  {}", printable(&failure.expected));
    let _ = writeln!(out, "    happened  {}", printable(&failure.happened));
}

fn summary(passed: usize, failed: usize, broken: bool, only: Option<&str>) -> String {
    match (passed, failed, only) {
        (0, 0, _) if broken => "nothing was played: the errors come first\n".to_owned(),
        (0, 0, Some(only)) => format!("no test has `{}` in its title\n", printable(only)),
        (0, 0, None) => "no tests: a `test` block plays a story and says what is expected\n".to_owned(),
        (passed, 0, _) => format!("\n{GOOD}{passed} passed{GOOD:#}\n"),
        (passed, failed, _) => format!("\n{passed} passed, {BAD}{failed} failed{BAD:#}\n"),
    }
}

/// Text that a terminal shows and does not obey.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
