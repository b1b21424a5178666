//! Deadlines, stopped clocks, and what happens when time is up.
//!
//! The first line whose condition is true holds; of several limits the earliest. A limit that cannot be worked out
//! (`after X`, X not settled; a missing moment) is left out.
//!
//! Stopped clocks: when the work is blocked (for `waiting on ROLE`: with that role waited on) the clock stops, and
//! the deadline cannot pass. When it goes on, each limit moves on its own: one in business hours or days by the
//! working time that was left when the clock stopped (so the new limit is the moment at which that much has been
//! worked from now on, in the workflow's calendar; one in business days that then ends with a day's work ends at the
//! next opening, as business days do); any other by the elapsed time for which the clock stood.
//! `, moved to the next working day` is then applied again. A deadline that has passed does not stop.
//!
//! `extend deadline by D` moves each limit by D from where it is, or from now if it has passed; the deadline can then
//! pass anew. Invariant: a deadline has a timer exactly while it has not passed and its clock runs.

use super::turn::Turn;
use crate::effect::{Fact, Purpose, Trigger};
use crate::event::Place;
use crate::phrases::{self, Language};
use crate::state::{Active, Deadline, NodeState, Task};
use wf_plan::calendar::{Duration, Unit};
use wf_plan::node::{CountFrom, IfLate, Limit, LimitKind, Node, NodeKind};
use wf_plan::plan::{ClockPause, DeadlineRule};
use wf_plan::{Moment, Value};

