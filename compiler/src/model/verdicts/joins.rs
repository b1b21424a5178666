//! Joins that hang, are dropped, have sources too many: WF103, WF108, WF110, WF113.
//!
//! Invariant: a join is told to hang only for a run in which no join before it hangs.

use super::super::find::Moment;
use super::super::joins::Joins;
use super::super::logic::Logic;
use super::super::questions::Question;
use super::super::space::Formula;
use super::super::{Kind, Space};
use super::{Asked, Verdicts};
use crate::typed::{Join, Source};
use std::collections::{BTreeMap, BTreeSet};
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;

/// WF103; gives back all runs in which some join hangs. Where one hangs that never comes at all (WF102), that explains
/// the run, also if others hang in it.
pub(super) fn hanging(asked: &Asked<'_>, found: &mut Verdicts) -> Formula {
    let space = &asked.model.space;
    let mut all = space.constant(false);
    // Per node: the runs in which it, or a join before it, hangs.
    let mut before: BTreeMap<NodeId, Formula> = BTreeMap::new();
    let mut told: Vec<(NodeId, Formula)> = Vec::new();
    if !space.is_possible(&asked.model.quiet) {
        return all;
    }
    let never: Vec<Formula> = found.unreachable.iter().map(|id| hangs(asked, *id)).collect();
    let explained = space.any(&never);
    for id in &asked.model.layout.order {
        let sources = asked.join(*id).map(Join::nodes).unwrap_or_default();
        let earlier = sources.iter().filter_map(|(source, _, _)| before.get(source));
        let earlier = space.any(earlier);
        let hangs = hangs(asked, *id);
        all = space.or(&all, &hangs);
        let is_told = asked.is_reached(*id) || !asked.is_join(*id);
        let begins = space.without(&space.without(&hangs, &earlier), &explained);
        if is_told && let Some(run) = asked.model.find(&begins, Moment::Quiet) {
            found.hanging.push((*id, run));
            told.push((*id, begins));
        }
        let here = space.or(&earlier, &hangs);
        if space.is_possible(&here) {
            before.insert(*id, here);
        }
    }
    found.hanging.sort_by_key(|(id, _)| *id);
    told.sort_by_key(|(id, _)| *id);
    for (index, (id, begins)) in told.iter().enumerate() {
        let of = asked.join(*id).and_then(Join::decisions);
        let is_alike = |(earlier, runs): &&(NodeId, Formula)| {
            runs == begins && of.is_some() && asked.join(*earlier).and_then(Join::decisions) == of
        };
        if let Some((earlier, _)) = told.iter().take(index).find(is_alike) {
            found.hanging_alike.push((*earlier, *id));
        }
    }
    all
}

/// The quiet ends in which a source of the join holds, and the join does not.
fn hangs(asked: &Asked<'_>, id: NodeId) -> Formula {
    let space = &asked.model.space;
    let (Some(join), true) = (asked.join(id), asked.is_join(id)) else { return space.constant(false) };
    let Some(state) = asked.model.state_at_end(id) else { return space.constant(false) };
    let some = asked.some_source(&asked.model.joins_at_end(), id, join);
    space.and(&asked.model.quiet, &space.without(&some, &state.yes))
}

/// WF108.
pub(super) fn not_exclusive(asked: &Asked<'_>, found: &mut Verdicts) {
    for id in asked.ids() {
        let Some(join) = asked.join(id) else { continue };
        for group in groups(join, |kind| kind == JoinKind::AtLeast(1)) {
            let all: Vec<Formula> =
                group.sources.iter().map(|source| asked.model.joins().source(id, source).0).collect();
            let space = &asked.model.space;
            if !space.is_possible(&space.at_least(2, &all)) {
                continue;
            }
            // Where the node waits for all of them anyway, or the same event brings them, none of them is the later one.
            if !asked.model.is_ever(&Question::Ahead(id, group)) {
                continue;
            }
            for (index, one) in group.sources.iter().enumerate() {
                for other in group.sources.iter().skip(index + 1) {
                    if let Some(run) = ever(asked, &Question::Both(id, one, other)) {
                        found.not_exclusive.push((id, place(one), place(other), run));
                    }
                }
            }
        }
    }
}

/// A run in which a formula holds while the instance runs, or right after the finish that ends it.
fn ever(asked: &Asked<'_>, question: &Question<'_>) -> Option<super::Found> {
    let model = asked.model;
    let at_all = question.ask(&model.joins());
    if !model.space.is_possible(&at_all) {
        return None;
    }
    let running = model.space.and(&model.live, &at_all);
    if let Some(run) = model.find(&running, Moment::Running) {
        return Some(run);
    }
    model.finishes().iter().find_map(|finish| {
        let holds = question.ask(&model.joins_after(finish));
        finish.ends.iter().zip(&model.layout.outcomes).find_map(|(end, outcome)| {
            model.find(&model.space.and(end, &holds), Moment::Ended(finish, *outcome))
        })
    })
}

/// WF110: a source that another source of the same group, further on, always waits for.
pub(super) fn redundant(asked: &Asked<'_>, found: &mut Verdicts) {
    for id in asked.ids().filter(|id| asked.is_reached(*id) && asked.is_join(*id)) {
        let Some(join) = asked.join(id) else { continue };
        for group in groups(join, |kind| kind == JoinKind::All) {
            let named: BTreeSet<NodeId> = group.sources.iter().filter_map(node_of).collect();
            let first = named.iter().map(|node| asked.model.layout.place(*node)).min();
            let Some(first) = first.filter(|_| group.sources.len() > 1) else { continue };
            // By named node: the sources that wait for it, in order.
            let mut behind: BTreeMap<NodeId, Vec<&Source>> = BTreeMap::new();
            for one in &group.sources {
                for node in before(asked, one, first).intersection(&named) {
                    behind.entry(*node).or_default().push(one);
                }
            }
            for source in &group.sources {
                let Source::Node(node, _, at) = source else { continue };
                let mut others = behind.get(node).into_iter().flatten();
                let waits = others.find(|other| implies(asked, id, other, source));
                if let Some(other) = waits {
                    found.redundant.push((id, *at, place(other)));
                }
            }
        }
    }
}

