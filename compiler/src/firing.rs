//! When reminders, thresholds and levels come: as moments that follow from the moment a node starts.
//!
//! The interpreter does the same while it runs (`step/reminders.rs`, `step/ladders.rs`, `step/deadlines.rs`); here it is
//! asked beforehand, for every moment at which work can start. Deadlines are in the workflow's calendar, all else in
//! that of the node's owner. What nobody does delays nothing: no act, no block, no extension.
//! Invariant: a deadline that counts from before the node's start is never taken to be later than it can be.

use crate::starts::{Clock, Question, Sweep, clock};
use crate::typed::{Deadline, Ladder, Level, LimitKind, Node, Owner, Reminder, Typed};
use std::cell::OnceCell;
use std::sync::Arc;
use wf_lang::diagnostic::Severity;
use wf_plan::calendar::Duration;
use wf_plan::node::CountFrom;
use wf_plan::plan::{CalendarId, RoleId};
use wf_plan::time::Moment;
use wf_vm::calendar::CompiledCalendar;

/// Repeats of a reminder that are looked through; the interpreter's own bound is higher and means the same.
const MOST_REPEATS: usize = 1_000;

/// The two calendars that time at a node is counted in.
#[derive(Clone)]
pub struct Clocks {
    /// The workflow's: deadlines.
    pub workflow: Arc<Clock>,
    /// The owner's: silence, block, levels, reminders.
    pub owner: Arc<Clock>,
}

/// The role whose calendar holds for a node: its first owner role; of a wait or run, the process owner.
#[must_use]
pub fn owner_role(typed: &Typed, node: &Node) -> Option<RoleId> {
    let role = node.owners.iter().find_map(|owner| match owner.value {
        Owner::Role(role) => Some(role),
        Owner::Person(_) => None,
    });
    role.or(typed.process_owner.filter(|_| node.owners.is_empty()))
}

/// The calendars of a workflow, each looked up once.
pub struct Timing<'a> {
    /// The workflow.
    pub typed: &'a Typed,
    clocks: Vec<OnceCell<Arc<Clock>>>,
}

impl<'a> Timing<'a> {
    /// The calendars of a workflow, none looked up yet.
    #[must_use]
    pub fn of(typed: &'a Typed) -> Self {
        Self { typed, clocks: typed.calendars.iter().map(|_| OnceCell::new()).collect() }
    }

    fn clock(&self, id: CalendarId) -> Option<Arc<Clock>> {
        let plan = &self.typed.calendars.get(id.index())?.data;
        Some(Arc::clone(self.clocks.get(id.index())?.get_or_init(|| clock(plan))))
    }

    /// The calendars of a node; `None` where the workflow's tables have none.
    #[must_use]
    pub fn clocks(&self, node: &Node) -> Option<Clocks> {
        let workflow = self.clock(self.typed.calendar)?;
        let role = owner_role(self.typed, node).and_then(|role| self.typed.roles.get(role.index()));
        let owner = match role.and_then(|role| role.calendar) {
            Some(own) => self.clock(own)?,
            None => Arc::clone(&workflow),
        };
        Some(Clocks { workflow, owner })
    }
}

impl Clocks {
    fn are_one(&self) -> bool {
        Arc::ptr_eq(&self.workflow, &self.owner)
    }
}

/// The calendars of one node; whoever asks about several nodes keeps a [`Timing`].
#[must_use]
pub fn clocks(typed: &Typed, node: &Node) -> Option<Clocks> {
    Timing::of(typed).clocks(node)
}

/// What is known of a deadline line before a run: it is the earliest of these, each counted from the node's start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bound {
    limits: Vec<CountedLimit>,
    /// Whether it is exactly that; else it may be earlier, because something counts from before the node's start.
    pub exact: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct CountedLimit {
    length: Duration,
    end_of_day: bool,
    moved: bool,
}

/// What is known of a line; `None`: nothing, its moment comes from data.
#[must_use]
pub fn bound(line: &Deadline) -> Option<Bound> {
    let mut bound = Bound { limits: Vec::new(), exact: true };
    for limit in &line.limits {
        let (length, from, end_of_day) = match limit.kind {
            LimitKind::Within(length, from) => (length, from, false),
            LimitKind::EndOf(length, from) => (length, from, true),
            LimitKind::By(_) => {
                bound.exact = false;
                continue;
            }
        };
        bound.exact &= from == CountFrom::OwnStart;
        bound.limits.push(CountedLimit { length, end_of_day, moved: limit.moved_to_working_day });
    }
    (!bound.limits.is_empty()).then_some(bound)
}

