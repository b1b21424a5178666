//! Types: what fits where, what may be compared with what, and how types are called before people.
//!
//! The types are the plan's own. While a workflow is being checked, a `money` field whose currency is not written
//! has the currency [`UNKNOWN_CURRENCY`]; what it meets decides it, and no [`Typed`](crate::typed::Typed) holds one.
//! Invariant: functions here look at types only, never at names or places.

use wf_plan::calendar::{Duration, Unit};
use wf_plan::value::{Currency, Scalar, Type};

/// Stands for a currency that is neither written nor known from what the amount meets.
pub const UNKNOWN_CURRENCY: Currency = Currency(*b"???");

/// `text`.
pub const TEXT: Type = plain(Scalar::Text);
/// `number`.
pub const NUMBER: Type = plain(Scalar::Number);
/// `bool`.
pub const BOOL: Type = plain(Scalar::Bool);
/// `date`.
pub const DATE: Type = plain(Scalar::Date);
/// `moment`.
pub const MOMENT: Type = plain(Scalar::Moment);
/// `duration`.
pub const DURATION: Type = plain(Scalar::Duration);
/// `person`.
pub const PERSON: Type = plain(Scalar::Person);

/// A type that is no list.
#[must_use]
pub const fn plain(of: Scalar) -> Type {
    Type { of, list: false }
}

/// How a value of one type stands to a place of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// It fits.
    Yes,
    /// Both are money; the currency of one is still to be found, and this is the other's.
    Currency(Currency),
    /// The kind is right and the unit is not: two currencies, a date and a moment.
    Unit,
    /// It does not fit.
    No,
}

/// Whether a value of type `found` may stand where `expected` is wanted. `literal` says that it is written out as a
/// text, which may stand for anything that is kept as text: `"it@gamma.example"` for an email.
#[must_use]
pub fn fit(found: Type, expected: Type, literal: bool) -> Fit {
    if found.list != expected.list {
        return Fit::No;
    }
    match (found.of, expected.of) {
        (Scalar::Money(a), Scalar::Money(b)) => money_fit(a, b),
        (a, b) if a == b => Fit::Yes,
        // What is kept as text reads as text.
        (Scalar::Email | Scalar::Phone | Scalar::Url | Scalar::Person, Scalar::Text) => Fit::Yes,
        (Scalar::Text, b) if literal && is_kept_as_text(b) => Fit::Yes,
        (Scalar::Date, Scalar::Moment) | (Scalar::Moment, Scalar::Date) => Fit::Unit,
        _ => Fit::No,
    }
}

/// Whether two values may be compared, whichever stands first.
#[must_use]
pub fn comparable(a: Type, b: Type, literal: bool) -> Fit {
    match fit(a, b, literal) {
        Fit::No => fit(b, a, literal),
        fits => fits,
    }
}

fn money_fit(a: Currency, b: Currency) -> Fit {
    match (a == UNKNOWN_CURRENCY, b == UNKNOWN_CURRENCY) {
        _ if a == b => Fit::Yes,
        (true, _) => Fit::Currency(b),
        (_, true) => Fit::Currency(a),
        _ => Fit::Unit,
    }
}

/// Text, email, phone, url, file and person are all kept as text.
#[must_use]
pub fn is_kept_as_text(scalar: Scalar) -> bool {
    matches!(
        scalar,
        Scalar::Text | Scalar::Email | Scalar::Phone | Scalar::Url | Scalar::File | Scalar::Person
    )
}

/// Whether `<` and its kin mean something for values of the type.
#[must_use]
pub fn is_ordered(ty: Type) -> bool {
    let ordered =
        matches!(ty.of, Scalar::Number | Scalar::Money(_) | Scalar::Date | Scalar::Moment | Scalar::Duration);
    ordered && !ty.list
}

/// Whether the type is an amount of money.
#[must_use]
pub fn is_money(ty: Type) -> bool {
    matches!(ty, Type { of: Scalar::Money(_), list: false })
}

/// The currency of a money type.
#[must_use]
pub fn currency(ty: Type) -> Option<Currency> {
    match ty.of {
        Scalar::Money(currency) => Some(currency),
        _ => None,
    }
}

