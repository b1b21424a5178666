//! WF109: what is done again is not already used elsewhere.
//!
//! Nothing outside of what a `redo` starts again may depend on it (by `after`, by reading a field, by a deadline that
//! counts from it), unless it starts only where the redo can no longer come: after an option of the decision that holds
//! it, or after one that leads away from there; or unless conditions exclude it. Outcomes may. Invariant: a node that
//! waits for such an option, whatever else it waits for, is never told.

use crate::model::{Formula, Logic, Model, Space, State};
use crate::place::{Place, Problem};
use crate::readings::{Moment, Reading, What};
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
    /// It decides whether the node outside starts at all.
    asked: bool,
}

/// Every dependency that a `redo` would break.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let regions = Region::all(typed);
    // Where nodes wait for each other, what a redo starts again is not what was meant: that is told (WF101).
    if regions.is_empty() || !subject.graph.shortest_cycles().is_empty() {
        return Vec::new();
    }
    let dependent = dependent(typed, &subject.uses.readings);
    let mut told: BTreeSet<(NodeId, NodeId)> = BTreeSet::new();
    let mut problems = Vec::new();
    for region in regions {
        for leak in leaks(&region, &dependent) {
            if !told.contains(&(leak.outside, leak.inside)) && can_happen(subject, &region, leak) {
                told.insert((leak.outside, leak.inside));
                problems.extend(problem(typed, &region, leak));
            }
        }
    }
    problems
}

/// By node: what depends on it. Outcomes may, so they are left out.
fn dependent(typed: &Typed, readings: &[Reading]) -> BTreeMap<NodeId, Vec<Leak>> {
    let mut found: BTreeMap<NodeId, Vec<Leak>> = BTreeMap::new();
    let mut readings = readings.iter().filter(|reading| !reading.guarded && !reading.behind).peekable();
    for (outside, node) in (0..).map(NodeId).zip(&typed.nodes) {
        let mut leaks = Vec::new();
        let mut sources = node.after.as_ref().map(Join::nodes).unwrap_or_default();
        sources.sort_by_key(|(.., at)| *at);
        for (inside, needed, at) in sources {
            leaks.push(Leak { outside, inside, needed, at, how: WAITS, asked: false });
        }
        while let Some(reading) = readings.next_if(|reading| reading.reader == outside) {
            let how =
                if reading.what == What::Settling { "has a deadline that counts from" } else { "reads" };
            let (needed, at) = (Needed::Settled, reading.used_at.unwrap_or(reading.at));
            let asked = matches!(reading.moment, Moment::Ready | Moment::List);
            leaks.push(Leak { outside, inside: reading.node, needed, at, how, asked });
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

/// Whether some run has work outside started, or left out because of what was filled in inside, while the redo can
/// still come. Conditions may exclude it; where there is no model it is taken to happen.
fn can_happen(subject: &Subject<'_>, region: &Region<'_>, leak: &Leak) -> bool {
    let Some((model, holder)) = subject.model.and_then(|model| Some((model, model.state(region.holder)?)))
    else {
        return true;
    };
    let started = if leak.how == WAITS {
        onward(subject, region, leak.outside)
    } else {
        BTreeSet::from([leak.outside])
    };
    let space = &model.space;
    let mut touched: Vec<Formula> = started
        .iter()
        .filter_map(|node| Some(settled_or_started(subject, *node, model.state(*node)?, space)))
        .collect();
    if leak.asked {
        // With other values in the form inside, it would have started.
        let values = values_of(model, leak.inside);
        let might = |state: &State<Formula>| space.and(&state.yes, &space.for_some(&state.when, &values));
        touched.extend(model.state(leak.outside).map(might));
    }
    let while_open = space.and(&model.live, &holder.active);
    space.are_possible(&while_open, &space.any(&touched))
}

/// The variables that say what was filled in somewhere, and those of tests that are not looked into.
fn values_of(model: &Model, node: NodeId) -> Vec<usize> {
    let fields = model.layout.fields.iter().filter(|field| field.key.node == Some(node));
    let values =
        fields.flat_map(|field| field.value.first..field.value.first + field.value.of.saturating_sub(1));
    values.chain(model.layout.opaque.iter().map(|opaque| opaque.variable)).collect()
}

/// The runs in which a node outside has started, or has settled at once where others come after it. A converge that
/// nothing follows, or a step that is left out, does no harm.
fn settled_or_started(subject: &Subject<'_>, node: NodeId, state: &State<Formula>, space: &Space) -> Formula {
    let is_followed = subject.graph.edges.iter().any(|edge| edge.from == node);
    match subject.typed.nodes.get(node.index()).map(|node| &node.kind) {
        None | Some(NodeKind::Outcome { .. }) => space.constant(false),
        Some(NodeKind::Converge) if is_followed => state.yes.clone(),
        Some(NodeKind::Converge) => space.constant(false),
        _ => state.ready.clone(),
    }
}

/// What comes from a node outside: itself, and what comes after it.
fn onward(subject: &Subject<'_>, region: &Region<'_>, from: NodeId) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        for edge in subject.graph.edges.iter().filter(|edge| edge.from == node) {
            if !region.contains(edge.to) && found.insert(edge.to) {
                open.push(edge.to);
            }
        }
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
    let mut problem = Problem::new(&RULE, leak.at, message)
        .with_label(format!("`{outside}` is outside of what is done again"))
        .with_related(region.redo.at, by)
        .with_help(format!(
            "let `{outside}` come after {last}, or let `{holder}` wait for `{outside}`, so that it is done again as well"
        ));
    // A source that names a result is longer than its name.
    if leak.how == WAITS && leak.needed == Needed::Settled {
        for option in region.last_options() {
            let instead = format!("{holder}.{option}");
            problem = problem.with_fix(format!("wait for `{instead}` instead"), leak.at, instead);
        }
    }
    Some(problem)
}