impl Bound {
    /// The latest moment at which the deadline of work that starts then can be.
    #[must_use]
    pub fn end(&self, calendar: &CompiledCalendar, start: Moment) -> Option<Moment> {
        let end = |limit: &CountedLimit| {
            let end = if limit.end_of_day {
                calendar.end_of(&limit.length, start)?
            } else {
                calendar.add(start, &limit.length)?
            };
            if limit.moved { calendar.move_to_next_working_day(end) } else { Some(end) }
        };
        // A limit beyond every calendar is left out, as the interpreter does.
        self.limits.iter().filter_map(end).min()
    }

    /// Its length, where it is a plain one.
    #[must_use]
    pub fn plain(&self) -> Option<Duration> {
        match self.limits.as_slice() {
            [CountedLimit { length, end_of_day: false, moved: false }] => Some(*length),
            _ => None,
        }
    }

    fn question(&self, about: &'static str, further: &[Option<Duration>]) -> Question {
        let lengths = further.iter().copied().chain(self.limits.iter().map(|limit| Some(limit.length)));
        let marks = self.limits.iter().map(|limit| u8::from(limit.end_of_day) + 2 * u8::from(limit.moved));
        let marks = std::iter::once(u8::from(self.exact)).chain(marks).collect();
        Question { about, lengths: lengths.collect(), marks }
    }
}

/// Whether the first of two lengths is the longer one, where both are in one unit and so no calendar is needed.
fn compared(first: Duration, second: Duration) -> Option<std::cmp::Ordering> {
    (first.unit == second.unit).then(|| first.amount.cmp(&second.amount))
}

/// For which start moments a reminder sends nothing before its deadline. `None`: that is not known beforehand.
#[must_use]
pub fn reminder_is_silent(clocks: &Clocks, reminder: &Reminder, bound: &Bound) -> Option<Sweep> {
    let start = reminder.start.as_ref().map(|start| start.value);
    let repeat = reminder.repeat.as_ref().map(|repeat| repeat.value);
    // Counted from an earlier moment, the repeats fall on other days than we would think.
    if !bound.exact && repeat.is_some() {
        return None;
    }
    if start.is_none() && repeat.is_none() {
        return None;
    }
    if let (Some(length), true) = (bound.plain(), clocks.are_one()) {
        let fires = match (start, repeat) {
            (Some(start), _) => compared(start, length).map(std::cmp::Ordering::is_lt),
            (None, repeat) => {
                repeat.and_then(|repeat| compared(repeat, length)).map(std::cmp::Ordering::is_lt)
            }
        };
        match (fires, start, repeat) {
            (Some(true), ..) => return Some(Sweep::all(false)),
            (Some(false), Some(_), None) | (Some(false), None, _) => return Some(Sweep::all(true)),
            _ => {}
        }
    }
    let question = bound.question("reminder", &[start, repeat]);
    let found = clocks.workflow.sweep(&clocks.owner, question, |begun| {
        let due = bound.end(clocks.workflow.calendar(), begun)?;
        silent_until(clocks.owner.calendar(), begun, due, start, repeat)
    });
    // A line that may end earlier is certain only where no start moment lets the reminder come.
    (bound.exact || found.always()).then_some(found)
}

/// By how much a reminder misses the time from the start to the deadline; `None`: it comes.
fn silent_until(
    calendar: &CompiledCalendar,
    begun: Moment,
    due: Moment,
    start: Option<Duration>,
    repeat: Option<Duration>,
) -> Option<i64> {
    let mut next = match start {
        Some(start) => calendar.subtract(due, &start)?,
        None => calendar.add(begun, &repeat?)?,
    };
    for _ in 0..MOST_REPEATS {
        if next >= due {
            return Some(next.0 - due.0);
        }
        if next > begun {
            return None;
        }
        let Some(repeat) = repeat else { return Some(begun.0 - next.0) };
        next = calendar.add(next, &repeat).filter(|later| *later > next)?;
    }
    None
}

/// The message of a reminder behind another one, or its first, if it comes before the deadline.
#[must_use]
pub fn next_repeat(
    owner: &CompiledCalendar,
    reminder: &Reminder,
    begun: Moment,
    due: Option<Moment>,
    sent: Option<Moment>,
) -> Option<Moment> {
    let repeat = reminder.repeat.as_ref().map(|repeat| repeat.value);
    let mut next = match (sent, &reminder.start) {
        (Some(sent), _) => owner.add(sent, &repeat?)?,
        (None, Some(start)) => owner.subtract(due?, &start.value)?,
        (None, None) => owner.add(begun, &repeat?)?,
    };
    let after = sent.unwrap_or(begun);
    for _ in 0..MOST_REPEATS {
        if next > after {
            return Some(next).filter(|next| due.is_none_or(|due| *next < due));
        }
        next = owner.add(next, &repeat?).filter(|later| *later > next)?;
    }
    None
}

