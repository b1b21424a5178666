//! `wfc drill --away ROLE`: what stalls when the people of a role are not there, and who hears of it.
//!
//! One page over all workflows of a project: the work that the role owns, with each ladder played from a Monday on
//! while nobody acts; the levels elsewhere that reach nobody else; what the role alone may start or answers for.
//! Invariant: a role stands in only along declared deputies that are there themselves.

mod play;

use crate::place::Place;
use crate::reach::{Reached, owners, reached, role_name};
use crate::subject::Subject;
use crate::typed::{Ladder, Level, Node, Typed};
use crate::why::{listed, titled};
use std::collections::BTreeSet;
use wf_plan::plan::RoleId;

/// What is asked of one workflow.
pub struct Drill<'a> {
    /// The workflow.
    pub subject: Subject<'a>,
    /// Names of the roles whose people are away.
    pub away: &'a BTreeSet<String>,
    /// The text that stands at a place.
    pub source: &'a dyn Fn(Place) -> String,
}

/// What one workflow says.
#[derive(Default)]
pub struct Drilled {
    /// Its part of the page; empty where the role has nothing to do with it.
    pub page: String,
    /// Nodes whose work nobody has in hand.
    pub stalls: usize,
    /// Those of them of which nobody who is there ever hears.
    pub unheard: usize,
    /// Levels at the work of others that reach nobody.
    pub lost: usize,
}

/// The part of one workflow.
#[must_use]
pub fn workflow(drill: &Drill<'_>) -> Drilled {
    let typed = drill.typed();
    let mut found = Drilled::default();
    let mut parts: Vec<String> = Vec::new();
    for node in &typed.nodes {
        let owned = owners(typed, node).iter().any(|owner| drill.is_named(owner));
        if owned && !node.owners.is_empty() {
            parts.push(owned_node(drill, node, &mut found));
        }
    }
    let lost = lost_levels(drill, &mut found);
    if !lost.is_empty() {
        parts.push(format!("### Levels that reach nobody\n\n{}\n", lost.join("\n")));
    }
    let office = offices(drill);
    if !office.is_empty() {
        parts.push(format!("### What else is theirs\n\n{}\n", office.join("\n")));
    }
    if !parts.is_empty() {
        let title = match typed.label == typed.name {
            true => format!("`{}`", typed.name),
            false => format!("`{}` · {}", typed.name, typed.label),
        };
        found.page = format!("## {title}\n\n{}", parts.join("\n"));
    }
    found
}

impl<'a> Drill<'a> {
    fn typed(&self) -> &'a Typed {
        self.subject.typed
    }

    fn is_away(&self, role: RoleId) -> bool {
        self.away.contains(role_name(self.typed(), role))
    }

    /// Whether somebody is one of the roles that are away, whoever stands in.
    fn is_named(&self, person: &Reached<'_>) -> bool {
        matches!(person, Reached::Role(role) if self.is_away(*role))
    }

    /// Who has what is meant for a role: itself, or the first along its deputies who is there.
    fn present(&self, role: RoleId) -> Option<RoleId> {
        let mut seen = BTreeSet::new();
        let mut at = role;
        while self.is_away(at) {
            if !seen.insert(at) {
                return None;
            }
            at = self.typed().roles.get(at.index())?.deputy?;
        }
        Some(at)
    }

    /// Whether nobody who is there gets what is meant for somebody.
    fn is_lost(&self, person: &Reached<'_>) -> bool {
        matches!(person, Reached::Role(role) if self.present(*role).is_none())
    }
}

fn owned_node(drill: &Drill<'_>, node: &Node, found: &mut Drilled) -> String {
    let typed = drill.typed();
    let owners = owners(typed, node);
    let stalls = owners.iter().all(|owner| drill.is_lost(owner));
    let mut lines = Vec::new();
    if stalls {
        found.stalls += 1;
        lines.push("Stalls: nobody has it in hand.".to_owned());
    } else {
        lines.push(format!("Goes on: {}.", goes_to(drill, &owners)));
    }
    let played = play::lines(drill, node);
    if stalls && played.first_other.is_none() && played.settles.is_none() {
        found.unheard += 1;
    }
    lines.extend(played.lines.iter().map(|line| format!("- {line}")));
    match (&played.first_other, &played.settles) {
        (Some((who, at)), _) => lines.push(format!("The first who hears of it beside them: {who}, on {at}.")),
        (None, Some(how)) => lines.push(format!("Nobody beside them hears of it, but {how}.")),
        (None, None) => lines.push("Nobody beside them ever hears of it.".to_owned()),
    }
    let (text, list): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| !line.starts_with("- "));
    let (first, rest) = text.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let list = if list.is_empty() { String::new() } else { format!("{}\n\n", list.join("\n")) };
    format!("### {}\n\n{first}\n\n{list}{}\n", titled(node), rest.join("\n"))
}

/// Who has the work in hand.
fn goes_to(drill: &Drill<'_>, owners: &[Reached<'_>]) -> String {
    let typed = drill.typed();
    let mut words = Vec::new();
    for owner in owners {
        match owner {
            Reached::Role(role) => match drill.present(*role) {
                Some(there) if there == *role => {
                    words.push(format!("`{}` owns it too", role_name(typed, there)))
                }
                Some(there) => words.push(format!("`{}` stands in", role_name(typed, there))),
                None => {}
            },
            _ => words.push("another person owns it too".to_owned()),
        }
    }
    words.dedup();
    listed(&words, "and")
}

/// Levels of ladders at the work of others that reach only those who are away.
fn lost_levels(drill: &Drill<'_>, found: &mut Drilled) -> Vec<String> {
    let typed = drill.typed();
    let mut lines = Vec::new();
    for node in &typed.nodes {
        if owners(typed, node).iter().any(|owner| drill.is_named(owner)) {
            continue;
        }
        for ladder in &node.ladders {
            let lost = ladder.levels.iter().filter(|level| is_lost_level(drill, node, level));
            let lost: Vec<String> = lost.map(|level| format!("level {}", level.number)).collect();
            found.lost += lost.len();
            if !lost.is_empty() {
                lines.push(format!("- `{}`: {} of {}", node.name, listed(&lost, "and"), ladder_name(ladder)));
            }
        }
    }
    lines
}

fn is_lost_level(drill: &Drill<'_>, node: &Node, level: &Level) -> bool {
    let people = reached(drill.typed(), node, level);
    people.iter().any(|person| drill.is_named(person)) && people.iter().all(|person| drill.is_lost(person))
}

fn ladder_name(ladder: &Ladder) -> String {
    if ladder.name.is_empty() { "its escalation".to_owned() } else { format!("`{}`", ladder.name) }
}

/// What the role does for the workflow as a whole, and who does it now.
fn offices(drill: &Drill<'_>) -> Vec<String> {
    let typed = drill.typed();
    let mut lines = Vec::new();
    let stand_in = |role: RoleId| match drill.present(role) {
        Some(there) => format!("`{}` stands in", role_name(typed, there)),
        None => "nobody stands in".to_owned(),
    };
    if let Some(owner) = typed.process_owner.filter(|owner| drill.is_away(*owner)) {
        let what = "Process owner: incidents, open questions and a missed deadline of the whole come here";
        lines.push(format!("- {what}; {}.", stand_in(owner)));
    }
    let only_by_people = typed.starts_on.is_empty() && typed.starts_every.is_empty();
    let nobody_starts = typed.starts_by.iter().all(|role| drill.present(*role).is_none());
    if only_by_people && nobody_starts && !typed.starts_by.is_empty() {
        lines.push("- Nobody can start it.".to_owned());
    }
    lines
}
