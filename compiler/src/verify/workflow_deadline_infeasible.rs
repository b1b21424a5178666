//! WF303: some outcome can be reached within the workflow's deadline.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF303",
    name: "workflow-deadline-infeasible",
    severity: Severity::Error,
    summary: "some outcome can be reached within the workflow's deadline",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
