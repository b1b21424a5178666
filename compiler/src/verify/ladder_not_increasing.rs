//! WF404: each level of a ladder comes later than the one before.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF404",
    name: "ladder-not-increasing",
    severity: Severity::Error,
    summary: "each level of a ladder comes later than the one before",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
