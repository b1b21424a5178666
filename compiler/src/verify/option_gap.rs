//! WF203: whenever a decision is asked, at least one option is open.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF203",
    name: "option-gap",
    severity: Severity::Error,
    summary: "whenever a decision is asked, at least one option is open",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
