//! Escalation ladders: triggers, levels, and what stops them.
//!
//! Rule 8. The first trigger sets a ladder going; further ones meanwhile are recorded only. A level with `after D`
//! comes D after the one before, in the calendar of the owner's role; one with a `decide within` before it when that
//! passes; with both the earlier. Level 1 may have an `after`, counted from the trigger. A ladder that has taken its
//! last level stays as it is, so that no trigger starts it again until somebody acts.
//!
//! An acknowledgement delays the level to come by its `after`, once per level, and counts as activity for silence.
//! Invariant: a ladder has a level timer only while it is going.

use super::turn::Turn;
use crate::effect::{Fact, Trigger};
use crate::event::Place;
use crate::state::{Climb, Task};
use wf_plan::ladder::Ladder;
use wf_plan::node::Node;

impl<'a> Turn<'a> {
    /// The ladder at a position of a node's list.
    pub(super) fn ladder(&self, place: Place, at: u16) -> Option<&'a Ladder> {
        self.prepared.ladder(*self.node(place.node)?.ladders.get(usize::from(at))?)
    }

    /// The number of a node's ladder in the program, for the trail.
    fn ladder_number(&self, place: Place, at: u16) -> u16 {
        let node = self.node(place.node);
        node.and_then(|node| node.ladders.get(usize::from(at))).map_or(u16::MAX, |ladder| ladder.0)
    }

    /// Counts silence anew from the last act; blocked work is not silent.
    pub(super) fn arm_silence(&mut self, place: Place, node: &Node) {
        for (at, ladder) in (0u16..).zip(&node.ladders) {
            let Some(silence) = self.prepared.ladder(*ladder).and_then(|ladder| ladder.on_silence) else {
                continue;
            };
            self.disarm(Some(place), |task| task == Task::Silence(at));
            let Some(active) = self.state.active(place).filter(|active| active.blocked.is_none()) else {
                continue;
            };
            if let Some(due) = self.later(place, active.last_act, &silence) {
                self.arm(Some(place), due, Task::Silence(at));
            }
        }
    }

    /// Counts the time of a new block.
    pub(super) fn arm_block(&mut self, place: Place, node: &Node) {
        for (at, ladder) in (0u16..).zip(&node.ladders) {
            let Some(long) = self.prepared.ladder(*ladder).and_then(|ladder| ladder.on_block) else {
                continue;
            };
            self.disarm(Some(place), |task| task == Task::Blocked(at));
            if let Some(due) = self.later(place, self.at, &long) {
                self.arm(Some(place), due, Task::Blocked(at));
            }
        }
    }

    pub(super) fn silent(&mut self, place: Place, ladder: u16) {
        self.trigger(place, ladder, Trigger::Silence);
    }

    pub(super) fn long_blocked(&mut self, place: Place, ladder: u16) {
        self.trigger(place, ladder, Trigger::Block);
    }

    /// Sets every ladder going that listens to a trigger of the node's own.
    pub(super) fn trigger_all(&mut self, place: Place, node: &Node, trigger: Trigger) {
        for at in 0..u16::try_from(node.ladders.len()).unwrap_or(u16::MAX) {
            let listens = self.ladder(place, at).is_some_and(|ladder| match trigger {
                Trigger::Overdue => ladder.on_overdue,
                Trigger::Silence => ladder.on_silence.is_some(),
                Trigger::Block => ladder.on_block.is_some(),
            });
            if listens {
                self.trigger(place, at, trigger);
            }
        }
    }

    fn trigger(&mut self, place: Place, at: u16, trigger: Trigger) {
        let Some(ladder) = self.ladder(place, at) else { return };
        let number = self.ladder_number(place, at);
        let Some(climb) = self.climb_mut(place, at) else { return };
        let already = climb.going;
        if !already {
            *climb = Climb { going: true, ..Climb::default() };
        }
        self.record(Fact::LadderTriggered { ladder: number, trigger }, Some(place));
        if already {
            return;
        }
        match ladder.levels.first().and_then(|level| level.after) {
            Some(after) => self.arm_level(place, at, &after),
            None => self.take_level(place, at),
        }
    }

    fn climb_mut(&mut self, place: Place, at: u16) -> Option<&mut Climb> {
        self.state.active_mut(place)?.climbs.get_mut(usize::from(at))
    }

    pub(super) fn climb(&self, place: Place, at: u16) -> Option<Climb> {
        self.state.active(place)?.climbs.get(usize::from(at)).copied()
    }

    fn arm_level(&mut self, place: Place, at: u16, after: &wf_plan::calendar::Duration) {
        if let Some(due) = self.later(place, self.at, after) {
            self.arm(Some(place), due, Task::Level(at));
        }
    }

    /// The next level's `after` is over.
    pub(super) fn next_level(&mut self, place: Place, at: u16) {
        self.take_level(place, at);
    }

    /// Takes the level to come: its actions, its question, and the timers of the one after it.
    pub(super) fn take_level(&mut self, place: Place, at: u16) {
        let Some(ladder) = self.ladder(place, at) else { return };
        let number = self.ladder_number(place, at);
        let Some(climb) = self.climb_mut(place, at).filter(|climb| climb.going) else { return };
        let taken = climb.taken;
        let Some(level) = ladder.levels.get(usize::from(taken)) else { return };
        climb.taken = taken.saturating_add(1);
        self.disarm(Some(place), |task| task == Task::Level(at));
        self.drop_overtaken(place, at);
        self.record(Fact::LadderLevel { ladder: number, level: level.number }, Some(place));
        self.act_out(&level.actions, Some(place), Some(level.number));
        if let Some(ask) = &level.ask {
            self.ask(place, at, taken, ask);
        }
        if let Some(after) = ladder.levels.get(usize::from(taken) + 1).and_then(|next| next.after) {
            self.arm_level(place, at, &after);
        }
    }

    /// The level before asked with a `decide within` that only leads here: it need not pass any more.
    fn drop_overtaken(&mut self, place: Place, at: u16) {
        let overtaken: Vec<_> = self
            .state
            .questions
            .iter()
            .filter(|question| question.place == place && question.ladder == at)
            .filter(|question| {
                let asked =
                    self.ladder(place, at).and_then(|ladder| ladder.levels.get(usize::from(question.level)));
                asked.and_then(|level| level.ask.as_ref()).is_some_and(|ask| ask.otherwise.is_none())
            })
            .map(|question| question.id)
            .collect();
        for question in overtaken {
            self.disarm(Some(place), |task| task == Task::Decide(question));
        }
    }

    /// Whether a level is left on a ladder.
    pub(super) fn has_next_level(&self, place: Place, at: u16) -> bool {
        let levels = self.ladder(place, at).map_or(0, |ladder| ladder.levels.len());
        self.climb(place, at).is_some_and(|climb| climb.going && usize::from(climb.taken) < levels)
    }

    /// Somebody has seen it: each ladder's next level comes later by its `after`, once per level.
    pub(super) fn acknowledge(&mut self, place: Place, node: &Node) {
        for at in 0..u16::try_from(node.ladders.len()).unwrap_or(u16::MAX) {
            let Some(climb) = self.climb(place, at).filter(|climb| climb.going) else { continue };
            if climb.delayed == Some(climb.taken) {
                continue;
            }
            let next = self.ladder(place, at).and_then(|ladder| ladder.levels.get(usize::from(climb.taken)));
            let Some(after) = next.and_then(|level| level.after) else { continue };
            let Some(due) = self.armed(Some(place), Task::Level(at)) else { continue };
            let Some(later) = self.later(place, due, &after) else { continue };
            self.disarm(Some(place), |task| task == Task::Level(at));
            self.arm(Some(place), later, Task::Level(at));
            if let Some(climb) = self.climb_mut(place, at) {
                climb.delayed = Some(climb.taken);
            }
        }
    }

    /// Somebody did something: ladders stop, their questions are withdrawn, silence counts anew.
    pub(super) fn acted(&mut self, place: Place, node: &Node) {
        for at in 0..u16::try_from(node.ladders.len()).unwrap_or(u16::MAX) {
            if self.climb(place, at).is_some_and(|climb| climb.going) {
                if let Some(climb) = self.climb_mut(place, at) {
                    *climb = Climb::default();
                }
                self.disarm(Some(place), |task| task == Task::Level(at));
                let number = self.ladder_number(place, at);
                self.record(Fact::LadderStopped { ladder: number }, Some(place));
            }
        }
        self.withdraw_questions(place, |_| true);
        self.active_now(place, node);
    }

    /// Silence counts from now.
    pub(super) fn active_now(&mut self, place: Place, node: &Node) {
        let at = self.at;
        if let Some(active) = self.state.active_mut(place) {
            active.last_act = at;
        }
        self.arm_silence(place, node);
    }
}
