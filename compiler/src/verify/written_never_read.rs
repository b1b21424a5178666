//! WF603: what people fill in is used somewhere.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF603",
    name: "written-never-read",
    severity: Severity::Warning,
    summary: "what people fill in is used somewhere",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
