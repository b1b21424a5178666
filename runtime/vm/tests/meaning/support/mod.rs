//! A small builder of programs and a player of instances, so that a test reads as a story.
//!
//! [`Plan`] adds nodes in file order; modifiers speak of the node added last. [`Played`] plays events and holds every
//! one of them against purity (step and apply agree) and storage (the state survives its bytes).

mod plan;
mod played;

pub use plan::*;
pub use played::*;

use rust_decimal::Decimal;
use wf_plan::calendar::{Duration, Unit};
use wf_plan::time::DAY_MS;
use wf_plan::value::{Scalar, Type};
use wf_plan::{Date, Moment, Value};

/// `2026-03-02 09:00` in UTC.
pub fn at(text: &str) -> Moment {
    let (date, time) = text.split_once(' ').unwrap();
    let part: Vec<i32> = date.split('-').map(|part| part.parse().unwrap()).collect();
    let (hour, minute) = time.split_once(':').unwrap();
    let day =
        Date::from_ymd(part[0], u8::try_from(part[1]).unwrap(), u8::try_from(part[2]).unwrap()).unwrap();
    let minutes: i64 = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
    Moment(i64::from(day.0) * DAY_MS + minutes * 60_000)
}

/// The Monday on which every test starts.
pub fn monday() -> Moment {
    at("2026-03-02 09:00")
}

pub fn days(amount: i64) -> Duration {
    Duration::new(amount, Unit::Days)
}
pub fn business_days(amount: i64) -> Duration {
    Duration::new(amount, Unit::BusinessDays)
}

pub fn number(value: i64) -> Value {
    Value::Number(Decimal::from(value))
}
pub fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}
pub fn list(values: &[&str]) -> Value {
    Value::List(values.iter().map(|value| text(value)).collect())
}

pub fn scalar(of: Scalar) -> Type {
    Type { of, list: false }
}
