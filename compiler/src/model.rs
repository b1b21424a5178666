//! The Boolean model of a workflow's runs: every question of which nodes can start, settle, hang or end is decided on it.
//!
//! [`build`] lays out the variables (`layout`: what may differ from run to run), makes the states of all nodes as
//! formulas (`states`) for any moment, for the quiet end and for the moment right after each finish that ends the
//! instance (`finishes`), and [`Model`] answers questions about them with a [`Case`]; `verdicts` asks those of the rules.
//! The method is described under *How* in the description of the checks; `witness` replays what it says on the
//! interpreter. Invariant: what it says of a workflow, the interpreter does; where it cannot know, it says so.

mod answers;
pub mod case;
mod cells;
mod checks;
mod conditions;
mod earlier;
mod early;
mod facts;
mod fewer;
mod find;
mod finishes;
mod joins;
mod layout;
mod logic;
mod managers;
mod missing;
mod order;
mod questions;
mod rounds;
mod samples;
mod space;
mod states;
mod timing;
mod unless;
mod verdicts;
mod ways;

pub use case::{Case, Ending, FieldKey, How, Settling};
pub use find::{Found, Moment};
pub use finishes::Finish;
pub use joins::Joins;
pub use layout::{Choice, FieldLayout, Kind, Layout};
pub use logic::Logic;
pub use space::{Formula, Room, Space, with_room};
pub use states::{State, States, World};
pub use unless::Given;
pub use verdicts::Verdicts;

use crate::graph::Graph;
use crate::place::DeclId;
use crate::typed::Typed;
use early::Early;
use samples::{Sample, Samples};
use states::Loose;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use timing::{Pairs, Timing};
use wf_plan::plan::NodeId;

/// Workflows of more nodes than these are given all the room there is from the beginning.
const MOST_USUAL_NODES: usize = 5_000;

/// The model of one workflow.
pub struct Model {
    /// The formulas' home.
    pub space: Space,
    /// What the variables stand for.
    pub layout: Layout,
    /// The nodes at any moment.
    pub any: States<Formula>,
    /// The instance runs: no outcome is true. Its solutions are exactly the states of running instances.
    pub live: Formula,
    /// The instance ends quietly: nothing is active, and no outcome has come. Over [`Model::end`].
    pub quiet: Formula,
    end: OnceCell<States<Formula>>,
    /// Per outcome, in file order: it is true when nothing is left that could finish.
    outcomes_at_end: Vec<Formula>,
    /// Rounds are used up only where a redo could be taken before.
    rounds: Formula,
    finishes: OnceCell<Vec<Finish>>,
    reachable: OnceCell<Vec<bool>>,
    early: OnceCell<Early>,
    samples: Samples,
    loose: Loose,
    /// Readers and nodes of which it is known who was first where the instance runs: else it would have ended.
    ordered: Pairs,
    /// What was read early can have been read so.
    timing: Formula,
    /// The same where nothing is left that could finish.
    timing_at_end: Formula,
    verdicts: OnceCell<Verdicts>,
}

/// Why there is no model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoModel {
    /// Nodes wait for each other: an error of its own.
    Circular,
    /// The diagrams grew beyond their limit.
    TooLarge,
}

/// The model of a workflow. `reachable`: for each workflow that is run, which of its outcomes come.
///
/// # Errors
/// Where nodes wait for each other, or the diagrams grow beyond their limit.
pub fn build(typed: &Typed, graph: &Graph, reachable: &BTreeMap<DeclId, &[bool]>) -> Result<Model, NoModel> {
    let usual = if typed.nodes.len() > MOST_USUAL_NODES {
        Err(NoModel::TooLarge)
    } else {
        build_within(Room::Usual, typed, graph, reachable)
    };
    match usual {
        Err(NoModel::TooLarge) => build_within(Room::Most, typed, graph, reachable),
        built => built,
    }
}

/// The same with room for diagrams of this size.
///
/// # Errors
/// Likewise.
pub fn build_within(
    room: Room,
    typed: &Typed,
    graph: &Graph,
    reachable: &BTreeMap<DeclId, &[bool]>,
) -> Result<Model, NoModel> {
    let mut layout = layout::layout(typed, graph, reachable).ok_or(NoModel::Circular)?;
    let space = Space::new(layout.variables, room);
    let timing = timing::timing(&space, &mut layout);
    let live = space.not(&space.any(&timing.any.outcomes));
    let rounds = rounds::possible(&space, &layout, &timing.any, &live);
    let rounds = space.and(&rounds, &timing.possible);
    let live = space.and(&live, &rounds);
    let all_over = all_over(&space, &layout);
    let outcomes_at_end: Vec<Formula> =
        timing.any.outcomes.iter().map(|outcome| space.under(outcome, &all_over)).collect();
    let timing_at_end = timing::at_end(&space, &layout, &timing, &all_over);
    let stuck = space.under(&stuck(&space, &layout, &timing.any), &all_over);
    let going_on = space.or(&space.any(&outcomes_at_end), &stuck);
    let quiet = space.without(&timing_at_end, &going_on);
    let Timing { any, loose, ordered, possible: timing } = timing;
    let model = Model {
        space,
        layout,
        any,
        live,
        quiet,
        end: OnceCell::new(),
        outcomes_at_end,
        rounds,
        finishes: OnceCell::new(),
        reachable: OnceCell::new(),
        early: OnceCell::new(),
        samples: Samples::default(),
        ordered,
        loose,
        timing,
        timing_at_end,
        verdicts: OnceCell::new(),
    };
    if model.space.is_full() { Err(NoModel::TooLarge) } else { Ok(model) }
}

