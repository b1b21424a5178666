//! Fields and their types: inputs, forms, events, records, systems, arguments.
//!
//! Invariant: a field whose type is not understood still has a place among its fellows, with the type
//! [`ERROR`](super::table::ERROR), so that positions stay right and what reads it is silent.

use super::Checker;
use super::environment::{Env, Stage};
use super::table::{ERROR, push};
use crate::hir::{self, DeclarationKind, FieldDecl, TypeRef};
use crate::lint::type_mismatch;
use crate::place::{DeclId, Place};
use crate::typed::{Field, Placed, RecordType};
use crate::types::{self, UNKNOWN_CURRENCY};
use wf_plan::plan::{EnumId, RecordId};
use wf_plan::value::{self, EnumType, Scalar, Type};

impl Checker<'_> {
    /// Fields of one owner, each name once. `what` names them in messages: `input`, `field of the form`.
    pub(super) fn fields(&mut self, decl: DeclId, written: &[FieldDecl], what: &str) -> Vec<Field> {
        let env = Env::new(decl, Stage::Constant);
        for (index, field) in written.iter().enumerate() {
            let before = written.iter().take(index);
            if let Some(first) = before.into_iter().find(|first| first.name.text == field.name.text) {
                self.duplicate(env, what, &field.name, first.name.at);
            }
        }
        written.iter().map(|field| self.field(decl, field)).collect()
    }

    /// One field. `key of` and `from` are for inputs and added there.
    pub(super) fn field(&mut self, decl: DeclId, written: &FieldDecl) -> Field {
        let env = Env::new(decl, Stage::Constant);
        let at = Place { decl, at: written.name.at };
        let kind = match &written.kind {
            Some(kind) => self.type_of(env, kind, at),
            None => None,
        };
        if kind.is_none() {
            self.found.mark_broken();
        }
        let data = value::Field {
            name: written.name.text.clone(),
            kind: kind.unwrap_or(ERROR),
            optional: written.kind.as_ref().is_some_and(|kind| kind.optional),
            personal: written.personal,
            secret: written.secret,
            key_of: None,
            from: None,
        };
        Field { data, doc: written.doc.clone(), at }
    }

    /// The type that is written; `field` is where a currency found later is noted.
    fn type_of(&mut self, env: Env<'_>, written: &TypeRef, field: Place) -> Option<Type> {
        let at = env.place(written.name.at);
        if written.list > 1 {
            self.report(
                env,
                type_mismatch::other(at, "a list holds single values, not lists")
                    .with_help("make a `record` with a list in it, or one list of all the values"),
            );
            return None;
        }
        let of = match types::built_in(&written.name.text) {
            Some(Scalar::Money(_)) => self.money_type(env, written, field)?,
            Some(scalar) => scalar,
            None => self.named_type(env, &written.name)?,
        };
        if let (Some(currency), false) = (&written.currency, matches!(of, Scalar::Money(_))) {
            let message = format!("only `money` has a currency, `{}` has none", written.name.text);
            self.report(env, type_mismatch::other(env.place(currency.at), message));
            return None;
        }
        Some(Type { of, list: written.list == 1 })
    }

    fn money_type(&mut self, env: Env<'_>, written: &TypeRef, field: Place) -> Option<Scalar> {
        if let Some(code) = &written.currency {
            return Some(Scalar::Money(self.currency(env, &code.text, env.place(code.at))?));
        }
        let currency = self.money.known.get(&field).copied().unwrap_or(UNKNOWN_CURRENCY);
        if currency == UNKNOWN_CURRENCY {
            self.unpriced.push((field, written.name.at));
        }
        Some(Scalar::Money(currency))
    }

    fn named_type(&mut self, env: Env<'_>, name: &hir::Name) -> Option<Scalar> {
        let at = env.place(name.at);
        let Some(decl) = self.scope.resolve(env.decl, &name.text) else {
            let mut known: Vec<String> = types::BUILT_IN.iter().map(|word| (*word).to_owned()).collect();
            known.extend(
                self.visible(env, |kind| {
                    matches!(kind, DeclarationKind::Enum(_) | DeclarationKind::Record(_))
                }),
            );
            self.unknown(env, "type", name, known);
            return None;
        };
        match &self.scope.declaration(decl).kind {
            DeclarationKind::Enum(_) => Some(Scalar::Enum(self.intern_enum(decl))),
            DeclarationKind::Record(_) => self.intern_record(env, decl, at).map(Scalar::Record),
            _ => {
                let problem = super::blame::wrong_kind(self.scope, at, &name.text, "a type", decl);
                self.report(env, problem);
                None
            }
        }
    }

    /// The row of an enum.
    pub(super) fn intern_enum(&mut self, decl: DeclId) -> EnumId {
        if let Some(row) = self.tables.row(decl) {
            return EnumId(row);
        }
        let declaration = self.scope.declaration(decl);
        let values = match &declaration.kind {
            DeclarationKind::Enum(values) => values.iter().map(|value| value.text.clone()).collect(),
            _ => Vec::new(),
        };
        let name = declaration.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
        let at = Place { decl, at: declaration.name.as_ref().map_or(declaration.at, |name| name.at) };
        let row = push(&mut self.tables.enums, Placed { value: EnumType { name, values }, at });
        self.tables.rows.insert(decl, row);
        EnumId(row)
    }

    /// The row of a record; the records in it come before.
    fn intern_record(&mut self, env: Env<'_>, decl: DeclId, at: Place) -> Option<RecordId> {
        if let Some(row) = self.tables.row(decl) {
            return Some(RecordId(row));
        }
        let declaration = self.scope.declaration(decl);
        let name = declaration.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
        if self.open_records.contains(&decl) {
            let problem = super::blame::record_in_itself(at, &name);
            self.report(env, problem);
            return None;
        }
        let DeclarationKind::Record(written) = &declaration.kind else { return None };
        self.open_records.push(decl);
        let fields = self
            .elsewhere(|checker| written.iter().map(|field| checker.field(decl, field)).collect::<Vec<_>>());
        self.open_records.pop();
        let at = Place { decl, at: declaration.name.as_ref().map_or(declaration.at, |name| name.at) };
        let row = push(&mut self.tables.records, RecordType { name, fields, at });
        self.tables.rows.insert(decl, row);
        Some(RecordId(row))
    }
}
