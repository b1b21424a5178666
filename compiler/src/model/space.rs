//! Formulas as binary decision diagrams, and what can be asked of them.
//!
//! OxiDD keeps the nodes, shared and hash-consed, up to [`MAX_DIAGRAM_NODES`], and they are worked on up to
//! [`MAX_DIAGRAM_WORK`]; beyond, every answer is "false" and [`Space::is_full`] says so, and whoever built the model must
//! throw the answers away. A manager of the usual size goes from one workflow to the next (`managers`). Invariant: two
//! formulas of one space are equal exactly if they mean the same.

use super::logic::Logic;
use super::managers::{given_back, taken};
use oxidd::bcdd::{BCDDFunction, BCDDManagerRef};
use oxidd::util::{AllocResult, OptBool};
use oxidd::{BooleanFunction, BooleanFunctionQuant, Function, HasLevel, Manager, ManagerRef, Node};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use wf_lang::limits::{MAX_DIAGRAM_NODES, MAX_DIAGRAM_WORK};

/// What an operation costs beside the nodes it makes, in nodes.
const WALK: u64 = 64;

/// Where diagrams are kept.
pub(super) type Diagrams = BCDDManagerRef;

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
pub struct Formula(BCDDFunction);

/// The variables, and the operations on formulas over them.
pub struct Space {
    manager: Diagrams,
    room: Room,
    variables: Vec<Formula>,
    /// Levels of the manager when the space was made: the variable of number 0 is the last of them.
    levels: usize,
    yes: Formula,
    no: Formula,
    full: Cell<bool>,
    cleanings_left: Cell<u8>,
    /// What its operations cost so far: a walk as much as [`WALK`] nodes.
    work: Cell<u64>,
}

/// Some of the variables with their values; the others may be anything.
pub type Cube = Vec<(usize, bool)>;

impl Space {
    /// A space of so many variables. The first is decided last: later nodes of a workflow come with greater numbers,
    /// and a chain of nodes then shares its beginning.
    pub fn new(variables: usize, room: Room) -> Self {
        let manager = match room {
            Room::Usual => taken(),
            Room::Most => room.manager(),
        };
        let wanted = u32::try_from(variables).unwrap_or(u32::MAX);
        let (yes, no, levels, made) = manager.with_manager_exclusive(|manager| {
            if manager.num_inner_nodes() > room.nodes() / 2 {
                manager.gc();
            }
            let missing = wanted.saturating_sub(manager.num_vars());
            manager.add_vars(missing);
            let top = manager.num_vars();
            let level = |number: u32| top.saturating_sub(1).saturating_sub(number);
            let made: AllocResult<Vec<Formula>> =
                (0..wanted).map(|number| BCDDFunction::var(manager, level(number)).map(Formula)).collect();
            (Formula(BCDDFunction::t(manager)), Formula(BCDDFunction::f(manager)), top as usize, made)
        });
        let full = Cell::new(made.is_err());
        Self {
            manager,
            room,
            variables: made.unwrap_or_default(),
            levels,
            yes,
            no,
            full,
            cleanings_left: Cell::new(room.cleanings()),
            work: Cell::new(0),
        }
    }

    /// An operation that walks down diagrams, which it does one call per variable. Where they are full it is tried again
    /// without what nobody needs any more; once that does not help, none is made: each would fill them again.
    fn walk(&self, operation: impl Fn() -> AllocResult<BCDDFunction>) -> Formula {
        if self.full.get() || self.work.get() > self.room.work() {
            self.full.set(true);
            return self.no.clone();
        }
        let room = self.variables.len().saturating_mul(STACK_PER_VARIABLE).saturating_add(STACK_BESIDE);
        let before = self.held();
        let mut made = stacker::maybe_grow(room, 2 * room, &operation);
        if made.is_err() && self.cleanings_left.get() > 0 {
            self.cleanings_left.set(self.cleanings_left.get() - 1);
            self.manager.with_manager_shared(|manager| manager.gc());
            made = stacker::maybe_grow(room, 2 * room, &operation);
        }
        let grown = u64::try_from(self.held().saturating_sub(before)).unwrap_or(u64::MAX);
        self.work.set(self.work.get().saturating_add(WALK).saturating_add(grown));
        self.kept(made)
    }

