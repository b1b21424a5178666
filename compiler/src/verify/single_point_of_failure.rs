//! WF503: work does not depend on one role alone.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF503",
    name: "single-point-of-failure",
    severity: Severity::Warning,
    summary: "work does not depend on one role alone",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
