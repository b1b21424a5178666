//! What is left to do in a play, and which of it comes next.
//!
//! Invariant: a move is open until its node has finished as the case says, or its redo was taken as often as it says.

use super::cells;
use super::play::{Order, Play};
use super::{verdict, ways};
use crate::model::case::{Ending, How};
use wf_plan::Moment;
use wf_plan::plan::NodeId;

/// Something to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Move {
    /// Finish a node as the case says.
    Finish(NodeId, How),
    /// Take a redo once: of an option, or (0) of a step or wait.
    Redo(NodeId, u16),
    /// Finish a node in a round that a redo ends, as it comes.
    Pass(NodeId, How),
}

impl Play<'_, '_> {
    /// How often a redo was taken.
    pub fn rounds(&self, holder: NodeId, slot: u16) -> u16 {
        let record = self.state.nodes.get(holder.index());
        record.and_then(|record| record.redone.get(usize::from(slot))).copied().unwrap_or(0)
    }

    /// Redos that the case says were taken and that are not yet.
    pub fn open_redos(&self) -> Vec<(NodeId, u16)> {
        let open = |(node, slot): &&(NodeId, u16)| {
            let redo = self.stage.node(*node).and_then(|node| ways::redo_of(node, *slot));
            redo.is_some_and(|redo| self.rounds(*node, *slot) < redo.at_most)
        };
        self.stage.case.used_up.iter().filter(open).copied().collect()
    }

    /// Nodes of rounds that a redo will end: what happens to them now does not count.
    pub fn passing(&self) -> Vec<NodeId> {
        let redo = |(node, slot)| self.stage.node(node).and_then(|node| ways::redo_of(node, slot));
        let redos = self.open_redos().into_iter().filter_map(redo);
        redos.flat_map(|redo| redo.region.iter().copied()).collect()
    }

    /// Whether a node may have finished that the case does not list: the verdict rests on others, or the node has a
    /// condition that the case leaves open.
    pub fn is_free(&self, id: NodeId) -> bool {
        self.manner.lenient
            && self.stage.how(id).is_none()
            && (!self.stage.case.needed.contains(&id) || self.is_conditional(id))
    }

    /// Whether it has a condition whose answer the values of the case do not tell.
    fn is_conditional(&self, id: NodeId) -> bool {
        let when = self.stage.typed.nodes.get(id.index()).and_then(|node| node.when.as_ref());
        when.is_some_and(|when| !cells::is_plain(when))
    }

    pub fn open_moves(&self) -> Vec<Move> {
        let redos = self.open_redos();
        let passing = self.passing();
        let finish = |(node, how): &(NodeId, How)| {
            let held_back = redos.iter().any(|(holder, _)| holder == node);
            let finished = verdict::is_as_said(self, *node, *how);
            (!finished && !held_back).then(|| {
                if self.manner.detour > 0 && passing.contains(node) {
                    return Move::Pass(*node, ways::detour(self, *node, self.manner.detour).unwrap_or(*how));
                }
                Move::Finish(*node, *how)
            })
        };
        let mut moves: Vec<Move> = self.stage.case.finished.iter().filter_map(finish).collect();
        moves.extend(redos.iter().map(|(node, slot)| Move::Redo(*node, *slot)));
        let mut others = passing;
        if self.stage.case.ending != Ending::Running {
            // What a condition of unknown answer has set off must be done for an end to come.
            let set_off = |id: &NodeId| self.is_free(*id) && self.is_conditional(*id);
            let live = self.stage.worked().map(|(id, _)| id).filter(set_off);
            others.extend(live.filter(|id| self.state.node_state(*id).is_live()));
        }
        others.retain(|node| self.stage.how(*node).is_none());
        others.retain(|node| !redos.iter().any(|(holder, _)| holder == node));
        moves.extend(
            others.into_iter().filter_map(|node| Some(Move::Pass(node, ways::as_it_comes(self, node)?))),
        );
        moves
    }

    /// Takes the first move that disturbs nothing.
    pub fn take_one(&mut self, mut open: Vec<Move>) -> bool {
        // The finish that ends the instance comes when all else has happened.
        if let (Ending::Outcome(_), Some((last, how))) =
            (self.stage.case.ending, self.stage.case.finished.last())
            && open.len() > 1
        {
            open.retain(|one| *one != Move::Finish(*last, *how));
        }
        let mut ranked: Vec<(Moment, Move)> = open
            .into_iter()
            .filter(|one| !self.live_places(one.node()).is_empty())
            .map(|one| (ways::estimate(self, one), one))
            .collect();
        match self.manner.order {
            Order::Time => ranked.sort_by_key(|(at, one)| (one.is_pass(), *at)),
            Order::Listed => ranked.sort_by_key(|(_, one)| one.is_pass()),
            Order::LateFirst => ranked.sort_by_key(|(_, one)| (one.is_pass(), !ways::is_late(one))),
        }
        let goes_on = |_: &_| self.stage.goes_on(self.events.len());
        let taken = ranked.into_iter().take_while(goes_on).find_map(|(_, one)| ways::take(self, one));
        taken.map(|taken| *self = taken).is_some()
    }

    /// Nothing has finished but what the case says, and what rounds bring that a redo will end.
    pub fn is_calm(&self) -> bool {
        let passing = self.passing();
        self.stage.worked().all(|(id, _)| {
            !verdict::counts(self.state.node_state(id))
                || self.is_free(id)
                || passing.contains(&id)
                || self.stage.how(id).is_some_and(|how| verdict::is_as_said(self, id, how))
        })
    }
}

impl Move {
    pub fn node(self) -> NodeId {
        match self {
            Self::Finish(node, _) | Self::Redo(node, _) | Self::Pass(node, _) => node,
        }
    }

    fn is_pass(self) -> bool {
        matches!(self, Self::Pass(..))
    }
}
