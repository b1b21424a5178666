//! What the commands print. A closed pipe ends printing, not the command.

use crate::clock::Clock;
use crate::error::Problem;
use crate::moment;
use anstyle::{AnsiColor, Style};
use std::error::Error;
use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// Words that matter.
pub const BOLD: Style = Style::new().bold();
/// Words that explain.
pub const FAINT: Style = Style::new().dimmed();
/// What went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What waits.
pub const WAITING: Style = AnsiColor::Yellow.on_default();
/// What is wrong.
pub const BAD: Style = AnsiColor::Red.on_default();
/// What can be pressed or typed.
pub const PRESS: Style = AnsiColor::Cyan.on_default();

/// Prints a line of the answer.
pub fn say(line: &str) {
    let _ = writeln!(anstream::stdout().lock(), "{line}");
}

/// A number of things: `1 row`, `2 rows`.
pub fn count(number: impl fmt::Display, one: &str) -> String {
    let number = number.to_string();
    let end = if number == "1" { "" } else { "s" };
    format!("{number} {one}{end}")
}

/// How a program that runs for long tells what happens.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Log {
    /// In words, for people
    Text,
    /// One JSON object a line: `at`, `level`, `what`, `help`
    Json,
}

static AS_JSON: AtomicBool = AtomicBool::new(false);

impl Log {
    /// From now on this program tells so.
    pub fn begin(self) {
        AS_JSON.store(self == Self::Json, Ordering::Release);
    }
}

/// Writes a line of the log as JSON; false where it is told in words.
fn logged(level: &str, what: &str, help: Option<&str>) -> bool {
    if !AS_JSON.load(Ordering::Acquire) {
        return false;
    }
    let what = anstream::adapter::strip_str(what).to_string();
    let at = moment::iso(Clock::of_machine().now());
    let line = serde_json::json!({ "at": at, "level": level, "what": what, "help": help });
    let _ = writeln!(anstream::stderr().lock(), "{line}");
    true
}

/// Tells of something that failed, where work goes on.
pub fn alarm(line: &str) {
    if !logged("error", line, None) {
        remark(line);
    }
}

/// Prints a line about the answer.
pub fn remark(line: &str) {
    if logged("info", line, None) {
        return;
    }
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Shows a problem with its help, as all our programs do.
pub fn problem(problem: Problem) {
    if logged("error", &with_causes(&problem), problem.advice()) {
        return;
    }
    let _ = writeln!(anstream::stderr().lock(), "{:?}", miette::Report::new(Shown(problem)));
}

fn with_causes(problem: &Problem) -> String {
    let mut line = problem.to_string();
    let mut below = problem.source();
    while let Some(cause) = below {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        below = cause.source();
    }
    line
}

/// A problem as miette shows it.
#[derive(Debug)]
struct Shown(Problem);

impl fmt::Display for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl Error for Shown {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl miette::Diagnostic for Shown {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.advice().map(|advice| Box::new(advice) as Box<dyn fmt::Display>)
    }
}

/// Prints JSON as the answer.
pub fn json(value: &serde_json::Value) {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    say(&text);
}