fn implies(asked: &Asked<'_>, reader: NodeId, one: &Source, other: &Source) -> bool {
    let (holds, without) = (Question::Source(reader, one), Question::Without(reader, one, other));
    let model = asked.model;
    model.is_ever(&holds) && !model.is_ever(&without) && model.is_ever_with_what_is_there(&holds)
}

fn node_of(source: &Source) -> Option<NodeId> {
    match source {
        Source::Node(node, _, _) => Some(*node),
        Source::Join(_) => None,
    }
}

/// Every node that a source waits for, over however many others, and that does not stand before a place in the order;
/// of a nested join nothing.
fn before(asked: &Asked<'_>, source: &Source, first: usize) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::new();
    let mut open: Vec<NodeId> = node_of(source).into_iter().collect();
    while let Some(node) = open.pop() {
        for (source, _, _) in asked.join(node).map(Join::nodes).unwrap_or_default() {
            if asked.model.layout.place(source) >= first && found.insert(source) {
                open.push(source);
            }
        }
    }
    found
}

/// WF113: what was done for a join is dropped, and nothing that was decided explains it.
pub(super) fn dropped(asked: &Asked<'_>, found: &mut Verdicts) {
    let model = asked.model;
    let is_told = |id: &NodeId| {
        let kind = model.layout.nodes.get(id.index()).map(|node| node.kind);
        asked.is_reached(*id) && asked.is_join(*id) && !matches!(kind, Some(Kind::Outcome { .. }))
    };
    for id in asked.ids().filter(is_told) {
        if let Some((outcome, run)) = dropped_by(asked, id) {
            found.dropped.push((id, outcome, run));
        }
    }
}

fn dropped_by(asked: &Asked<'_>, id: NodeId) -> Option<(NodeId, super::Found)> {
    let (model, space) = (asked.model, &asked.model.space);
    let join = asked.join(id)?;
    // What is not so at any moment is not so at the end either.
    if !space.is_possible(&model.state(id)?.no) {
        return None;
    }
    let no_longer = &model.state_at_end(id)?.no;
    if !space.is_possible(no_longer) {
        return None;
    }
    let at_end = asked.some_source(&asked.model.joins_at_end(), id, join);
    let gone = space.and(&at_end, no_longer);
    if !space.is_possible(&gone) {
        return None;
    }
    // Outcomes that also come in runs that reach the join explain nothing; where another could have come, it does.
    let beside: Vec<bool> =
        (0..model.layout.outcomes.len()).map(|index| comes_beside(asked, id, index)).collect();
    let explains =
        |index: usize, outcome: &NodeId| beside.get(index) != Some(&true) && asked.is_reached(*outcome);
    let outcomes = model.layout.outcomes.iter().enumerate().zip(&model.outcomes_at_end);
    let explained =
        outcomes.filter(|((index, outcome), _)| explains(*index, outcome)).map(|(_, holds)| holds);
    let explained = space.any(explained);
    let gone = space.without(&gone, &explained);
    for (index, outcome) in asked.ordinary_outcomes().filter(|(index, _)| beside.get(*index) == Some(&true)) {
        for finish in model.finishes() {
            let (Some(end), Some(after)) = (finish.ends.get(index), finish.after.nodes.get(id.index()))
            else {
                continue;
            };
            let joins = asked.model.joins_after(finish);
            let some = asked.some_source(&joins, id, join);
            let missed = missed(&joins, id, join);
            let drops = space.all([end, &gone, &some, &missed, &after.no]);
            if let Some(run) = model.find(&drops, Moment::Ended(finish, outcome)) {
                return Some((outcome, run));
            }
        }
    }
    None
}

/// A node that was named without a result can no longer settle. Who names a result, `gift.yes`, means that the join is
/// left out where it does not come.
fn missed(joins: &Joins<'_, Space>, reader: NodeId, join: &Join) -> Formula {
    let each = join.sources.iter().map(|source| match source {
        Source::Join(inner) => missed(joins, reader, inner),
        Source::Node(_, Needed::Settled, _) => joins.source(reader, source).1,
        Source::Node(..) => joins.logic.constant(false),
    });
    joins.logic.any(each.collect::<Vec<_>>().iter())
}

/// Whether an outcome comes in some run in which the join was reached.
fn comes_beside(asked: &Asked<'_>, id: NodeId, outcome: usize) -> bool {
    asked.model.finishes().iter().any(|finish| {
        let (end, after) = (finish.ends.get(outcome), finish.after.nodes.get(id.index()));
        end.zip(after).is_some_and(|(end, after)| asked.model.space.are_possible(end, &after.yes))
    })
}

/// The groups of one kind in a join, nested ones too.
fn groups(join: &Join, is_meant: impl Fn(JoinKind) -> bool + Copy) -> Vec<&Join> {
    let mut found = if is_meant(join.kind) && join.sources.len() > 1 { vec![join] } else { Vec::new() };
    for source in &join.sources {
        if let Source::Join(inner) = source {
            found.extend(groups(inner, is_meant));
        }
    }
    found
}

fn place(source: &Source) -> crate::place::Place {
    match source {
        Source::Node(_, _, at) => *at,
        Source::Join(inner) => inner.at,
    }
}
