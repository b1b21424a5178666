//! Whether people can be found for a group of parts: a search that gives each its people in turn.
//!
//! People who could do just the same parts are interchangeable until one of them is given something, so of those only
//! one is tried: otherwise "one person too few" would take every order of them to see. Invariant: it ends after
//! [`MAX_TRIES`] at the latest, and then says that it does not know.

use super::{Part, Separated};
use std::collections::BTreeSet;

/// Times somebody is given something, over all groups of one workflow, before the search gives up: well below a second.
pub(super) const MAX_TRIES: usize = 500_000;

/// One person to be found for a part; a vote of three is three of these.
struct Seat<'a> {
    part: Part,
    people: BTreeSet<usize>,
    known: &'a BTreeSet<String>,
}

/// The search's state.
struct Search<'a> {
    separated: &'a Separated,
    seats: Vec<Seat<'a>>,
    /// By person: the seats they could take.
    kinds: Vec<Vec<usize>>,
    /// By seat that is filled: the person.
    filled: Vec<usize>,
    tries_left: &'a mut usize,
}

/// Whether people can be found for all of these parts; `None` where it takes too long to know.
pub(super) fn is_possible(
    separated: &Separated,
    parts: &BTreeSet<Part>,
    tries_left: &mut usize,
) -> Option<bool> {
    let mut known: Vec<&String> = Vec::new();
    let mut seats = Vec::new();
    for part in parts {
        let Some((people, count)) = separated.people.get(part) else { continue };
        if people.len() < *count {
            return Some(false);
        }
        known.extend(people);
        seats.extend((0..*count).map(|_| Seat { part: *part, people: BTreeSet::new(), known: people }));
    }
    known.sort_unstable();
    known.dedup();
    for seat in &mut seats {
        seat.people = known
            .iter()
            .enumerate()
            .filter(|(_, person)| seat.known.contains(**person))
            .map(|(at, _)| at)
            .collect();
    }
    // Where the choice is small it is made first.
    seats.sort_by_key(|seat| seat.people.len());
    let takes = |person: usize| {
        (0..seats.len())
            .filter(|at| seats.get(*at).is_some_and(|seat| seat.people.contains(&person)))
            .collect()
    };
    let kinds = (0..known.len()).map(takes).collect();
    let mut search = Search { separated, seats, kinds, filled: Vec::new(), tries_left };
    search.fill()
}

impl Search<'_> {
    fn fill(&mut self) -> Option<bool> {
        let Some(seat) = self.seats.get(self.filled.len()) else { return Some(true) };
        let others = self.seats.iter().zip(&self.filled);
        let excluded: BTreeSet<usize> = others
            .filter(|(other, _)| other.part == seat.part || self.separated.are_apart(other.part, seat.part))
            .map(|(_, person)| *person)
            .collect();
        let mut fresh: BTreeSet<&Vec<usize>> = BTreeSet::new();
        let mut tried = Vec::new();
        for person in seat.people.iter().filter(|person| !excluded.contains(person)) {
            let Some(kind) = self.kinds.get(*person) else { continue };
            if self.filled.contains(person) || fresh.insert(kind) {
                tried.push(*person);
            }
        }
        for person in tried {
            *self.tries_left = self.tries_left.checked_sub(1)?;
            self.filled.push(person);
            let found = self.fill()?;
            if found {
                return Some(true);
            }
            self.filled.pop();
        }
        Some(false)
    }
}
