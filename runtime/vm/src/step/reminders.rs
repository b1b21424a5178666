//! Reminders and heads-ups.
//!
//! `start D before deadline` counts back from the deadline, `repeat every D` on from each message (without `start`:
//! from the node's start), both in the calendar of the owner's role, `stop after N` messages at most. A reminder that
//! would come before the node starts waits for its next repeat; one at or after the deadline is not sent, since
//! overdue work is the ladders' matter. While the clock stands nothing is sent; afterwards the series goes on by the
//! new deadline.
//!
//! A heads-up goes to the owner of a waiting node, D before the latest deadline of the sources not settled yet
//! (looking through converges), at most once a round; if that is unknown or past, none is sent.
//! Invariant: at most one timer per reminder, and one heads-up timer per waiting node.

use super::messages::Letter;
use super::turn::Turn;
use crate::effect::{Fact, Purpose};
use crate::event::Place;
use crate::phrases::{self, Language};
use crate::state::{NodeState, Task};
use wf_plan::Moment;
use wf_plan::ladder::Reminder;
use wf_plan::node::{Node, NodeKind};
use wf_plan::people::Who;
use wf_plan::plan::NodeId;

/// Repeats that are looked through to find the next one still to come after a clock stood; a series with more of
/// them behind it (27 years of daily ones, a week of one a minute) is given up.
const MAX_REPEATS: u32 = 10_000;

/// Converges a heads-up looks through.
const MAX_LOOKED_THROUGH: usize = 1_000;

