//! Whether what a node reads may not be there yet, or never: the question of WF602.
//!
//! A node reads at a moment of its life; what it reads is there if the other node's form was filled in, or its event
//! came, by then. A state in which the reader has reached that moment and the other node is not done is enough: what is
//! done stays done, so it was not done before either. A condition is read from the left, as far as it must be.
//! Invariant: a node's own form is there once it is done.

use super::case::Case;
use super::find::Moment;
use super::logic::Logic;
use super::space::Formula;
use super::states::{Builder, State, States, World};
use super::{Finish, Model, finishes};
use crate::readings::{self, Reading};
use wf_plan::plan::NodeId;

impl Model {
    /// A run in which somebody reads, and what is read lacks something, whatever opaque tests say.
    #[must_use]
    pub fn lacking(&self, reading: &Reading, lacks: &dyn Fn(&State<Formula>) -> Formula) -> Option<Case> {
        let sure = |formula: &Formula, at: Moment<'_>| self.find(formula, at)?.sure().cloned();
        let anywhere = self.read_and(reading, &self.any, lacks)?;
        // What a finish leaves behind is a state like any other, but for what it set free.
        if !self.space.is_possible(&anywhere) {
            return None;
        }
        let gets_there = self.gets_there(reading, &self.any, World::Any);
        let running = self.space.all([&self.live, &anywhere, &gets_there]);
        let running = if reading.moment == readings::Moment::Outcome {
            // Effects of an outcome are asked while the instance runs only if somebody may end it at any time.
            self.space.and(&running, &self.may_be_ended_in(reading.reader))
        } else {
            running
        };
        if let Some(case) = sure(&running, Moment::Running) {
            return Some(case);
        }
        self.finishes().iter().filter(|finish| is_read_after(reading, finish)).find_map(|finish| {
            let read = self.read_and(reading, &finish.after, lacks)?;
            let ends = finish.ends.iter().zip(&self.layout.outcomes);
            let meant = ends.filter(|(_, outcome)| {
                reading.moment != readings::Moment::Outcome || **outcome == reading.reader
            });
            let meant: Vec<(Formula, NodeId)> = meant
                .map(|(end, outcome)| (self.space.and(end, &read), *outcome))
                .filter(|(here, _)| self.space.is_possible(here))
                .collect();
            if meant.is_empty() {
                return None;
            }
            let gets_there = self.right_after(finish, |world| self.gets_there(reading, &finish.after, world));
            meant.iter().find_map(|(here, outcome)| {
                sure(&self.space.and(here, &gets_there), Moment::Ended(finish, *outcome))
            })
        })
    }

    fn right_after<T>(&self, finish: &Finish, say: impl FnOnce(World<'_, Formula>) -> T) -> T {
        let node = finish.by.and_then(|by| Some((by, self.layout.nodes.get(by.index())?.finished)));
        match node {
            Some((by, finished)) => finishes::right_after(&self.space, &self.any, (by, finished), &[], say),
            None => say(World::Start),
        }
    }

    /// The reader has reached the moment at which it reads, and what is read lacks something.
    fn read_and(
        &self,
        reading: &Reading,
        states: &States<Formula>,
        lacks: &dyn Fn(&State<Formula>) -> Formula,
    ) -> Option<Formula> {
        let reader = states.nodes.get(reading.reader.index())?;
        let lacks = lacks(states.nodes.get(reading.node.index())?);
        let reads = match reading.moment {
            readings::Moment::Ready => &reader.yes,
            readings::Moment::List => &self.space.and(&reader.yes, &reader.when),
            readings::Moment::Start | readings::Moment::Active => &reader.ready,
            readings::Moment::Done => &reader.done,
            readings::Moment::Skip => &reader.skipped,
            readings::Moment::Outcome => return Some(lacks),
        };
        Some(self.space.and(reads, &lacks))
    }

    /// Where the condition that holds the reading gets as far as that.
    fn gets_there(&self, reading: &Reading, states: &States<Formula>, world: World<'_, Formula>) -> Formula {
        let Some(test) = reading.test.filter(|_| reading.behind) else { return self.space.constant(true) };
        let mut is_loose = |reader, node, _: &Formula, _: &Formula| self.is_loose(reader, node);
        let nodes = states.nodes.clone();
        let mut builder =
            Builder { logic: &self.space, layout: &self.layout, world, nodes, is_loose: &mut is_loose };
        builder.gets_to(reading.reader, test.of, test.at)
    }
}

/// Whether the moment right after a finish that ends the instance adds to what was asked while it ran. What became
/// ready only now does not start; its own `when` and list were asked all the same.
fn is_read_after(reading: &Reading, finish: &Finish) -> bool {
    let starts = matches!(reading.moment, readings::Moment::Start | readings::Moment::Active);
    !starts || !finish.changed.contains(&reading.reader)
}
