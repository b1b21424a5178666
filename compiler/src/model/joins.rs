//! Three-valued `after`: what a join waits for has come, no longer can, or still may.
//!
//! Rule 2 of *Meaning*, over any [`Logic`]: yes and no are the two halves of its answer. Seen from outside a redo region,
//! what no longer can inside it may still, until the redo no longer can. Invariant: yes and no exclude each other.

use super::case::How;
use super::layout::{Kind, Layout, NodeLayout, Region};
use super::logic::Logic;
use super::states::{State, World};
use crate::typed::{Join, Source};
use std::rc::Rc;
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;

/// What joins say of the nodes they name: it has come, or no longer can.
pub struct Joins<'a, L: Logic> {
    /// The operations.
    pub logic: &'a L,
    /// The layout.
    pub layout: &'a Layout,
    /// Which moments are meant.
    pub world: World<'a, L::Truth>,
    /// The nodes at those moments.
    pub nodes: &'a [Rc<State<L::Truth>>],
}

impl<L: Logic> Joins<'_, L> {
    /// Whether what a node waits for has come, or no longer can.
    pub fn after(&self, id: NodeId, node: &NodeLayout) -> (L::Truth, L::Truth) {
        let (always, never) = (self.logic.constant(true), self.logic.constant(false));
        match (&node.after, node.kind) {
            (Some(join), _) => self.join(id, join),
            (None, Kind::Outcome { .. }) => (never.clone(), never),
            (None, _) => (always, never),
        }
    }

    /// A join, nested ones too.
    pub fn join(&self, reader: NodeId, join: &Join) -> (L::Truth, L::Truth) {
        let logic = self.logic;
        // One alone is what it is, however it would combine with others.
        if let ([only], JoinKind::All | JoinKind::AllTaken | JoinKind::AtLeast(1)) =
            (join.sources.as_slice(), join.kind)
        {
            return self.source(reader, only);
        }
        let (yes, no): (Vec<_>, Vec<_>) =
            join.sources.iter().map(|source| self.source(reader, source)).unzip();
        match join.kind {
            JoinKind::All => (logic.all(&yes), logic.any(&no)),
            JoinKind::AtLeast(least) => {
                let least = usize::from(least);
                let too_many = (join.sources.len() + 1).saturating_sub(least);
                (logic.at_least(least, &yes), logic.at_least(too_many, &no))
            }
            JoinKind::AllTaken => {
                let known: Vec<_> = yes.iter().zip(&no).map(|(yes, no)| logic.or(yes, no)).collect();
                (logic.and(&logic.any(&yes), &logic.all(&known)), logic.all(&no))
            }
        }
    }

    /// One source of a join.
    pub fn source(&self, reader: NodeId, source: &Source) -> (L::Truth, L::Truth) {
        match source {
            Source::Join(inner) => self.join(reader, inner),
            Source::Node(node, needed, _) => self.node_source(reader, *node, *needed),
        }
    }

    fn node_source(&self, reader: NodeId, node: NodeId, needed: Needed) -> (L::Truth, L::Truth) {
        let logic = self.logic;
        let never = || logic.constant(false);
        let (Some(state), Some(layout)) = (self.nodes.get(node.index()), self.layout.nodes.get(node.index()))
        else {
            return (never(), never());
        };
        let yes = holds(logic, state, layout, needed);
        let otherwise = logic.without(&state.settled, &yes);
        let mut no = logic.or(&state.no, &otherwise);
        for region in self.layout.regions_between(node, reader) {
            no = logic.and(&no, &self.cannot_come_again(region));
        }
        (yes, no)
    }

    /// A redo can no longer come: its holder has settled or is not taken, or its rounds are used up.
    pub fn cannot_come_again(&self, region: &Region) -> L::Truth {
        let logic = self.logic;
        let used_up = match self.world {
            World::End => logic.constant(true),
            World::Start => logic.constant(false),
            World::Any | World::After { .. } => logic.variable(region.used_up),
        };
        match self.nodes.get(region.holder.index()) {
            Some(holder) => logic.any([&used_up, &holder.settled, &holder.no]),
            None => used_up,
        }
    }
}

/// Whether a node came to a result.
pub fn holds<L: Logic>(logic: &L, state: &State<L::Truth>, layout: &NodeLayout, needed: Needed) -> L::Truth {
    let of = |wanted: &dyn Fn(How) -> bool| {
        let chosen = layout.ways.iter().zip(&state.ways).filter(|(how, _)| wanted(**how));
        logic.any(chosen.map(|(_, truth)| truth))
    };
    if layout.loops_to.is_some() {
        return logic.constant(false);
    }
    match needed {
        Needed::Settled => state.settled.clone(),
        Needed::Done => state.done.clone(),
        Needed::Skipped => state.skipped.clone(),
        Needed::Option(option) => of(&|how| how.option() == Some(option)),
        Needed::Arrived => of(&|how| how.settling() == Some(How::Arrived)),
        Needed::Late => of(&|how| how.settling() == Some(How::Late)),
        Needed::Outcome(outcome) => of(&|how| how == How::Ended(outcome)),
    }
}
