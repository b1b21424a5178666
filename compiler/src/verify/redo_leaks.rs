//! WF109: nothing outside what is done again depends on what is inside.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF109",
    name: "redo-leaks",
    severity: Severity::Error,
    summary: "nothing outside what is done again depends on what is inside",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
