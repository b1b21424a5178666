//! WF502: there are enough people for work that must be done by different ones.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF502",
    name: "separation-impossible",
    severity: Severity::Error,
    summary: "there are enough people for work that must be done by different ones",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
