//! A node on which nobody acts, from a Monday on: when its ladders set off, whom each level reaches, what comes then.
//!
//! The moments are those of `firing`, as the rules about ladders have them. Invariant: people who are away are told
//! apart from those who are there and from those who stand in for them.

use super::{Drill, ladder_name};
use crate::firing::{Clocks, Timing, Triggers, bound, earliest_levels};
use crate::reach::{Reached, has_if_late, owners, reached, role_name, told};
use crate::typed::{Ladder, Level, Node, NodeKind};
use crate::why::ladders;
use crate::why::listed;
use wf_plan::node::IfLate;
use wf_plan::{Date, Moment};

/// How it goes.
#[derive(Default)]
pub struct Played {
    /// What happens, in order within each ladder.
    pub lines: Vec<String>,
    /// The first person who is there and owns nothing of it, and when.
    pub first_other: Option<(String, String)>,
    /// How it settles by itself: "its time runs out and `no` is taken".
    pub settles: Option<String>,
    earliest: Option<Moment>,
}

/// The first working moment from Monday 2 March 2026 on.
fn monday(clocks: &Clocks) -> Option<Moment> {
    let calendar = clocks.workflow.calendar();
    let morning = calendar.from_local(Date::from_ymd(2026, 3, 2)?, 9 * 60)?;
    Some(calendar.next_opening(morning).unwrap_or(morning))
}

/// Plays every ladder of a node.
pub fn lines(drill: &Drill<'_>, node: &Node) -> Played {
    let mut played = Played::default();
    let Some(clocks) = Timing::of(drill.typed()).clocks(node) else { return played };
    let Some(begun) = monday(&clocks) else { return played };
    let due = node.deadlines.iter().rev().find(|line| line.condition.is_none()).and_then(bound);
    let due = due.and_then(|bound| bound.end(clocks.workflow.calendar(), begun));
    if let Some(due) = due {
        let words = clocks.workflow.words(due);
        played.settles = by_lateness(node).map(|how| format!("{how} on {words}"));
        let people = told(drill.typed(), node, &node.on.overdue);
        if !people.is_empty() {
            played.lines.push(format!("{words}, its deadline passes: tells {}", who(drill, &people)));
            played.heard(drill, node, &people, due, &clocks);
        }
    }
    for ladder in &node.ladders {
        played.ladder(drill, node, ladder, (begun, due), &clocks);
    }
    if !played.lines.is_empty() || played.settles.is_some() {
        let line = format!("work starts on {} and nobody does anything", clocks.workflow.words(begun));
        played.lines.insert(0, line);
    }
    played.lines.extend(played.settles.iter().cloned());
    played
}

fn by_lateness(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Decision { options, if_late: Some(option) } => {
            let option = options.get(usize::from(*option))?;
            Some(format!("its time runs out and `{}` is taken", option.name))
        }
        NodeKind::Wait { if_late: Some(if_late), .. } => Some(match if_late {
            IfLate::Skip => "its time runs out and it is skipped".to_owned(),
            IfLate::GoOn => "its time runs out and the process goes on".to_owned(),
            IfLate::Outcome(_) => "its time runs out and the instance ends".to_owned(),
        }),
        _ => None,
    }
}

impl Played {
    fn ladder(
        &mut self,
        drill: &Drill<'_>,
        node: &Node,
        ladder: &Ladder,
        (begun, due): (Moment, Option<Moment>),
        clocks: &Clocks,
    ) {
        let triggers = Triggers { silence: true, block: false, overdue: !has_if_late(node) };
        let times = earliest_levels(clocks.owner.calendar(), ladder, triggers, begun, due);
        if times.is_empty() {
            let why = match ladders::trigger(node, ladder) {
                Some(when) => format!("it would {when}"),
                None => ladders::why_never(node).to_owned(),
            };
            self.lines.push(format!("{} does not set off: {why}", ladder_name(ladder)));
            return;
        }
        let overtaken = |at: Moment| has_if_late(node) && due.is_some_and(|due| at >= due);
        for (level, at) in ladder.levels.iter().zip(times).filter(|(_, at)| !overtaken(*at)) {
            let people = reached(drill.typed(), node, level);
            let line = format!(
                "{}, level {} of {}: {}",
                clocks.owner.words(at),
                level.number,
                ladder_name(ladder),
                does(drill, node, level)
            );
            self.lines.push(line);
            self.heard(drill, node, &people, at, clocks);
        }
        let last = ladders::end(drill.typed(), ladder);
        self.lines.extend(last);
    }

    /// Notes who hears of it first, of those who are there and do not own it.
    fn heard(&mut self, drill: &Drill<'_>, node: &Node, people: &[Reached<'_>], at: Moment, clocks: &Clocks) {
        let owners = owners(drill.typed(), node);
        let others = people.iter().filter(|person| !owners.contains(person) && !drill.is_lost(person));
        let others: Vec<String> = others
            .filter(|person| !matches!(person, Reached::WaitingOn))
            .map(|person| name(drill, person))
            .collect();
        if others.is_empty() || self.earliest.is_some_and(|before| before <= at) {
            return;
        }
        self.earliest = Some(at);
        self.first_other = Some((listed(&others, "and"), clocks.owner.words(at)));
    }
}

/// What a level does, with who is there.
fn does(drill: &Drill<'_>, node: &Node, level: &Level) -> String {
    let typed = drill.typed();
    let told = told(typed, node, &level.actions);
    let asked = crate::reach::asked(typed, node, level);
    let mut parts = Vec::new();
    if !told.is_empty() {
        parts.push(format!("tells {}", who(drill, &told)));
    }
    if !asked.is_empty() {
        parts.push(format!("asks {}", who(drill, &asked)));
    }
    if parts.is_empty() { "reaches nobody".to_owned() } else { parts.join(", and ") }
}

fn who(drill: &Drill<'_>, people: &[Reached<'_>]) -> String {
    let words: Vec<String> = people.iter().map(|person| marked(drill, person)).collect();
    listed(&words, "and")
}

/// "`csm`", "`it_lead` (away)", "`it_second` for `it_lead`".
fn marked(drill: &Drill<'_>, person: &Reached<'_>) -> String {
    match person {
        Reached::Role(role) if drill.is_away(*role) => {
            let away = role_name(drill.typed(), *role);
            match drill.present(*role) {
                Some(there) => format!("`{}` for `{away}`", role_name(drill.typed(), there)),
                None => format!("`{away}` (away)"),
            }
        }
        _ => name(drill, person),
    }
}

fn name(drill: &Drill<'_>, person: &Reached<'_>) -> String {
    match person {
        Reached::Role(role) => {
            let there = drill.present(*role).unwrap_or(*role);
            format!("`{}`", role_name(drill.typed(), there))
        }
        Reached::Field(_) => "whoever a field names".to_owned(),
        Reached::Starter => "whoever started it".to_owned(),
        Reached::WaitingOn => "whoever it waits on".to_owned(),
    }
}
