//! WF009: a value that is written in the right form and does not exist.

use crate::place::{Place, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF009",
    name: "bad-literal",
    severity: Severity::Error,
    summary: "a date, time, number, currency or time zone that does not exist",
};

/// A value, and why it is none.
pub fn because(at: Place, written: &str, why: &str) -> Problem {
    Problem::new(&RULE, at, format!("`{written}` {why}"))
}

/// Any other wording.
pub fn other(at: Place, message: impl Into<String>) -> Problem {
    Problem::new(&RULE, at, message)
}

/// A currency, zone or the like that nobody knows, with the nearest that exists.
pub fn unknown(at: Place, what: &str, written: &str, nearest: Option<&str>) -> Problem {
    let problem = Problem::new(&RULE, at, format!("`{written}` is no {what}"));
    match nearest {
        Some(nearest) => problem.with_help(format!("did you mean `{nearest}`?")),
        None => problem,
    }
}
