//! WF012: a clause that may stand once and came again.

use crate::hir::Declaration;
use crate::place::{DeclId, Place, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF012",
    name: "clause-repeated",
    severity: Severity::Error,
    summary: "a clause that may stand once stands once",
};

/// The clauses of a declaration that lowering set aside because they stand there already.
pub fn find(decl: DeclId, declaration: &Declaration) -> Vec<Problem> {
    let mut problems = Vec::new();
    for clause in &declaration.misplaced {
        let Some(first) = clause.first else { continue };
        let at = Place { decl, at: clause.at };
        let problem = if clause.clause == "deadline" {
            Problem::new(
                &RULE,
                at,
                "this deadline never holds: the one before it has no `when`, so it always does",
            )
            .with_help(
                "write the deadlines with `when` first; the last one without `when` is for all other cases",
            )
        } else {
            Problem::new(&RULE, at, format!("`{}` is said twice in `{}`", clause.clause, clause.inside))
                .with_help("keep the one that is meant")
                .with_fix("delete the second one", at, "")
        };
        problems.push(problem.with_label("again").with_related(Place { decl, at: first }, "first said here"));
    }
    problems
}
