//! WF205: every option can be chosen in some run.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF205",
    name: "option-never-open",
    severity: Severity::Warning,
    summary: "every option can be chosen in some run",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