/// The three kinds of time a duration can count, which are never mixed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeKind {
    /// Minutes and hours.
    Elapsed,
    /// Days, weeks, months, years.
    Calendar,
    /// Business hours and days.
    Business,
}

/// Which kind of time a duration counts.
#[must_use]
pub fn time_kind(duration: Duration) -> TimeKind {
    match duration.unit {
        Unit::Minutes | Unit::Hours => TimeKind::Elapsed,
        Unit::Days | Unit::Weeks | Unit::Months | Unit::Years => TimeKind::Calendar,
        Unit::BusinessHours | Unit::BusinessDays => TimeKind::Business,
    }
}

impl TimeKind {
    /// How people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Elapsed => "elapsed time",
            Self::Calendar => "calendar time",
            Self::Business => "working time",
        }
    }
}

/// How people call a type that needs no table; `None` for enums and records, which have names.
#[must_use]
pub fn scalar_words(scalar: Scalar) -> Option<String> {
    let word = match scalar {
        Scalar::Text => "text",
        Scalar::Number => "number",
        Scalar::Bool => "bool",
        Scalar::Date => "date",
        Scalar::Moment => "moment",
        Scalar::Duration => "duration",
        Scalar::Money(UNKNOWN_CURRENCY) => "money",
        Scalar::Money(currency) => return Some(format!("money {currency}")),
        Scalar::Email => "email",
        Scalar::Phone => "phone",
        Scalar::Url => "url",
        Scalar::File => "file",
        Scalar::Person => "person",
        Scalar::Enum(_) | Scalar::Record(_) => return None,
    };
    Some(word.to_owned())
}

/// The built-in type of a name; `money` without its currency.
#[must_use]
pub fn built_in(name: &str) -> Option<Scalar> {
    Some(match name {
        "text" => Scalar::Text,
        "number" => Scalar::Number,
        "bool" => Scalar::Bool,
        "date" => Scalar::Date,
        "moment" => Scalar::Moment,
        "duration" => Scalar::Duration,
        "money" => Scalar::Money(UNKNOWN_CURRENCY),
        "email" => Scalar::Email,
        "phone" => Scalar::Phone,
        "url" => Scalar::Url,
        "file" => Scalar::File,
        "person" => Scalar::Person,
        _ => return None,
    })
}

/// The names of all built-in types, for suggestions.
pub const BUILT_IN: [&str; 12] = [
    "text", "number", "bool", "date", "moment", "money", "duration", "email", "phone", "url", "file",
    "person",
];

#[cfg(test)]
mod tests {
    use super::*;

    const EUR: Currency = Currency(*b"EUR");
    const USD: Currency = Currency(*b"USD");

    #[test]
    fn money_fits_only_its_own_currency() {
        let money = |currency| plain(Scalar::Money(currency));
        assert_eq!(fit(money(EUR), money(EUR), false), Fit::Yes);
        assert_eq!(fit(money(EUR), money(USD), false), Fit::Unit);
        assert_eq!(fit(money(UNKNOWN_CURRENCY), money(USD), false), Fit::Currency(USD));
        assert_eq!(fit(NUMBER, money(EUR), false), Fit::No);
    }

    #[test]
    fn only_a_written_text_stands_for_an_email() {
        assert_eq!(fit(TEXT, plain(Scalar::Email), true), Fit::Yes);
        assert_eq!(fit(TEXT, plain(Scalar::Email), false), Fit::No);
        assert_eq!(fit(plain(Scalar::Email), TEXT, false), Fit::Yes);
        assert_eq!(comparable(TEXT, plain(Scalar::Email), false), Fit::Yes);
        assert_eq!(fit(TEXT, NUMBER, true), Fit::No);
    }

    #[test]
    fn dates_and_moments_differ_by_unit() {
        assert_eq!(fit(DATE, MOMENT, false), Fit::Unit);
        assert_eq!(fit(Type { of: Scalar::Date, list: true }, DATE, false), Fit::No);
    }

    #[test]
    fn durations_read_as_they_are_written() {}
}
