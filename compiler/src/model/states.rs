//! What can be said of each node, as formulas: whether what it waits for has come, no longer can, how it settled.
//!
//! Written once for every [`Logic`], in the order of the layout, by the rules of *Meaning* 1, 2 and 5. In [`World::Any`]
//! a node that is ready may have finished or not; in [`World::End`] all that can finish has. Invariant: yes and no are
//! never both true, and settled implies yes.

use super::case::How;
use super::checks::Check;
use super::joins::Joins;
use super::layout::{Choice, Kind, Layout, NodeLayout};
use super::logic::Logic;
use std::collections::BTreeSet;
use std::rc::Rc;
use wf_plan::plan::NodeId;

/// Which moments are meant.
pub enum World<'a, T> {
    /// Any moment of a run.
    Any,
    /// When nothing is left that could finish.
    End,
    /// The start, before anything has finished.
    Start,
    /// Right after a finish: what it set free has started and not finished.
    After {
        /// Whether each node was ready before.
        ready: &'a [T],
        /// Whether what a node waits for had come before.
        yes: &'a dyn Fn(NodeId) -> T,
        /// Whether a node's form had been filled in before.
        filled: &'a dyn Fn(NodeId) -> T,
        /// Whether it was this node that finished.
        by: &'a dyn Fn(NodeId) -> T,
    },
}

/// What can be said of one node.
#[derive(Clone, Debug)]
pub struct State<T> {
    /// What it waits for has come.
    pub yes: T,
    /// It no longer can.
    pub no: T,
    /// Its `when` holds, as it stood when the node became ready; means nothing before.
    pub when: T,
    /// Per option of a decision: its `when` holds, likewise.
    pub open: Vec<T>,
    /// It was started (a converge or an outcome: reached).
    pub ready: T,
    /// It has settled.
    pub settled: T,
    /// It was done.
    pub done: T,
    /// Its form was filled in, or its event came.
    pub filled: T,
    /// It was skipped, by rule or by a person.
    pub skipped: T,
    /// It is at work.
    pub active: T,
    /// How it finished: one formula for each of [`NodeLayout::ways`].
    pub ways: Vec<T>,
}

/// The nodes of a workflow, and its outcomes.
#[derive(Clone, Debug)]
pub struct States<T> {
    /// By node.
    pub nodes: Vec<Rc<State<T>>>,
    /// Whether each outcome is true, in file order: reached, or made true by an alternative, lateness, a last round.
    pub outcomes: Vec<T>,
}

/// Readers and the nodes whose fields their conditions read, where the reader may be ready before the node has settled:
/// then nothing is known of the answer.
pub type Loose = BTreeSet<(NodeId, NodeId)>;

/// Whether a reader may ask about a node before that is over, given where it asks and when the node is over.
pub type IsLoose<'a, L> = dyn FnMut(NodeId, NodeId, &<L as Logic>::Truth, &<L as Logic>::Truth) -> bool + 'a;

impl<T> Clone for World<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for World<'_, T> {}

/// States that are as in another world but for some nodes.
pub struct Known<'a, T> {
    /// The states of the other world.
    pub nodes: &'a [Rc<State<T>>],
    /// The nodes that differ.
    pub changed: &'a BTreeSet<NodeId>,
}

/// The states of all nodes; of those that are not `known` from another world. `is_loose` is asked at each reading, with
/// where the reader asks and whether the node is over.
pub fn states<L: Logic>(
    logic: &L,
    layout: &Layout,
    world: World<'_, L::Truth>,
    known: Option<Known<'_, L::Truth>>,
    is_loose: &mut IsLoose<'_, L>,
) -> States<L::Truth> {
    let changed = known.as_ref().map(|known| known.changed);
    let is_known = |id: NodeId| changed.is_some_and(|changed| !changed.contains(&id));
    let no = logic.constant(false);
    let blank = Rc::new(State {
        yes: no.clone(),
        no: no.clone(),
        when: no.clone(),
        open: Vec::new(),
        ready: no.clone(),
        settled: no.clone(),
        done: no.clone(),
        filled: no.clone(),
        skipped: no.clone(),
        active: no.clone(),
        ways: Vec::new(),
    });
    let nodes = known.map_or_else(
        || layout.nodes.iter().map(|_| Rc::clone(&blank)).collect(),
        |known| known.nodes.to_vec(),
    );
    let mut builder = Builder { logic, layout, world, nodes, is_loose };
    for id in layout.order.iter().filter(|id| !is_known(**id)) {
        if let Some(node) = layout.nodes.get(id.index()) {
            let state = builder.state(*id, node);
            if let Some(slot) = builder.nodes.get_mut(id.index()) {
                *slot = Rc::new(state);
            }
        }
    }
    let outcomes = layout.outcomes.iter().map(|outcome| builder.outcome(*outcome)).collect();
    States { nodes: builder.nodes, outcomes }
}

