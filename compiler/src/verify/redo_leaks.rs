//! WF109: what is done again is not already used elsewhere.
//!
//! Nothing outside of what a `redo` starts again may depend on it (by `after`, by reading a field, by a deadline that
//! counts from it), unless it starts only where the redo can no longer come: after an option of the decision that holds
//! it, or after one that leads away from there. Outcomes may. Invariant: a node that waits for such an option, whatever
//! else it waits for, is never told.

use crate::place::{Place, Problem};
use crate::readings::{Reading, What, readings};
use crate::region::Region;
use crate::subject::Subject;
use crate::typed::{NodeKind, Typed};
use std::collections::BTreeSet;
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF109",
    name: "redo-leaks",
    severity: Severity::Error,
    summary: "nothing outside depends on what may be done again",
};

/// One node outside depends on one inside.
struct Leak {
    outside: NodeId,
    inside: NodeId,
    at: Place,
    how: &'static str,
}

/// Every dependency that a `redo` would break.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let read: Vec<Reading> = readings(typed).into_iter().filter(|reading| !reading.guarded).collect();
    let mut told: BTreeSet<(NodeId, NodeId)> = BTreeSet::new();
    let mut problems = Vec::new();
    for region in Region::all(typed) {
        for leak in leaks(typed, &region, &read) {
            if told.insert((leak.outside, leak.inside)) {
                problems.extend(problem(typed, &region, &leak));
            }
        }
    }
    problems
}

fn leaks(typed: &Typed, region: &Region<'_>, read: &[Reading]) -> Vec<Leak> {
    let mut found = Vec::new();
    let behind = region.behind();
    for (outside, node) in (0..).map(NodeId).zip(&typed.nodes) {
        let is_outcome = matches!(node.kind, NodeKind::Outcome { .. });
        if is_outcome || region.contains(outside) || behind.contains(&outside) {
            continue;
        }
        let mut sources = node.after.as_ref().map(|join| join.nodes()).unwrap_or_default();
        sources.sort_by_key(|(.., at)| *at);
        for (inside, needed, at) in sources {
            if region.contains(inside) && !region.is_over_after(inside, needed) {
                found.push(Leak { outside, inside, at, how: "waits for" });
            }
        }
        let read = read.iter().filter(|reading| reading.reader == outside && region.contains(reading.node));
        found.extend(read.map(|reading| {
            let how =
                if reading.what == What::Settling { "has a deadline that counts from" } else { "reads" };
            Leak { outside, inside: reading.node, at: reading.used_at.unwrap_or(reading.at), how }
        }));
    }
    found
}

fn problem(typed: &Typed, region: &Region<'_>, leak: &Leak) -> Option<Problem> {
    let name = |id: NodeId| typed.nodes.get(id.index()).map(|node| node.name.as_str());
    let (outside, inside, holder) = (name(leak.outside)?, name(leak.inside)?, name(region.holder)?);
    let message = format!("`{outside}` {} `{inside}`, which may be done again afterwards", leak.how);
    let by = match region.option {
        Some(option) => format!("`{holder}.{option}` starts `{}` again", name(region.redo.to)?),
        None => format!("`{holder}` starts `{}` again", name(region.redo.to)?),
    };
    let last = match region.option {
        Some(_) => format!("an option of `{holder}` that does not go back"),
        None => format!("an option after which `{holder}` no longer comes"),
    };
    Some(
        Problem::new(&RULE, leak.at, message)
            .with_label(format!("`{outside}` is outside of what is done again"))
            .with_related(region.redo.at, by)
            .with_help(format!(
                "let `{outside}` come after {last}, or let `{holder}` wait for `{outside}`, so that it is done again as well"
            )),
    )
}
