//! A workflow made ready for time: its nodes in the order in which they wait, and the calendar they count in.
//!
//! Made once per workflow and asked for many start moments. Workflows that it runs are made ready with it, each with
//! its own calendar. Invariant: in `order` every node stands behind all that it waits for; a workflow whose nodes
//! wait for each other in a circle has no schedule.

use super::years::{Years, years_of};
use crate::graph::{Graph, Vertex};
use crate::place::DeclId;
use crate::typed::{Join, LimitKind, Node, NodeKind, Source, Typed};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wf_plan::Moment;
use wf_plan::calendar::Duration;
use wf_plan::node::{CountFrom, Needed};
use wf_plan::plan::NodeId;
use wf_plan::value::Constant;

/// No workflow runs workflows that run workflows … deeper than this as far as time is concerned; what lies deeper
/// takes no time at the least and an unknown time at the most.
const DEEPEST: usize = 8;
/// So many nodes of other workflows are pushed through with one start, each as often as it is run.
const MOST_NODES: usize = 5_000;

/// Before everything: the moment of what happened at a time that is left open.
pub const EVER: Moment = Moment(i64::MIN);
/// After everything: the moment of what cannot happen, or of which nobody says when.
pub const NEVER: Moment = Moment(i64::MAX);

/// A workflow ready for time.
pub struct Schedule<'a> {
    /// The workflow.
    pub typed: &'a Typed,
    /// Its calendar.
    pub years: Arc<Years>,
    /// Nodes, each behind what it waits for.
    pub order: Vec<usize>,
    /// The nodes whose settling no condition prevents, in runs that no outcome ends before.
    pub certain: Vec<bool>,
    /// Whether a node may settle without any work done.
    pub may_skip: Vec<bool>,
    /// Whether an outcome can be reached otherwise than by its `after`.
    pub reached_otherwise: Vec<bool>,
    /// The workflows it runs, by the node that runs them.
    pub children: BTreeMap<usize, Child<'a>>,
}

/// A workflow run by a node.
pub struct Child<'a> {
    /// It, ready for time.
    pub schedule: Schedule<'a>,
    /// Its outcomes, by position among its nodes, in file order, and whether a run ends there.
    pub outcomes: Vec<(usize, bool)>,
}

/// What stands around a workflow that is made ready.
struct Around<'k, 'a> {
    children: &'k BTreeMap<DeclId, &'a Typed>,
    reachable: &'k BTreeMap<DeclId, &'a [bool]>,
}

impl<'a> Around<'_, 'a> {
    fn schedule(
        &self,
        typed: &'a Typed,
        graph: &Graph,
        depth: usize,
        nodes_left: &mut usize,
    ) -> Option<Schedule<'a>> {
        let order = order(typed)?;
        let years = years_of(&typed.calendars.get(typed.calendar.index())?.data);
        let children = self.children_of(typed, depth, nodes_left);
        let flags = |of: fn(&Vertex) -> bool| graph.nodes.iter().map(of).collect::<Vec<bool>>();
        let may_skip = flags(|vertex| vertex.may_be_skipped);
        let reached_otherwise = flags(|vertex| vertex.reached_otherwise);
        let certain = Vec::new();
        let mut schedule = Schedule { typed, years, order, certain, may_skip, reached_otherwise, children };
        schedule.certain = schedule.certain_nodes();
        Some(schedule)
    }

    fn children_of(
        &self,
        typed: &'a Typed,
        depth: usize,
        nodes_left: &mut usize,
    ) -> BTreeMap<usize, Child<'a>> {
        let mut children = BTreeMap::new();
        for (index, node) in typed.nodes.iter().enumerate() {
            let NodeKind::Run { decl, .. } = &node.kind else { continue };
            let Some(child) = self.children.get(decl).filter(|_| depth < DEEPEST) else { continue };
            let Some(left) = nodes_left.checked_sub(child.nodes.len()) else { continue };
            *nodes_left = left;
            let graph = crate::graph::build(child);
            let Some(schedule) = self.schedule(child, &graph, depth + 1, nodes_left) else { continue };
            let outcomes = outcomes_of(schedule.typed, self.reachable.get(decl).copied());
            children.insert(index, Child { schedule, outcomes });
        }
        children
    }
}