    /// Nodes in its manager, those nobody needs any more included.
    fn held(&self) -> usize {
        self.manager.with_manager_shared(|manager| manager.approx_num_inner_nodes())
    }

    /// Whether the diagrams grew beyond their limit or were too much work, so that no answer can be trusted.
    pub fn is_full(&self) -> bool {
        self.full.get()
    }

    fn kept(&self, made: AllocResult<BCDDFunction>) -> Formula {
        match made {
            Ok(function) => Formula(function),
            Err(_) => {
                self.full.set(true);
                self.no.clone()
            }
        }
    }

    /// Whether some values of the variables make it true.
    pub fn is_possible(&self, formula: &Formula) -> bool {
        formula.0.satisfiable()
    }

    /// Whether some values of the variables make both true.
    pub fn are_possible(&self, a: &Formula, b: &Formula) -> bool {
        self.is_possible(&self.and(a, b))
    }

    /// The formula where one variable has a value.
    pub fn with(&self, formula: &Formula, number: usize, value: bool) -> Formula {
        let Some(variable) = self.variables.get(number) else { return formula.clone() };
        let literal = if value { variable.clone() } else { self.not(variable) };
        self.walk(|| formula.0.restrict(&literal.0))
    }

    /// The formula where all these variables have a value.
    pub fn with_all(&self, formula: &Formula, numbers: &[usize], value: bool) -> Formula {
        let variables = numbers.iter().filter_map(|number| self.variables.get(*number));
        let given = variables.fold(self.yes.clone(), |given, variable| {
            if value { self.and(&given, variable) } else { self.without(&given, variable) }
        });
        self.walk(|| formula.0.restrict(&given.0))
    }

    /// Whether it can be true for some values of these variables.
    pub fn for_some(&self, formula: &Formula, numbers: &[usize]) -> Formula {
        let these = self.all(numbers.iter().filter_map(|number| self.variables.get(*number)));
        self.walk(|| formula.0.exists(&these.0))
    }

    /// Whether it is true for all values of these variables.
    pub fn for_every(&self, formula: &Formula, numbers: &[usize]) -> Formula {
        let these = self.all(numbers.iter().filter_map(|number| self.variables.get(*number)));
        self.walk(|| formula.0.forall(&these.0))
    }

    /// Values of as few variables as can be found that make it true whatever the others say.
    pub fn cube(&self, formula: &Formula) -> Option<Cube> {
        let picked = formula.0.pick_cube(|_, _, _| false)?;
        let mut cube: Cube = Vec::new();
        for (level, value) in picked.into_iter().enumerate().take(self.levels) {
            let number = self.levels - 1 - level;
            match value {
                OptBool::True => cube.push((number, true)),
                OptBool::False => cube.push((number, false)),
                OptBool::None => {}
            }
        }
        cube.sort_unstable();
        Some(self.shrunk(formula, &cube))
    }

    /// The same without every fact that it does not need; those of the greatest numbers are dropped first. Goes down
    /// the diagram once: `open` holds, by number, the parts that the facts kept so far lead to, and each is true
    /// whatever the variables outside the cube say.
    fn shrunk(&self, formula: &Formula, cube: &Cube) -> Cube {
        let below = self.conjunctions(cube);
        let mut open: BTreeMap<usize, HashSet<Formula>> = BTreeMap::new();
        let mut kept = Cube::new();
        self.put(&mut open, formula.clone());
        for ((number, value), below) in cube.iter().zip(&below).rev() {
            // What is above is not asked about, or was: it may be either.
            while let Some(above) = open.last_entry().filter(|entry| entry.key() > number) {
                for part in above.remove() {
                    self.put_both(&mut open, &part);
                }
            }
            let Some(here) = open.remove(number) else { continue };
            let holds_otherwise = |part: &Formula| {
                let other = if *value { part.0.cofactor_false() } else { part.0.cofactor_true() };
                other.is_none_or(|other| self.walk(|| other.restrict(&below.0)) == self.yes)
            };
            if here.iter().all(holds_otherwise) {
                here.iter().for_each(|part| self.put_both(&mut open, part));
                continue;
            }
            kept.push((*number, *value));
            for part in &here {
                let onward = if *value { part.0.cofactor_true() } else { part.0.cofactor_false() };
                onward.into_iter().for_each(|onward| self.put(&mut open, Formula(onward)));
            }
        }
        kept.reverse();
        kept
    }

