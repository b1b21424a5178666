//! WF504: nobody comes to check their own work by way of a ladder.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF504",
    name: "self-approval",
    severity: Severity::Error,
    summary: "nobody comes to check their own work by way of a ladder",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
