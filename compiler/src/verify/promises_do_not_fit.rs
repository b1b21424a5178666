//! WF304: the deadlines of the steps together fit into the workflow's deadline.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF304",
    name: "promises-do-not-fit",
    severity: Severity::Warning,
    summary: "the deadlines of the steps together fit into the workflow's deadline",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
