//! Managers of decision diagrams, handed from one workflow to the next.
//!
//! Making one, with two threads of its own, costs more than the proofs of a small workflow. A [`Space`](super::Space)
//! takes one when it is made and gives it back when it is dropped. Invariant: no two spaces have one at the same time,
//! and none is taken apart while a thread or the program ends.

use super::space::{Diagram, Diagrams, Room};
use std::sync::{Mutex, PoisonError};

/// A manager that no space has, with the variables that were made in it, by number.
pub struct Rested {
    /// The manager.
    pub manager: Diagrams,
    /// Its variables: the first stands for the last of its levels.
    pub variables: Vec<Diagram>,
}

/// Managers of the usual size that no space has at present. Not one per thread: that one would be taken apart while
/// its thread ends, and would end two more threads, perhaps while the program itself ends.
static AT_REST: Mutex<Vec<Rested>> = Mutex::new(Vec::new());

/// How many managers rest at most: 8 MB each.
const MOST_AT_REST: usize = 8;

/// A manager for a space of its own.
pub fn taken() -> Rested {
    let at_rest = AT_REST.lock().unwrap_or_else(PoisonError::into_inner).pop();
    at_rest.unwrap_or_else(|| Rested { manager: Room::Usual.manager(), variables: Vec::new() })
}

/// What a space does not need any more. What a panic broke off may be half done and is not used again.
pub fn given_back(rested: Rested) {
    if std::thread::panicking() {
        return;
    }
    let mut at_rest = AT_REST.lock().unwrap_or_else(PoisonError::into_inner);
    if at_rest.len() < MOST_AT_REST {
        at_rest.push(rested);
    }
}

#[cfg(test)]
mod tests {
    use super::super::logic::Logic;
    use super::super::space::Space;
    use super::*;

    #[test]
    fn managers_go_from_thread_to_thread() {
        let one = |number: usize| {
            let space = Space::new(2 + number % 7, Room::Usual);
            let both = space.and(&space.variable(0), &space.variable(1));
            drop(space);
            // A formula may outlive its space, while another space has the manager already.
            assert!(both.clone() == both);
        };
        for round in 0..8 {
            std::thread::scope(|scope| {
                (0..16).for_each(|number| drop(scope.spawn(move || one(round * number))));
            });
        }
        assert!(AT_REST.lock().unwrap().len() <= MOST_AT_REST);
    }
}
