//! Values as people and other systems write them, read by the type the plan declares.
//!
//! From text (`--input seats=40`), from JSON (`--input-file`, webhooks), and back to both. Invariant: what is read
//! fits its type or is refused with what would have fitted; a wrong value never reaches the interpreter.

use crate::config::nearest;
use crate::moment::{self, LocalTime};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::str::FromStr;
use wf_plan::Value;
use wf_plan::calendar::{Duration, Unit};
use wf_plan::plan::Program;
use wf_plan::value::{Currency, Field, LIST_LIMIT, Scalar, Type};

/// Reads values of a program.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    program: &'a Program,
    local: &'a LocalTime,
}

/// What would have fitted.
pub type Misfit = String;

impl<'a> Reader<'a> {
    /// Reads by the types of a program, times in its own calendar's zone.
    #[must_use]
    pub fn new(program: &'a Program, local: &'a LocalTime) -> Self {
        Self { program, local }
    }

    /// Values for declared fields, in their order, from named texts. Every wrong or missing one is told at once.
    ///
    /// # Errors
    /// One line per misfit.
    pub fn fields_from_text(
        &self,
        fields: &[Field],
        given: &[(String, String)],
    ) -> Result<Vec<Value>, Vec<Misfit>> {
        self.fields(fields, given, |kind, text| self.text(kind, text))
    }

    /// As [`Self::fields_from_text`], from a JSON object.
    ///
    /// # Errors
    /// One line per misfit.
    pub fn fields_from_json(
        &self,
        fields: &[Field],
        given: &[(String, Json)],
    ) -> Result<Vec<Value>, Vec<Misfit>> {
        self.fields(fields, given, |kind, json| self.json(kind, json))
    }

