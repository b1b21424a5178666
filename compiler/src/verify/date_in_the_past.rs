//! WF307: a date was still ahead when its version was written.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF307",
    name: "date-in-the-past",
    severity: Severity::Warning,
    summary: "a date was still ahead when its version was written",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
