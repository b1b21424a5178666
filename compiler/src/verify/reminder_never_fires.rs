//! WF401: a reminder has a moment between the start of the work and its deadline.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF401",
    name: "reminder-never-fires",
    severity: Severity::Error,
    summary: "a reminder has a moment between the start of the work and its deadline",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
