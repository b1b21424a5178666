//! Formulas as binary decision diagrams, and what can be asked of them.
//!
//! OxiDD keeps the nodes, shared and hash-consed, up to [`MAX_DIAGRAM_NODES`], and they are worked on up to
//! [`MAX_DIAGRAM_WORK`]; beyond, every answer is "false" and [`Space::is_full`] says so, and whoever built the model must
//! throw the answers away. A manager of the usual size goes from one workflow to the next (`managers`). Invariant: two
//! formulas of one space are equal exactly if they mean the same.

mod cube;

pub use cube::Cube;

use super::logic::Logic;
use super::managers::{Rested, given_back, taken};
use oxidd::bcdd::{BCDDFunction, BCDDManagerRef};
use oxidd::util::AllocResult;
use oxidd::{BooleanFunction, BooleanFunctionQuant, Manager, ManagerRef};
use std::cell::Cell;
use std::rc::Rc;
use wf_lang::limits::{MAX_DIAGRAM_NODES, MAX_DIAGRAM_WORK};

/// What an operation costs beside the nodes it makes, in nodes.
const WALK: u64 = 64;

/// After so many operations the nodes they made are counted: that costs nearly as much as a small one.
const WALKS_UNMEASURED: u32 = 16;

/// Where diagrams are kept.
pub(super) type Diagrams = BCDDManagerRef;

/// One of them.
pub(super) type Diagram = BCDDFunction;

/// How much a space may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// Enough for nearly every workflow, and quick to make.
    Usual,
    /// As much as the limit allows.
    Most,
}

impl Room {
    fn nodes(self) -> usize {
        match self {
            Self::Usual => MAX_DIAGRAM_NODES / 8,
            Self::Most => MAX_DIAGRAM_NODES,
        }
    }

    /// How often what nobody needs any more is thrown away when it is full: everything remembered goes with it.
    fn cleanings(self) -> u8 {
        match self {
            Self::Usual => 0,
            Self::Most => 1,
        }
    }

    /// How much work its diagrams may be.
    fn work(self) -> u64 {
        match self {
            Self::Usual => MAX_DIAGRAM_WORK / 4,
            Self::Most => MAX_DIAGRAM_WORK,
        }
    }

    /// A manager of this size.
    pub(super) fn manager(self) -> Diagrams {
        // Half as many results as nodes are remembered: with far fewer, operations on large diagrams forget what they
        // need again, and go on for ever without ever reaching the limit.
        oxidd::bcdd::new_manager(self.nodes(), self.nodes() / 2, 1)
    }
}

/// Bytes of the stack that one variable may take while an operation walks down a diagram, without optimisation too.
const STACK_PER_VARIABLE: usize = 1024;

/// Bytes of the stack that everything else takes.
const STACK_BESIDE: usize = 128 * 1024;

/// Variables that a node takes: hardly more, and a stack that is too small grows again.
const VARIABLES_PER_NODE: usize = 4;

/// Room on the stack for the proofs of a workflow of so many nodes.
pub fn with_room<T>(nodes: usize, work: impl FnOnce() -> T) -> T {
    let room = nodes.saturating_mul(VARIABLES_PER_NODE * STACK_PER_VARIABLE).saturating_add(2 * STACK_BESIDE);
    stacker::maybe_grow(room, 2 * room, work)
}

/// A formula over the variables of a space.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Formula(Shape);

/// Constants are most of what is combined, copied and dropped: they are no diagrams, so that none is touched for them.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Shape {
    Constant(bool),
    /// Never a constant; counted by itself, because a copy of the diagram touches what all its threads share.
    Diagram(Rc<BCDDFunction>),
}

impl Formula {
    const fn constant(value: bool) -> Self {
        Self(Shape::Constant(value))
    }

    fn as_constant(&self) -> Option<bool> {
        match &self.0 {
            Shape::Constant(value) => Some(*value),
            Shape::Diagram(_) => None,
        }
    }

    fn diagram(&self) -> Option<&BCDDFunction> {
        match &self.0 {
            Shape::Constant(_) => None,
            Shape::Diagram(diagram) => Some(diagram),
        }
    }

    fn of(diagram: BCDDFunction) -> Self {
        Self(Shape::Diagram(Rc::new(diagram)))
    }
}

/// The variables, and the operations on formulas over them.
pub struct Space {
    manager: Diagrams,
    room: Room,
    /// By number; those of the manager, which may be more than this space has.
    variables: Vec<Diagram>,
    /// Levels of the manager when the space was made: the variable of number 0 is the last of them.
    levels: usize,
    /// How many of the variables this space has.
    count: usize,
    yes: BCDDFunction,
    no: BCDDFunction,
    full: Cell<bool>,
    cleanings_left: Cell<u8>,
    /// What its operations cost so far: a walk as much as [`WALK`] nodes.
    work: Cell<u64>,
    /// How many there were.
    walks: Cell<u32>,
    /// Nodes in its manager when they were last counted.
    held: Cell<usize>,
}

