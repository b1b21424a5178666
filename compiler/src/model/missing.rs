//! Whether what a node reads may not be there yet, or never: the question of WF602.
//!
//! A node reads at a moment of its life; what it reads is there if the other node's form was filled in, or its event
//! came, by then. A state in which the reader has reached that moment and the other node is not done is enough: what is
//! done stays done, so it was not done before either. Invariant: a node's own form is there once it is done.

use super::find::{Found, Moment};
use super::logic::Logic;
use super::space::Formula;
use super::states::State;
use super::{Finish, Model};
use crate::readings;
use std::rc::Rc;
use wf_plan::plan::NodeId;

impl Model {
    /// A run in which `reader` reads from `node` at this moment of its life, and nothing was filled in there.
    #[must_use]
    pub fn unfilled(&self, reader: NodeId, moment: readings::Moment, node: NodeId) -> Option<Found> {
        self.lacking(reader, moment, node, |state| &state.filled)
    }

    /// A run in which `reader` asks at this moment when `node` settled, and it has not.
    #[must_use]
    pub fn unsettled(&self, reader: NodeId, moment: readings::Moment, node: NodeId) -> Option<Found> {
        self.lacking(reader, moment, node, |state| &state.settled)
    }

    fn lacking(
        &self,
        reader: NodeId,
        moment: readings::Moment,
        node: NodeId,
        there: impl Fn(&State<Formula>) -> &Formula,
    ) -> Option<Found> {
        let lacks = |nodes: &[Rc<State<Formula>>]| {
            let (reading, read) = (nodes.get(reader.index())?, nodes.get(node.index())?);
            let missing = self.space.not(there(read));
            Some(match self.reads(reading, moment) {
                Some(reads) => self.space.and(&reads, &missing),
                None => missing,
            })
        };
        // What a finish leaves behind is a state like any other, but for what it set free.
        if !self.space.is_possible(&lacks(&self.any.nodes)?) {
            return None;
        }
        // Effects of an outcome are asked while the instance runs only if somebody may end it at any time.
        if moment != readings::Moment::Outcome || self.is_reached_at_any_time(reader) {
            let running = self.space.and(&self.live, &lacks(&self.any.nodes)?);
            if let Some(found) = self.find(&running, Moment::Running) {
                return Some(found);
            }
        }
        self.finishes()
            .iter()
            .find_map(|finish| self.lacking_at(finish, reader, moment, lacks(&finish.after.nodes)?))
    }

    /// The same in the event that ends the instance.
    fn lacking_at(
        &self,
        finish: &Finish,
        reader: NodeId,
        moment: readings::Moment,
        lacks: Formula,
    ) -> Option<Found> {
        // What became ready only now does not start; its own `when` was asked all the same.
        let starts = matches!(moment, readings::Moment::Start | readings::Moment::Active);
        if starts && finish.changed.contains(&reader) {
            return None;
        }
        finish.ends.iter().zip(&self.layout.outcomes).find_map(|(end, outcome)| {
            if moment == readings::Moment::Outcome && *outcome != reader {
                return None;
            }
            self.find(&self.space.and(end, &lacks), Moment::Ended(finish, *outcome))
        })
    }

    /// That a node has reached a moment of its life; `None`: the end of the instance in it, however that came about.
    fn reads(&self, state: &State<Formula>, moment: readings::Moment) -> Option<Formula> {
        Some(match moment {
            readings::Moment::Ready => state.yes.clone(),
            readings::Moment::List => self.space.and(&state.yes, &state.when),
            readings::Moment::Start | readings::Moment::Active => state.ready.clone(),
            readings::Moment::Done => state.done.clone(),
            readings::Moment::Skip => state.skipped.clone(),
            readings::Moment::Outcome => return None,
        })
    }
}
