//! WF107: nobody is still at work when an outcome is reached.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF107",
    name: "work-left-open",
    severity: Severity::Warning,
    summary: "nobody is still at work when an outcome is reached",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