    /// For each fact of a cube, all before it in one formula.
    fn conjunctions(&self, cube: &Cube) -> Vec<Formula> {
        let with = |all: &mut Formula, (number, value): &(usize, bool)| {
            let before = all.clone();
            let variable = self.variable(*number);
            *all = if *value { self.and(all, &variable) } else { self.without(all, &variable) };
            Some(before)
        };
        cube.iter().scan(self.yes.clone(), with).collect()
    }

    fn put(&self, open: &mut BTreeMap<usize, HashSet<Formula>>, part: Formula) {
        if let Some(number) = self.first_asked(&part) {
            open.entry(number).or_default().insert(part);
        }
    }

    fn put_both(&self, open: &mut BTreeMap<usize, HashSet<Formula>>, part: &Formula) {
        if let Some((one, other)) = part.0.cofactors() {
            self.put(open, Formula(one));
            self.put(open, Formula(other));
        }
    }

    /// The variable that a diagram asks about first.
    fn first_asked(&self, formula: &Formula) -> Option<usize> {
        let level = formula.0.with_manager_shared(|manager, edge| match manager.get_node(edge) {
            Node::Inner(node) => Some(node.level()),
            Node::Terminal(_) => None,
        });
        self.levels.checked_sub(1)?.checked_sub(usize::try_from(level?).ok()?)
    }

    /// The variables that formulas depend on, by number.
    pub fn asked_of<'a>(&self, formulas: impl IntoIterator<Item = &'a Formula>) -> BTreeSet<usize> {
        let (mut numbers, mut seen) = (BTreeSet::new(), HashSet::new());
        let mut open: Vec<Formula> = formulas.into_iter().cloned().collect();
        while let Some(part) = open.pop() {
            if let Some(number) = self.first_asked(&part)
                && !seen.contains(&part)
                && let Some((one, other)) = part.0.cofactors()
            {
                numbers.insert(number);
                open.extend([Formula(one), Formula(other)]);
                seen.insert(part);
            }
        }
        numbers
    }

    /// Nodes of the diagrams in memory, for measuring.
    pub fn nodes(&self) -> usize {
        self.manager.with_manager_shared(|manager| manager.num_inner_nodes())
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        if self.room == Room::Usual {
            given_back(self.manager.clone());
        }
    }
}

impl Logic for Space {
    type Truth = Formula;

    fn constant(&self, value: bool) -> Formula {
        if value { self.yes.clone() } else { self.no.clone() }
    }

    fn variable(&self, number: usize) -> Formula {
        self.variables.get(number).cloned().unwrap_or_else(|| self.no.clone())
    }

    // Constants are most of what is combined: no diagram need be asked about them.
    fn and(&self, a: &Formula, b: &Formula) -> Formula {
        if *a == self.yes || *b == self.no || a == b {
            return b.clone();
        }
        if *b == self.yes || *a == self.no {
            return a.clone();
        }
        self.walk(|| a.0.and(&b.0))
    }

    fn or(&self, a: &Formula, b: &Formula) -> Formula {
        if *a == self.no || *b == self.yes || a == b {
            return b.clone();
        }
        if *b == self.no || *a == self.yes {
            return a.clone();
        }
        self.walk(|| a.0.or(&b.0))
    }

    fn without(&self, a: &Formula, b: &Formula) -> Formula {
        if *b == self.no || *a == self.no {
            return a.clone();
        }
        if *b == self.yes || a == b {
            return self.no.clone();
        }
        self.walk(|| b.0.imp_strict(&a.0))
    }

    fn not(&self, a: &Formula) -> Formula {
        self.kept(a.0.not())
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