/// Makes states, node by node.
pub struct Builder<'a, L: Logic> {
    /// The operations.
    pub logic: &'a L,
    /// The layout.
    pub layout: &'a Layout,
    /// Which moments are meant.
    pub world: World<'a, L::Truth>,
    /// The nodes made so far.
    pub nodes: Vec<Rc<State<L::Truth>>>,
    /// Whether a reader may be ready before a node has settled.
    pub is_loose: &'a mut IsLoose<'a, L>,
}

impl<L: Logic> Builder<'_, L> {
    fn state(&mut self, id: NodeId, node: &NodeLayout) -> State<L::Truth> {
        let logic = self.logic;
        let (yes, no) = self.after(id, node);
        let when = self.holds(id, node.when.as_ref(), &yes);
        let asked = logic.and(&yes, &when);
        let list = self.holds(id, node.list.as_ref(), &asked);
        let ready = logic.and(&asked, &list);
        // Nobody is offered the options of what its own `when` leaves out: whom they ask matters where it starts.
        let open: Vec<_> = node.open.iter().map(|open| self.holds(id, open.as_ref(), &ready)).collect();
        let by_rule = logic.without(&yes, &ready);
        if node.kind != Kind::Work {
            let never = logic.constant(false);
            return State {
                settled: yes.clone(),
                done: ready.clone(),
                filled: never.clone(),
                skipped: by_rule,
                active: never,
                ways: Vec::new(),
                yes,
                no,
                when,
                open,
                ready,
            };
        }
        let has_deadline = node.late.as_ref().map(|late| self.has_deadline(id, late, &ready));
        let (finished, ways) = self.ways(id, node, (&ready, has_deadline.as_ref()), &open);
        let of = |wanted: &dyn Fn(How) -> bool| {
            if node.ways.iter().all(|how| wanted(*how)) {
                return finished.clone();
            }
            let chosen = node.ways.iter().zip(&ways).filter(|(how, _)| wanted(**how));
            logic.any(chosen.map(|(_, truth)| truth))
        };
        let settles = of(&|how| how.settling().is_some());
        // A `redo` of its own takes every settling back but that of the last round.
        let stays = match node.loops_to {
            Some(_) => logic.and(&by_rule, &self.rounds_are_used_up(id)),
            None => by_rule,
        };
        let settled = logic.or(&stays, &settles);
        let by_person = of(&|how| how.settling() == Some(How::Skipped));
        State {
            done: of(&is_done),
            filled: of(&is_filled),
            skipped: logic.or(&stays, &by_person),
            active: logic.without(&ready, &finished),
            settled,
            ways,
            yes,
            no,
            when,
            open,
            ready,
        }
    }

    /// Where a condition holds that a node asks then.
    fn holds(&mut self, id: NodeId, check: Option<&Check>, then: &L::Truth) -> L::Truth {
        check.map_or_else(|| self.logic.constant(true), |check| self.answer(id, check, then).yes)
    }

    /// That it was started and has finished, and one formula per way: it has, and so.
    fn ways(
        &self,
        id: NodeId,
        node: &NodeLayout,
        (ready, has_deadline): (&L::Truth, Option<&L::Truth>),
        open: &[L::Truth],
    ) -> (L::Truth, Vec<L::Truth>) {
        let logic = self.logic;
        let before =
            |known: &[L::Truth]| known.get(id.index()).map_or(logic.constant(false), L::Truth::clone);
        let finished = match self.world {
            World::Any => logic.and(ready, &logic.variable(node.finished)),
            World::End => ready.clone(),
            World::Start => logic.constant(false),
            World::After { ready, by, .. } => {
                let finished = logic.or(&logic.variable(node.finished), &by(id));
                logic.and(&before(ready), &finished)
            }
        };
        let mut ways = Vec::with_capacity(node.ways.len());
        for (index, how) in node.ways.iter().enumerate() {
            let chosen = is_thing(logic, node.how, index);
            let mut way = logic.and(&finished, &chosen);
            if let Some(open) = how.option().and_then(|option| open.get(usize::from(option))) {
                way = logic.and(&way, open);
            }
            if let Some((late, has_deadline)) = node.late.as_ref().zip(has_deadline)
                && late.ways.contains(&index)
            {
                way = logic.and(&way, has_deadline);
            }
            if node.loops_to.is_some() && how.settling().is_some() {
                way = logic.and(&way, &self.rounds_are_used_up(id));
            }
            ways.push(way);
        }
        (if node.can_always_finish() { finished } else { logic.any(&ways) }, ways)
    }

    fn after(&self, id: NodeId, node: &NodeLayout) -> (L::Truth, L::Truth) {
        let joins = Joins { logic: self.logic, layout: self.layout, world: self.world, nodes: &self.nodes };
        joins.after(id, node)
    }

    fn outcome(&self, outcome: NodeId) -> L::Truth {
        let logic = self.logic;
        let mut truth =
            self.nodes.get(outcome.index()).map_or(logic.constant(false), |state| state.ready.clone());
        for id in self.layout.enders.iter().copied() {
            let node = self.layout.nodes.get(id.index()).zip(self.nodes.get(id.index()));
            let Some((node, state)) = node else { continue };
            for (how, way) in node.ways.iter().zip(&state.ways) {
                if how.outcome() == Some(outcome) {
                    truth = logic.or(&truth, way);
                }
            }
            if node.loops_to == Some(outcome) && node.has_condition() {
                // Skipped by rule it goes back all the same, until its rounds are used up.
                let by_rule = logic.without(&state.yes, &state.ready);
                truth = logic.or(&truth, &logic.and(&by_rule, &self.rounds_are_used_up(id)));
            }
        }
        truth
    }

    /// A step or wait has sent back as often as it may, or cannot, where what would be done again is not taken:
    /// the next time it ends the instance.
    fn rounds_are_used_up(&self, holder: NodeId) -> L::Truth {
        // In the order of their holders.
        let first = self.layout.regions.partition_point(|region| region.holder < holder);
        let own = self.layout.regions.get(first).filter(|region| region.holder == holder);
        match (self.world, own) {
            (World::Any | World::After { .. }, Some(region)) => {
                let used_up = self.logic.variable(region.used_up);
                let left_out = self.nodes.get(region.to.index()).map(|state| &state.no);
                left_out.map_or(used_up.clone(), |left_out| self.logic.or(&used_up, left_out))
            }
            (World::Start, _) => self.logic.constant(false),
            _ => self.logic.constant(true),
        }
    }
}

/// What a bare source in `any of` needs.
fn is_done(how: How) -> bool {
    !matches!(how.settling(), None | Some(How::Skipped | How::Late))
}

/// A form was filled in, or an event came.
fn is_filled(how: How) -> bool {
    matches!(how.settling(), Some(How::Completed | How::Chosen(_) | How::Arrived))
}

/// That a choice is its thing of this number.
pub fn is_thing<L: Logic>(logic: &L, choice: Choice, number: usize) -> L::Truth {
    if choice.of < 2 {
        return logic.constant(number < choice.of);
    }
    let things: Vec<bool> = (0..choice.of).map(|thing| thing == number).collect();
    is_one_of(logic, choice, &things)
}

/// That a choice is one of these things.
pub fn is_one_of<L: Logic>(logic: &L, choice: Choice, things: &[bool]) -> L::Truth {
    let Some((last, others)) = things.split_last() else { return logic.constant(false) };
    let mut truth = logic.constant(*last);
    for (index, thing) in others.iter().enumerate().rev() {
        let this = logic.variable(choice.first + index);
        let here = logic.and(&this, &logic.constant(*thing));
        truth = logic.or(&here, &logic.without(&truth, &this));
    }
    truth
}
