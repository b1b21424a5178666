//! Systems: their kinds, fields and events, and the events and fields that a workflow names.
//!
//! Invariant: a system's own mistakes are reported at its declaration, whoever uses it.

use super::Checker;
use super::environment::{Env, Stage};
use super::expr::Wanted;
use super::path::position;
use super::table::push;
use crate::hir::{DeclarationKind, Name, SystemDecl};
use crate::place::{DeclId, Place};
use crate::typed::{EventType, System};
use wf_plan::plan::{FieldIndex, SystemId};

impl Checker<'_> {
    /// A system by its name.
    pub(super) fn system(&mut self, env: Env<'_>, name: &Name) -> Option<SystemId> {
        let decl = self.resolve(env, name, "system", |kind| matches!(kind, DeclarationKind::System(_)))?;
        Some(self.intern_system(decl))
    }

    fn intern_system(&mut self, decl: DeclId) -> SystemId {
        if let Some(row) = self.tables.row(decl) {
            return SystemId(row);
        }
        let declaration = self.scope.declaration(decl);
        let name = declaration.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
        let at = Place { decl, at: declaration.name.as_ref().map_or(declaration.at, |name| name.at) };
        let empty = SystemDecl::default();
        let written = match &declaration.kind {
            DeclarationKind::System(written) => written,
            _ => &empty,
        };
        let (fields, events) = self.elsewhere(|checker| checker.system_parts(decl, written));
        let row = System {
            name,
            kind: written.kind.as_ref().map(|kind| kind.text.clone()).unwrap_or_default(),
            carries_personal: written.carries.personal,
            carries_secret: written.carries.secret,
            fields,
            events,
            key: None,
            at,
        };
        let id = SystemId(push(&mut self.tables.systems, row));
        self.tables.rows.insert(decl, id.0);
        id
    }

    /// Fields and events of a system.
    pub(super) fn system_parts(
        &mut self,
        decl: DeclId,
        written: &SystemDecl,
    ) -> (Vec<crate::typed::Field>, Vec<EventType>) {
        let fields = self.fields(decl, &written.fields, "field");
        let mut events = Vec::with_capacity(written.events.len());
        for (index, event) in written.events.iter().enumerate() {
            let before = written.events.iter().take(index);
            if let Some(first) = before.into_iter().find(|first| first.name.text == event.name.text) {
                self.duplicate(Env::new(decl, Stage::Constant), "event", &event.name, first.name.at);
            }
            let fields = self.fields(decl, &event.fields, "field");
            events.push(EventType {
                name: event.name.text.clone(),
                fields,
                at: Place { decl, at: event.name.at },
            });
        }
        (fields, events)
    }

    /// An event of a system.
    pub(super) fn event(&mut self, env: Env<'_>, system: &Name, event: &Name) -> Option<(SystemId, u16)> {
        let id = self.system(env, system)?;
        let events = self.tables.system(id).map(|row| row.events.as_slice()).unwrap_or_default();
        let at = events.iter().position(|row| row.name == event.text);
        if let Some(at) = at.and_then(|at| u16::try_from(at).ok()) {
            return Some((id, at));
        }
        let known = events.iter().map(|row| row.name.clone()).collect();
        let owner = self.tables.system(id).map(|row| row.at.decl);
        self.unknown_in(env, owner, &format!("event of `{}`", system.text), event, known);
        None
    }

    /// A field of a system, and what may be written into it.
    pub(super) fn system_field(
        &mut self,
        env: Env<'_>,
        system: &Name,
        field: &Name,
    ) -> Option<(SystemId, FieldIndex, Wanted)> {
        let id = self.system(env, system)?;
        let fields = self.tables.system(id).map(|row| row.fields.as_slice()).unwrap_or_default();
        if let Some((index, found)) = position(fields, &field.text) {
            let name = format!("{}.{}", system.text, field.text);
            let wanted = Wanted { ty: found.data.kind, name, at: Some(found.at) };
            return Some((id, index, wanted));
        }
        let known = fields.iter().map(|row| row.data.name.clone()).collect();
        let owner = self.tables.system(id).map(|row| row.at.decl);
        self.unknown_in(env, owner, &format!("field of `{}`", system.text), field, known);
        None
    }
}
