//! WF111: a meeting point brings several together, a decision parts ways.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF111",
    name: "needless-convergence",
    severity: Severity::Warning,
    summary: "a meeting point brings several together, a decision parts ways",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
