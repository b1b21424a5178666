//! WF109: what is done again is not already used elsewhere.
//!
//! Nothing outside of what a `redo` starts again may depend on it (by `after`, by reading a field, by a deadline that
//! counts from it), unless it starts only where the redo can no longer come: after an option of the decision that holds
//! it, or after one that leads away from there. Outcomes may. Invariant: a node that waits for such an option, whatever
//! else it waits for, is never told.

use crate::place::{Place, Problem};
use crate::readings::{What, readings};
use crate::region::Region;
use crate::subject::Subject;
use crate::typed::{Join, NodeKind, Typed};
use std::collections::{BTreeMap, BTreeSet};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::Needed;
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF109",
    name: "redo-leaks",
    severity: Severity::Error,
    summary: "nothing outside depends on what may be done again",
};

/// How a node that comes `after` another depends on it.
const WAITS: &str = "waits for";

/// One node outside depends on one inside.
struct Leak {
    outside: NodeId,
    inside: NodeId,
    /// What of it is waited for.
    needed: Needed,
    at: Place,
    how: &'static str,
}

/// Every dependency that a `redo` would break.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let regions = Region::all(typed);
    if regions.is_empty() {
        return Vec::new();
    }
    let dependent = dependent(typed);
    let mut told: BTreeSet<(NodeId, NodeId)> = BTreeSet::new();
    let mut problems = Vec::new();
    for region in regions {
        for leak in leaks(&region, &dependent) {
            if told.insert((leak.outside, leak.inside)) {
                problems.extend(problem(typed, &region, leak));
            }
        }
    }
    problems
}

/// By node: what depends on it. Outcomes may, so they are left out.
fn dependent(typed: &Typed) -> BTreeMap<NodeId, Vec<Leak>> {
    let mut found: BTreeMap<NodeId, Vec<Leak>> = BTreeMap::new();
    let mut readings = readings(typed).into_iter().filter(|reading| !reading.guarded).peekable();
    for (outside, node) in (0..).map(NodeId).zip(&typed.nodes) {
        let mut leaks = Vec::new();
        let mut sources = node.after.as_ref().map(Join::nodes).unwrap_or_default();
        sources.sort_by_key(|(.., at)| *at);
        for (inside, needed, at) in sources {
            leaks.push(Leak { outside, inside, needed, at, how: WAITS });
        }
        while let Some(reading) = readings.next_if(|reading| reading.reader == outside) {
            let how =
                if reading.what == What::Settling { "has a deadline that counts from" } else { "reads" };
            let (needed, at) = (Needed::Settled, reading.used_at.unwrap_or(reading.at));
            leaks.push(Leak { outside, inside: reading.node, needed, at, how });
        }
        if !matches!(node.kind, NodeKind::Outcome { .. }) {
            leaks.into_iter().for_each(|leak| found.entry(leak.inside).or_default().push(leak));
        }
    }
    found
}

fn leaks<'a>(region: &Region<'_>, dependent: &'a BTreeMap<NodeId, Vec<Leak>>) -> Vec<&'a Leak> {
    let of_region = region.redo.region.iter().filter_map(|node| dependent.get(node)).flatten();
    let mut found: Vec<&Leak> = of_region
        .filter(|leak| !region.contains(leak.outside))
        .filter(|leak| leak.how != WAITS || !region.is_over_after(leak.inside, leak.needed))
        .collect();
    if !found.is_empty() {
        let behind = region.behind();
        found.retain(|leak| !behind.contains(&leak.outside));
    }
    found.sort_by_key(|leak| (leak.outside, leak.how != WAITS, leak.inside, leak.at));
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
    let mut problem = Problem::new(&RULE, leak.at, message)
        .with_label(format!("`{outside}` is outside of what is done again"))
        .with_related(region.redo.at, by)
        .with_help(format!(
            "let `{outside}` come after {last}, or let `{holder}` wait for `{outside}`, so that it is done again as well"
        ));
    if leak.how == WAITS {
        for option in region.last_options() {
            let instead = format!("{holder}.{option}");
            problem = problem.with_fix(format!("wait for `{instead}` instead"), leak.at, instead);
        }
    }
    Some(problem)
}
