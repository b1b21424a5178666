//! WF411: nobody gets more messages a day than they can read.

use crate::firing::{Clocks, Timing, bound, next_repeat};
use crate::place::Problem;
use crate::reach::{Reached, reached, receivers, role_name};
use crate::subject::Subject;
use crate::together::{pasts, together};
use crate::typed::{Ladder, Node, Reminder, Typed, Who};
use crate::uses::{self, names};
use std::collections::BTreeMap;
use std::rc::Rc;
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::{NodeId, RoleId};
use wf_plan::time::{Date, Moment};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF411",
    name: "nagging",
    severity: Severity::Warning,
    summary: "the reminders and escalations that one role gets on one day stay few enough to be read",
};

/// Messages of one reminder that are looked at.
const MOST_MESSAGES: usize = 500;

/// Days with more messages to one role than the project allows, if work that can go on together begins on one day and
/// nobody does anything.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let most_per_day = subject.around.limits.messages_per_day;
    let timing = Timing::of(typed);
    let mut by_role: BTreeMap<RoleId, Vec<(NodeId, Rc<Days>)>> = BTreeMap::new();
    // Nodes that are alike get the same.
    let mut known: BTreeMap<usize, Vec<(RoleId, Rc<Days>)>> = BTreeMap::new();
    for ((id, node), kind) in uses::nodes(typed).zip(&subject.uses.kinds) {
        let of_kind = known.entry(*kind).or_insert_with(|| {
            messages(&timing, node).into_iter().map(|(role, days)| (role, Rc::new(days))).collect()
        });
        for (role, days) in of_kind {
            by_role.entry(*role).or_default().push((id, Rc::clone(days)));
        }
    }
    by_role.retain(|_, nodes| most(nodes).1 > most_per_day);
    if by_role.is_empty() {
        return Vec::new();
    }
    let pasts = pasts(typed);
    let worst = by_role.into_iter().filter_map(|(role, mut nodes)| {
        nodes.sort_by_key(|(id, days)| (std::cmp::Reverse(days.values().max().copied()), *id));
        let wanted: Vec<NodeId> = nodes.iter().map(|(id, _)| *id).collect();
        let together = together(typed, &pasts, &wanted);
        nodes.retain(|(id, _)| together.contains(id));
        let (day, count) = most(&nodes);
        nodes.retain(|(_, days)| days.contains_key(&day));
        nodes.sort_by_key(|(id, _)| *id);
        (count > most_per_day).then_some((role, count, nodes))
    });
    worst.map(|(role, count, nodes)| problem(typed, role, count, &nodes, most_per_day)).collect()
}

/// Messages on each day.
type Days = BTreeMap<Date, u32>;

/// The day on which most messages come together, and how many.
fn most(of: &[(NodeId, Rc<Days>)]) -> (Date, u32) {
    let mut alike: BTreeMap<*const Days, (&Days, u32)> = BTreeMap::new();
    for (_, days) in of {
        let (_, times) = alike.entry(Rc::as_ptr(days)).or_insert((days, 0));
        *times = times.saturating_add(1);
    }
    let mut sum: Days = BTreeMap::new();
    for (days, times) in alike.into_values() {
        for (day, count) in days {
            let total = sum.entry(*day).or_default();
            *total = total.saturating_add(count.saturating_mul(times));
        }
    }
    let most = sum.into_iter().max_by_key(|(day, count)| (*count, std::cmp::Reverse(*day)));
    most.unwrap_or((Date(0), 0))
}

fn problem(
    typed: &Typed,
    role: RoleId,
    count: u32,
    nodes: &[(NodeId, Rc<Days>)],
    most_per_day: u32,
) -> Problem {
    let name = role_name(typed, role);
    let nodes: Vec<&Node> = nodes.iter().filter_map(|(id, _)| typed.nodes.get(id.index())).collect();
    let message = format!(
        "`{name}` may get {count} reminders and escalations on one day, about {}",
        names(nodes.iter().copied())
    );
    let help = format!(
        "remind less often (`stop after …`, a longer `repeat every …`), or spread the work: more than {most_per_day} a day are not read"
    );
    let mut problem = Problem::new(&RULE, typed.at, message).with_help(help);
    for node in nodes.iter().take(3) {
        problem = problem.with_related(node.at, "this can be open at the same time");
    }
    problem
}

