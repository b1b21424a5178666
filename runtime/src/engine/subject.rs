//! Whom a starting instance is about, and the key its personal values are sealed under.
//!
//! The data subject is the value of the workflow's `one per` field where that is personal; else a child is about whom its
//! parent is about; else it is the reference; else the instance stands for itself. Invariant: the same person has one key
//! within a tenant, for as long as they are not erased.

use super::Engine;
use crate::error::Result;
use crate::plans::Ready;
use crate::privacy::key::{SubjectKey, random};
use crate::privacy::{Held, Subject};
use crate::store::row::{InstanceRow, SubjectKeyUse};
use crate::values::Reader;
use wf_plan::Value;
use wf_vm::{Event, EventKind, State};

impl Engine {
    /// The data subject of an instance that starts with these events, and how its start uses the key.
    pub(super) async fn subject_of(
        &self,
        ready: &Ready,
        instance: &InstanceRow,
        events: &[Event],
    ) -> Result<(Subject, SubjectKeyUse)> {
        let own = own_person(ready, events);
        if own.is_none()
            && let Some(parent) = &instance.parent
            && let Some(parent) = self.store.instance(parent).await?
            && let Some(subject) = parent.subject.filter(|subject| subject.held != Held::Erased)
        {
            let used = SubjectKeyUse::Known { id: subject.id.clone() };
            return Ok((Subject::new(subject.id, subject.held), used));
        }
        let who = own.or_else(|| reference(ready, events)).unwrap_or_else(|| instance.id.clone());
        let mark = self.store.secret().await?.subject(&who);
        if let Some((id, held)) = self.store.subject_marked(&mark).await? {
            let used = SubjectKeyUse::Known { id: id.clone() };
            let subject = Subject::new(id, held);
            subject.readable(&instance.id)?;
            return Ok((subject, used));
        }
        let id = crate::audit::chain::hex(&random::<16>()?);
        let key = SubjectKey::fresh()?;
        let kept = self.store.keep_key(&id, &key)?;
        let used = SubjectKeyUse::New { id: id.clone(), mark, kept };
        Ok((Subject::new(id, Held::Key(key)), used))
    }
}

/// The value of the `one per` field, where that is personal.
fn own_person(ready: &Ready, events: &[Event]) -> Option<String> {
    let field = ready.program().one_per.filter(|field| ready.personal.input(*field))?;
    let EventKind::Start { inputs, .. } = &events.first()?.kind else { return None };
    let value = inputs.get(field.index()).filter(|value| **value != Value::Missing)?;
    Some(Reader::new(ready.program(), &ready.local).shown(value))
}

/// The reference the instance will have: its start, tried out.
fn reference(ready: &Ready, events: &[Event]) -> Option<String> {
    ready.program().reference?;
    let mut state = State::new();
    wf_vm::apply(&ready.prepared, &mut state, events.first()?, &mut Vec::new());
    wf_vm::view::heading(&ready.prepared, &state).reference
}
