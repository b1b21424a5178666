//! How a value reads to a person: dates, moments, amounts and durations in the reader's language.
//!
//! English is the language of the source where none is named; Italian, German, French and Spanish are written as
//! office letters in them are. Moments are shown on the clocks of the workflow's calendar. Invariant: the same value
//! and language always read the same.

use crate::calendar::Local;
use crate::phrases::{self, Language};
use crate::prepared::Prepared;
use rust_decimal::Decimal;
use wf_plan::calendar::{Duration, Unit};
use wf_plan::value::Currency;
use wf_plan::{Moment, Value};

/// A value as text.
pub(crate) fn show(prepared: &Prepared, value: &Value, language: Option<&str>) -> String {
    let tongue = Language::of(language);
    match value {
        Value::Missing => phrases::missing(tongue).to_owned(),
        Value::Bool(value) => phrases::yes_no(tongue, *value).to_owned(),
        Value::Number(number) => decimal(number.normalize(), tongue, Grouping::FromFiveDigits),
        Value::Money(amount, currency) => money(*amount, *currency, tongue),
        Value::Text(text) => text.clone(),
        Value::Date(date) => pushed(|shown| push_date(shown, date.ymd(), tongue)),
        Value::Moment(moment) => pushed(|shown| push_moment(shown, prepared, *moment, tongue)),
        Value::Duration(duration) => self::duration(*duration, tongue),
        Value::Enum(of, position) => prepared
            .program()
            .enums
            .get(of.index())
            .and_then(|of| of.values.get(usize::from(*position)))
            .cloned()
            .unwrap_or_default(),
        Value::Record(values) | Value::List(values) => {
            let shown: Vec<String> = values.iter().map(|value| show(prepared, value, language)).collect();
            shown.join(", ")
        }
    }
}

/// A deadline as text: a midnight is the end of the day before it.
pub(crate) fn deadline(prepared: &Prepared, due: Moment, language: Option<&str>) -> String {
    pushed(|shown| push_deadline(shown, prepared, due, Language::of(language)))
}

/// A deadline, appended. (Every work message carries one: it is written in place, and by hand, since the formatting
/// machinery is the slower way.)
pub(crate) fn push_deadline(shown: &mut String, prepared: &Prepared, due: Moment, tongue: Language) {
    let local = prepared.workflow_calendar().and_then(|calendar| calendar.local(due));
    match local {
        Some(local) if local.minute_of_day == 0 && local.ms_of_minute == 0 => {
            match local.date.plus_days(-1) {
                Some(day) => {
                    shown.push_str(phrases::end_of(tongue));
                    push_date(shown, day.ymd(), tongue);
                }
                None => push_moment(shown, prepared, due, tongue),
            }
        }
        Some(local) => push_local(shown, &local, tongue),
        None => shown.push_str(phrases::missing(tongue)),
    }
}

fn pushed(push: impl FnOnce(&mut String)) -> String {
    let mut shown = String::with_capacity(32);
    push(&mut shown);
    shown
}

/// `4 October 2026`, as the language writes it.
fn push_date(shown: &mut String, (year, month, day): (i32, u8, u8), tongue: Language) {
    push_number(shown, day.into(), 1);
    shown.push_str(match tongue {
        Language::German => ". ",
        Language::French if day == 1 => "er ",
        Language::Spanish => " de ",
        Language::English | Language::Italian | Language::French => " ",
    });
    shown.push_str(phrases::month(tongue, month));
    shown.push_str(if tongue == Language::Spanish { " de " } else { " " });
    if year < 0 {
        shown.push('-');
    }
    push_number(shown, year.unsigned_abs(), 1);
}

/// A whole number with at least so many digits.
fn push_number(shown: &mut String, number: u32, digits: u32) {
    if number >= 10 || digits > 1 {
        push_number(shown, number / 10, digits.saturating_sub(1));
    }
    shown.push(char::from_digit(number % 10, 10).unwrap_or('0'));
}

