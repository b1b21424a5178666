//! Arming, cancelling and firing timers.
//!
//! Rule 4: before an event every timer due by then fires at its own due time, in the order of `Armed::rank`, each
//! including the timers it arms. Invariant: the timers the world was told of (armed and not cancelled) are exactly
//! those in the state; a timer that fired is cancelled too, one armed and fired within a step is never told.

use super::MAX_FIRINGS;
use super::turn::Turn;
use crate::effect::{Effect, TimerId};
use crate::event::Place;
use crate::state::{Armed, Task};
use wf_plan::Moment;

impl Turn<'_> {
    /// Arms a timer; one for the past is due at once.
    pub(super) fn arm(&mut self, place: Option<Place>, due: Moment, task: Task) {
        let id = TimerId(self.state.next_timer);
        self.state.next_timer = self.state.next_timer.saturating_add(1);
        let armed = Armed { id, due: due.max(self.at), place, task };
        self.state.timers.push(armed);
        self.effects.push(Effect::ArmTimer(armed.shown()));
    }

    /// Cancels the timers of a place that a test picks.
    pub(super) fn disarm(&mut self, place: Option<Place>, picks: impl Fn(Task) -> bool) {
        let mut at = 0;
        while let Some(timer) = self.state.timers.get(at) {
            if timer.place == place && picks(timer.task) {
                let id = timer.id;
                self.state.timers.remove(at);
                self.forget(id);
            } else {
                at += 1;
            }
        }
    }

    /// Cancels every timer.
    pub(super) fn disarm_all(&mut self) {
        for timer in std::mem::take(&mut self.state.timers) {
            self.forget(timer.id);
        }
    }

    /// The due time of a place's timer for a task.
    pub(super) fn armed(&self, place: Option<Place>, task: Task) -> Option<Moment> {
        let found = self.state.timers.iter().find(|timer| timer.place == place && timer.task == task);
        found.map(|timer| timer.due)
    }

    /// Tells the world that a timer is gone, or takes back at the end of the step that it was armed.
    fn forget(&mut self, id: TimerId) {
        if id.0 >= self.first_timer {
            self.untold.push(id);
        } else {
            self.effects.push(Effect::CancelTimer(id));
        }
    }

    /// Takes back what was armed and is gone within the same step.
    pub(super) fn take_back_untold(&mut self) {
        if self.untold.is_empty() {
            return;
        }
        let mut untold = std::mem::take(&mut self.untold);
        untold.sort_unstable();
        let mut at = 0;
        let first = self.first_effect;
        self.effects.retain(|effect| {
            at += 1;
            let gone = matches!(effect, Effect::ArmTimer(timer) if untold.binary_search(&timer.id).is_ok());
            at <= first || !gone
        });
    }

    /// Fires every timer due at or before a moment. False: too many for one step, some are still due.
    pub(super) fn fire_until(&mut self, until: Moment) -> bool {
        for _ in 0..MAX_FIRINGS {
            let due = self.state.timers.iter().enumerate().filter(|(_, timer)| timer.due <= until);
            let Some((at, timer)) = due.min_by_key(|(_, timer)| timer.rank()) else { return true };
            let timer = *timer;
            self.state.timers.remove(at);
            self.forget(timer.id);
            self.at = timer.due.max(self.state.now);
            self.state.now = self.at;
            self.fire(timer);
            self.close();
        }
        self.state.timers.iter().all(|timer| timer.due > until)
    }

    fn fire(&mut self, timer: Armed) {
        match (timer.task, timer.place) {
            (Task::Deadline, None) => self.workflow_overdue(),
            (Task::Deadline, Some(place)) => self.overdue(place),
            (Task::Pause, Some(place)) => self.pause_ended(place),
            (Task::Silence(ladder), Some(place)) => self.silent(place, ladder),
            (Task::Blocked(ladder), Some(place)) => self.long_blocked(place, ladder),
            (Task::Level(ladder), Some(place)) => self.next_level(place, ladder),
            (Task::Decide(question), Some(_)) => self.undecided(question),
            (Task::HeadsUp, Some(place)) => self.head_up(place),
            (Task::Reminder(reminder), Some(place)) => self.remind(place, reminder),
            (Task::Summary(summary), None) => self.send_summary(summary),
            // No part of a step arms these.
            (Task::Summary(_), Some(_)) | (_, None) => {}
        }
    }
}