/// For which start moments a threshold (of silence, or of a block that begins at once) lies beyond the deadline.
#[must_use]
pub fn threshold_is_beyond(clocks: &Clocks, threshold: Duration, bound: &Bound) -> Option<Sweep> {
    let plain = bound.plain().filter(|_| clocks.are_one() && bound.exact);
    if let Some(ordering) = plain.and_then(|length| compared(threshold, length)) {
        return Some(Sweep::all(ordering.is_gt()));
    }
    let question = bound.question("threshold", &[Some(threshold)]);
    let found = clocks.workflow.sweep(&clocks.owner, question, |begun| {
        let due = bound.end(clocks.workflow.calendar(), begun)?;
        let comes = clocks.owner.calendar().add(begun, &threshold)?;
        (comes > due).then_some(comes.0 - due.0)
    });
    (bound.exact || found.always()).then_some(found)
}

/// For which moments of a question the next level comes before the time for its decision is over.
#[must_use]
pub fn level_overtakes(owner: &Clock, after: Duration, within: Duration) -> Sweep {
    if let Some(ordering) = compared(after, within) {
        return Sweep::all(ordering.is_lt());
    }
    let question = Question { about: "level", lengths: vec![Some(after), Some(within)], marks: Vec::new() };
    owner.sweep(owner, question, |asked| {
        let (next, decided) = (owner.calendar().add(asked, &after)?, owner.calendar().add(asked, &within)?);
        (next < decided).then_some(decided.0 - next.0)
    })
}

/// What a question about each deadline line of a node comes to.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// An error where it holds for every line and every start moment.
    pub severity: Severity,
    /// The line that shows it best.
    pub line: &'a Deadline,
    /// The worst start moment, where it does not hold for all of them.
    pub worst: Option<Moment>,
}

/// Asks about each deadline line; what is not known of a line makes nothing certain.
pub fn judged(lines: &[Deadline], ask: impl Fn(&Deadline, &Bound) -> Option<Sweep>) -> Option<Judged<'_>> {
    let found: Vec<Option<Sweep>> =
        lines.iter().map(|line| bound(line).and_then(|bound| ask(line, &bound))).collect();
    let first =
        |holds: fn(Sweep) -> bool| lines.iter().zip(&found).find(|(_, found)| found.is_some_and(holds));
    if let Some((line, _)) = first(Sweep::always) {
        let certain = found.iter().all(|found| found.is_some_and(Sweep::always));
        let severity = if certain { Severity::Error } else { Severity::Warning };
        return Some(Judged { severity, line, worst: None });
    }
    let (line, found) = first(Sweep::often)?;
    Some(Judged { severity: Severity::Warning, line, worst: found.and_then(Sweep::worst) })
}

/// What can set a ladder going at a node on which nobody acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Triggers {
    /// Silence counts.
    pub silence: bool,
    /// A block that begins with the work counts.
    pub block: bool,
    /// The passing of the deadline counts.
    pub overdue: bool,
}

/// When the levels of a ladder come at the earliest, if work starts then; fewer than it has where one never comes.
/// `due`: when the deadline passes, where there is one.
#[must_use]
pub fn earliest_levels(
    owner: &CompiledCalendar,
    ladder: &Ladder,
    triggers: Triggers,
    begun: Moment,
    due: Option<Moment>,
) -> Vec<Moment> {
    let after = |length: &Option<crate::typed::Placed<Duration>>, counts: bool| {
        length.as_ref().filter(|_| counts).and_then(|length| owner.add(begun, &length.value))
    };
    let overdue = due.filter(|_| triggers.overdue && ladder.on_overdue);
    let silence = after(&ladder.on_silence, triggers.silence);
    let block = after(&ladder.on_block, triggers.block);
    let Some(mut at) = [overdue, silence, block].into_iter().flatten().min() else { return Vec::new() };
    let mut found = Vec::with_capacity(ladder.levels.len());
    let mut before: Option<&Level> = None;
    for level in &ladder.levels {
        let counted = level.after.as_ref().and_then(|after| owner.add(at, &after.value));
        let asked = before.and_then(|before| before.ask.as_ref());
        let decided = asked.and_then(|ask| ask.decide_within.as_ref());
        let decided = decided.and_then(|within| owner.add(at, &within.value));
        at = match [counted, decided].into_iter().flatten().min() {
            Some(next) => next,
            None if before.is_none() => at,
            None => break,
        };
        found.push(at);
        before = Some(level);
    }
    found
}

#[cfg(test)]
mod tests;
