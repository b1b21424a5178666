//! How instances begin and report by themselves: `starts on`, `starts every`, `summary`.
//!
//! Invariant: a start gives every input that must be given, of its type.

use crate::check::Checker;
use crate::check::environment::{Env, Stage};
use crate::check::node::transpose;
use crate::hir::{self, WorkflowDecl};
use crate::place::Place;
use crate::typed::{Field, StartEvery, StartOn, Summary};
use wf_plan::plan::FieldIndex;

impl Checker<'_> {
    pub(super) fn starts_on(&mut self, env: Env<'_>, source: &WorkflowDecl, name: &str) -> Vec<StartOn> {
        let mut starts = Vec::with_capacity(source.starts_on.len());
        for written in &source.starts_on {
            let at = env.place(written.at);
            let start = &written.value;
            let Some((system, event)) = self.event(env, &start.system, &start.event) else { continue };
            let env = env.at_stage(Stage::Starting).with_event(system, event);
            let condition = start.condition.as_ref().map(|condition| self.condition(env, condition));
            let with = self.start_inputs(env, name, at, &start.with, source);
            if let (Some(condition), Some(with)) = (transpose(condition), with) {
                starts.push(StartOn { system, event, condition, with, at });
            }
        }
        starts
    }

    pub(super) fn starts_every(
        &mut self,
        env: Env<'_>,
        source: &WorkflowDecl,
        name: &str,
    ) -> Vec<StartEvery> {
        let env = env.at_stage(Stage::Starting);
        let mut starts = Vec::with_capacity(source.starts_every.len());
        for written in &source.starts_every {
            let at = env.place(written.at);
            let start = &written.value;
            let every = self.duration(env, &start.every);
            let from = self.date(env, &start.from.text, env.place(start.from.at));
            let with = self.start_inputs(env, name, at, &start.with, source);
            if let (Some(every), Some(from), Some(with)) = (every, from, with) {
                starts.push(StartEvery { every, from, with, at });
            }
        }
        starts
    }

    fn start_inputs(
        &mut self,
        env: Env<'_>,
        name: &str,
        at: Place,
        with: &[(hir::Name, hir::Expr)],
        source: &WorkflowDecl,
    ) -> Option<Vec<(FieldIndex, crate::typed::Expr)>> {
        let fields = self.inputs.clone();
        let inputs: Vec<(&Field, bool)> = fields
            .iter()
            .zip(&source.inputs)
            .map(|(field, written)| (field, written.from.is_some()))
            .collect();
        let values = self.given_inputs(env, name, at, &inputs, with, self.damaged)?;
        let index = |(index, value)| Some((FieldIndex(u16::try_from(index).ok()?), value));
        values.into_iter().map(index).collect()
    }

    pub(super) fn summary(
        &mut self,
        env: Env<'_>,
        written: &hir::Placed<hir::SummaryDecl>,
    ) -> Option<Summary> {
        let at = env.place(written.at);
        let summary = &written.value;
        let mut weekdays = [false; 7];
        for day in &summary.weekdays {
            if let Some(day) = weekdays.get_mut(usize::from(*day)) {
                *day = true;
            }
        }
        let minute = self.minute(env, &summary.time.text, env.place(summary.time.at), false);
        if summary.to.is_empty() {
            self.need_process_owner(env, at);
        }
        let to = self.receivers(env, &summary.to);
        let via = transpose(summary.via.as_ref().map(|via| self.channel(env, via)))?;
        Some(Summary { weekdays, minute: minute?, to, via, at })
    }
}