impl Space {
    /// A space of so many variables. The first is decided last: later nodes of a workflow come with greater numbers,
    /// and a chain of nodes then shares its beginning.
    pub fn new(variables: usize, room: Room) -> Self {
        let Rested { manager, variables: mut made } = match room {
            Room::Usual => taken(),
            Room::Most => Rested { manager: room.manager(), variables: Vec::new() },
        };
        let wanted = u32::try_from(variables).unwrap_or(u32::MAX);
        let (yes, no, levels, full) = manager.with_manager_exclusive(|manager| {
            if manager.num_inner_nodes() > room.nodes() / 2 {
                manager.gc();
            }
            let missing = wanted.saturating_sub(manager.num_vars());
            if missing > 0 {
                // They come below the others, and the first is to be the last of them.
                made.clear();
                manager.add_vars(missing);
            }
            let top = manager.num_vars();
            let level = |number: u32| top.saturating_sub(1).saturating_sub(number);
            let known = u32::try_from(made.len()).unwrap_or(u32::MAX);
            let more: AllocResult<Vec<BCDDFunction>> =
                (known..wanted).map(|number| BCDDFunction::var(manager, level(number))).collect();
            let full = more.is_err();
            made.extend(more.unwrap_or_default());
            (BCDDFunction::t(manager), BCDDFunction::f(manager), top as usize, full)
        });
        let space = Self {
            manager,
            room,
            variables: made,
            levels,
            count: variables,
            yes,
            no,
            full: Cell::new(full),
            cleanings_left: Cell::new(room.cleanings()),
            work: Cell::new(0),
            walks: Cell::new(0),
            held: Cell::new(0),
        };
        space.held.set(space.nodes_held());
        space
    }

    /// An operation that walks down diagrams, which it does one call per variable. Where they are full it is tried again
    /// without what nobody needs any more; once that does not help, none is made: each would fill them again.
    fn walk(&self, operation: impl Fn() -> AllocResult<BCDDFunction>) -> Formula {
        if self.full.get() || self.work.get() > self.room.work() {
            self.full.set(true);
            return Formula::constant(false);
        }
        let room = self.count.saturating_mul(STACK_PER_VARIABLE).saturating_add(STACK_BESIDE);
        let mut made = stacker::maybe_grow(room, 2 * room, &operation);
        if made.is_err() && self.cleanings_left.get() > 0 {
            self.cleanings_left.set(self.cleanings_left.get() - 1);
            self.manager.with_manager_shared(|manager| manager.gc());
            made = stacker::maybe_grow(room, 2 * room, &operation);
        }
        let mut work = self.work.get().saturating_add(WALK);
        self.walks.set(self.walks.get().wrapping_add(1));
        if self.walks.get().is_multiple_of(WALKS_UNMEASURED) {
            let held = self.nodes_held();
            let grown = held.saturating_sub(self.held.replace(held));
            work = work.saturating_add(u64::try_from(grown).unwrap_or(u64::MAX));
        }
        self.work.set(work);
        self.kept(made)
    }

    /// Nodes in its manager, those nobody needs any more included.
    fn nodes_held(&self) -> usize {
        self.manager.with_manager_shared(|manager| manager.approx_num_inner_nodes())
    }

    /// Whether the diagrams grew beyond their limit or were too much work, so that no answer can be trusted.
    pub fn is_full(&self) -> bool {
        self.full.get()
    }

    fn kept(&self, made: AllocResult<BCDDFunction>) -> Formula {
        match made {
            Ok(made) if made == self.yes => Formula::constant(true),
            Ok(made) if made == self.no => Formula::constant(false),
            Ok(made) => Formula::of(made),
            Err(_) => {
                self.full.set(true);
                Formula::constant(false)
            }
        }
    }

    /// Whether some values of the variables make it true.
    pub fn is_possible(&self, formula: &Formula) -> bool {
        formula.as_constant() != Some(false)
    }

    /// Whether some values of the variables make both true.
    pub fn are_possible(&self, a: &Formula, b: &Formula) -> bool {
        self.is_possible(&self.and(a, b))
    }

    /// The formula where one variable has a value.
    pub fn with(&self, formula: &Formula, number: usize, value: bool) -> Formula {
        self.with_all(formula, &[number], value)
    }

    /// The formula where all these variables have a value.
    pub fn with_all(&self, formula: &Formula, numbers: &[usize], value: bool) -> Formula {
        if formula.diagram().is_none() {
            return formula.clone();
        }
        self.under(formula, &self.together(numbers.to_vec(), value))
    }

    /// The formula where these facts, made by [`Space::together`], are so.
    pub fn under(&self, formula: &Formula, facts: &Formula) -> Formula {
        match (formula.diagram(), facts.diagram()) {
            (Some(diagram), Some(facts)) => self.walk(|| diagram.restrict(facts)),
            _ => formula.clone(),
        }
    }

