//! WF110: `after` names nothing that another of its sources waits for anyway.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF110",
    name: "redundant-dependency",
    severity: Severity::Warning,
    summary: "`after` names nothing that another of its sources waits for anyway",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