impl Turn<'_> {
    /// Arms each reminder of work that starts now.
    pub(super) fn arm_reminders(&mut self, place: Place, node: &Node) {
        for at in 0..u16::try_from(node.reminders.len()).unwrap_or(u16::MAX) {
            self.arm_reminder(place, node, at, self.at);
        }
    }

    /// Arms them again after the deadline or owner has changed.
    pub(super) fn rearm_reminders(&mut self, place: Place, node: &Node) {
        self.disarm(Some(place), |task| matches!(task, Task::Reminder(_)));
        self.arm_reminders(place, node);
    }

    /// Arms the next message of a reminder, the first of its series after a moment.
    fn arm_reminder(&mut self, place: Place, node: &Node, at: u16, after: Moment) {
        let Some(id) = node.reminders.get(usize::from(at)) else { return };
        let Some(reminder) = self.prepared.reminder(*id) else { return };
        let Some(next) = self.first_reminder(place, reminder) else { return };
        self.arm_from(place, at, reminder, next, after);
    }

    /// The first moment of a series: before the deadline, or a repeat after the start.
    fn first_reminder(&self, place: Place, reminder: &Reminder) -> Option<Moment> {
        let active = self.state.active(place)?;
        let calendar = self.prepared.calendar_of_role(self.owner_role(place))?;
        match &reminder.start {
            Some(start) => calendar.subtract(active.deadline.as_ref()?.end()?, start),
            None => calendar.add(active.started, reminder.repeat.as_ref()?),
        }
    }

    /// Arms the first moment of a series, of which one is given, that lies after a moment, if it is still to be sent.
    fn arm_from(&mut self, place: Place, at: u16, reminder: &Reminder, one: Moment, after: Moment) {
        let Some(active) = self.state.active(place) else { return };
        let sent = active.reminded.get(usize::from(at)).copied().unwrap_or(0);
        let deadline = active.deadline.as_ref();
        let stopped = deadline.is_some_and(|deadline| deadline.stopped.is_some());
        if stopped || reminder.stop_after.is_some_and(|most| sent >= most) {
            return;
        }
        let due = deadline.and_then(|deadline| deadline.end());
        let Some(next) = self.next_of(place, reminder, one, after) else { return };
        if due.is_none_or(|due| next < due) {
            self.arm(Some(place), next, Task::Reminder(at));
        }
    }

    fn next_of(&self, place: Place, reminder: &Reminder, one: Moment, after: Moment) -> Option<Moment> {
        let calendar = self.prepared.calendar_of_role(self.owner_role(place))?;
        let mut next = one;
        for _ in 0..MAX_REPEATS {
            if next > after {
                return Some(next);
            }
            // A repeat that does not move on would never end.
            next = calendar.add(next, reminder.repeat.as_ref()?).filter(|later| *later > next)?;
        }
        None
    }

    /// A reminder is due.
    pub(super) fn remind(&mut self, place: Place, at: u16) {
        let Some(node) = self.node(place.node) else { return };
        let Some(reminder) = node.reminders.get(usize::from(at)).and_then(|id| self.prepared.reminder(*id))
        else {
            return;
        };
        let Some(count) =
            self.state.active_mut(place).and_then(|active| active.reminded.get_mut(usize::from(at)))
        else {
            return;
        };
        *count = count.saturating_add(1);
        self.record(Fact::ReminderSent, Some(place));
        let letter = Letter { via: reminder.via, ..Letter::plain(Purpose::Reminder, Some(place)) };
        let to: &[Who] = if reminder.to.is_empty() { &[Who::Owner] } else { &reminder.to };
        self.send_words(to, &reminder.words, &letter, |turn, who, language| {
            turn.owner_buttons(Some(place), who, language, Purpose::Reminder)
        });
        self.arm_from(place, at, reminder, self.at, self.at);
    }

    /// Sets the heads-up timers right after anything that moves a due date.
    pub(super) fn update_heads_up(&mut self) {
        if !std::mem::take(&mut self.dates_changed) {
            return;
        }
        let prepared = self.prepared;
        for id in prepared.heads_up() {
            let place = Place { node: *id, copy: None };
            let wanted = self.heads_up_at(*id);
            if wanted != self.armed(Some(place), Task::HeadsUp) {
                self.disarm(Some(place), |task| task == Task::HeadsUp);
                if let Some(due) = wanted {
                    self.arm(Some(place), due, Task::HeadsUp);
                }
            }
        }
    }

    fn heads_up_at(&self, id: NodeId) -> Option<Moment> {
        let before = self.node(id)?.heads_up.as_ref()?;
        let own = &self.state.nodes.get(id.index())?.own;
        if own.state != NodeState::Waiting || own.headed_up {
            return None;
        }
        let latest = self.latest_source(id)?;
        let place = Place { node: id, copy: None };
        let calendar = self.prepared.calendar_of_role(self.owner_role(place))?;
        calendar.subtract(latest, before).filter(|due| *due >= self.at)
    }

    /// The latest deadline of the sources not settled yet; `None` where one of them has none that is known.
    fn latest_source(&self, id: NodeId) -> Option<Moment> {
        let mut open: Vec<NodeId> = self.prepared.sources(id).to_vec();
        let mut latest = None;
        let mut seen = 0usize;
        while let Some(source) = open.pop() {
            seen += 1;
            let record = self.state.nodes.get(source.index())?;
            let state = record.own.state;
            if state.is_settled() || state == NodeState::NotTaken {
                continue;
            }
            if seen > MAX_LOOKED_THROUGH {
                return None;
            }
            if self.node(source).is_some_and(|node| matches!(node.kind, NodeKind::Converge)) {
                open.extend_from_slice(self.prepared.sources(source));
                continue;
            }
            let works =
                if record.copies.is_empty() { std::slice::from_ref(&record.own) } else { &record.copies };
            for work in works.iter().filter(|work| !work.state.is_settled()) {
                let due = work.active.as_ref()?.deadline.as_ref()?.due()?;
                latest = latest.max(Some(due));
            }
        }
        latest
    }

    /// A heads-up is due.
    pub(super) fn head_up(&mut self, place: Place) {
        let Some(node) = self.node(place.node) else { return };
        if let Some(work) = self.state.work_mut(place) {
            work.headed_up = true;
        }
        self.record(Fact::HeadsUpSent, Some(place));
        let letter = Letter::plain(Purpose::HeadsUp, Some(place));
        self.send_text(
            &[Who::Owner],
            &letter,
            |_, _, _| Vec::new(),
            |turn, language| phrases::coming(Language::of(language), &node.label, &turn.title(language)),
        );
    }
}
