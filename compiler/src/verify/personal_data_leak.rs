//! WF601: personal and secret data go only where they may.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF601",
    name: "personal-data-leak",
    severity: Severity::Error,
    summary: "personal and secret data go only where they may",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
