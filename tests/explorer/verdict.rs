//! What is wrong with a workflow, from what its exploration has seen, with causes silencing their consequences.
//!
//! Existential faults stand in the facts already; here are those that say "never" or "always". Where the table leaves
//! open which of several findings is told (behind a dead node, one cause of two), they are `optional`: the compiler
//! may tell them. Invariant: `None` where the space is too large, a condition is beyond
//! this engine, or a redo goes back to what was never done or leaves settled what others come after (the checks leave open
//! what that means).

use super::facts::{Evidence, Facts, Where};
use super::space::{Ways, explore};
use super::subject::Subject;
use super::truth::{ancestors, groups, leaves};
use std::collections::{BTreeMap, BTreeSet};
use wf_compiler::typed::{ActionKind, Join, Node, NodeKind, Source};
use wf_plan::node::{IfLate, JoinKind, Needed};

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
    if facts.unknown || facts.went_astray {
        return None;
    }
    let mut verdict = Verdict { certain: BTreeMap::new(), optional: BTreeSet::new(), ways, facts };
    existential(&mut verdict);
    alike(&mut verdict, subject);
    missing(&mut verdict);
    dropped(&mut verdict, subject);
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
    // Who waits for all of a group anyway goes on with nothing too early.
    for ((node, _), evidence) in facts.overlapped.iter().filter(|(group, _)| facts.went_ahead.contains(group))
    {
        certain.entry(("WF108", Where::Node(*node))).or_insert_with(|| Some(evidence.clone()));
    }
    for ((one, other), evidence) in &facts.races {
        // One finding tells of a pair; which of the two it stands at is left open.
        certain.insert(("WF106", Where::Workflow), Some(evidence.clone()));
        verdict.optional.extend([("WF106", Where::Node(*one)), ("WF106", Where::Node(*other))]);
    }
    for ((node, outcome), evidence) in &facts.left_open {
        certain.entry(("WF107", Where::Node(*node))).or_insert_with(|| Some(evidence.clone()));
        verdict.optional.insert(("WF107", Where::Node(*outcome)));
    }
    verdict.optional.extend(facts.behind.iter().map(|node| ("WF103", Where::Node(*node))));
}

/// WF103: of joins that wait for results of the same decisions the first tells, perhaps, of the others.
fn alike(verdict: &mut Verdict, subject: &Subject) {
    let decisions = |node: usize| subject.typed.nodes[node].after.as_ref().and_then(Join::decisions);
    let mut seen = BTreeSet::new();
    for (node, of) in (0..subject.typed.nodes.len()).filter_map(|node| Some((node, decisions(node)?))) {
        let fault = ("WF103", Where::Node(node));
        if verdict.certain.contains_key(&fault) && !seen.insert(of) {
            verdict.certain.remove(&fault);
            verdict.optional.insert(fault);
        }
    }
}

/// WF602: certain where some run shows it that met no condition whose answer depends on who is faster.
fn missing(verdict: &mut Verdict) {
    let facts = &verdict.facts;
    for (reader, shown) in &facts.missed {
        let fault = ("WF602", Where::Node(*reader));
        match shown.iter().find(|(met, _)| met.is_disjoint(&facts.early)) {
            Some((_, evidence)) => drop(verdict.certain.insert(fault, Some(evidence.clone()))),
            None => drop(verdict.optional.insert(fault)),
        }
    }
}

/// WF113. Where an outcome exists that never comes beside the join, it may explain why the join was dropped: then it is
/// left open whether that is told.
fn dropped(verdict: &mut Verdict, subject: &Subject) {
    let facts = &verdict.facts;
    let is_outcome = |node: usize| matches!(subject.typed.nodes[node].kind, NodeKind::Outcome { .. });
    let ends: Vec<usize> =
        (0..subject.typed.nodes.len()).filter(|node| is_outcome(*node) && facts.reached[*node]).collect();
    for ((node, outcome), evidence) in &facts.dropped {
        let met = |outcome: usize| facts.met.contains(&(*node, outcome));
        if !met(*outcome) || is_outcome(*node) || !facts.reached[*node] {
            continue;
        }
        let fault = ("WF113", Where::Node(*node));
        if ends.iter().all(|outcome| met(*outcome)) && !facts.ended_by_hand.contains(outcome) {
            verdict.certain.entry(fault).or_insert_with(|| Some(evidence.clone()));
        } else {
            verdict.optional.insert(fault);
        }
    }
}

