//! WF803: a workflow can be read at one sitting.

use crate::hir::Declaration;
use crate::place::{DeclId, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF803",
    name: "long-workflow",
    severity: Severity::Note,
    summary: "a workflow can be read at one sitting",
};

/// To be written.
#[must_use]
pub fn find(_id: DeclId, _declaration: &Declaration) -> Vec<Problem> {
    Vec::new()
}
