//! WF403: a ladder begins before the deadline, or at it.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF403",
    name: "threshold-past-deadline",
    severity: Severity::Error,
    summary: "a ladder begins before the deadline, or at it",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