impl Turn<'_> {
    /// The clock of work that starts now.
    pub(super) fn start_deadline(&mut self, place: Place, node: &Node) {
        if let Some(deadline) = self.new_deadline(Some(place), &node.deadlines, self.at) {
            let due = deadline.end();
            if let Some(active) = self.state.active_mut(place) {
                active.deadline = Some(deadline);
            }
            self.record(Fact::DeadlineSet { due }, Some(place));
            self.arm_deadline(Some(place));
        }
    }

    /// The workflow's own clock.
    pub(super) fn start_workflow_deadline(&mut self) {
        let program = self.program;
        if let Some(deadline) = self.new_deadline(None, &program.deadlines, self.at) {
            let due = deadline.end();
            self.state.deadline = Some(deadline);
            self.record(Fact::DeadlineSet { due }, None);
            self.arm_deadline(None);
        }
    }

    fn new_deadline(&self, place: Option<Place>, rules: &[DeadlineRule], start: Moment) -> Option<Deadline> {
        let holds =
            |rule: &DeadlineRule| rule.condition.is_none_or(|condition| self.is_true(condition, place));
        let (at, rule) = (0u16..).zip(rules).find(|(_, rule)| holds(rule))?;
        let limits: Vec<Option<Moment>> =
            rule.limits.iter().map(|limit| self.limit(place, limit, start)).collect();
        Some(Deadline { rule: at, limits, ..Deadline::default() }).filter(|deadline| deadline.end().is_some())
    }

    fn limit(&self, place: Option<Place>, limit: &Limit, start: Moment) -> Option<Moment> {
        let calendar = self.prepared.workflow_calendar()?;
        let from = |from: CountFrom| match from {
            CountFrom::OwnStart => Some(start),
            CountFrom::InstanceStart => Some(self.state.started),
            CountFrom::Settled(node) => self
                .state
                .nodes
                .get(node.index())
                .filter(|record| record.own.state.is_settled())
                .map(|record| record.own.since),
        };
        let end = match &limit.kind {
            LimitKind::Within(duration, since) => calendar.add(from(*since)?, duration),
            LimitKind::EndOf(duration, since) => calendar.end_of(duration, from(*since)?),
            LimitKind::By(code) => match self.value(*code, place) {
                Value::Moment(moment) => Some(moment),
                Value::Date(date) => calendar.end_of_day(date),
                _ => None,
            },
        }?;
        self.moved(limit, end)
    }

    fn moved(&self, limit: &Limit, end: Moment) -> Option<Moment> {
        if limit.moved_to_working_day {
            self.prepared.workflow_calendar()?.move_to_next_working_day(end)
        } else {
            Some(end)
        }
    }

    fn deadline(&self, place: Option<Place>) -> Option<&Deadline> {
        match place {
            Some(place) => self.state.active(place)?.deadline.as_ref(),
            None => self.state.deadline.as_ref(),
        }
    }

    fn deadline_mut(&mut self, place: Option<Place>) -> Option<&mut Deadline> {
        match place {
            Some(place) => self.state.active_mut(place)?.deadline.as_mut(),
            None => self.state.deadline.as_mut(),
        }
    }

    fn arm_deadline(&mut self, place: Option<Place>) {
        self.disarm(place, |task| task == Task::Deadline);
        self.dates_changed = true;
        let due = self.deadline(place).filter(|deadline| !deadline.passed).and_then(Deadline::due);
        if let Some(due) = due {
            self.arm(place, due, Task::Deadline);
        }
    }

    /// Stops or restarts the clock of work that was blocked or goes on.
    pub(super) fn update_clock(&mut self, place: Place, node: &Node) {
        let Some(pause) = self.pause_of(Some(place), &node.deadlines) else { return };
        let stand = self.state.active(place).is_some_and(|active| stands(active, pause));
        if self.set_clock(Some(place), &node.deadlines, stand) {
            self.rearm_reminders(place, node);
        }
    }

    /// Stops the workflow's clock while any work is blocked as its line says, and restarts it.
    pub(super) fn update_workflow_clock(&mut self) {
        let program = self.program;
        let Some(pause) = self.pause_of(None, &program.deadlines) else { return };
        if pause == ClockPause::Never {
            return;
        }
        let mut works =
            self.state.nodes.iter().flat_map(|record| std::iter::once(&record.own).chain(&record.copies));
        let stand = works.any(|work| work.active.as_ref().is_some_and(|active| stands(active, pause)));
        self.set_clock(None, &program.deadlines, stand);
    }

    fn pause_of(&self, place: Option<Place>, rules: &[DeadlineRule]) -> Option<ClockPause> {
        let deadline = self.deadline(place).filter(|deadline| !deadline.passed)?;
        rules.get(usize::from(deadline.rule)).map(|rule| rule.pause)
    }

    /// True if the clock stopped or went on.
    fn set_clock(&mut self, place: Option<Place>, rules: &[DeadlineRule], stand: bool) -> bool {
        let at = self.at;
        let Some(deadline) = self.deadline(place) else { return false };
        let fact = match (deadline.stopped, stand) {
            (None, true) => {
                if let Some(deadline) = self.deadline_mut(place) {
                    deadline.stopped = Some(at);
                }
                Fact::ClockStopped
            }
            (Some(since), false) => {
                let rule = rules.get(usize::from(deadline.rule));
                let moved: Vec<Option<Moment>> = deadline
                    .limits
                    .iter()
                    .enumerate()
                    .map(|(which, end)| {
                        let limit = rule.and_then(|rule| rule.limits.get(which));
                        end.and_then(|end| self.gone_on(limit, since, end))
                    })
                    .collect();
                if let Some(deadline) = self.deadline_mut(place) {
                    deadline.stopped = None;
                    deadline.limits = moved;
                }
                Fact::ClockRestarted
            }
            _ => return false,
        };
        self.record(fact, place);
        self.arm_deadline(place);
        if stand {
            return true;
        }
        let due = self.deadline(place).and_then(Deadline::end);
        self.record(Fact::DeadlineSet { due }, place);
        true
    }

    /// Where a limit ends whose clock stood since a moment and goes on now.
    fn gone_on(&self, limit: Option<&Limit>, since: Moment, end: Moment) -> Option<Moment> {
        let unit = match limit.map(|limit| &limit.kind) {
            Some(LimitKind::Within(duration, _)) if duration.unit.is_business() => Some(duration.unit),
            _ => None,
        };
        let end = match unit {
            Some(unit) => {
                let calendar = self.prepared.workflow_calendar()?;
                let left = calendar.working_ms_between(since, end)?.max(0);
                let moved = calendar.add_working_ms(self.at, left)?;
                // Business days run from opening to opening: what ends with a day's work ends at the next opening.
                let opens = unit == Unit::BusinessDays && calendar.is_working(end);
                if opens { calendar.next_opening(moved)? } else { moved }
            }
            None => end.plus_ms(self.at.0.checked_sub(since.0)?)?,
        };
        match limit {
            Some(limit) => self.moved(limit, end),
            None => Some(end),
        }
    }

    /// `extend deadline by D`.
    pub(super) fn extend(&mut self, place: Place, node: &Node, by: &Duration) {
        let at = self.at;
        let Some(calendar) = self.prepared.workflow_calendar() else { return };
        let Some(deadline) = self.deadline_mut(Some(place)) else { return };
        let from = deadline.stopped.unwrap_or(at);
        for end in deadline.limits.iter_mut().flatten() {
            if let Some(later) = calendar.add((*end).max(from), by) {
                *end = later;
            }
        }
        deadline.passed = false;
        let due = deadline.end();
        self.record(Fact::DeadlineExtended { due }, Some(place));
        self.arm_deadline(Some(place));
        // It may have been passed while blocked, so that its clock was not stopped.
        self.update_clock(place, node);
        self.rearm_reminders(place, node);
    }

    /// The deadline of work has passed.
    pub(super) fn overdue(&mut self, place: Place) {
        let Some(node) = self.node(place.node) else { return };
        if let Some(deadline) = self.deadline_mut(Some(place)) {
            deadline.passed = true;
        }
        self.disarm(Some(place), |task| task == Task::Deadline);
        self.dates_changed = true;
        self.record(Fact::NodeOverdue, Some(place));
        self.act_out(&node.on.overdue, Some(place), None);
        match &node.kind {
            NodeKind::Wait(wait) => match wait.if_late {
                Some(IfLate::Skip) => {
                    return self.settle(
                        place,
                        NodeState::SkippedByPerson,
                        Fact::NodeSkippedByPerson,
                        "if late skip",
                    );
                }
                Some(IfLate::GoOn) => return self.settle(place, NodeState::Late, Fact::NodeLate, ""),
                Some(IfLate::Outcome(outcome)) => return self.forced_outcomes.push(outcome),
                None => {}
            },
            NodeKind::Decision(decision) => {
                if let Some(option) = decision.if_late
                    && self.nobody_chose(place, node, option)
                {
                    return;
                }
            }
            _ => {}
        }
        self.trigger_all(place, node, Trigger::Overdue);
    }

    /// The workflow's deadline has passed: the process owner is told; nothing else changes.
    pub(super) fn workflow_overdue(&mut self) {
        if let Some(deadline) = self.deadline_mut(None) {
            deadline.passed = true;
        }
        self.record(Fact::NodeOverdue, None);
        self.tell_process_owner(None, Purpose::Escalation, |turn, language| {
            phrases::overdue(Language::of(language), &turn.title(language))
        });
    }
}

/// Whether blocked work stops a clock with this line.
fn stands(active: &Active, pause: ClockPause) -> bool {
    match (pause, &active.blocked) {
        (ClockPause::Never, _) | (_, None) => false,
        (ClockPause::WhileBlocked, Some(_)) => true,
        (ClockPause::WhileWaitingOn(role), Some(block)) => block.waiting_on == Some(role),
    }
}
