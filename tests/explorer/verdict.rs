//! What is wrong with a workflow, from what its exploration has seen, with causes silencing their consequences.
//!
//! Existential faults stand in the facts already; here are those that say "never" or "always". Where the table leaves
//! open which of several findings is told (behind a dead node, one cause of two), they are `optional`: the compiler
//! may tell them. Invariant: `None` where the space is too large or a condition is beyond this engine.

use super::facts::{Evidence, Facts, Where};
use super::space::{Ways, explore};
use super::subject::Subject;
use super::truth::leaves;
use std::collections::{BTreeMap, BTreeSet};
use wf_compiler::typed::{Node, NodeKind};
use wf_plan::node::{JoinKind, Needed};

/// A finding: code and place.
pub type Fault = (&'static str, Where);

/// The verdict on a workflow.
pub struct Verdict {
    /// Must be told.
    pub certain: BTreeMap<Fault, Option<Evidence>>,
    /// May be told: a consequence of something that is told.
    pub optional: BTreeSet<Fault>,
    pub ways: Ways,
    pub facts: Facts,
}

/// Explores a workflow up to a number of states and judges it.
pub fn judge(subject: &Subject, bound: usize) -> Option<Verdict> {
    let mut facts = Facts::new(&subject.typed);
    let ways = explore(subject, bound, &mut facts)?;
    if facts.unknown {
        return None;
    }
    let mut verdict = Verdict { certain: BTreeMap::new(), optional: BTreeSet::new(), ways, facts };
    existential(&mut verdict);
    constant(&mut verdict, subject);
    unreached(&mut verdict, subject);
    redundant(&mut verdict, subject);
    without_outcome(&mut verdict, subject);
    Some(verdict)
}

fn existential(verdict: &mut Verdict) {
    let facts = &verdict.facts;
    let certain = &mut verdict.certain;
    certain.extend(facts.faults.iter().map(|(fault, evidence)| (*fault, Some(evidence.clone()))));
    for ((one, other), evidence) in &facts.races {
        // One finding tells of a pair; which of the two it stands at is left open.
        certain.insert(("WF106", Where::Workflow), Some(evidence.clone()));
        verdict.optional.extend([("WF106", Where::Node(*one)), ("WF106", Where::Node(*other))]);
    }
    for ((node, outcome), evidence) in &facts.left_open {
        certain.entry(("WF107", Where::Node(*node))).or_insert_with(|| Some(evidence.clone()));
        verdict.optional.insert(("WF107", Where::Node(*outcome)));
    }
    for ((node, outcome), evidence) in &facts.dropped {
        if facts.met.contains(&(*node, *outcome)) {
            certain.entry(("WF113", Where::Node(*node))).or_insert_with(|| Some(evidence.clone()));
        }
    }
}

/// WF204 and WF205.
fn constant(verdict: &mut Verdict, subject: &Subject) {
    for (place, [was_false, was_true]) in &verdict.facts.when {
        match (place, was_false, was_true) {
            (_, true, true) | (_, false, false) => {}
            (Where::Option(..), true, false) => {
                verdict.certain.insert(("WF205", *place), None);
            }
            (place, ..) => {
                verdict.certain.insert(("WF204", *place), None);
            }
        }
    }
    for (node, declared) in subject.typed.nodes.iter().enumerate() {
        let NodeKind::Decision { options, .. } = &declared.kind else { continue };
        for option in 0..options.len() {
            if verdict.certain.contains_key(&("WF205", Where::Option(node, option))) {
                verdict.optional.insert(("WF204", Where::Option(node, option)));
            }
        }
    }
}

/// Whether a node, or the option of it that is asked for, never comes: what stands behind it is dead for that.
fn never_comes(verdict: &Verdict, node: usize, needed: Needed) -> bool {
    let option = match needed {
        Needed::Option(option) => Where::Option(node, usize::from(option)),
        _ => Where::Workflow,
    };
    !verdict.facts.reached[node] && !verdict.facts.when.get(&Where::Node(node)).is_some_and(|seen| seen[0])
        || !verdict.facts.reached[node] && !matches!(needed, Needed::Skipped | Needed::Settled)
        || verdict.certain.contains_key(&("WF205", option))
}

/// WF102 and WF104.
fn unreached(verdict: &mut Verdict, subject: &Subject) {
    let typed = &subject.typed;
    for (node, declared) in typed.nodes.iter().enumerate() {
        if verdict.facts.reached[node] {
            continue;
        }
        let place = Where::Node(node);
        let leaves = declared.after.as_ref().map(leaves).unwrap_or_default();
        let each_alone =
            !verdict.facts.held[node].is_empty() && verdict.facts.held[node].iter().all(|held| *held);
        let constant = verdict.certain.contains_key(&("WF204", place));
        let behind = leaves.iter().any(|(of, needed)| never_comes(verdict, of.index(), *needed));
        if leaves.len() > 1 && each_alone && !verdict.facts.yes[node] {
            verdict.certain.insert(("WF102", place), None);
        } else if constant || behind {
            verdict.optional.insert(("WF104", place));
        } else {
            verdict.certain.insert(("WF104", place), None);
        }
    }
    let unreachable: Vec<usize> = (0..typed.nodes.len())
        .filter(|node| verdict.certain.contains_key(&("WF102", Where::Node(*node))))
        .collect();
    for node in unreachable {
        if verdict.certain.remove(&("WF103", Where::Node(node))).is_some() {
            verdict.optional.remove(&("WF103", Where::Node(node)));
        }
    }
}

/// WF110: a source of a plain join that holds whenever another one does.
fn redundant(verdict: &mut Verdict, subject: &Subject) {
    for (node, declared) in subject.typed.nodes.iter().enumerate() {
        if is_redundant(verdict, node, declared) {
            verdict.certain.insert(("WF110", Where::Node(node)), None);
        }
    }
}

fn is_redundant(verdict: &Verdict, node: usize, declared: &Node) -> bool {
    let Some(join) = declared.after.as_ref().filter(|join| join.kind == JoinKind::All) else { return false };
    let held = &verdict.facts.held[node];
    let sources = 0..join.sources.len();
    verdict.facts.yes[node]
        && sources.clone().any(|one| {
            sources.clone().any(|other| {
                one != other && held[other] && !verdict.facts.apart[node].contains(&(one, other))
            })
        })
}

/// WF105, silenced by WF102 and WF104.
fn without_outcome(verdict: &mut Verdict, subject: &Subject) {
    let names_outcomes = subject.typed.nodes.iter().any(|node| matches!(node.kind, NodeKind::Outcome { .. }));
    let Some(evidence) = verdict.facts.quiet.clone().filter(|_| names_outcomes) else { return };
    let cause = |fault: &Fault| matches!(fault.0, "WF102" | "WF104" | "WF204");
    if verdict.certain.keys().any(cause) || verdict.optional.iter().any(cause) {
        verdict.optional.insert(("WF105", Where::Workflow));
    } else {
        verdict.certain.insert(("WF105", Where::Workflow), Some(evidence));
    }
}