fn push_moment(shown: &mut String, prepared: &Prepared, moment: Moment, tongue: Language) {
    match prepared.workflow_calendar().and_then(|calendar| calendar.local(moment)) {
        Some(local) => push_local(shown, &local, tongue),
        None => shown.push_str(phrases::missing(tongue)),
    }
}

fn push_local(shown: &mut String, local: &Local, tongue: Language) {
    push_date(shown, (local.year, local.month, local.day), tongue);
    shown.push_str(", ");
    push_number(shown, (local.minute_of_day / 60).into(), 2);
    shown.push(':');
    push_number(shown, (local.minute_of_day % 60).into(), 2);
}

fn money(amount: Decimal, currency: Currency, tongue: Language) -> String {
    let digits = currency.minor_digits();
    let mut rounded = super::number::round(amount, currency);
    rounded.rescale(digits);
    let code: String = currency.0.iter().map(|letter| char::from(*letter)).collect();
    format!("{} {code}", decimal(rounded, tongue, Grouping::FromFourDigits))
}

/// From how many digits on thousands are set apart: a year or a house number stays as it is, money never does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grouping {
    FromFourDigits,
    FromFiveDigits,
}

fn decimal(number: Decimal, tongue: Language, grouping: Grouping) -> String {
    let plain = number.abs().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let (thousands, point) = match tongue {
        Language::English => (',', '.'),
        // A blank that does not break the line.
        Language::French => ('\u{a0}', ','),
        Language::Italian | Language::German | Language::Spanish => ('.', ','),
    };
    let grouped = whole.len() >= if grouping == Grouping::FromFourDigits { 4 } else { 5 };
    let mut shown = String::with_capacity(plain.len() + 4);
    if number.is_sign_negative() && !number.is_zero() {
        shown.push('-');
    }
    for (at, digit) in whole.chars().enumerate() {
        if grouped && at > 0 && (whole.len() - at) % 3 == 0 {
            shown.push(thousands);
        }
        shown.push(digit);
    }
    if !fraction.is_empty() {
        shown.push(point);
        shown.push_str(fraction);
    }
    shown
}

fn duration(duration: Duration, tongue: Language) -> String {
    format!("{} {}", duration.amount, unit(duration, tongue))
}

