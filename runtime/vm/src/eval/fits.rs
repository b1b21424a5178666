//! Whether a value from outside fits the type of its field.
//!
//! Everything that an event brings (inputs, forms, corrections, other systems' events) passes here before it is
//! stored. Invariant: a stored value fits its field's type or is missing, so code never meets another kind.

use crate::prepared::Prepared;
use wf_plan::Value;
use wf_plan::value::{Field, LIST_LIMIT, Scalar, Type};

/// Records inside records that are looked into; plans have no deeper ones, since a record's fields stand before it.
const MAX_RECORD_DEPTH: u8 = 32;

/// Whether a field may hold a value: of its type, or missing (whether it may be missing is another question).
pub(crate) fn fits(prepared: &Prepared, value: &Value, field: &Field) -> bool {
    *value == Value::Missing || of_type(prepared, value, field.kind, 0)
}

/// Whether a field that needs a value has none.
pub(crate) fn is_missing_required(value: Option<&Value>, field: &Field) -> bool {
    !field.optional && value.is_none_or(|value| *value == Value::Missing)
}

fn of_type(prepared: &Prepared, value: &Value, kind: Type, depth: u8) -> bool {
    if !kind.list {
        return of_scalar(prepared, value, kind.of, depth);
    }
    match value {
        Value::List(elements) => {
            elements.len() <= LIST_LIMIT
                && elements.iter().all(|element| of_scalar(prepared, element, kind.of, depth))
        }
        _ => false,
    }
}

fn of_scalar(prepared: &Prepared, value: &Value, scalar: Scalar, depth: u8) -> bool {
    match (scalar, value) {
        (
            Scalar::Text | Scalar::Email | Scalar::Phone | Scalar::Url | Scalar::File | Scalar::Person,
            Value::Text(_),
        )
        | (Scalar::Number, Value::Number(_))
        | (Scalar::Bool, Value::Bool(_))
        | (Scalar::Date, Value::Date(_))
        | (Scalar::Moment, Value::Moment(_))
        | (Scalar::Duration, Value::Duration(_)) => true,
        (Scalar::Money(currency), Value::Money(_, given)) => currency == *given,
        (Scalar::Enum(of), Value::Enum(given, position)) => {
            let values = prepared.program().enums.get(of.index()).map_or(0, |of| of.values.len());
            of == *given && usize::from(*position) < values
        }
        (Scalar::Record(of), Value::Record(fields)) => {
            let Some(record) = prepared.program().records.get(of.index()) else { return false };
            depth < MAX_RECORD_DEPTH
                && fields.len() == record.fields.len()
                && fields.iter().zip(&record.fields).all(|(value, field)| {
                    if *value == Value::Missing {
                        field.optional
                    } else {
                        of_type(prepared, value, field.kind, depth + 1)
                    }
                })
        }
        _ => false,
    }
}
