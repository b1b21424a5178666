//! From "this is possible" to a run that shows it.
//!
//! A formula that can be true has a few facts that make it so; with every other variable at its most ordinary value
//! they are one run. Facts that rest on opaque tests are told apart: such a run may not exist. Invariant: the case that
//! is found makes the formula true.

use super::Model;
use super::case::{Case, Ending, How};
use super::finishes::Finish;
use super::layout::Choice;
use super::logic::{Lanes, Logic};
use super::space::{Cube, Formula};
use super::states::{States, World, states};
use wf_plan::Value;
use wf_plan::plan::NodeId;

/// Whether something can be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// It can: in this run.
    Sure(Case),
    /// It can if opaque tests answer so: in this run, if there is one.
    Assuming(Case),
}

/// At which moments a formula is asked.
#[derive(Clone, Copy)]
pub enum Moment<'a> {
    /// While the instance runs; the formula implies [`Model::live`].
    Running,
    /// At a quiet end; it implies [`Model::quiet`].
    Quiet,
    /// Right after a finish, which ended the instance in an outcome; it implies one of [`Finish::ends`].
    Ended(&'a Finish, NodeId),
}

impl Found {
    /// The run.
    #[must_use]
    pub fn case(&self) -> &Case {
        match self {
            Self::Sure(case) | Self::Assuming(case) => case,
        }
    }

    /// The run, if no opaque test is assumed to answer one way.
    #[must_use]
    pub fn sure(&self) -> Option<&Case> {
        match self {
            Self::Sure(case) => Some(case),
            Self::Assuming(_) => None,
        }
    }
}

impl Model {
    /// Whether a formula can be true at a moment, and in which run.
    #[must_use]
    pub fn find(&self, formula: &Formula, moment: Moment<'_>) -> Option<Found> {
        if !self.space.is_possible(formula) {
            return None;
        }
        let certain = self.whatever_tests_say(formula, moment);
        if let Some(cube) = self.space.cube(&certain) {
            return Some(Found::Sure(self.case(&self.with_fewer_values(&certain, cube), moment)));
        }
        let cube = self.with_fewer_values(formula, self.space.cube(formula)?);
        Some(Found::Assuming(self.case(&cube, moment)))
    }

    /// Whether a formula can be true at a moment whatever opaque tests say.
    #[must_use]
    pub fn is_sure(&self, formula: &Formula, moment: Moment<'_>) -> bool {
        self.space.is_possible(&self.whatever_tests_say(formula, moment))
    }

    /// The runs in which a formula is true whatever opaque tests say, among the answers that they can give.
    pub(super) fn whatever_tests_say(&self, formula: &Formula, moment: Moment<'_>) -> Formula {
        if self.layout.opaque.is_empty() {
            return formula.clone();
        }
        let space = &self.space;
        let opaque: Vec<usize> = self.layout.opaque.iter().map(|opaque| opaque.variable).collect();
        let allowed = match moment {
            Moment::Running => self.timing.clone(),
            Moment::Quiet => self.timing_at_end.clone(),
            Moment::Ended(finish, _) => {
                let variable = finish.by.and_then(|by| self.layout.nodes.get(by.index()));
                variable.map_or_else(
                    || space.constant(true),
                    |node| space.with(&self.timing, node.finished, false),
                )
            }
        };
        let always = space.for_every(&space.or(formula, &space.not(&allowed)), &opaque);
        space.and(&space.for_some(formula, &opaque), &always)
    }

    fn case(&self, cube: &Cube, moment: Moment<'_>) -> Case {
        let mut run = Run { values: vec![None; self.layout.variables] };
        for (number, value) in cube {
            if let Some(slot) = run.values.get_mut(*number) {
                *slot = Some(*value);
            }
        }
        let needed = self.needed(&run);
        let (values, values_needed) = self.values(&run);
        let assumed = self.layout.opaque.iter();
        let assumed = assumed.filter_map(|opaque| Some((opaque.at, run.given(opaque.variable)?))).collect();
        run.make_ordinary(self);
        let (finished, ending) = self.finished(&run, moment);
        let values = values
            .into_iter()
            .filter(|(key, _)| {
                key.node.is_none_or(|node| finished.iter().any(|(finished, _)| *finished == node))
            })
            .collect();
        let used_up = self.layout.regions.iter().filter(|region| run.is(region.used_up));
        let used_up = used_up.map(|region| (region.holder, region.option)).collect();
        Case { values, values_needed, needed, finished, used_up, ending, assumed }
    }

