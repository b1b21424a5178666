//! Statements and rows, the same for every database.
//!
//! A statement is written once, with `$1`, `$2` for its values; rows come back as plain cells read by column name.
//! Nothing here knows which database answers. Invariant: a value carries its type also when it is missing, because
//! PostgreSQL asks for it.

use super::database::Database;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A value bound to a statement; texts are borrowed where they can be.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value<'a> {
    Whole(Option<i64>),
    Text(Option<Cow<'a, str>>),
    Bytes(Cow<'a, [u8]>),
    Flag(bool),
    /// A column of rows, for PostgreSQL.
    Wholes(Vec<Option<i64>>),
    Texts(Vec<Option<Cow<'a, str>>>),
    Blobs(Vec<Vec<u8>>),
}

impl<'a> Value<'a> {
    /// Puts a value after the others of a column of its type.
    pub fn push(&mut self, value: Value<'a>) {
        match (self, value) {
            (Self::Wholes(all), Self::Whole(value)) => all.push(value),
            (Self::Texts(all), Self::Text(value)) => all.push(value),
            (Self::Blobs(all), Self::Bytes(value)) => all.push(value.into_owned()),
            (column, value) => debug_assert!(false, "{value:?} does not go into {column:?}"),
        }
    }
}

/// A statement with its values.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Statement<'a> {
    pub text: &'static str,
    pub values: Vec<Value<'a>>,
}

/// Room for the values of nearly every statement.
const MOST_VALUES: usize = 24;

impl<'a> Statement<'a> {
    /// A statement whose values are `$1`, `$2`, …
    pub fn new(text: &'static str) -> Self {
        Self { text, values: Vec::with_capacity(MOST_VALUES) }
    }

    /// Gives the next value.
    pub fn with(mut self, value: impl Into<Value<'a>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The same with values of its own, for another thread.
    pub fn owned(self) -> Statement<'static> {
        let values = self.values.into_iter().map(|value| match value {
            Value::Whole(number) => Value::Whole(number),
            Value::Text(text) => Value::Text(text.map(|text| Cow::Owned(text.into_owned()))),
            Value::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
            Value::Flag(flag) => Value::Flag(flag),
            Value::Wholes(all) => Value::Wholes(all),
            Value::Texts(all) => Value::Texts(
                all.into_iter().map(|text| text.map(|text| Cow::Owned(text.into_owned()))).collect(),
            ),
            Value::Blobs(all) => Value::Blobs(all),
        });
        Statement { text: self.text, values: values.collect() }
    }

    /// Reads all rows.
    pub async fn all(self, database: &Database) -> Result<Vec<Row>, Failure> {
        database.read(self).await
    }

    /// Reads the first row, if there is one.
    pub async fn first(self, database: &Database) -> Result<Option<Row>, Failure> {
        Ok(database.read(self).await?.into_iter().next())
    }

    /// Writes, and tells how many rows it changed.
    pub async fn run(self, database: &Database) -> Result<u64, Failure> {
        database.write(self).await
    }

    /// Writes, and reads what it returns.
    pub async fn returning(self, database: &Database) -> Result<Vec<Row>, Failure> {
        database.write_returning(self).await
    }
}

/// A value in a row.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row of an answer.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Row {
    pub columns: Arc<[String]>,
    pub cells: Vec<Cell>,
}

impl Row {
    /// The value of a column.
    pub fn get<T: FromCell>(&self, column: &str) -> Result<T, Failure> {
        let at = self.columns.iter().position(|name| name == column);
        let cell = at.and_then(|at| self.cells.get(at)).and_then(T::from_cell);
        cell.ok_or_else(|| Failure::new(format!("the column `{column}` is not there or of another type")))
    }

    /// The value at a place, from 0: for many rows, where looking for names would cost.
    pub fn at<T: FromCell>(&self, at: usize) -> Result<T, Failure> {
        let cell = self.cells.get(at).and_then(T::from_cell);
        cell.ok_or_else(|| Failure::new(format!("column {} is not there or of another type", at + 1)))
    }
}

/// Types that columns are read as.
pub(super) trait FromCell: Sized {
    fn from_cell(cell: &Cell) -> Option<Self>;
}

impl FromCell for i64 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Whole(number) => Some(*number),
            _ => None,
        }
    }
}

impl FromCell for u32 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        i64::from_cell(cell).and_then(|number| number.try_into().ok())
    }
}

impl FromCell for String {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl FromCell for Vec<u8> {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            other => T::from_cell(other).map(Some),
        }
    }
}

/// What kind of no a database gave.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) enum Refusal {
    /// A code of PostgreSQL.
    Code(String),
    /// Nobody answers there.
    Unreachable,
    /// The line could not be encrypted as was asked for.
    Tls,
    /// The address cannot be read.
    Address,
    /// Any other.
    #[default]
    Other,
}

/// A failure of the database.
#[derive(Debug)]
pub(super) struct Failure {
    /// What the database said.
    pub said: String,
    /// A row of this key is there already, or an append-only row would have been replaced.
    pub duplicate: bool,
    /// There was no room to write.
    pub no_room: bool,
    /// What kind of no it was.
    pub refusal: Refusal,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Failure {
    /// A failure in words.
    pub fn new(said: impl Into<String>) -> Self {
        Self { said: said.into(), duplicate: false, no_room: false, refusal: Refusal::Other, cause: None }
    }

    /// A failure with what lies below it.
    pub fn of(said: String, duplicate: bool, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { said, duplicate, no_room: false, refusal: Refusal::Other, cause: Some(Box::new(cause)) }
    }

    /// The same, when there was no room to write.
    pub fn without_room(self, no_room: bool) -> Self {
        Self { no_room, ..self }
    }

    /// The same, with the kind of no it was.
    pub fn refused_as(self, refusal: Refusal) -> Self {
        Self { refusal, ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.said)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // What the cause says is in `said` already; what lies below it is not, unless it is the same again.
        let below = self.cause.as_deref().and_then(std::error::Error::source)?;
        let told = below.to_string();
        (!told.starts_with(&self.said) && !self.said.contains(&told)).then_some(below)
    }
}

macro_rules! values {
    ($($from:ty => |$value:ident| $into:expr),* $(,)?) => {
        $(impl<'a> From<$from> for Value<'a> { fn from($value: $from) -> Self { $into } })*
    };
}

values! {
    i64 => |value| Self::Whole(Some(value)),
    u32 => |value| Self::Whole(Some(i64::from(value))),
    Option<i64> => |value| Self::Whole(value),
    Option<u32> => |value| Self::Whole(value.map(i64::from)),
    bool => |value| Self::Flag(value),
    &'a str => |value| Self::Text(Some(Cow::Borrowed(value))),
    String => |value| Self::Text(Some(Cow::Owned(value))),
    &'a String => |value| Self::Text(Some(Cow::Borrowed(value))),
    Option<&'a str> => |value| Self::Text(value.map(Cow::Borrowed)),
    &'a Option<String> => |value| Self::Text(value.as_deref().map(Cow::Borrowed)),
    Option<String> => |value| Self::Text(value.map(Cow::Owned)),
    Option<&'a String> => |value| Self::Text(value.map(|value| Cow::Borrowed(value.as_str()))),
    &'a Vec<u8> => |value| Self::Bytes(Cow::Borrowed(value)),
    Vec<u8> => |value| Self::Bytes(Cow::Owned(value)),
    &i64 => |value| Self::Whole(Some(*value)),
}