    fn fields<T>(
        &self,
        fields: &[Field],
        given: &[(String, T)],
        read: impl Fn(Type, &T) -> Result<Value, Misfit>,
    ) -> Result<Vec<Value>, Vec<Misfit>> {
        let mut misfits = Vec::new();
        for (name, _) in given {
            if !fields.iter().any(|field| field.name == *name) {
                let near = nearest(name, fields.iter().map(|field| field.name.as_str()));
                let hint = near.map_or_else(|| listed(fields), |near| format!("; did you mean `{near}`?"));
                misfits.push(format!("there is no field `{name}`{hint}"));
            }
        }
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            let value = match given.iter().find(|(name, _)| *name == field.name) {
                Some((_, text)) => {
                    read(field.kind, text).map_err(|misfit| format!("`{}`: {misfit}", field.name))
                }
                None => Ok(Value::Missing),
            };
            let may_be_missing = field.optional || field.from.is_some();
            match value {
                Ok(Value::Missing) if !may_be_missing => {
                    misfits.push(format!("`{}` is missing: {}", field.name, self.in_words(field.kind)));
                }
                Ok(value) => values.push(value),
                Err(misfit) => misfits.push(misfit),
            }
        }
        if misfits.is_empty() { Ok(values) } else { Err(misfits) }
    }

    /// A value from text.
    ///
    /// # Errors
    /// What would have fitted.
    pub fn text(&self, kind: Type, text: &str) -> Result<Value, Misfit> {
        let trimmed = text.trim();
        if kind.list {
            return self.list(kind, trimmed);
        }
        let misfit = || format!("`{trimmed}` is not {}", self.in_words(kind));
        let value = match kind.of {
            Scalar::Text => Some(Value::Text(text.to_owned())),
            Scalar::Number => number(trimmed).map(Value::Number),
            Scalar::Bool => truth(trimmed).map(Value::Bool),
            Scalar::Date => moment::parse_date(trimmed).map(Value::Date),
            Scalar::Moment => self.local.parse(trimmed).map(Value::Moment),
            Scalar::Duration => duration(trimmed).map(Value::Duration),
            Scalar::Money(currency) => money(trimmed, currency),
            Scalar::Email => looks_like_email(trimmed).then(|| Value::Text(trimmed.to_owned())),
            Scalar::Phone | Scalar::Url | Scalar::File | Scalar::Person => {
                (!trimmed.is_empty()).then(|| Value::Text(trimmed.to_owned()))
            }
            Scalar::Enum(id) => {
                let values =
                    self.program.enums.get(id.index()).map(|of| of.values.as_slice()).unwrap_or_default();
                let at = values.iter().position(|value| value == trimmed);
                let at = at.or_else(|| values.iter().position(|value| value.eq_ignore_ascii_case(trimmed)));
                at.and_then(|at| u16::try_from(at).ok()).map(|at| Value::Enum(id, at))
            }
            Scalar::Record(_) => return self.json_text(kind, trimmed).unwrap_or_else(|| Err(misfit())),
        };
        value.ok_or_else(misfit)
    }

    /// A value from JSON: texts are read as [`Self::text`] reads them, so `"2026-03-04"` is a date where one is wanted.
    ///
    /// # Errors
    /// What would have fitted.
    pub fn json(&self, kind: Type, json: &Json) -> Result<Value, Misfit> {
        match json {
            Json::Null => Ok(Value::Missing),
            Json::Array(elements) if kind.list => {
                if elements.len() > LIST_LIMIT {
                    return Err(format!("the list has more than {LIST_LIMIT} elements"));
                }
                let of = Type { of: kind.of, list: false };
                elements
                    .iter()
                    .map(|element| self.json(of, element))
                    .collect::<Result<_, _>>()
                    .map(Value::List)
            }
            Json::Object(object) => match kind.of {
                Scalar::Record(id) if !kind.list => {
                    let fields = self.program.records.get(id.index()).map(|record| record.fields.as_slice());
                    let given: Vec<(String, Json)> =
                        object.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
                    let values = self.fields_from_json(fields.unwrap_or_default(), &given);
                    values.map(Value::Record).map_err(|misfits| misfits.join("; "))
                }
                _ => Err(format!("an object is not {}", self.in_words(kind))),
            },
            Json::String(text) => self.text(kind, text),
            Json::Number(_) | Json::Bool(_) => self.text(kind, &json.to_string()),
            Json::Array(_) => Err(format!("a list is not {}", self.in_words(kind))),
        }
    }

    fn list(&self, kind: Type, text: &str) -> Result<Value, Misfit> {
        if let Some(read) = self.json_text(kind, text) {
            return read;
        }
        let of = Type { of: kind.of, list: false };
        let elements = text.split(',').filter(|element| !element.trim().is_empty());
        let elements: Vec<Value> =
            elements.map(|element| self.text(of, element.trim())).collect::<Result<_, _>>()?;
        if elements.len() > LIST_LIMIT {
            Err(format!("the list has more than {LIST_LIMIT} elements"))
        } else {
            Ok(Value::List(elements))
        }
    }

    fn json_text(&self, kind: Type, text: &str) -> Option<Result<Value, Misfit>> {
        let json: Json = text.starts_with(['[', '{']).then(|| serde_json::from_str(text).ok()).flatten()?;
        Some(self.json(kind, &json))
    }

    /// A type, as a person would ask for it, with an example.
    #[must_use]
    pub fn in_words(&self, kind: Type) -> String {
        let one = match kind.of {
            Scalar::Text => "a text".to_owned(),
            Scalar::Number => "a number, such as 40 or 0.5".to_owned(),
            Scalar::Bool => "`yes` or `no`".to_owned(),
            Scalar::Date => "a date, such as 2026-03-04".to_owned(),
            Scalar::Moment => "a date and time, such as 2026-03-04 09:00".to_owned(),
            Scalar::Duration => "a duration, such as 5 business days".to_owned(),
            Scalar::Money(Currency(code)) => {
                format!("an amount of money, such as 1200 {}", String::from_utf8_lossy(&code))
            }
            Scalar::Email => "an email address".to_owned(),
            Scalar::Phone => "a phone number".to_owned(),
            Scalar::Url => "a web address".to_owned(),
            Scalar::File => "a file's name".to_owned(),
            Scalar::Person => "a person".to_owned(),
            Scalar::Enum(id) => {
                let values =
                    self.program.enums.get(id.index()).map(|of| of.values.as_slice()).unwrap_or_default();
                format!("one of {}", values.join(", "))
            }
            Scalar::Record(id) => {
                let name = self.program.records.get(id.index()).map_or("", |record| record.name.as_str());
                format!("a `{name}` as a JSON object")
            }
        };
        if kind.list { format!("a list, each {one}") } else { one }
    }

    /// A value as JSON, with the names of its type.
    #[must_use]
    pub fn to_json(&self, value: &Value) -> Json {
        match value {
            Value::Missing => Json::Null,
            Value::Bool(truth) => Json::Bool(*truth),
            Value::Record(values) | Value::List(values) => {
                values.iter().map(|value| self.to_json(value)).collect()
            }
            other => Json::String(self.shown(other)),
        }
    }

    /// A value in words.
    #[must_use]
    pub fn shown(&self, value: &Value) -> String {
        match value {
            Value::Missing => "(missing)".to_owned(),
            Value::Bool(truth) => if *truth { "yes" } else { "no" }.to_owned(),
            Value::Number(number) => number.normalize().to_string(),
            Value::Money(amount, Currency(code)) => format!("{amount} {}", String::from_utf8_lossy(code)),
            Value::Text(text) => text.clone(),
            Value::Date(date) => date.to_string(),
            Value::Moment(moment) => self.local.full(*moment),
            Value::Duration(duration) => duration_in_words(duration),
            Value::Enum(id, at) => {
                let name = self.program.enums.get(id.index()).and_then(|of| of.values.get(usize::from(*at)));
                name.cloned().unwrap_or_default()
            }
            Value::Record(values) | Value::List(values) => {
                values.iter().map(|value| self.shown(value)).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

fn listed(fields: &[Field]) -> String {
    if fields.is_empty() {
        return "; there are none".to_owned();
    }
    let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
    format!("; there are {}", names.join(", "))
}

fn number(text: &str) -> Option<Decimal> {
    Decimal::from_str(&text.replace('_', "")).ok()
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    }
}

fn money(text: &str, currency: Currency) -> Option<Value> {
    let (amount, code) = text.rsplit_once(' ').unwrap_or((text, ""));
    let same = code.is_empty() || code.as_bytes() == currency.0;
    if same { number(amount.trim()).map(|amount| Value::Money(amount, currency)) } else { None }
}

fn looks_like_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace)
    })
}