/// Everything that was started has finished, and all rounds are used up.
fn all_over(space: &Space, layout: &Layout) -> Formula {
    let finished = layout.nodes.iter().map(|node| node.finished);
    let rounds = layout.regions.iter().map(|region| region.used_up);
    space.together(finished.chain(rounds).collect(), true)
}

/// Somebody is at work although all have finished that can: with no option open, a decision cannot.
fn stuck(space: &Space, layout: &Layout, any: &States<Formula>) -> Formula {
    let may_be_stuck = |id: &&NodeId| {
        layout.nodes.get(id.index()).is_some_and(|node| node.kind == Kind::Work && !node.can_always_finish())
    };
    let states = layout.order.iter().filter(may_be_stuck).filter_map(|id| any.nodes.get(id.index()));
    space.any(states.map(|state| &state.active))
}

impl Model {
    /// What can be said of a node at any moment.
    #[must_use]
    pub fn state(&self, node: NodeId) -> Option<&State<Formula>> {
        self.any.nodes.get(node.index()).map(|state| &**state)
    }

    /// The nodes when nothing is left that could finish. Made when first asked for: sound workflows hardly ask.
    pub fn end(&self) -> &States<Formula> {
        self.end.get_or_init(|| {
            let mut is_loose = |reader, node, _: &Formula, _: &Formula| self.is_loose(reader, node);
            states::states(&self.space, &self.layout, World::End, None, &mut is_loose)
        })
    }

    /// What can be said of a node when nothing is left that could finish.
    #[must_use]
    pub fn state_at_end(&self, node: NodeId) -> Option<&State<Formula>> {
        self.end().nodes.get(node.index()).map(|state| &**state)
    }

    /// Whether the answer to a condition of `reader` is not known, because `node` may not have settled when it is asked.
    #[must_use]
    pub fn is_loose(&self, reader: NodeId, node: NodeId) -> bool {
        self.loose.contains(&(reader, node))
    }

    /// Every finish that can end the instance in an outcome. Made when first asked for: sound workflows hardly ask.
    pub fn finishes(&self) -> &[Finish] {
        self.finishes
            .get_or_init(|| finishes::finishes(&self.space, &self.layout, &self.any, &self.live, &self.loose))
    }

    /// Whether something that is read depends on who was faster.
    fn is_timed(&self) -> bool {
        !self.loose.is_empty() || !self.ordered.is_empty()
    }

    /// Some runs, tried before anything is proven: what they show need not be asked of the formulas. None where they
    /// would have to know who was faster.
    fn samples(&self) -> impl Iterator<Item = &Sample> {
        let count = if self.is_timed() { 0 } else { usize::MAX };
        self.samples.batches(&self.layout, &self.loose).take(count)
    }

    /// Which outcomes some run ends in, in file order.
    #[must_use]
    pub fn reachable_outcomes(&self) -> &[bool] {
        self.reachable.get_or_init(|| self.outcomes_reached())
    }

    fn outcomes_reached(&self) -> Vec<bool> {
        let reached = |(index, outcome): (usize, &NodeId)| {
            self.is_reached_at_any_time(*outcome)
                || self.comes_alone(index)
                || self.samples().any(|sample| sample.ends.get(index).is_some_and(|end| *end != 0))
                || self.is_reached(index)
        };
        self.layout.outcomes.iter().enumerate().map(reached).collect()
    }

    /// Whether some choices bring this outcome about and no other, with nothing done again: whatever finishes first,
    /// the run ends there. Not asked where a condition may be read early, because then it depends on speed.
    fn comes_alone(&self, outcome: usize) -> bool {
        let Some(comes) = self.any.outcomes.get(outcome).filter(|_| !self.is_timed()) else {
            return false;
        };
        let others = self.any.outcomes.iter().enumerate().filter(|(index, _)| *index != outcome);
        let alone = others.fold(comes.clone(), |alone, (_, other)| self.space.without(&alone, other));
        let rounds: Vec<usize> = self.layout.regions.iter().map(|region| region.used_up).collect();
        self.space.is_possible(&self.space.with_all(&alone, &rounds, false))
    }

    fn is_reached(&self, outcome: usize) -> bool {
        let possible =
            |formula: Option<&Formula>| formula.is_some_and(|formula| self.space.is_possible(formula));
        possible(self.any.outcomes.get(outcome))
            && self.finishes().iter().any(|finish| possible(finish.ends.get(outcome)))
    }

    /// Whether the diagrams grew beyond their limit while questions were answered, so that no answer can be trusted.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.space.is_full()
    }

    /// Whether somebody may end the instance in this outcome `at any time`.
    #[must_use]
    pub fn is_reached_at_any_time(&self, outcome: NodeId) -> bool {
        let node = self.layout.nodes.get(outcome.index());
        let Some(Kind::Outcome { at_any_time: true, until }) = node.map(|node| node.kind) else {
            return false;
        };
        let settled = until.and_then(|until| self.state(until)).map(|state| &state.settled);
        let active = self.space.and(&self.live, &self.somebody_active());
        match settled {
            Some(settled) => self.space.is_possible(&self.space.without(&active, settled)),
            None => self.space.is_possible(&active),
        }
    }

    /// What the rules ask; computed once.
    pub fn verdicts(&self) -> &Verdicts {
        self.verdicts.get_or_init(|| verdicts::verdicts(self))
    }
}