/// WF204 and WF205.
fn constant(verdict: &mut Verdict, subject: &Subject) {
    for (place, [was_false, was_true]) in &verdict.facts.when {
        let node = match place {
            Where::Option(node, _) => Where::Node(*node),
            place => *place,
        };
        let code = match (place, was_false, was_true) {
            (_, true, true) | (_, false, false) => continue,
            (Where::Option(..), true, false) => "WF205",
            _ => "WF204",
        };
        // A condition that reads what is missing is false for that.
        let misses = ("WF602", node);
        if verdict.certain.contains_key(&misses) || verdict.optional.contains(&misses) {
            verdict.optional.insert((code, *place));
        } else {
            verdict.certain.insert((code, *place), None);
        }
    }
    for (node, declared) in subject.typed.nodes.iter().enumerate() {
        let NodeKind::Decision { options, .. } = &declared.kind else { continue };
        for option in 0..options.len() {
            let place = ("WF205", Where::Option(node, option));
            if verdict.certain.contains_key(&place) || verdict.optional.contains(&place) {
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
    let is_shut = |code| {
        let fault = (code, option);
        verdict.certain.contains_key(&fault) || verdict.optional.contains(&fault)
    };
    !verdict.facts.reached[node] || is_shut("WF205")
}

/// Whether a node would end the instance in this outcome by lateness, an alternative or its last round.
fn ends_in(node: &Node, outcome: usize) -> bool {
    let levels = node.ladders.iter().flat_map(|ladder| &ladder.levels);
    let alternatives = levels.filter_map(|level| level.ask.as_ref()).flat_map(|ask| &ask.alternatives);
    let mut actions = alternatives.flat_map(|alternative| &alternative.actions);
    let last_round = node.redo.as_ref().and_then(|redo| redo.otherwise);
    let late = match &node.kind {
        NodeKind::Wait { if_late: Some(IfLate::Outcome(late)), .. } => Some(*late),
        _ => None,
    };
    last_round.into_iter().chain(late).any(|end| end.index() == outcome)
        || actions.any(|action| matches!(action.kind, ActionKind::Outcome(end) if end.index() == outcome))
}

/// WF102 and WF104.
fn unreached(verdict: &mut Verdict, subject: &Subject) {
    let typed = &subject.typed;
    for (node, declared) in typed.nodes.iter().enumerate() {
        if verdict.facts.reached[node] {
            continue;
        }
        let place = Where::Node(node);
        if !verdict.facts.early.is_empty() {
            verdict.optional.insert(("WF102", place));
            // That it never starts the compiler may leave open; that nobody can choose then what excludes itself is true.
            let options = match &declared.kind {
                NodeKind::Decision { options, .. } => options.as_slice(),
                _ => &[],
            };
            let excluded = options.iter().enumerate().filter(|(_, option)| option.when.is_some());
            verdict.optional.extend(excluded.map(|(at, _)| ("WF205", Where::Option(node, at))));
        }
        // What never comes cannot come too late.
        if verdict.certain.remove(&("WF103", place)).is_some() {
            verdict.optional.insert(("WF103", place));
        }
        let leaves = declared.after.as_ref().map(leaves).unwrap_or_default();
        let each_alone =
            !verdict.facts.held[node].is_empty() && verdict.facts.held[node].iter().all(|held| *held);
        let constant =
            verdict.certain.contains_key(&("WF204", place)) || verdict.optional.contains(&("WF204", place));
        let never_starts = |of: usize| !verdict.facts.reached[of] && ends_in(&typed.nodes[of], node);
        let behind = leaves.iter().any(|(of, needed)| never_comes(verdict, of.index(), *needed))
            || (0..typed.nodes.len()).any(never_starts);
        if leaves.len() > 1 && each_alone && !verdict.facts.yes[node] {
            // Behind a dead node the finding is that node's, whatever else excludes the sources.
            if behind {
                verdict.optional.extend([("WF102", place), ("WF104", place)]);
            } else {
                verdict.certain.insert(("WF102", place), None);
            }
        } else if constant || behind || verdict.facts.ended_by_hand.contains(&node) {
            verdict.optional.insert(("WF104", place));
        } else {
            verdict.certain.insert(("WF104", place), None);
        }
    }
}

/// WF110: a source of a plain list that holds whenever another one does that waits for it. What holds together for
/// other reasons may be told.
fn redundant(verdict: &mut Verdict, subject: &Subject) {
    for (node, declared) in subject.typed.nodes.iter().enumerate() {
        let Some(join) = &declared.after else { continue };
        for (group, join) in
            groups(join).into_iter().enumerate().filter(|(_, join)| join.kind == JoinKind::All)
        {
            let pairs = (0..join.sources.len())
                .flat_map(|one| (0..join.sources.len()).map(move |other| (one, other)));
            for (one, other) in pairs.filter(|(one, other)| one != other) {
                let apart = verdict.facts.apart[node].contains(&(group, one, other));
                if apart || !verdict.facts.seen[node].contains(&(group, other)) {
                    continue;
                }
                let place = ("WF110", Where::Node(node));
                match (&join.sources[one], &join.sources[other]) {
                    (Source::Node(of, ..), Source::Node(by, ..))
                        if ancestors(&subject.typed, by.index()).contains(&of.index())
                            && verdict.facts.reached[node] =>
                    {
                        verdict.certain.insert(place, None);
                    }
                    _ => {
                        verdict.optional.insert(place);
                    }
                }
            }
        }
    }
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
