//! Which names the value of a `let` is made of.
//!
//! Invariant: only the first word of a path is a name of the file; the rest lies inside what it means.

use crate::hir::expr::{AggregateBody, TextBody};
use crate::hir::{Declaration, DeclarationKind, Expr, ExprKind, Name, TextPart};

/// The names in the value of a `let`, in reading order; none for other declarations.
pub fn values_needed(declaration: &Declaration) -> Vec<Name> {
    let mut names = Vec::new();
    if let DeclarationKind::Let(Some(value)) = &declaration.kind {
        collect(value, &mut names);
    }
    names
}

fn collect(value: &Expr, names: &mut Vec<Name>) {
    match &value.kind {
        ExprKind::Path(path) => names.extend(path.first().cloned()),
        ExprKind::Not(inner) | ExprKind::Negative(inner) | ExprKind::IsMissing(inner, _) => {
            collect(inner, names)
        }
        ExprKind::Binary(_, left, right) => {
            collect(left, names);
            collect(right, names);
        }
        ExprKind::OneOf(subject, values) => {
            collect(subject, names);
            values.iter().for_each(|value| collect(value, names));
        }
        ExprKind::Aggregate(_, _, body) => {
            if let AggregateBody::Where(condition) = &**body {
                collect(condition, names);
            }
        }
        ExprKind::List(values) => values.iter().for_each(|value| collect(value, names)),
        ExprKind::Record(fields) => fields.iter().for_each(|(_, value)| collect(value, names)),
        ExprKind::Text(text) => {
            if let TextBody::Parts(parts) = &text.body {
                for part in parts {
                    if let TextPart::Value(value) = part {
                        collect(value, names);
                    }
                }
            }
        }
        ExprKind::Number(_)
        | ExprKind::Money(..)
        | ExprKind::Date(_)
        | ExprKind::Moment(..)
        | ExprKind::Duration(_)
        | ExprKind::Bool(_)
        | ExprKind::Damaged => {}
    }
}
