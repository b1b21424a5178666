//! WF410: messages come in working time, or the people say when they are not to be disturbed.

use crate::firing::{Timing, owner_role};
use crate::place::{Place, Problem};
use crate::reach::{Reached, receivers, told};
use crate::starts::{Clock, Question, Sweep};
use crate::subject::Subject;
use crate::typed::{ActionKind, Level, Node, Placed, Typed};
use crate::uses::{self, also_at, names};
use std::collections::BTreeMap;
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::calendar::Duration;
use wf_plan::time::Moment;
use wf_vm::calendar::CompiledCalendar;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF410",
    name: "fires-outside-working-time",
    severity: Severity::Warning,
    summary: "reminders and escalations come in the working time of the people they go to",
};

/// Start moments per working day that are asked about.
const STARTS_PER_DAY: u32 = 3;

/// Times in hours, days or weeks whose end falls into the night or on a free day, for people with working time and
/// without quiet hours.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let timing = Timing::of(typed);
    let mut found: BTreeMap<Place, Outside<'_>> = BTreeMap::new();
    // Nodes that are alike are written to at the same times.
    let mut known: BTreeMap<usize, Vec<(Threshold<'_>, Days)>> = BTreeMap::new();
    for ((_, node), kind) in uses::nodes(typed).zip(&subject.uses.kinds) {
        let outside = known.entry(*kind).or_insert_with(|| {
            let thresholds = thresholds(typed, node).into_iter();
            thresholds.filter_map(|one| Some((one, days_outside(&timing, node, &one)?))).collect()
        });
        for (threshold, days) in outside.iter().copied() {
            let new = || Outside { nodes: Vec::new(), days, threshold };
            found.entry(threshold.length.at).or_insert_with(new).nodes.push(node);
        }
    }
    found.into_values().filter_map(|outside| problem(typed, &outside)).collect()
}

/// A length of time behind which somebody is written to.
#[derive(Clone, Copy)]
struct Threshold<'a> {
    length: &'a Placed<Duration>,
    /// It is counted back, from a deadline.
    back: bool,
    used_at: Place,
}

/// How many working days of a year end outside, and how many there are.
type Days = (u32, u32);

struct Outside<'a> {
    nodes: Vec<&'a Node>,
    days: Days,
    threshold: Threshold<'a>,
}

fn problem(typed: &Typed, outside: &Outside<'_>) -> Option<Problem> {
    let node = outside.nodes.first()?;
    let (late, all) = outside.days;
    let length = outside.threshold.length;
    let nodes = names(outside.nodes.iter().copied());
    let message = format!(
        "a time of {} ends outside working time on {late} of the {all} working days of a year, and the message about {nodes} comes all the same",
        length.value
    );
    let role = owner_role(typed, node).and_then(|role| typed.roles.get(role.index()));
    let help = match role {
        Some(role) => format!(
            "count in `business hours` or `business days`, or give `{}` quiet hours, such as `quiet 19:00 to 08:00, weekends, holidays`",
            role.name
        ),
        None => "count in `business hours` or `business days`".to_owned(),
    };
    let at = if length.at.decl == typed.decl { length.at } else { outside.threshold.used_at };
    let problem = Problem::new(&RULE, at, message).with_help(help);
    Some(also_at(problem, length.at, "this time"))
}