    /// Nodes whose way of finishing, or not finishing, the verdict rests on.
    fn needed(&self, run: &Run) -> Vec<NodeId> {
        let ids = self.layout.order.iter().copied();
        ids.filter(|id| {
            self.layout.nodes.get(id.index()).is_some_and(|node| {
                run.given(node.finished).is_some() || variables(node.how).any(|one| run.given(one).is_some())
            })
        })
        .collect()
    }

    /// The values of the fields, those that the verdict rests on first; and how many those are.
    fn values(&self, run: &Run) -> (Vec<(super::FieldKey, Value)>, usize) {
        let (mut needed, mut others) = (Vec::new(), Vec::new());
        for field in &self.layout.fields {
            let matters = variables(field.value).any(|variable| run.given(variable).is_some());
            let cell = field.cells.get(run.thing(field.value));
            let Some(cell) = cell.filter(|cell| cell.value != Value::Missing) else { continue };
            let list = if matters { &mut needed } else { &mut others };
            list.push((field.key.clone(), cell.value.clone()));
        }
        let count = needed.len();
        needed.append(&mut others);
        (needed, count)
    }

    /// What finished, in the order of the layout, and where that ends.
    fn finished(&self, run: &Run, moment: Moment<'_>) -> (Vec<(NodeId, How)>, Ending) {
        match moment {
            Moment::Running => (self.in_order(&self.played(run, World::Any), None), Ending::Running),
            Moment::Quiet => (self.in_order(&self.played(run, World::End), None), Ending::Quiet),
            Moment::Ended(finish, outcome) => {
                let by = finish.by;
                let mut before = run.clone();
                let variable = by.and_then(|by| self.layout.nodes.get(by.index())).map(|node| node.finished);
                if let Some(slot) = variable.and_then(|number| before.values.get_mut(number)) {
                    *slot = Some(false);
                }
                let world = if by.is_some() { World::Any } else { World::Start };
                let mut finished = self.in_order(&self.played(&before, world), by);
                if let Some(by) = by
                    && let Some(node) = self.layout.nodes.get(by.index())
                    && let Some(how) = node.ways.get(run.thing(node.how))
                {
                    finished.push((by, *how));
                }
                (finished, Ending::Outcome(outcome))
            }
        }
    }

    /// One run, as it stands.
    fn played(&self, run: &Run, world: World<'_, u64>) -> States<u64> {
        let variables = run.values.iter().map(|value| if *value == Some(true) { 1 } else { 0 }).collect();
        let lanes = Lanes { variables };
        let mut is_loose = |reader, node, _: &u64, _: &u64| self.loose.contains(&(reader, node));
        states(&lanes, &self.layout, world, None, &mut is_loose)
    }

    fn in_order(&self, played: &States<u64>, without: Option<NodeId>) -> Vec<(NodeId, How)> {
        let ids = self.layout.order.iter().filter(|id| Some(**id) != without);
        ids.filter_map(|id| {
            let (node, state) = (self.layout.nodes.get(id.index())?, played.nodes.get(id.index())?);
            let way = state.ways.iter().position(|way| way & 1 == 1)?;
            Some((*id, *node.ways.get(way)?))
        })
        .collect()
    }
}

/// Some of the variables with their values.
#[derive(Clone)]
struct Run {
    values: Vec<Option<bool>>,
}

impl Run {
    fn given(&self, number: usize) -> Option<bool> {
        self.values.get(number).copied().flatten()
    }

    fn is(&self, number: usize) -> bool {
        self.given(number) == Some(true)
    }

    /// Which thing of a choice it is; where nothing says, the first that is not excluded.
    fn thing(&self, choice: Choice) -> usize {
        let said = variables(choice).position(|variable| self.is(variable));
        let open = || variables(choice).position(|variable| self.given(variable).is_none());
        said.or_else(open).unwrap_or(choice.of.saturating_sub(1))
    }

    /// Gives every variable that nothing is said about its most ordinary value: things are the first of their kind,
    /// nothing has finished, no test holds.
    fn make_ordinary(&mut self, model: &Model) {
        let hows = model.layout.nodes.iter().map(|node| node.how);
        let fields = model.layout.fields.iter().map(|field| field.value);
        for choice in hows.chain(fields) {
            let thing = self.thing(choice);
            for (index, variable) in variables(choice).enumerate() {
                if let Some(slot) = self.values.get_mut(variable) {
                    *slot = Some(index == thing);
                }
            }
        }
        for value in &mut self.values {
            value.get_or_insert(false);
        }
    }
}

fn variables(choice: Choice) -> impl Iterator<Item = usize> {
    choice.variables()
}