    /// Whether it can be true for some values of these variables.
    pub fn for_some(&self, formula: &Formula, numbers: &[usize]) -> Formula {
        let Some(diagram) = formula.diagram() else { return formula.clone() };
        let these = self.together(numbers.to_vec(), true);
        let Some(these) = these.diagram() else { return formula.clone() };
        self.walk(|| diagram.exists(these))
    }

    /// Whether it is true for all values of these variables.
    pub fn for_every(&self, formula: &Formula, numbers: &[usize]) -> Formula {
        let Some(diagram) = formula.diagram() else { return formula.clone() };
        let these = self.together(numbers.to_vec(), true);
        let Some(these) = these.diagram() else { return formula.clone() };
        self.walk(|| diagram.forall(these))
    }

    /// These variables, each with this value; from the last level up, because so each is put on top of the others.
    pub fn together(&self, mut numbers: Vec<usize>, value: bool) -> Formula {
        numbers.sort_unstable();
        let variables = numbers.iter().filter_map(|number| self.own(*number));
        variables.fold(Formula::constant(true), |given, variable| {
            if value { self.and(&given, &variable) } else { self.without(&given, &variable) }
        })
    }

    fn own(&self, number: usize) -> Option<Formula> {
        self.variables.get(number).filter(|_| number < self.count).cloned().map(Formula::of)
    }

    /// Nodes of the diagrams in memory, for measuring.
    pub fn nodes(&self) -> usize {
        self.manager.with_manager_shared(|manager| manager.num_inner_nodes())
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        if self.room == Room::Usual {
            let variables = if self.full.get() { Vec::new() } else { std::mem::take(&mut self.variables) };
            given_back(Rested { manager: self.manager.clone(), variables });
        }
    }
}

impl Logic for Space {
    type Truth = Formula;

    fn constant(&self, value: bool) -> Formula {
        Formula::constant(value)
    }

    fn variable(&self, number: usize) -> Formula {
        self.own(number).unwrap_or(Formula::constant(false))
    }

    fn and(&self, a: &Formula, b: &Formula) -> Formula {
        match (&a.0, &b.0) {
            (Shape::Constant(true), _) | (_, Shape::Constant(false)) => b.clone(),
            (_, Shape::Constant(true)) | (Shape::Constant(false), _) => a.clone(),
            (Shape::Diagram(one), Shape::Diagram(other)) if one == other => a.clone(),
            (Shape::Diagram(one), Shape::Diagram(other)) => self.walk(|| one.and(other)),
        }
    }

    fn or(&self, a: &Formula, b: &Formula) -> Formula {
        match (&a.0, &b.0) {
            (Shape::Constant(false), _) | (_, Shape::Constant(true)) => b.clone(),
            (_, Shape::Constant(false)) | (Shape::Constant(true), _) => a.clone(),
            (Shape::Diagram(one), Shape::Diagram(other)) if one == other => a.clone(),
            (Shape::Diagram(one), Shape::Diagram(other)) => self.walk(|| one.or(other)),
        }
    }

    fn without(&self, a: &Formula, b: &Formula) -> Formula {
        match (&a.0, &b.0) {
            (_, Shape::Constant(false)) | (Shape::Constant(false), _) => a.clone(),
            (_, Shape::Constant(true)) => Formula::constant(false),
            (Shape::Constant(true), Shape::Diagram(_)) => self.not(b),
            (Shape::Diagram(one), Shape::Diagram(other)) if one == other => Formula::constant(false),
            (Shape::Diagram(one), Shape::Diagram(other)) => self.walk(|| other.imp_strict(one)),
        }
    }

    fn not(&self, a: &Formula) -> Formula {
        match &a.0 {
            Shape::Constant(value) => Formula::constant(!value),
            Shape::Diagram(diagram) => self.kept(diagram.not()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_facts_are_told() {
        let space = Space::new(4, Room::Usual);
        let [a, b, c, _] = [0, 1, 2, 3].map(|number| space.variable(number));
        let formula = space.or(&space.and(&a, &b), &space.and(&space.not(&a), &c));
        let cube = space.cube(&formula).unwrap();
        assert!(cube.len() == 2, "{cube:?}");
        assert!(space.cube(&space.constant(false)).is_none());
        assert_eq!(space.cube(&space.constant(true)).unwrap(), []);
    }

    #[test]
    fn quantifiers_ask_about_some_and_every_value() {
        let space = Space::new(2, Room::Usual);
        let [a, b] = [0, 1].map(|number| space.variable(number));
        assert!(space.for_some(&space.and(&a, &b), &[1]) == a);
        assert!(space.for_every(&space.or(&a, &b), &[1]) == a);
        assert!(space.with(&space.and(&a, &b), 0, true) == b);
    }
}