impl<'a> Schedule<'a> {
    /// Makes a workflow ready; `None` where its nodes wait for each other in a circle.
    #[must_use]
    pub fn of(
        typed: &'a Typed,
        graph: &Graph,
        children: &BTreeMap<DeclId, &'a Typed>,
        reachable: &BTreeMap<DeclId, &'a [bool]>,
    ) -> Option<Self> {
        let mut nodes_left = MOST_NODES;
        Around { children, reachable }.schedule(typed, graph, 0, &mut nodes_left)
    }

    /// The node at a position.
    #[must_use]
    pub fn node(&self, index: usize) -> Option<&'a Node> {
        self.typed.nodes.get(index)
    }

    /// The part of the order that decides when some nodes are done: themselves, all that they wait for, and all from
    /// which a deadline of these counts. Rounds of a redo may come from elsewhere and are left out.
    #[must_use]
    pub fn order_before(&self, nodes: &[usize]) -> Vec<usize> {
        let (mut deciding, mut open) = (nodes.iter().copied().collect::<BTreeSet<_>>(), nodes.to_vec());
        while let Some(node) = open.pop().and_then(|at| self.node(at)) {
            open.extend(counts_on(node).into_iter().filter(|at| deciding.insert(*at)));
        }
        self.order.iter().copied().filter(|at| deciding.contains(at)).collect()
    }

    /// Positions of the outcomes that the work itself leads to: not those that somebody ends it with, nor those that
    /// only lateness or an alternative reaches.
    pub fn outcomes(&self) -> impl Iterator<Item = usize> {
        let nodes = self.typed.nodes.iter().enumerate();
        nodes.filter(|(_, node)| is_outcome(node) && node.after.is_some()).map(|(index, _)| index)
    }

    /// Whether the workflow has outcomes at all.
    #[must_use]
    pub fn has_outcomes(&self) -> bool {
        self.typed.nodes.iter().any(is_outcome)
    }

    /// Whether an outcome can also come before its `after` holds.
    #[must_use]
    pub fn is_reached_otherwise(&self, index: usize) -> bool {
        self.reached_otherwise.get(index).copied().unwrap_or(false)
    }

    /// A due time for work that is measured in working time: between a closing and the next opening nothing more can
    /// be done, so that what is done by the opening was done by the closing.
    #[must_use]
    pub fn when_work_goes_on(&self, due: Moment) -> Moment {
        if due == EVER || due == NEVER { due } else { self.years.calendar.next_opening(due).unwrap_or(due) }
    }

    /// Whether any work or pause of the workflow is measured in working time.
    #[must_use]
    pub fn counts_working_time(&self) -> bool {
        self.typed.nodes.iter().any(|node| {
            let paused = match &node.kind {
                NodeKind::PauseFor(duration) => Some(duration.value),
                _ => None,
            };
            let takes = node.takes.as_ref().map(|takes| takes.value.0);
            let limits = node.deadlines.iter().flat_map(|line| &line.limits);
            let mut due = limits.filter_map(|limit| match &limit.kind {
                LimitKind::Within(duration, _) | LimitKind::EndOf(duration, _) => Some(*duration),
                LimitKind::By(_) => None,
            });
            takes.or(paused).is_some_and(|duration| duration.unit.is_business())
                || due.any(|duration| duration.unit.is_business())
        })
    }

    /// A moment and a duration on; what is before or after everything stays there.
    #[must_use]
    pub fn add(&self, moment: Moment, duration: &Duration) -> Option<Moment> {
        if moment == EVER || moment == NEVER {
            Some(moment)
        } else {
            self.years.calendar.add(moment, duration)
        }
    }

    fn certain_nodes(&self) -> Vec<bool> {
        let mut certain = vec![false; self.typed.nodes.len()];
        for index in &self.order {
            let Some(node) = self.node(*index) else { continue };
            let settles = match &node.after {
                None => !is_outcome(node),
                Some(join) => self.surely_holds(join, &certain),
            };
            // A redo puts a node back, so that it may settle several times; it settles all the same.
            if let Some(place) = certain.get_mut(*index) {
                *place = settles;
            }
        }
        certain
    }

    fn surely_holds(&self, join: &Join, certain: &[bool]) -> bool {
        let holds = join.sources.iter().filter(|source| self.source_surely_holds(source, certain)).count();
        holds >= crate::graph::least_sources(join.kind, join.sources.len())
    }

    /// Whether a source holds in every run that goes on long enough.
    pub fn source_surely_holds(&self, source: &Source, certain: &[bool]) -> bool {
        match source {
            Source::Join(inner) => self.surely_holds(inner, certain),
            Source::Node(node, needed, _) => {
                let is = |flags: &[bool]| flags.get(node.index()).copied().unwrap_or(false);
                let skips = is(&self.may_skip) || self.node(node.index()).is_some_and(may_be_late);
                is(certain)
                    && match needed {
                        Needed::Settled => true,
                        Needed::Done | Needed::Arrived => !skips,
                        _ => false,
                    }
            }
        }
    }
}

