//! The moment at which a case of the model ends: what has come then, what no longer can, and what is still awaited.
//!
//! The model says that something can be, and in which run; a rule asks here which of the sources it names was missing
//! in that run, so that a message points at it. Invariant: it says of the case what the model's formulas say of it.

use crate::model::{Case, Choice, Ending, Finish, Formula, Joins, Logic, Model, States, World};
use crate::place::Place;
use crate::typed::{Join, Source};
use wf_plan::Value;
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;

/// The end of a case.
pub struct Scene<'a> {
    model: &'a Model,
    states: &'a States<Formula>,
    is_quiet: bool,
    /// Every variable with its value in this case.
    values: Formula,
}

/// What became of a source of a join.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Came {
    /// It came.
    Yes,
    /// Its node settled otherwise.
    Otherwise,
    /// Its node no longer starts.
    NotTaken,
    /// Its node was reached and never finishes by itself.
    Unfinished,
    /// Its node still waits.
    Waiting,
}

/// A source that a join waits for, and what became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Missing {
    /// The node.
    pub node: NodeId,
    /// What of it.
    pub needed: Needed,
    /// Where it is named.
    pub at: Place,
    /// What became of it.
    pub came: Came,
    /// It is one of several of which so many are enough.
    pub is_one_of_several: bool,
}

impl<'a> Scene<'a> {
    /// The end of a case of this model.
    #[must_use]
    pub fn of(model: &'a Model, case: &Case) -> Self {
        let is_quiet = case.ending == Ending::Quiet;
        let states = match case.ending {
            Ending::Running => &model.any,
            Ending::Quiet => model.end(),
            Ending::Outcome(_) => {
                let by = case.finished.last().map(|(node, _)| *node);
                let finish = |by: Option<NodeId>| model.finishes().iter().find(|finish| finish.by == by);
                finish(by).or_else(|| finish(None)).map_or(&model.any, |finish: &Finish| &finish.after)
            }
        };
        let mut values = model.space.constant(true);
        for (number, value) in assignment(model, case).into_iter().enumerate() {
            let variable = model.space.variable(number);
            let literal = if value { variable } else { model.space.not(&variable) };
            values = model.space.and(&values, &literal);
        }
        Self { model, states, is_quiet, values }
    }

    fn is(&self, formula: &Formula) -> bool {
        self.model.space.are_possible(&self.values, formula)
    }

    fn joins(&self) -> Joins<'_, crate::model::Space> {
        let world = if self.is_quiet { World::End } else { World::Any };
        Joins { logic: &self.model.space, layout: &self.model.layout, world, nodes: &self.states.nodes }
    }

    /// Whether a node was started (a converge: reached) or skipped by rule.
    #[must_use]
    pub fn is_reached(&self, node: NodeId) -> bool {
        self.states.nodes.get(node.index()).is_some_and(|state| self.is(&state.yes))
    }

    /// Whether a node has settled.
    #[must_use]
    pub fn is_settled(&self, node: NodeId) -> bool {
        self.states.nodes.get(node.index()).is_some_and(|state| self.is(&state.settled))
    }

    /// Whether a node is at work.
    #[must_use]
    pub fn is_active(&self, node: NodeId) -> bool {
        self.states.nodes.get(node.index()).is_some_and(|state| self.is(&state.active))
    }

    /// What became of a node and one of its results, as `reader` sees it.
    #[must_use]
    pub fn came(&self, reader: NodeId, source: &Source) -> Came {
        let (yes, no) = self.joins().source(reader, source);
        if self.is(&yes) {
            return Came::Yes;
        }
        let Source::Node(node, ..) = source else {
            return if self.is(&no) { Came::NotTaken } else { Came::Waiting };
        };
        let Some(state) = self.states.nodes.get(node.index()) else { return Came::Waiting };
        if self.is(&state.settled) {
            Came::Otherwise
        } else if self.is(&state.no) {
            Came::NotTaken
        } else if self.is(&state.yes) {
            Came::Unfinished
        } else {
            Came::Waiting
        }
    }

    /// The sources that keep a join from being reached, in the order of the text.
    #[must_use]
    pub fn missing(&self, reader: NodeId, join: &Join) -> Vec<Missing> {
        let mut found = Vec::new();
        self.collect(reader, join, &mut found);
        found.sort_by_key(|missing| missing.at);
        found.dedup();
        found
    }

    fn collect(&self, reader: NodeId, join: &Join, found: &mut Vec<Missing>) {
        for source in &join.sources {
            let (yes, no) = self.joins().source(reader, source);
            let is_open = join.kind != JoinKind::AllTaken || !self.is(&no);
            if self.is(&yes) || !is_open {
                continue;
            }
            match source {
                Source::Join(inner) => self.collect(reader, inner, found),
                Source::Node(node, needed, at) => {
                    let came = self.came(reader, source);
                    let is_one_of_several = matches!(join.kind, JoinKind::AtLeast(_));
                    found.push(Missing { node: *node, needed: *needed, at: *at, came, is_one_of_several });
                }
            }
        }
    }
}

/// The value of every variable in a case; what nothing is said of is false.
fn assignment(model: &Model, case: &Case) -> Vec<bool> {
    let layout = &model.layout;
    let mut values = vec![false; layout.variables];
    for (id, how) in &case.finished {
        let Some(node) = layout.nodes.get(id.index()) else { continue };
        set(&mut values, node.finished);
        if let Some(way) = node.ways.iter().position(|way| way == how) {
            choose(&mut values, node.how, way);
        }
    }
    for field in &layout.fields {
        let said = case.values.iter().find(|(key, _)| *key == field.key).map(|(_, value)| value);
        let is_said = |value: &Value| said.map_or(*value == Value::Missing, |said| said == value);
        if let Some(cell) = field.cells.iter().position(|cell| is_said(&cell.value)) {
            choose(&mut values, field.value, cell);
        }
    }
    for region in &layout.regions {
        if case.used_up.contains(&(region.holder, region.option)) {
            set(&mut values, region.used_up);
        }
    }
    for opaque in &layout.opaque {
        if case.assumed.contains(&(opaque.at, true)) {
            set(&mut values, opaque.variable);
        }
    }
    values
}

fn set(values: &mut [bool], number: usize) {
    if let Some(slot) = values.get_mut(number) {
        *slot = true;
    }
}

/// The first variable of a choice that is true says which thing it is; none: the last.
fn choose(values: &mut [bool], choice: Choice, thing: usize) {
    if thing + 1 < choice.of {
        set(values, choice.first + thing);
    }
}

/// Whether a source ever comes, in a running instance or in the event that ends it.
#[must_use]
pub fn ever_comes(model: &Model, reader: NodeId, source: &Source) -> bool {
    let space = &model.space;
    let joins = |nodes| Joins { logic: space, layout: &model.layout, world: World::Any, nodes };
    if space.are_possible(&model.live, &joins(&model.any.nodes).source(reader, source).0) {
        return true;
    }
    model.finishes().iter().any(|finish| {
        let comes = joins(&finish.after.nodes).source(reader, source).0;
        finish.ends.iter().any(|end| space.are_possible(end, &comes))
    })
}
