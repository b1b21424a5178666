//! A stretch of instances under verification: fed with pages of rows, asked for its findings at the end.
//!
//! Pure: rows in, findings out, so that it runs on whichever core is free. Invariant: memory is one walk and one
//! replayed state per instance of the stretch, however long its chains are.

use super::marks::InstanceMarks;
use super::walk::{Bad, Walk};
use super::{Finding, Verified};
use crate::audit::chain::Netstrings;
use crate::audit::fact;
use crate::plans::Ready;
use crate::privacy::{self, Held};
use crate::store::row::{EventRow, InstanceRow, TrailRow};
use crate::transition::bytes_of;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use wf_vm::{Event, State};

/// The plan of an instance, or why there is none.
pub(super) type Plan = Result<Arc<Ready>, String>;

/// Instances whose rows are on their way.
#[derive(Debug)]
pub(super) struct Check {
    tenant: String,
    open: HashMap<String, Open>,
    /// Rows of instances that are not there.
    strangers: BTreeSet<String>,
    canonical: Netstrings,
    events: usize,
    facts: usize,
}

/// One instance whose rows are on their way.
#[derive(Debug)]
struct Open {
    row: InstanceRow,
    plan: Plan,
    journal: Walk,
    trail: Walk,
    state: State,
    unreadable: Option<i64>,
    /// Its trail says that the person it is about was erased.
    says_erased: bool,
}

impl Check {
    pub fn new(tenant: &str, instances: Vec<(InstanceRow, InstanceMarks, Plan)>) -> Self {
        let open = instances.into_iter().map(|(row, marks, plan)| {
            let (journal, trail) = (Walk::new(marks.journal), Walk::new(marks.trail));
            let (state, unreadable, says_erased) = (State::new(), None, false);
            (row.id.clone(), Open { row, plan, journal, trail, state, unreadable, says_erased })
        });
        Self {
            tenant: tenant.to_owned(),
            open: open.collect(),
            strangers: BTreeSet::new(),
            canonical: Netstrings::default(),
            events: 0,
            facts: 0,
        }
    }

    /// Takes journal rows, in order.
    pub fn take_events(&mut self, rows: &[(Arc<str>, EventRow)]) {
        self.events += rows.len();
        for (instance, row) in rows {
            match self.open.get_mut(&**instance) {
                Some(open) => {
                    let fits = self.canonical.fits_event(&self.tenant, instance, row);
                    open.take_event(&self.tenant, row, fits);
                }
                None => _ = self.strangers.insert(instance.to_string()),
            }
        }
    }

    /// Takes trail rows, in order.
    pub fn take_facts(&mut self, rows: &[(Arc<str>, TrailRow)]) {
        self.facts += rows.len();
        for (instance, row) in rows {
            match self.open.get_mut(&**instance) {
                Some(open) => {
                    let fits = self.canonical.fits_fact(&self.tenant, instance, row);
                    open.trail.step(row.sequence, &row.previous_hash, &row.hash, fits);
                    open.says_erased |= row.fact == fact::SUBJECT_ERASED;
                }
                None => _ = self.strangers.insert(instance.to_string()),
            }
        }
    }

    /// After the last row.
    pub fn end(self) -> Verified {
        let mut verified = Verified {
            instances: self.open.len(),
            events: self.events,
            facts: self.facts,
            ..Verified::default()
        };
        for instance in self.strangers {
            let what = "the instance was removed, its rows are still there".to_owned();
            verified.findings.push(Finding { instance, table: "instance", row: None, what });
        }
        for open in self.open.into_values() {
            match open.row.subject.as_ref().map(|subject| &subject.held) {
                Some(Held::Erased) => verified.erased += 1,
                Some(Held::Locked) => verified.locked += 1,
                _ => {}
            }
            open.end(&mut verified.findings);
        }
        verified
    }
}

impl Open {
    fn take_event(&mut self, tenant: &str, row: &EventRow, fits: bool) {
        self.journal.step(row.sequence, &row.previous_hash, &row.hash, fits);
        let Ok(ready) = &self.plan else { return };
        if !self.journal.is_whole() || self.unreadable.is_some() {
            return;
        }
        let event = match &self.row.subject {
            None => serde_json::from_str::<Event>(&row.body).ok(),
            Some(subject) => match subject.seal(tenant, &self.row.id) {
                Some(seal) => privacy::event::open(&row.body, row.sequence, &seal),
                // Without the key there is no replay; its chain is checked all the same.
                None => return,
            },
        };
        match event {
            Some(event) => wf_vm::apply(&ready.prepared, &mut self.state, &event, &mut Vec::new()),
            None => self.unreadable = Some(row.sequence),
        }
    }

    /// What is wrong with the key of the person it is about.
    fn wrong_key(&self) -> Option<&'static str> {
        let subject = self.row.subject.as_ref()?;
        match (&subject.held, self.says_erased) {
            (Held::Erased, false) => Some("the key was destroyed, and its trail tells of no erasure"),
            (Held::Key(_) | Held::Locked, true) => Some(
                "its trail says that the person was erased, and the key is there: was a backup put back?",
            ),
            (Held::Lost, _) => Some("the key to its personal data is missing, and nobody was erased"),
            _ if subject.broken => Some("what is sealed of it does not open: it, or the key, was changed"),
            _ => None,
        }
    }

    fn end(self, findings: &mut Vec<Finding>) {
        let wrong_key = self.wrong_key();
        let Self { row: instance, plan, journal, trail, state, unreadable, .. } = self;
        let can_replay = instance.subject.as_ref().is_none_or(|subject| matches!(subject.held, Held::Key(_)));
        let mut found = |table, (row, what): Bad| {
            findings.push(Finding { instance: instance.id.clone(), table, row, what });
        };
        let bad = journal.end(instance.sequence, &instance.journal_head);
        let journal_is_whole = bad.is_none();
        bad.into_iter().for_each(|bad| found("event", bad));
        trail.end(instance.trail_count, &instance.trail_head).into_iter().for_each(|bad| found("trail", bad));
        if let Err(why) = plan {
            found("plan", (None, why));
        } else if let Some(row) = unreadable {
            let what = match &instance.subject {
                Some(_) => "what is sealed in it does not open: it, or the key, was changed",
                None => "it cannot be read any more",
            };
            found("event", (Some(row), what.to_owned()));
        } else if let Some(wrong) = wrong_key {
            found("instance", (None, wrong.to_owned()));
        } else if journal_is_whole
            && can_replay
            && !bytes_of(&state).is_ok_and(|bytes| bytes == instance.state)
        {
            found("instance", (None, "its state is not what replaying its journal gives".to_owned()));
        }
    }
}
