//! WF406: every level of a ladder reaches somebody new.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF406",
    name: "ladder-goes-round",
    severity: Severity::Error,
    summary: "every level of a ladder reaches somebody new",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
