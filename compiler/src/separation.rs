//! Who can do what where different people must: the steps that `different person from` keeps apart, the people who
//! could do each, and whether anybody is left for all of them.
//!
//! People are known where a role names them (`people a, b`) or promises `one person`; whoever else may come to do the
//! work (a deputy, a role that an alternative gives it to) counts as well, and one of whom nothing is known can always
//! be somebody else. Invariant: where this says that nobody is left, no choice of people does all of that work.

mod search;

use crate::typed::{ActionKind, Node, NodeKind, Owner, Typed};
use std::collections::{BTreeMap, BTreeSet};
use wf_plan::node::Separation;
use wf_plan::plan::{NodeId, RoleId};

/// Work that several people share out, or the start of the instance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Part {
    /// Whoever started the instance.
    Starter,
    /// A step or decision.
    Node(NodeId),
}

/// Steps and decisions among which it is decided whether people can be found; every group of them is looked at, so
/// each one more doubles the work. A process that keeps more apart is shared out by rules that nobody keeps in mind.
pub const MAX_SEPARATED: usize = 12;

/// The parts whose people are known, and which of them must differ.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Separated {
    /// Who could do each, and how many of them must (votes).
    pub people: BTreeMap<Part, (BTreeSet<String>, usize)>,
    /// Pairs that must be different people; the lesser first.
    pub apart: BTreeSet<(Part, Part)>,
}

/// What a workflow keeps apart, among people who are known; without those for whom somebody is left whoever does the
/// rest.
#[must_use]
pub fn separated(typed: &Typed) -> Separated {
    let mut found = Separated::default();
    for (id, node) in (0..).map(NodeId).zip(&typed.nodes) {
        for other in &node.different_from {
            let (a, b) = (Part::Node(id), part(other.value));
            if let (Some(first), Some(second)) = (who(typed, a), who(typed, b)) {
                found.people.insert(a, first);
                found.people.insert(b, second);
                found.apart.insert((a.min(b), a.max(b)));
            }
        }
    }
    found.drop_easy();
    found
}

fn part(separation: Separation) -> Part {
    match separation {
        Separation::Node(node) => Part::Node(node),
        Separation::Starter => Part::Starter,
    }
}

/// Everybody who could do a part, and how many of them must; `None` where nobody can say.
fn who(typed: &Typed, part: Part) -> Option<(BTreeSet<String>, usize)> {
    match part {
        Part::Starter => {
            let by_itself = !typed.starts_on.is_empty() || !typed.starts_every.is_empty();
            if by_itself || typed.starts_by.is_empty() {
                return None;
            }
            Some((people_of(typed, &typed.starts_by)?, 1))
        }
        Part::Node(node) => {
            let node = typed.nodes.get(node.index())?;
            let people = people_of(typed, &owners(typed, node)?)?;
            // A vote that its owners are too few for is no matter of separation.
            Some((people, voters(node))).filter(|(people, voters)| people.len() >= *voters)
        }
    }
}

/// The roles that may come to own a node; `None` where a field names the owner.
fn owners(typed: &Typed, node: &Node) -> Option<Vec<RoleId>> {
    let written = node.owners.iter().map(|owner| match &owner.value {
        Owner::Role(role) => Some(*role),
        Owner::Person(_) => None,
    });
    let mut roles = written.collect::<Option<Vec<RoleId>>>()?;
    if roles.is_empty() {
        roles.extend(typed.process_owner);
    }
    let asks = node.ladders.iter().flat_map(|ladder| &ladder.levels).filter_map(|level| level.ask.as_ref());
    for action in asks.flat_map(|ask| &ask.alternatives).flat_map(|alternative| &alternative.actions) {
        if let ActionKind::Reassign(role) = action.kind {
            roles.push(role);
        }
    }
    Some(roles)
}

/// How many people a node takes: of a decision, the least number that any of its options needs.
fn voters(node: &Node) -> usize {
    match &node.kind {
        NodeKind::Decision { options, .. } => {
            options.iter().map(|option| usize::from(option.needs)).min().unwrap_or(1)
        }
        _ => 1,
    }
}

/// The people of roles and of their deputies; `None` where some role does not say who they are.
fn people_of(typed: &Typed, roles: &[RoleId]) -> Option<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = roles.to_vec();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let role = typed.roles.get(id.index())?;
        match (role.people.as_slice(), role.one_person) {
            ([], true) => {
                found.insert(format!("the one person of `{}`", role.name));
            }
            ([], false) => return None,
            (people, _) => found.extend(people.iter().map(|person| format!("`{person}`"))),
        }
        open.extend(role.deputy);
    }
    Some(found).filter(|found| !found.is_empty())
}

impl Separated {
    /// Takes out, again and again, what has at least as many people as it and those apart from it can take together:
    /// it can be given out last.
    fn drop_easy(&mut self) {
        let mut load: BTreeMap<Part, usize> = BTreeMap::new();
        let mut neighbours: BTreeMap<Part, Vec<Part>> = BTreeMap::new();
        for (part, (_, count)) in &self.people {
            load.insert(*part, *count);
        }
        for (a, b) in &self.apart {
            for (one, other) in [(*a, *b), (*b, *a)] {
                let count = self.people.get(&other).map_or(0, |(_, count)| *count);
                *load.entry(one).or_default() += count;
                neighbours.entry(one).or_default().push(other);
            }
        }
        let is_easy = |(part, (people, _)): (&Part, &(BTreeSet<String>, usize)),
                       load: &BTreeMap<Part, usize>| {
            load.get(part).is_some_and(|load| people.len() >= *load)
        };
        let mut easy: Vec<Part> =
            self.people.iter().filter(|entry| is_easy(*entry, &load)).map(|(part, _)| *part).collect();
        while let Some(part) = easy.pop() {
            let Some((_, count)) = self.people.remove(&part) else { continue };
            for other in neighbours.get(&part).into_iter().flatten() {
                if let Some(load) = load.get_mut(other) {
                    *load = load.saturating_sub(count);
                }
                if let Some(known) = self.people.get_key_value(other).filter(|entry| is_easy(*entry, &load)) {
                    easy.push(*known.0);
                }
            }
        }
        self.apart.retain(|(a, b)| self.people.contains_key(a) && self.people.contains_key(b));
    }

    /// The least groups of parts that no choice of people can do, smaller ones first; `None` where the search for
    /// people grew too long.
    #[must_use]
    pub fn impossible(&self) -> Option<Vec<BTreeSet<Part>>> {
        let parts: Vec<Part> = self.people.keys().copied().take(MAX_SEPARATED).collect();
        let mut found: Vec<BTreeSet<Part>> = Vec::new();
        let mut groups: Vec<u32> = (1..1_u32 << parts.len()).collect();
        groups.sort_by_key(|group| (group.count_ones(), *group));
        let mut tries_left = search::MAX_TRIES;
        for group in groups {
            let chosen = parts.iter().enumerate().filter(|(at, _)| group & (1 << at) != 0);
            let chosen: BTreeSet<Part> = chosen.map(|(_, part)| *part).collect();
            let told = found.iter().any(|less| less.is_subset(&chosen));
            if chosen.len() > 1 && !told && !search::is_possible(self, &chosen, &mut tries_left)? {
                found.push(chosen);
            }
        }
        Some(found)
    }

    /// Whether two parts must be done by different people.
    #[must_use]
    pub fn are_apart(&self, a: Part, b: Part) -> bool {
        self.apart.contains(&(a.min(b), a.max(b)))
    }
}
