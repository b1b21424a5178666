//! WF702: every policy applies to a workflow.

use crate::hir::Declaration;
use crate::place::{DeclId, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF702",
    name: "policy-applies-to-nothing",
    severity: Severity::Warning,
    summary: "every policy applies to a workflow",
};

/// To be written.
#[must_use]
pub fn find(_id: DeclId, _declaration: &Declaration) -> Vec<Problem> {
    Vec::new()
}
