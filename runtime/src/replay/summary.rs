//! What a replay tells at its end.
//!
//! Invariant: the same log, plan and options give the same summary, to the last letter.

use super::misfits::Misfit;
use super::playing::Playing;
use super::tally::AtNode;
use crate::audit::chain::hex;
use crate::error::Result;
use crate::moment::iso;
use crate::plans::Ready;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use wf_plan::Moment;
use wf_plan::node::NodeKind;
use wf_plan::plan::NodeId;

/// What a replay tells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Summary {
    /// The form of this object.
    pub version: u32,
    /// The plan: `helpdesk@1#9f2c…`.
    pub plan: String,
    /// The first row's moment.
    pub from: String,
    /// When it ended.
    pub until: String,
    /// Cases.
    pub cases: Cases,
    /// Rows.
    pub rows: Rows,
    /// Letters that were recorded and not sent, by what they are for.
    pub letters: BTreeMap<&'static str, u64>,
    /// Updates of systems that were recorded and not sent.
    pub updates: u64,
    /// Deadlines of whole cases that passed.
    pub case_deadlines_missed: u64,
    /// Incidents that a process owner had to see.
    pub incidents: u64,
    /// What happened at each step, decision, wait and run, in the order of the file.
    pub steps: Vec<Step>,
    /// SHA-256 over the ends of every chain of the store: the same log gives the same.
    pub heads: String,
}

/// Cases.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Cases {
    /// In the log.
    pub total: usize,
    /// Started.
    pub started: usize,
    /// Ended, in whichever way.
    pub ended: usize,
    /// Still open at the end.
    pub open: usize,
    /// Could not start.
    pub not_started: usize,
    /// How those that ended did: outcomes by name, else in words.
    pub ends: BTreeMap<String, u64>,
    /// Set aside because they could not be stepped.
    pub set_aside: usize,
}

/// Rows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Rows {
    /// In the log.
    pub total: usize,
    /// Happened.
    pub applied: u64,
    /// Of these: happened because they were forced.
    pub forced: Vec<Misfit>,
    /// Left out, as the map says.
    pub left_out: u64,
    /// After the end of the replay.
    pub after_end: u64,
    /// Did not fit, most rows first.
    pub did_not_fit: Vec<Misfit>,
    /// Could not be read, with their lines.
    pub unread: Vec<(u64, String)>,
}

/// What happened at a step.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Step {
    /// The workflow; the replayed one or one that it runs.
    pub workflow: String,
    /// The step, by its name.
    pub step: String,
    /// Its title.
    pub title: String,
    /// Times it started.
    pub started: u64,
    /// Times it was done.
    pub done: u64,
    /// Reminders and heads-ups.
    pub reminders: u64,
    /// Deadlines missed.
    pub deadlines_missed: u64,
    /// Silences that set an escalation going, or were noted while one was.
    pub silences: u64,
    /// Blocks that did.
    pub blocks: u64,
    /// Escalations by rung.
    pub escalations: BTreeMap<u16, u64>,
    /// Decisions asked by an escalation.
    pub decisions_asked: u64,
    /// Of these, those that were answered.
    pub decisions_answered: u64,
    /// The longest time, in milliseconds, in which nobody did anything at it.
    pub longest_silence_ms: Option<i64>,
    /// In which case.
    pub longest_silence_in: Option<String>,
}

impl Playing<'_> {
    /// What it tells, once it is played.
    pub async fn summary(mut self) -> Result<Summary> {
        let stored = self.stored().await?;
        let mut heads = Sha256::new();
        let mut ends = BTreeMap::<String, u64>::new();
        let (mut started, mut ended) = (0, 0);
        for row in &stored {
            heads.update(format!("{} {} {}\n", row.id, row.journal_head, row.trail_head));
            if row.start_key.is_none()
                || row.parent.is_some()
                || row.workflow != self.ready.program().workflow
            {
                continue;
            }
            started += 1;
            if row.status != "running" {
                ended += 1;
                *ends.entry(row.outcome.clone().unwrap_or_else(|| row.status.clone())).or_default() += 1;
            }
        }
        let log = self.wanted.log;
        let rows = std::mem::take(&mut self.rows);
        Ok(Summary {
            version: 1,
            plan: self.ready.plan.name(),
            from: log.rows.first().map(|row| iso(row.at)).unwrap_or_default(),
            until: iso(self.until),
            cases: Cases {
                total: log.cases.len(),
                started,
                ended,
                open: started - ended,
                not_started: self.not_started(),
                ends,
                set_aside: self.set_aside.len(),
            },
            rows: Rows {
                total: log.rows.len() + log.unread.len(),
                applied: rows.applied,
                forced: rows.forced.sorted(),
                left_out: rows.left_out,
                after_end: rows.after_end,
                did_not_fit: rows.misfits.sorted(),
                unread: log.unread.clone(),
            },
            letters: std::mem::take(&mut self.tally.letters),
            updates: self.tally.updates,
            case_deadlines_missed: self.tally.missed,
            incidents: self.tally.incidents,
            steps: self.steps(),
            heads: hex(&heads.finalize()),
        })
    }

    fn steps(&self) -> Vec<Step> {
        let nodes = self.tally.nodes(&self.ready.hash);
        nodes.into_iter().filter_map(|(ready, id, at)| self.step(ready, id, at)).collect()
    }

    fn step(&self, ready: &Arc<Ready>, id: NodeId, at: AtNode) -> Option<Step> {
        let node = ready.program().nodes.get(id.index())?;
        if matches!(node.kind, NodeKind::Converge | NodeKind::Outcome(_)) {
            return None;
        }
        let (longest_silence_ms, silent) = at.longest.unzip();
        Some(Step {
            workflow: ready.program().workflow.clone(),
            step: node.name.clone(),
            title: node.label.clone(),
            started: at.started,
            done: at.done,
            reminders: at.reminders,
            deadlines_missed: at.missed,
            silences: at.silences,
            blocks: at.blocks,
            escalations: at.rungs,
            decisions_asked: at.asked,
            decisions_answered: at.answered,
            longest_silence_ms,
            longest_silence_in: silent.map(|instance| self.case_named(instance)),
        })
    }

    /// The case of an instance; the instance itself, where it is another's child.
    fn case_named(&self, instance: String) -> String {
        let found = self.instances.iter().find(|one| one.id == instance).and_then(|one| one.case);
        found.and_then(|case| self.wanted.log.cases.get(case).cloned()).unwrap_or(instance)
    }
}

impl Summary {
    /// The moment at which it ended.
    #[must_use]
    pub fn until(&self) -> Option<Moment> {
        crate::moment::parse(&self.until)
    }

    /// Rows that did not fit.
    #[must_use]
    pub fn misfits(&self) -> u64 {
        self.rows.did_not_fit.iter().map(|misfit| misfit.rows).sum()
    }
}
