//! WF013: values that need each other.

use crate::hir::Name;
use crate::place::{DeclId, Place, Problem};
use crate::resolve::values_needed;
use crate::scope::Scope;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule =
    Rule { code: "WF013", name: "value-cycle", severity: Severity::Error, summary: "no value needs itself" };

/// The shortest way on which the value `decl` needs itself. It is reported once, at the member that comes first by
/// number, whichever of them is asked.
pub fn find(scope: &dyn Scope, decl: DeclId) -> Option<Problem> {
    let way = way_back(scope, decl)?;
    if way.iter().any(|(value, _)| *value < decl) {
        return None;
    }
    let mut words: Vec<String> =
        way.iter().map(|(value, _)| format!("`{}`", name_of(scope, *value))).collect();
    let own = words.first().cloned().unwrap_or_default();
    words.push(own.clone());
    let (_, first_use) = way.first()?;
    let message = match way.len() {
        1 => format!("the value {own} needs itself"),
        _ => format!("the value {own} needs itself: {}", words.join(" needs ")),
    };
    let mut problem = Problem::new(&RULE, Place { decl, at: first_use.at }, message)
        .with_help("write one of them as a number, text or time of its own");
    for (value, used) in way.iter().skip(1) {
        let message = format!("`{}` needs `{}` here", name_of(scope, *value), used.text);
        problem = problem.with_related(Place { decl: *value, at: used.at }, message);
    }
    Some(problem)
}

/// The values from `decl` back to itself, breadth first, each with the word by which it needs the next.
fn way_back(scope: &dyn Scope, decl: DeclId) -> Option<Vec<(DeclId, Name)>> {
    let mut reached: Vec<(DeclId, Option<usize>, Option<Name>)> = vec![(decl, None, None)];
    let mut next = 0;
    while let Some((value, ..)) = reached.get(next).cloned() {
        for name in values_needed(scope.declaration(value)) {
            let Some(needed) = scope.resolve(value, &name.text) else { continue };
            if needed == decl {
                return Some(unwind(&reached, next, name));
            }
            if !reached.iter().any(|(seen, ..)| *seen == needed) {
                reached.push((needed, Some(next), Some(name)));
            }
        }
        next += 1;
    }
    None
}

/// From the last value back to the first, each with the word by which the way goes on.
fn unwind(reached: &[(DeclId, Option<usize>, Option<Name>)], last: usize, name: Name) -> Vec<(DeclId, Name)> {
    let mut way = Vec::new();
    let (mut here, mut leaves_by) = (Some(last), name);
    while let Some((value, before, entered_by)) = here.and_then(|index| reached.get(index)) {
        way.push((*value, leaves_by));
        let Some(word) = entered_by.clone() else { break };
        (here, leaves_by) = (*before, word);
    }
    way.reverse();
    way
}

fn name_of(scope: &dyn Scope, decl: DeclId) -> String {
    scope.declaration(decl).name.as_ref().map_or_else(String::new, |name| name.text.clone())
}