/// The nodes that a node waits for, and those from which its deadlines count.
fn counts_on(node: &Node) -> Vec<usize> {
    let waits = node.after.iter().flat_map(Join::nodes).map(|(source, ..)| source);
    let limits = node.deadlines.iter().flat_map(|line| &line.limits);
    let from = limits.filter_map(|limit| match &limit.kind {
        LimitKind::Within(_, CountFrom::Settled(node)) | LimitKind::EndOf(_, CountFrom::Settled(node)) => {
            Some(*node)
        }
        _ => None,
    });
    waits.chain(from).map(NodeId::index).collect()
}

/// Whether a node is an outcome.
#[must_use]
pub fn is_outcome(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Outcome { .. })
}

/// The fixed moment or date of an expression, if it is one: for a date its end or start, as the expression says.
#[must_use]
pub fn fixed_moment(schedule: &Schedule<'_>, expr: &crate::typed::Expr) -> Option<Moment> {
    use crate::typed::ExprKind;
    let calendar = &schedule.years.calendar;
    match &expr.kind {
        ExprKind::LocalMoment(date, minute) => calendar.from_local(*date, *minute),
        ExprKind::StartOfDay(inner) | ExprKind::EndOfDay(inner) => {
            let ExprKind::Constant(Constant::Date(date)) = &inner.kind else { return None };
            let is_end = matches!(expr.kind, ExprKind::EndOfDay(_));
            if is_end { calendar.end_of_day(*date) } else { calendar.from_local(*date, 0) }
        }
        _ => None,
    }
}

fn may_be_late(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Wait { if_late: Some(_), .. })
}

fn outcomes_of(typed: &Typed, reachable: Option<&[bool]>) -> Vec<(usize, bool)> {
    let outcomes = typed.nodes.iter().enumerate().filter(|(_, node)| is_outcome(node));
    let comes = |place: usize| reachable.and_then(|flags| flags.get(place)).copied().unwrap_or(true);
    outcomes.enumerate().map(|(place, (index, _))| (index, comes(place))).collect()
}

/// Kahn's method; in file order among those that are ready.
fn order(typed: &Typed) -> Option<Vec<usize>> {
    let count = typed.nodes.len();
    let mut waits_for = vec![0_usize; count];
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (index, node) in typed.nodes.iter().enumerate() {
        for (source, _, _) in node.after.as_ref().map(Join::nodes).unwrap_or_default() {
            followers.get_mut(source.index())?.push(index);
            *waits_for.get_mut(index)? += 1;
        }
    }
    let mut order: Vec<usize> = Vec::with_capacity(count);
    order.extend(waits_for.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(index, _)| index));
    let mut next = 0;
    while let Some(index) = order.get(next).copied() {
        next += 1;
        for follower in followers.get(index)?.clone() {
            let waits = waits_for.get_mut(follower)?;
            *waits -= 1;
            if *waits == 0 {
                order.push(follower);
            }
        }
    }
    (order.len() == count).then_some(order)
}

/// A position as the plan's index.
#[must_use]
pub fn node_id(index: usize) -> NodeId {
    NodeId(u16::try_from(index).unwrap_or(u16::MAX))
}
