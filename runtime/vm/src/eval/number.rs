//! Exact decimals, money and comparisons.
//!
//! Invariant: money of two currencies never mixes, and what cannot be held or divided is missing, never wrong.

use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;
use wf_plan::Value;
use wf_plan::op::Op;
use wf_plan::value::Currency;

/// Whether two values are the same; missing if either is, or if they are of different kinds.
pub(crate) fn equal(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Missing, _) | (_, Value::Missing) => Value::Missing,
        (Value::Money(a, x), Value::Money(b, y)) if x == y => Value::Bool(a == b),
        (Value::Money(..), Value::Money(..)) => Value::Missing,
        _ if std::mem::discriminant(left) == std::mem::discriminant(right) => Value::Bool(left == right),
        _ => Value::Missing,
    }
}

/// How two values stand to each other; missing if they cannot be compared.
pub(crate) fn compare(left: &Value, right: &Value, holds: fn(Ordering) -> bool) -> Value {
    let order = match (left, right) {
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Money(a, x), Value::Money(b, y)) if x == y => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Moment(a), Value::Moment(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Enum(of, a), Value::Enum(other, b)) if of == other => a.cmp(b),
        (Value::Duration(a), Value::Duration(b)) if a.unit == b.unit => a.amount.cmp(&b.amount),
        _ => return Value::Missing,
    };
    Value::Bool(holds(order))
}

/// `+ - * /` over numbers and money.
pub(crate) fn arithmetic(op: Op, left: &Value, right: &Value) -> Value {
    use Value::{Money, Number};
    let result = match (op, left, right) {
        (Op::Add, Number(a), Number(b)) => a.checked_add(*b).map(Number),
        (Op::Add, Money(a, x), Money(b, y)) if x == y => a.checked_add(*b).map(|sum| Money(sum, *x)),
        (Op::Subtract, Number(a), Number(b)) => a.checked_sub(*b).map(Number),
        (Op::Subtract, Money(a, x), Money(b, y)) if x == y => a.checked_sub(*b).map(|rest| Money(rest, *x)),
        (Op::Multiply, Number(a), Number(b)) => a.checked_mul(*b).map(Number),
        (Op::Multiply, Money(a, x), Number(b)) | (Op::Multiply, Number(b), Money(a, x)) => {
            a.checked_mul(*b).map(|product| Money(product, *x))
        }
        (Op::Divide, Number(a), Number(b)) => a.checked_div(*b).map(Number),
        (Op::Divide, Money(a, x), Number(b)) => a.checked_div(*b).map(|part| Money(part, *x)),
        (Op::Divide, Money(a, x), Money(b, y)) if x == y => a.checked_div(*b).map(Number),
        _ => None,
    };
    result.unwrap_or(Value::Missing)
}

/// The sum of numbers, or of money of one currency; what is missing is left out, and nothing at all sums to 0.
pub(crate) fn total<'a>(values: impl Iterator<Item = &'a Value>) -> Value {
    let mut sum: Option<Value> = None;
    for value in values.filter(|value| **value != Value::Missing) {
        let next = match &sum {
            None => value.clone(),
            Some(before) => arithmetic(Op::Add, before, value),
        };
        if next == Value::Missing {
            return Value::Missing;
        }
        sum = Some(next);
    }
    sum.unwrap_or(Value::Number(Decimal::ZERO))
}

/// Money rounded half up (away from zero) to its currency's minor unit.
pub(crate) fn rounded(value: &Value) -> Value {
    match value {
        Value::Money(amount, currency) => Value::Money(round(*amount, *currency), *currency),
        other => other.clone(),
    }
}

pub(crate) fn round(amount: Decimal, currency: Currency) -> Decimal {
    amount.round_dp_with_strategy(currency.minor_digits(), RoundingStrategy::MidpointAwayFromZero)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str, code: [u8; 3]) -> Value {
        Value::Money(text.parse().unwrap(), Currency(code))
    }

    #[test]
    fn money_rounds_half_up_to_its_minor_unit() {
        assert_eq!(rounded(&money("1.005", *b"EUR")), money("1.01", *b"EUR"));
        assert_eq!(rounded(&money("-1.005", *b"EUR")), money("-1.01", *b"EUR"));
        assert_eq!(rounded(&money("99.5", *b"JPY")), money("100", *b"JPY"));
        assert_eq!(rounded(&money("0.0005", *b"KWD")), money("0.001", *b"KWD"));
    }

    #[test]
    fn currencies_never_mix() {
        let (euro, dollar) = (money("1", *b"EUR"), money("1", *b"USD"));
        assert_eq!(arithmetic(Op::Add, &euro, &dollar), Value::Missing);
        assert_eq!(equal(&euro, &dollar), Value::Missing);
        assert_eq!(compare(&euro, &dollar, |order| order.is_lt()), Value::Missing);
    }

    #[test]
    fn what_cannot_be_worked_out_is_missing() {
        let (one, zero) = (Value::Number(Decimal::ONE), Value::Number(Decimal::ZERO));
        assert_eq!(arithmetic(Op::Divide, &one, &zero), Value::Missing);
        assert_eq!(arithmetic(Op::Add, &Value::Number(Decimal::MAX), &one), Value::Missing);
        assert_eq!(equal(&Value::Missing, &one), Value::Missing);
    }
}