fn unit(duration: Duration, tongue: Language) -> &'static str {
    let (one, many) = match (tongue, duration.unit) {
        (Language::English, Unit::Minutes) => ("minute", "minutes"),
        (Language::English, Unit::Hours) => ("hour", "hours"),
        (Language::English, Unit::Days) => ("day", "days"),
        (Language::English, Unit::Weeks) => ("week", "weeks"),
        (Language::English, Unit::Months) => ("month", "months"),
        (Language::English, Unit::Years) => ("year", "years"),
        (Language::English, Unit::BusinessHours) => ("business hour", "business hours"),
        (Language::English, Unit::BusinessDays) => ("business day", "business days"),
        (Language::Italian, Unit::Minutes) => ("minuto", "minuti"),
        (Language::Italian, Unit::Hours) => ("ora", "ore"),
        (Language::Italian, Unit::Days) => ("giorno", "giorni"),
        (Language::Italian, Unit::Weeks) => ("settimana", "settimane"),
        (Language::Italian, Unit::Months) => ("mese", "mesi"),
        (Language::Italian, Unit::Years) => ("anno", "anni"),
        (Language::Italian, Unit::BusinessHours) => ("ora lavorativa", "ore lavorative"),
        (Language::Italian, Unit::BusinessDays) => ("giorno lavorativo", "giorni lavorativi"),
        (Language::German, Unit::Minutes) => ("Minute", "Minuten"),
        (Language::German, Unit::Hours) => ("Stunde", "Stunden"),
        (Language::German, Unit::Days) => ("Tag", "Tage"),
        (Language::German, Unit::Weeks) => ("Woche", "Wochen"),
        (Language::German, Unit::Months) => ("Monat", "Monate"),
        (Language::German, Unit::Years) => ("Jahr", "Jahre"),
        (Language::German, Unit::BusinessHours) => ("Arbeitsstunde", "Arbeitsstunden"),
        (Language::German, Unit::BusinessDays) => ("Arbeitstag", "Arbeitstage"),
        (Language::French, Unit::Minutes) => ("minute", "minutes"),
        (Language::French, Unit::Hours) => ("heure", "heures"),
        (Language::French, Unit::Days) => ("jour", "jours"),
        (Language::French, Unit::Weeks) => ("semaine", "semaines"),
        (Language::French, Unit::Months) => ("mois", "mois"),
        (Language::French, Unit::Years) => ("an", "ans"),
        (Language::French, Unit::BusinessHours) => ("heure ouvrée", "heures ouvrées"),
        (Language::French, Unit::BusinessDays) => ("jour ouvré", "jours ouvrés"),
        (Language::Spanish, Unit::Minutes) => ("minuto", "minutos"),
        (Language::Spanish, Unit::Hours) => ("hora", "horas"),
        (Language::Spanish, Unit::Days) => ("día", "días"),
        (Language::Spanish, Unit::Weeks) => ("semana", "semanas"),
        (Language::Spanish, Unit::Months) => ("mes", "meses"),
        (Language::Spanish, Unit::Years) => ("año", "años"),
        (Language::Spanish, Unit::BusinessHours) => ("hora laborable", "horas laborables"),
        (Language::Spanish, Unit::BusinessDays) => ("día laborable", "días laborables"),
    };
    // French counts zero as one thing.
    let single = duration.amount.unsigned_abs() == 1 || (duration.amount == 0 && tongue == Language::French);
    if single { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wf_plan::Date;
    use wf_plan::calendar::Duration;

    #[test]
    fn dates_as_letters_write_them() {
        let date = |day: Date, tongue| pushed(|shown| push_date(shown, day.ymd(), tongue));
        let day = Date::from_ymd(2026, 10, 4).unwrap();
        assert_eq!(date(day, Language::English), "4 October 2026");
        assert_eq!(date(day, Language::Italian), "4 ottobre 2026");
        assert_eq!(date(day, Language::German), "4. Oktober 2026");
        assert_eq!(date(day, Language::French), "4 octobre 2026");
        assert_eq!(date(day, Language::Spanish), "4 de octubre de 2026");
        assert_eq!(date(Date::from_ymd(2026, 8, 1).unwrap(), Language::French), "1er août 2026");
    }

    #[test]
    fn amounts_as_each_language_sets_them() {
        let amount: Decimal = "-1234567.5".parse().unwrap();
        let euro = Currency(*b"EUR");
        assert_eq!(money(amount, euro, Language::English), "-1,234,567.50 EUR");
        assert_eq!(money(amount, euro, Language::German), "-1.234.567,50 EUR");
        assert_eq!(money(amount, euro, Language::French), "-1\u{a0}234\u{a0}567,50 EUR");
        assert_eq!(money("1500".parse().unwrap(), Currency(*b"JPY"), Language::Italian), "1.500 JPY");
    }

    #[test]
    fn numbers_keep_years_whole() {
        let shown = |text: &str| decimal(text.parse().unwrap(), Language::English, Grouping::FromFiveDigits);
        assert_eq!(shown("2026"), "2026");
        assert_eq!(shown("50000"), "50,000");
        assert_eq!(shown("0.5"), "0.5");
    }

    #[test]
    fn durations_with_their_plurals() {
        let of = |amount, unit, tongue| duration(Duration::new(amount, unit), tongue);
        assert_eq!(of(1, Unit::BusinessDays, Language::English), "1 business day");
        assert_eq!(of(5, Unit::BusinessDays, Language::Italian), "5 giorni lavorativi");
        assert_eq!(of(2, Unit::Weeks, Language::German), "2 Wochen");
        assert_eq!(of(0, Unit::Hours, Language::French), "0 heure");
    }
}
