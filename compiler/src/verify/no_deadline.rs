//! WF306: every step and decision with an owner has a deadline.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF306",
    name: "no-deadline",
    severity: Severity::Warning,
    summary: "every step and decision with an owner has a deadline",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
