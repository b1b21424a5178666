//! WF701: every run keeps the policies that apply to its workflow.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF701",
    name: "policy-violated",
    severity: Severity::Error,
    summary: "every run keeps the policies that apply to its workflow",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