/// Every time in calendar units behind which people who may be disturbed are written to.
fn thresholds<'a>(typed: &Typed, node: &'a Node) -> Vec<Threshold<'a>> {
    let owner = owner_role(typed, node).and_then(|role| typed.roles.get(role.index()));
    if owner.is_none_or(|owner| owner.quiet.is_some() || owner.external) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for ladder in &node.ladders {
        let used_at = ladder.used_at;
        let mut add = |length: &'a Option<Placed<Duration>>, level: Option<&Level>| {
            if level.is_some_and(|level| disturbs(typed, node, level)) {
                found.extend(length.as_ref().map(|length| Threshold { length, back: false, used_at }));
            }
        };
        let first = ladder.levels.first().filter(|level| level.after.is_none());
        add(&ladder.on_silence, first);
        add(&ladder.on_block, first);
        for level in &ladder.levels {
            add(&level.after, Some(level));
        }
    }
    for reminder in &node.reminders {
        let owner = crate::typed::Who::Owner;
        let to = reminder.to.iter().map(|who| &who.value).chain(reminder.to.is_empty().then_some(&owner));
        let people: Vec<Reached<'_>> = to.flat_map(|who| receivers(typed, node, who)).collect();
        if !is_disturbed(typed, &people) {
            continue;
        }
        let used_at = reminder.used_at;
        let lengths = [(&reminder.start, true), (&reminder.repeat, false)];
        let lengths = lengths.into_iter().filter_map(|(length, back)| Some((length.as_ref()?, back)));
        found.extend(lengths.map(|(length, back)| Threshold { length, back, used_at }));
    }
    found.retain(|threshold| !threshold.length.value.unit.is_business());
    found
}

/// Whether a level writes to somebody who may be disturbed; what is `urgent` is meant to come at any time.
fn disturbs(typed: &Typed, node: &Node, level: &Level) -> bool {
    let urgent =
        level.actions.iter().any(|action| matches!(action.kind, ActionKind::Tell { urgent: true, .. }));
    let mut people = told(typed, node, &level.actions);
    people.extend(crate::reach::asked(typed, node, level));
    !urgent && is_disturbed(typed, &people)
}

/// Whether a role of the organisation without quiet hours is among these.
fn is_disturbed(typed: &Typed, people: &[Reached<'_>]) -> bool {
    people.iter().any(|person| match person {
        Reached::Role(role) => {
            typed.roles.get(role.index()).is_some_and(|role| role.quiet.is_none() && !role.external)
        }
        _ => false,
    })
}

/// On how many working days of a year a threshold ends outside working time; `None`: on hardly any, or nobody said
/// what working time is.
fn days_outside(timing: &Timing<'_>, node: &Node, threshold: &Threshold<'_>) -> Option<(u32, u32)> {
    let typed = timing.typed;
    let role = owner_role(typed, node).and_then(|role| typed.roles.get(role.index()))?;
    let calendar = typed.calendars.get(role.calendar.unwrap_or(typed.calendar).index())?;
    calendar.at?;
    let clock = timing.clocks(node)?.owner;
    let sweep = falls_outside(&clock, threshold);
    let (outside, all) = sweep.counts();
    if !sweep.often() {
        return None;
    }
    let (first, last) = clock.years.span;
    let years = u32::try_from(i32::from(last) - i32::from(first) + 1).ok().filter(|years| *years > 0)?;
    let per_year = STARTS_PER_DAY.saturating_mul(years);
    Some(((outside / per_year).max(1), all / per_year))
}

fn falls_outside(clock: &Clock, threshold: &Threshold<'_>) -> Sweep {
    let (length, back) = (threshold.length.value, threshold.back);
    let question = Question { about: "outside", lengths: vec![Some(length)], marks: vec![u8::from(back)] };
    clock.sweep(clock, question, |start| {
        let calendar = clock.calendar();
        let fires = if back { calendar.subtract(start, &length) } else { calendar.add(start, &length) };
        fires.filter(|fires| is_outside(calendar, *fires)).map(|_| 0)
    })
}

/// Before a day's work begins or after it has ended; a break in between is no time at which nobody reads.
fn is_outside(calendar: &CompiledCalendar, moment: Moment) -> bool {
    let day = calendar.local(moment).and_then(|local| {
        let begin = calendar.from_local(local.date, 0)?;
        let end = calendar.end_of_day(local.date)?;
        Some((calendar.next_opening(begin)?, calendar.previous_closing(end)?))
    });
    !day.is_some_and(|(opening, closing)| opening <= moment && moment <= closing)
}
