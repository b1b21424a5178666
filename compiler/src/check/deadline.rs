//! Deadlines, `takes`, and the clauses that count from a deadline.
//!
//! Several lines: the first whose condition is true holds, so one without `when` hides those behind it.
//! Invariant: `by` always yields a moment.

use super::Checker;
use super::environment::Env;
use crate::hir::expr::DurationLit;
use crate::hir::node::{DeadlineLine, LimitDecl, LimitDeclKind, PauseClock};
use crate::hir::{self, Name};
use crate::lint::{bad_literal, unit_mix};
use crate::typed::{Deadline, Limit, LimitKind, Placed};
use crate::types;
use wf_plan::calendar::Duration;
use wf_plan::node::CountFrom;
use wf_plan::plan::ClockPause;

impl Checker<'_> {
    /// The deadline lines of a node, or of the workflow where the environment is about no node.
    pub(super) fn deadlines(&mut self, env: Env<'_>, written: &[DeadlineLine]) -> Vec<Deadline> {
        if let [before @ .., last] = written {
            // Lines behind one without `when` never hold; `lint::clause_repeated` says so.
            if last.when.is_some() && !before.is_empty() {
                let help = "let the last line stand without `when`, for all other cases";
                self.missing(
                    env,
                    env.place(last.at),
                    "none of these deadlines may hold: each has a `when`",
                    help,
                );
            }
        }
        written.iter().filter_map(|line| self.deadline(env, line)).collect()
    }

    fn deadline(&mut self, env: Env<'_>, written: &DeadlineLine) -> Option<Deadline> {
        let at = env.place(written.at);
        let ready = if env.node.is_some() { env.at_stage(super::environment::Stage::Ready) } else { env };
        let condition = written.when.as_ref().map(|when| self.condition(ready, when));
        let limits: Vec<Option<Limit>> =
            written.limits.iter().map(|limit| self.limit(ready, limit)).collect();
        let pause = match &written.pause {
            None => ClockPause::Never,
            Some(pause) if env.node.is_none() => {
                let message = "the deadline of a whole workflow is never paused";
                self.misplaced(env, env.place(pause.at), message, "pause the deadlines of its steps instead");
                return None;
            }
            Some(pause) => match &pause.value {
                PauseClock::Blocked => ClockPause::WhileBlocked,
                PauseClock::WaitingOn(role) => ClockPause::WhileWaitingOn(self.role(env, role)?),
            },
        };
        let condition = match condition {
            Some(condition) => Some(condition?),
            None => None,
        };
        let limits = limits.into_iter().collect::<Option<Vec<Limit>>>()?;
        if limits.is_empty() {
            self.found.mark_broken();
            return None;
        }
        Some(Deadline { condition, limits, pause, at })
    }

    fn limit(&mut self, env: Env<'_>, written: &LimitDecl) -> Option<Limit> {
        let at = env.place(written.at);
        let kind = match &written.kind {
            LimitDeclKind::Within(duration, from) => {
                let (duration, from) = self.counted(env, duration, from.as_ref())?;
                LimitKind::Within(duration, from)
            }
            LimitDeclKind::EndOf(duration, from) => {
                let (duration, from) = self.counted(env, duration, from.as_ref())?;
                LimitKind::EndOf(duration, from)
            }
            LimitDeclKind::By(moment) => LimitKind::By(self.moment(env, moment, true)?),
        };
        Some(Limit { kind, moved_to_working_day: written.moved, at })
    }

    fn counted(
        &mut self,
        env: Env<'_>,
        duration: &DurationLit,
        from: Option<&Name>,
    ) -> Option<(Duration, CountFrom)> {
        let duration = self.duration(env, duration);
        let from = match from {
            None if env.node.is_none() => Some(CountFrom::InstanceStart),
            None => Some(CountFrom::OwnStart),
            Some(name) if name.text == "start" => Some(CountFrom::InstanceStart),
            Some(name) if env.node.is_none() => {
                let message = "the deadline of a whole workflow counts from its start";
                self.misplaced(env, env.place(name.at), message, "leave `after …` out");
                None
            }
            Some(name) => self.settling(env, name),
        };
        Some((duration?, from?))
    }

    fn settling(&mut self, env: Env<'_>, name: &Name) -> Option<CountFrom> {
        let node = self.node(env, name)?;
        if env.node == Some(node) {
            let message = format!("a deadline cannot count from when `{}` itself settles", name.text);
            self.misplaced(env, env.place(name.at), message, "leave `after …` out to count from its start");
            return None;
        }
        if let Some(hir::NodeKind::Outcome { .. }) = self.written_kind(node) {
            let message = format!("`{}` ends the instance, so nothing is due after it", name.text);
            self.misplaced(
                env,
                env.place(name.at),
                message,
                "name a step, decision, wait, pause, run or converge",
            );
            return None;
        }
        Some(CountFrom::Settled(node))
    }

    /// `takes A to B`: both in one kind of time, the shorter first.
    pub(super) fn takes(
        &mut self,
        env: Env<'_>,
        written: &hir::Placed<(DurationLit, DurationLit)>,
    ) -> Option<Placed<(Duration, Duration)>> {
        let at = env.place(written.at);
        let (least, most) = &written.value;
        let (least, most) = (self.duration(env, least), self.duration(env, most));
        let (least, most) = (least?, most?);
        let (least_kind, most_kind) = (types::time_kind(least), types::time_kind(most));
        if least_kind != most_kind {
            self.report(env, unit_mix::times(at, "`takes`", least_kind.words(), most_kind.words()));
            return None;
        }
        if least.unit == most.unit && least.amount > most.amount {
            let message = format!("`takes` goes from {} down to {}", least, most);
            self.report(env, bad_literal::other(at, message).with_help("write the shorter one first"));
            return None;
        }
        Some(Placed { value: (least, most), at })
    }
}
