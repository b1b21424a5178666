//! Types, fields and values.
//!
//! A type's shape is flat on purpose (a list holds no list), so that nothing read from outside can nest deeply.
//! Invariant: a value stored in an instance fits the type of its field, or is [`Value::Missing`].

use crate::calendar::Duration;
use crate::plan::{EnumId, RecordId, SystemId};
use crate::time::{Date, Moment};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Elements a list may hold: `for each` makes one copy per element, and every copy reaches a person.
pub const LIST_LIMIT: usize = 1_000;

/// A type, and whether it is a list of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Type {
    /// The scalar, enum or record.
    pub of: Scalar,
    /// `list of …`.
    pub list: bool,
}

/// A type that is no list.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Scalar {
    /// `text`.
    Text,
    /// `number`: an exact decimal.
    Number,
    /// `bool`.
    Bool,
    /// `date`.
    Date,
    /// `moment`.
    Moment,
    /// `duration`.
    Duration,
    /// `money EUR`.
    Money(Currency),
    /// `email`.
    Email,
    /// `phone`.
    Phone,
    /// `url`.
    Url,
    /// `file`: a reference to a file the runtime keeps.
    File,
    /// `person`: who, as the runtime's configuration names them.
    Person,
    /// An enum.
    Enum(EnumId),
    /// A record.
    Record(RecordId),
}

/// An ISO 4217 code in upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Currency(pub [u8; 3]);

impl Currency {
    /// Digits of its minor unit after ISO 4217, list one: two, but for these.
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    /// `EUR`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{}", char::from(*byte)))
    }
}

/// A field of the inputs, a form, an event, a record or a system.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Name in the source.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// `T?`: may be missing.
    pub optional: bool,
    /// `personal`.
    pub personal: bool,
    /// `secret`.
    pub secret: bool,
    /// `key of SYSTEM`.
    pub key_of: Option<SystemId>,
    /// `from SYSTEM.field`: read at the start and recorded; position in that system's fields.
    pub from: Option<(SystemId, u16)>,
}

/// `enum NAME { A, B }`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EnumType {
    /// Name in the source.
    pub name: String,
    /// Values in file order.
    pub values: Vec<String>,
}

/// `record NAME { … }`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RecordType {
    /// Name in the source.
    pub name: String,
    /// Fields in file order; a record holds no record that stands after it.
    pub fields: Vec<Field>,
}

/// A constant of the pool: scalars only.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Constant {
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Number(Decimal),
    /// An amount of money.
    Money(Decimal, Currency),
    /// A text without expressions, or a part of one.
    Text(String),
    /// A date.
    Date(Date),
    /// A moment.
    Moment(Moment),
    /// A duration.
    Duration(Duration),
    /// A value of an enum, by position.
    Enum(EnumId, u16),
}

/// A value of a running instance.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Value {
    /// Nothing is there.
    #[default]
    Missing,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Decimal),
    /// An amount of money.
    Money(Decimal, Currency),
    /// Text, email, phone, url, file or person.
    Text(String),
    /// A date.
    Date(Date),
    /// A moment.
    Moment(Moment),
    /// A duration.
    Duration(Duration),
    /// A value of an enum, by position.
    Enum(EnumId, u16),
    /// A record's fields in order.
    Record(Vec<Value>),
    /// A list's elements.
    List(Vec<Value>),
}
