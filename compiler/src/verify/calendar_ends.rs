//! WF308: the calendar knows the holidays of the years the workflow can reach.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF308",
    name: "calendar-ends",
    severity: Severity::Warning,
    summary: "the calendar knows the holidays of the years the workflow can reach",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
