//! A run is told with as few values as can be: none that only say which work is skipped on the way.
//!
//! [`Space::cube`](super::Space) takes the first facts that do, and those are often values with which work is skipped.
//! Where the run goes the same way once that work is done, or while nobody has done it, whoever reads of the values
//! would think that they matter. Invariant: the facts that are left make the formula true, too.

use super::Model;
use super::checks::Check;
use super::layout::{Choice, FieldLayout, NodeLayout};
use super::space::{Cube, Formula};

/// With more values than this in a case nobody looks for a simpler one.
const MOST_VALUES: usize = 16;

impl Model {
    /// The same facts without values that need not be told.
    pub(super) fn with_fewer_values(&self, formula: &Formula, mut cube: Cube) -> Cube {
        let told: Vec<&FieldLayout> = self
            .layout
            .fields
            .iter()
            .filter(|field| cube.iter().any(|fact| is_of(field.value, fact)))
            .collect();
        if told.len() > MOST_VALUES {
            return cube;
        }
        for field in told {
            let others: Cube = cube.iter().filter(|fact| !is_of(field.value, fact)).copied().collect();
            let asks = |node: &&NodeLayout| reads(node, field.value);
            let done = others_and(&others, self.layout.nodes.iter().filter(asks), true);
            let open = || others_and(&others, self.layout.nodes.iter(), false);
            let fewer = self.space.cube_of(formula, done).or_else(|| self.space.cube_of(formula, open()));
            if let Some(fewer) = fewer {
                cube = fewer;
            }
        }
        cube
    }
}

/// Facts, and that nodes of which they say nothing have finished, or have not.
fn others_and<'a>(others: &Cube, nodes: impl Iterator<Item = &'a NodeLayout>, finished: bool) -> Cube {
    let open =
        nodes.map(|node| node.finished).filter(|number| others.iter().all(|(other, _)| other != number));
    others.iter().copied().chain(open.map(|number| (number, finished))).collect()
}

fn is_of(choice: Choice, fact: &(usize, bool)) -> bool {
    choice.variables().contains(&fact.0)
}

/// Whether a node is skipped by the value of a field.
fn reads(node: &NodeLayout, value: Choice) -> bool {
    [&node.when, &node.list].into_iter().flatten().any(|check| asks(check, value))
}

fn asks(check: &Check, value: Choice) -> bool {
    match check {
        Check::Field { value: of, .. } => *of == value,
        Check::Constant(_) | Check::Opaque { .. } => false,
        Check::Not(inner) => asks(inner, value),
        Check::And(a, b) | Check::Or(a, b) => asks(a, value) || asks(b, value),
    }
}