/// What each role gets on each working day about a node that begins on a day without holidays behind it, if nobody
/// does anything.
fn messages(timing: &Timing<'_>, node: &Node) -> BTreeMap<RoleId, Days> {
    let mut found: BTreeMap<RoleId, Days> = BTreeMap::new();
    if node.reminders.is_empty() && node.ladders.is_empty() {
        return found;
    }
    let typed = timing.typed;
    let Some(clocks) = timing.clocks(node) else { return found };
    // The last of several lines is the one without a condition.
    let line = node.deadlines.last().map(bound);
    let exact = line.as_ref().is_none_or(|bound| bound.as_ref().is_some_and(|bound| bound.exact));
    let Some(begun) = first_monday(&clocks).filter(|_| exact) else { return found };
    let due = line.flatten().and_then(|bound| bound.end(clocks.workflow.calendar(), begun));
    let settles = due.filter(|_| crate::reach::has_if_late(node));
    let mut note = |at: Moment, people: Vec<Reached<'_>>| {
        let day = clocks.owner.calendar().local(at).map(|local| local.date);
        let Some(day) = day.filter(|day| clocks.owner.calendar().is_working_day(*day)) else { return };
        if settles.is_some_and(|settles| at >= settles) {
            return;
        }
        let roles = people.iter().filter_map(|person| match person {
            Reached::Role(role) => Some(*role),
            _ => None,
        });
        for role in roles.collect::<std::collections::BTreeSet<_>>() {
            let count = found.entry(role).or_default().entry(day).or_default();
            *count = count.saturating_add(1);
        }
    };
    for reminder in &node.reminders {
        for at in series(&clocks, reminder, begun, due) {
            note(at, reminded(typed, node, reminder));
        }
    }
    for ladder in &node.ladders {
        for (at, level) in climbed(&clocks, ladder, begun, due).into_iter().zip(&ladder.levels) {
            note(at, reached(typed, node, level));
        }
    }
    found
}

/// The opening of a Monday in the second month of the calendar's years: few calendars have a holiday near it.
fn first_monday(clocks: &Clocks) -> Option<Moment> {
    let (first, _) = clocks.workflow.years.span;
    let (calendar, starts) = (clocks.workflow.calendar(), &clocks.workflow.starts);
    let from = calendar.from_local(Date::from_ymd(i32::from(first), 2, 1)?, 0)?;
    let mut later = starts.iter().skip_while(|start| **start < from);
    later.find(|start| calendar.local(**start).is_some_and(|local| local.weekday == 0)).copied()
}

fn reminded<'a>(typed: &'a Typed, node: &'a Node, reminder: &'a Reminder) -> Vec<Reached<'a>> {
    if reminder.to.is_empty() {
        return receivers(typed, node, &Who::Owner);
    }
    reminder.to.iter().flat_map(|who| receivers(typed, node, &who.value)).collect()
}

/// The messages of a reminder between the start and the deadline.
fn series(clocks: &Clocks, reminder: &Reminder, begun: Moment, due: Option<Moment>) -> Vec<Moment> {
    let most = reminder.stop_after.map_or(MOST_MESSAGES, usize::from).min(MOST_MESSAGES);
    let mut found = Vec::new();
    let mut next = next_repeat(clocks.owner.calendar(), reminder, begun, due, None);
    while let Some(at) = next.filter(|_| found.len() < most) {
        found.push(at);
        next = next_repeat(clocks.owner.calendar(), reminder, begun, due, Some(at));
    }
    found
}

fn climbed(clocks: &Clocks, ladder: &Ladder, begun: Moment, due: Option<Moment>) -> Vec<Moment> {
    let triggers = crate::firing::Triggers { silence: true, block: false, overdue: true };
    crate::firing::earliest_levels(clocks.owner.calendar(), ladder, triggers, begun, due)
}
