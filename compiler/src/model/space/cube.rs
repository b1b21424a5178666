//! Which facts make a formula true, as few of them as can be found; and of which variables it speaks.
//!
//! Walks down the diagrams of [`Space`]: what a person is told of a run is read here. Invariant: a cube makes its
//! formula true whatever the variables outside of it say.

use super::{Formula, Logic, Space};
use oxidd::util::OptBool;
use oxidd::{BooleanFunction, Function, HasLevel, Manager, Node};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Some of the variables with their values; the others may be anything.
pub type Cube = Vec<(usize, bool)>;

impl Space {
    /// Values of as few variables as can be found that make it true whatever the others say.
    pub fn cube(&self, formula: &Formula) -> Option<Cube> {
        let mut cube: Cube = Vec::new();
        let picked = match formula.as_constant() {
            Some(false) => return None,
            Some(true) => return Some(cube),
            None => formula.diagram()?.pick_cube(|_, _, _| false)?,
        };
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

    /// The same for facts that are given: `None` where they do not make it true whatever the others say.
    pub fn cube_of(&self, formula: &Formula, mut facts: Cube) -> Option<Cube> {
        facts.sort_unstable();
        let all = facts.iter().fold(self.constant(true), |all, (number, value)| {
            let variable = self.variable(*number);
            if *value { self.and(&all, &variable) } else { self.without(&all, &variable) }
        });
        let suffices = self.given(formula, &all).as_constant() == Some(true);
        suffices.then(|| self.shrunk(formula, &facts))
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
                let other = self.onward(part, !*value);
                other.is_none_or(|other| self.given(&other, below).as_constant() == Some(true))
            };
            if here.iter().all(holds_otherwise) {
                here.iter().for_each(|part| self.put_both(&mut open, part));
                continue;
            }
            kept.push((*number, *value));
            for part in &here {
                self.onward(part, *value).into_iter().for_each(|onward| self.put(&mut open, onward));
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
        cube.iter().scan(self.constant(true), with).collect()
    }

    /// What is left of a diagram where the variable that it asks about first has this value.
    fn onward(&self, part: &Formula, value: bool) -> Option<Formula> {
        let diagram = part.diagram()?;
        let onward = if value { diagram.cofactor_true() } else { diagram.cofactor_false() };
        onward.map(|onward| self.kept(Ok(onward)))
    }

    /// The formula where all facts of a conjunction hold.
    fn given(&self, formula: &Formula, facts: &Formula) -> Formula {
        match (formula.diagram(), facts.diagram()) {
            (Some(diagram), Some(facts)) => self.walk(|| diagram.restrict(facts)),
            _ => formula.clone(),
        }
    }

    fn put(&self, open: &mut BTreeMap<usize, HashSet<Formula>>, part: Formula) {
        if let Some(number) = self.first_asked(&part) {
            open.entry(number).or_default().insert(part);
        }
    }

    fn put_both(&self, open: &mut BTreeMap<usize, HashSet<Formula>>, part: &Formula) {
        for value in [true, false] {
            self.onward(part, value).into_iter().for_each(|onward| self.put(open, onward));
        }
    }

    /// The variable that a diagram asks about first.
    fn first_asked(&self, formula: &Formula) -> Option<usize> {
        let level = formula.diagram()?.with_manager_shared(|manager, edge| match manager.get_node(edge) {
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
            {
                numbers.insert(number);
                open.extend([true, false].into_iter().filter_map(|value| self.onward(&part, value)));
                seen.insert(part);
            }
        }
        numbers
    }
}
