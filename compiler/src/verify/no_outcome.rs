//! WF105: every run ends in one of the workflow's outcomes.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF105",
    name: "no-outcome",
    severity: Severity::Error,
    summary: "every run ends in one of the workflow's outcomes",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
