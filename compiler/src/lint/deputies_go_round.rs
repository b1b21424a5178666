//! WF505: a chain of deputies has an end.
//!
//! Told once for each circle, at the role whose name comes first. Invariant: a role that only leads into a circle is not blamed.

use crate::hir::DeclarationKind;
use crate::place::{DeclId, Place, Problem};
use crate::scope::Scope;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF505",
    name: "deputies-go-round",
    severity: Severity::Error,
    summary: "a chain of deputies has an end",
};

/// A role, the role that stands in for it, and where it says so.
struct Deputy {
    of: DeclId,
    is: DeclId,
    at: Place,
}

/// The circle of deputies that a role is the first of, if there is one.
#[must_use]
pub fn find(scope: &dyn Scope, id: DeclId) -> Vec<Problem> {
    let mut chain: Vec<Deputy> = Vec::new();
    let mut at = id;
    while let Some(next) = deputy(scope, at) {
        at = next.is;
        chain.push(next);
        if at == id {
            return problem(scope, &chain).into_iter().collect();
        }
        // Another circle, which this role leads into; it is told there.
        if chain.iter().any(|known| known.of == at) {
            break;
        }
    }
    Vec::new()
}

fn deputy(scope: &dyn Scope, of: DeclId) -> Option<Deputy> {
    let DeclarationKind::Role(role) = &scope.declaration(of).kind else { return None };
    let written = role.deputy.as_ref()?;
    let is = scope.resolve(of, &written.text)?;
    let is_role = matches!(scope.declaration(is).kind, DeclarationKind::Role(_));
    is_role.then_some(Deputy { of, is, at: Place { decl: of, at: written.at } })
}

fn problem(scope: &dyn Scope, circle: &[Deputy]) -> Option<Problem> {
    let (first, others) = circle.split_first()?;
    let name = |role: DeclId| {
        let declared = scope.declaration(role).name.as_ref();
        declared.map(|name| name.text.clone()).unwrap_or_default()
    };
    let own = name(first.of);
    if others.iter().any(|deputy| (name(deputy.of), deputy.of) < (own.clone(), first.of)) {
        return None;
    }
    if others.is_empty() {
        let message = format!("`{own}` is its own deputy, so nobody has the work while they are away");
        let problem = Problem::new(&RULE, first.at, message).with_label("the same role");
        return Some(problem.with_help("name another role, or take the line out"));
    }
    let path: Vec<String> = circle.iter().map(|deputy| format!("`{}`", name(deputy.is))).collect();
    let message = format!("these deputies go round in a circle: `{own}` → {}", path.join(" → "));
    let problem = Problem::new(&RULE, first.at, message)
        .with_label(format!("`{}` stands in for `{own}`", name(first.is)));
    let related = |problem: Problem, deputy: &Deputy| {
        problem.with_related(deputy.at, format!("`{}` stands in for `{}`", name(deputy.is), name(deputy.of)))
    };
    let problem = others.iter().fold(problem, related);
    Some(problem.with_help(
        "when all of them are away, nobody has the work: let the last one have no deputy, or a role outside the circle",
    ))
}
