//! WF413: what stands on a button fits the channel it is sent by.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF413",
    name: "title-too-long-for-channel",
    severity: Severity::Warning,
    summary: "what stands on a button fits the channel it is sent by",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
