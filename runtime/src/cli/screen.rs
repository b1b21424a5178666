//! What the commands print. A closed pipe ends printing, not the command.

use crate::error::Problem;
use anstyle::{AnsiColor, Style};
use std::error::Error;
use std::fmt;
use std::io::Write;

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

/// Prints a line about the answer.
pub fn remark(line: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Shows a problem with its help, as all our programs do.
pub fn problem(problem: Problem) {
    let _ = writeln!(anstream::stderr().lock(), "{:?}", miette::Report::new(Shown(problem)));
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
