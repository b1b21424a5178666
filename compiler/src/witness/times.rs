//! When things happen in a play: naturally, soon, or before somebody's time runs out.
//!
//! Invariant: a moment given here is never before now, and before the next deadline wherever one is to be kept.

use super::play::{Pace, Play};
use wf_plan::Moment;
use wf_plan::calendar::{Duration, Unit};
use wf_vm::event::Place;
use wf_vm::state::Task;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

impl Play<'_, '_> {
    /// When a timer of a place is due.
    pub fn timer(&self, place: Place, picks: impl Fn(Task) -> bool) -> Option<Moment> {
        let timers = self.state.timers.iter().filter(|timer| timer.place == Some(place) && picks(timer.task));
        timers.map(|timer| timer.due).min()
    }

    /// When work would naturally be finished if there were nothing else: before its own time runs out.
    pub fn wanted(&self, place: Place) -> Moment {
        if self.manner.pace == Pace::Quick {
            return self.soon();
        }
        let wanted = self.unhurried(place).unwrap_or(self.state.now);
        let own = self.timer(place, runs_out);
        own.map_or(wanted, |own| if wanted < own { wanted } else { self.before(own) })
    }

    /// When work would naturally be finished: before anybody's time runs out, and never before now.
    pub fn natural(&self, place: Place) -> Moment {
        let soon = self.soon();
        let wanted = self.wanted(place).max(soon);
        let timers = self.state.timers.iter().filter(|timer| timer.place.is_some() && runs_out(timer.task));
        let first = timers.map(|timer| timer.due).min();
        first.map_or(wanted, |first| if wanted < first { wanted } else { self.before(first) })
    }

    /// A moment after now and before another: an hour before it, or the end of the working day before that.
    fn before(&self, limit: Moment) -> Moment {
        let now = self.state.now;
        let hour_before = Moment(limit.0.saturating_sub(HOUR_MS));
        let calendar = self.stage.prepared.workflow_calendar();
        let closing = calendar
            .filter(|calendar| !calendar.is_working(hour_before))
            .and_then(|calendar| calendar.previous_closing(hour_before));
        let halfway = Moment(now.0.saturating_add(limit.0.saturating_sub(now.0) / 2));
        [closing, Some(hour_before)].into_iter().flatten().find(|at| *at > now).unwrap_or(halfway)
    }

    /// Some minutes from now, before the next thing that time brings.
    pub fn soon(&self) -> Moment {
        let soon = Moment(self.state.now.0.saturating_add(10 * MINUTE_MS));
        let next = self.state.timers.iter().map(|timer| timer.due).filter(|due| *due > self.state.now).min();
        next.filter(|next| *next <= soon).map_or(soon, |next| self.before(next))
    }

    fn unhurried(&self, place: Place) -> Option<Moment> {
        let node = self.stage.node(place.node)?;
        let started = self.state.active(place)?.started;
        let calendar = self.stage.prepared.workflow_calendar()?;
        let usual = Duration::new(1 + i64::from(place.node.0 % 2), Unit::BusinessDays);
        let takes = node.takes.map_or(usual, |(least, _)| least);
        calendar.add(started, &takes)
    }
}

/// Whether time running out at this would finish something.
fn runs_out(task: Task) -> bool {
    matches!(task, Task::Deadline | Task::Pause | Task::Decide(_))
}
