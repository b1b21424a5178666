//! Questions that are asked of sampled runs first and of the formulas only if no sample says yes.
//!
//! A question is written once over every [`Logic`]. Invariant: samples and formulas are asked the same.

use super::find::Moment;
use super::joins::Joins;
use super::logic::Logic;
use super::samples::Sample;
use super::states::World;
use super::{Finish, Model, Space};
use crate::typed::{Join, Source};
use wf_plan::plan::NodeId;

/// Something about one moment.
pub enum Question<'a> {
    /// What a node waits for has come.
    Yes(NodeId),
    /// A node was started.
    Ready(NodeId),
    /// What a node waits for has come, and its `when` has this answer.
    When(NodeId, bool),
    /// A decision was started, and the `when` of this option has this answer.
    Open(NodeId, u16, bool),
    /// A source came to what its reader needs.
    Source(NodeId, &'a Source),
    /// The first source came, and the second did not.
    Without(NodeId, &'a Source, &'a Source),
    /// Both sources came.
    Both(NodeId, &'a Source, &'a Source),
    /// A node goes on with a group of what it waits for, while another source of the group may still come.
    Ahead(NodeId, &'a Join),
}

impl Question<'_> {
    /// The node that it is about, behind all that the answer depends on.
    fn asks_of(&self) -> NodeId {
        match self {
            Self::Yes(id)
            | Self::Ready(id)
            | Self::When(id, _)
            | Self::Open(id, ..)
            | Self::Source(id, _)
            | Self::Without(id, ..)
            | Self::Both(id, ..)
            | Self::Ahead(id, _) => *id,
        }
    }

    /// The answer at the moment that these joins stand for.
    pub fn ask<L: Logic>(&self, joins: &Joins<'_, L>) -> L::Truth {
        let logic = joins.logic;
        let never = || logic.constant(false);
        let state = |id: &NodeId| joins.nodes.get(id.index());
        let with = |asked: &L::Truth, holds: &L::Truth, answer: bool| {
            if answer { logic.and(asked, holds) } else { logic.without(asked, holds) }
        };
        match self {
            Self::Yes(id) => state(id).map_or_else(never, |state| state.yes.clone()),
            Self::Ready(id) => state(id).map_or_else(never, |state| state.ready.clone()),
            Self::When(id, answer) => {
                state(id).map_or_else(never, |state| with(&state.yes, &state.when, *answer))
            }
            Self::Open(id, option, answer) => {
                let open = state(id).and_then(|state| Some((state, state.open.get(usize::from(*option))?)));
                open.map_or_else(never, |(state, open)| with(&state.ready, open, *answer))
            }
            Self::Source(reader, source) => joins.source(*reader, source).0,
            Self::Without(reader, one, other) => {
                logic.without(&joins.source(*reader, one).0, &joins.source(*reader, other).0)
            }
            Self::Both(reader, one, other) => {
                logic.and(&joins.source(*reader, one).0, &joins.source(*reader, other).0)
            }
            Self::Ahead(reader, group) => {
                let each = group.sources.iter().map(|source| joins.source(*reader, source));
                let open: Vec<_> = each.map(|(yes, no)| logic.not(&logic.or(&yes, &no))).collect();
                let goes_on = state(reader).map_or_else(never, |state| state.yes.clone());
                logic.all([&goes_on, &joins.join(*reader, group).0, &logic.any(&open)])
            }
        }
    }
}

impl Model {
    /// Whether the answer is ever yes: in a running instance, or right after the finish that ends it.
    pub fn is_ever(&self, question: &Question<'_>) -> bool {
        let holds = question.ask(&self.joins());
        self.space.is_possible(&holds)
            && (self.is_possible_early(&holds, &[question.asks_of()])
                || self.samples().any(|sample| self.shows(sample, question))
                || self.space.are_possible(&self.live, &holds)
                || self.is_ever_ending(question))
    }

    /// Whether the answer is yes in some run whatever opaque tests say, at any moment.
    pub fn is_surely(&self, question: &Question<'_>) -> bool {
        if self.layout.opaque.is_empty() {
            return true;
        }
        self.is_sure(&self.space.and(&self.live, &question.ask(&self.joins())), Moment::Running)
            || self.finishes().iter().any(|finish| {
                let holds = question.ask(&self.joins_after(finish));
                let mut ends = finish.ends.iter().zip(&self.layout.outcomes);
                ends.any(|(end, outcome)| {
                    self.is_sure(&self.space.and(end, &holds), Moment::Ended(finish, *outcome))
                })
            })
    }

    /// Whether the answer is yes in some run in which no condition finds a value that may not be there yet when it is
    /// read: such a value is an error of its own, and nothing else is concluded from it.
    pub fn is_ever_with_what_is_there(&self, question: &Question<'_>) -> bool {
        let space = &self.space;
        let early = self.layout.there.values().map(|own| space.not(&space.variable(*own)));
        let none = space.all(&early.collect::<Vec<_>>());
        space.are_possible(&space.and(&self.live, &question.ask(&self.joins())), &none)
            || self.finishes().iter().any(|finish| {
                let holds = space.and(&question.ask(&self.joins_after(finish)), &none);
                finish.ends.iter().any(|end| space.are_possible(end, &holds))
            })
    }

    /// Whether the answer is ever yes in a running instance.
    pub fn is_ever_while_running(&self, question: &Question<'_>) -> bool {
        self.is_possible_while_running(&question.ask(&self.joins()), &[question.asks_of()])
    }

    fn shows(&self, sample: &Sample, question: &Question<'_>) -> bool {
        let ended = sample.ends.iter().fold(0, |all, end| all | end);
        sample.live & question.ask(&self.joins_of(sample, false)) != 0
            || ended & question.ask(&self.joins_of(sample, true)) != 0
    }

    fn is_ever_ending(&self, question: &Question<'_>) -> bool {
        self.finishes().iter().any(|finish| {
            let holds = question.ask(&self.joins_after(finish));
            finish.ends.iter().any(|end| self.space.are_possible(end, &holds))
        })
    }

    fn joins_of<'a>(&'a self, sample: &'a Sample, after: bool) -> Joins<'a, super::logic::Lanes> {
        let nodes = if after { &sample.after.nodes } else { &sample.before.nodes };
        Joins { logic: &sample.lanes, layout: &self.layout, world: World::Any, nodes }
    }

    /// Joins as they stand at any moment.
    pub fn joins(&self) -> Joins<'_, Space> {
        Joins { logic: &self.space, layout: &self.layout, world: World::Any, nodes: &self.any.nodes }
    }

    /// Joins as they stand when nothing is left that could finish.
    pub fn joins_at_end(&self) -> Joins<'_, Space> {
        Joins { logic: &self.space, layout: &self.layout, world: World::End, nodes: &self.end().nodes }
    }

    /// Joins as they stand right after a finish.
    pub fn joins_after<'a>(&'a self, finish: &'a Finish) -> Joins<'a, Space> {
        Joins { logic: &self.space, layout: &self.layout, world: World::Any, nodes: &finish.after.nodes }
    }
}