const UNITS: [(&str, Unit); 8] = [
    ("minute", Unit::Minutes),
    ("business hour", Unit::BusinessHours),
    ("hour", Unit::Hours),
    ("business day", Unit::BusinessDays),
    ("day", Unit::Days),
    ("week", Unit::Weeks),
    ("month", Unit::Months),
    ("year", Unit::Years),
];

/// Reads `5 business days`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let (amount, unit) = text.trim().split_once(' ')?;
    let unit = unit.trim().trim_end_matches('s');
    let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
    Some(Duration::new(amount.parse().ok()?, *unit))
}

/// `5 business days`.
#[must_use]
pub fn duration_in_words(duration: &Duration) -> String {
    let name = UNITS.iter().find(|(_, unit)| *unit == duration.unit).map_or("", |(name, _)| *name);
    format!("{} {name}{}", duration.amount, if duration.amount == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wf_plan::plan::EnumId;
    use wf_plan::value::EnumType;

    /// The sample plan: it has an enum, a record, money and lists.
    fn program() -> Program {
        let sample = include_bytes!("../../compiler/plan/samples/v1/built.wfp");
        let mut program = wf_plan::load(sample).unwrap().program().clone();
        program.enums =
            vec![EnumType { name: "Region".to_owned(), values: vec!["EU".to_owned(), "UK".to_owned()] }];
        program
    }

    const EUR: Scalar = Scalar::Money(Currency(*b"EUR"));

    #[test]
    fn texts_are_read_by_their_type() {
        let (program, local) = (program(), LocalTime::of(None));
        let reader = Reader::new(&program, &local);
        for (of, text, value) in [
            (Scalar::Text, " as it is ", Value::Text(" as it is ".to_owned())),
            (Scalar::Number, "50_000", Value::Number(50_000.into())),
            (Scalar::Bool, "Yes", Value::Bool(true)),
            (Scalar::Date, "2026-03-04", Value::Date(moment::parse_date("2026-03-04").unwrap())),
            (EUR, "12.50 EUR", Value::Money(Decimal::new(1250, 2), Currency(*b"EUR"))),
            (EUR, "12.50", Value::Money(Decimal::new(1250, 2), Currency(*b"EUR"))),
            (Scalar::Enum(EnumId(0)), "uk", Value::Enum(EnumId(0), 1)),
            (Scalar::Duration, "5 business days", Value::Duration(Duration::new(5, Unit::BusinessDays))),
        ] {
            assert_eq!(reader.text(Type { of, list: false }, text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_says_what_would() {
        let (program, local) = (program(), LocalTime::of(None));
        let reader = Reader::new(&program, &local);
        for (of, text, wanted) in [
            (Scalar::Number, "many", "`many` is not a number, such as 40 or 0.5"),
            (Scalar::Bool, "perhaps", "`perhaps` is not `yes` or `no`"),
            (EUR, "12 USD", "`12 USD` is not an amount of money, such as 1200 EUR"),
            (Scalar::Email, "nobody", "`nobody` is not an email address"),
            (Scalar::Enum(EnumId(0)), "FR", "`FR` is not one of EU, UK"),
            (Scalar::Date, "2026-02-30", "`2026-02-30` is not a date, such as 2026-03-04"),
        ] {
            assert_eq!(reader.text(Type { of, list: false }, text), Err(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn lists_come_with_commas_or_as_json() {
        let (program, local) = (program(), LocalTime::of(None));
        let reader = Reader::new(&program, &local);
        let list = Type { of: Scalar::Number, list: true };
        let two = Value::List(vec![Value::Number(1.into()), Value::Number(2.into())]);
        assert_eq!(reader.text(list, "1, 2"), Ok(two.clone()));
        assert_eq!(reader.text(list, "[1, \"2\"]"), Ok(two));
        assert_eq!(reader.text(list, ""), Ok(Value::List(Vec::new())));
        assert!(reader.text(list, &vec!["1"; LIST_LIMIT].join(",")).is_ok());
        assert!(reader.text(list, &vec!["1"; LIST_LIMIT + 1].join(",")).is_err());
    }

    #[test]
    fn durations_read_back() {
        for text in
            ["1 minute", "2 hours", "5 business days", "1 business hour", "6 weeks", "3 months", "1 year"]
        {
            assert_eq!(duration(text).map(|read| duration_in_words(&read)).as_deref(), Some(text));
        }
        for text in ["", "5", "five days", "5 fortnights", "5business days"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
