//! Values that tests give: literals of the types of the fields they go into.
//!
//! Invariant: a value that comes back fits the type it was asked for; an enum's value is a position in the tables of
//! the tested workflow.

use super::Checker;
use super::environment::Env;
use super::expr::Wanted;
use super::table::ERROR;
use crate::hir::{self, ExprKind as Written, Name};
use crate::lint::type_mismatch;
use crate::place::Place;
use crate::typed::test::{Given, LocalMoment};
use crate::typed::{Expr, ExprKind, Field};
use wf_plan::value::{Constant, Scalar, Type, Value};

impl Checker<'_> {
    /// A value for a field.
    pub(super) fn given(&mut self, env: Env<'_>, written: &hir::Expr, wanted: &Wanted) -> Option<Given> {
        if wanted.ty == ERROR {
            return None;
        }
        let at = env.place(written.at);
        match (&written.kind, wanted.ty) {
            (Written::List(elements), Type { of, list: true }) => {
                let element = Wanted { ty: Type { of, list: false }, ..wanted.clone() };
                let given: Vec<Option<Given>> =
                    elements.iter().map(|value| self.given(env, value, &element)).collect();
                given.into_iter().collect::<Option<Vec<_>>>().map(Given::List)
            }
            (Written::Record(values), Type { of: Scalar::Record(id), list: false }) => {
                let fields = self.tables.record(id).map(|row| row.fields.clone()).unwrap_or_default();
                self.given_record(env, values, &fields, wanted, at)
            }
            (Written::List(_) | Written::Record(_), _) => {
                let is = if matches!(written.kind, Written::List(_)) { "a list" } else { "a record" };
                let should = self.tables.words(wanted.ty);
                let mut problem = type_mismatch::found(at, "this", is, &should);
                if let Some(declared) = wanted.at {
                    problem = problem
                        .with_related(declared, format!("`{}` is declared here as {should}", wanted.name));
                }
                self.report(env, problem);
                None
            }
            _ => {
                let value = self.expect(env, written, wanted)?;
                self.literal_value(env, value)
            }
        }
    }

    fn given_record(
        &mut self,
        env: Env<'_>,
        values: &[(Name, hir::Expr)],
        fields: &[Field],
        wanted: &Wanted,
        at: Place,
    ) -> Option<Given> {
        let mut sound = true;
        for (name, _) in values {
            if !fields.iter().any(|field| field.data.name == name.text) {
                let known = fields.iter().map(|field| field.data.name.clone()).collect();
                let what = format!("field of {}", self.tables.words(wanted.ty));
                self.unknown(env, &what, name, known);
                sound = false;
            }
        }
        let mut given = Vec::with_capacity(fields.len());
        for field in fields {
            let Some((_, value)) = values.iter().find(|(name, _)| name.text == field.data.name) else {
                if !field.data.optional {
                    let message = format!("`{}` has no value here", field.data.name);
                    let problem = crate::place::Problem::new(&crate::lint::clause_missing::RULE, at, message)
                        .with_related(field.at, "declared here");
                    self.report(env, problem);
                    sound = false;
                }
                given.push(Given::Plain(Value::Missing));
                continue;
            };
            let wanted = Wanted { ty: field.data.kind, name: field.data.name.clone(), at: Some(field.at) };
            match self.given(env, value, &wanted) {
                Some(value) => given.push(value),
                None => sound = false,
            }
        }
        sound.then_some(Given::Record(given))
    }

    fn literal_value(&mut self, env: Env<'_>, value: Expr) -> Option<Given> {
        let constant = match value.kind {
            ExprKind::LocalMoment(date, minute) => return Some(Given::Local(LocalMoment { date, minute })),
            ExprKind::Constant(constant) => constant,
            _ => {
                let message = "a test gives values that are written out";
                self.report(env, type_mismatch::other(value.at, message));
                return None;
            }
        };
        Some(Given::Plain(match constant {
            Constant::Bool(value) => Value::Bool(value),
            Constant::Number(value) => Value::Number(value),
            Constant::Money(value, currency) => Value::Money(value, currency),
            Constant::Text(value) => Value::Text(value),
            Constant::Date(value) => Value::Date(value),
            Constant::Moment(value) => Value::Moment(value),
            Constant::Duration(value) => Value::Duration(value),
            Constant::Enum(id, value) => Value::Enum(id, value),
        }))
    }
}
