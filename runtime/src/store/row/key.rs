//! What an instance is found and sealed by: keys of systems, events that arrive under them, the key of a person.

use serde::Serialize;

/// An event of a system, as it arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InboxRow {
    /// Order of arrival; 0 until it is stored.
    pub number: i64,
    /// Which system.
    pub system: String,
    /// The record's key there.
    pub key: String,
    /// The event's name.
    pub name: String,
    /// What it carries, a JSON object.
    pub fields: String,
    /// The sender's own number.
    pub external_id: Option<String>,
    /// Instances that were given it, a JSON list.
    pub given_to: Option<String>,
    /// Event time.
    pub at_ms: i64,
}

/// Under which key an instance is known in a system.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct KeyRow {
    /// Which system.
    pub system: String,
    /// The record's key there.
    pub key: String,
    /// It is a personal value: a mark of it is stored.
    #[serde(skip)]
    pub personal: bool,
}

/// The key under which a starting instance is sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SubjectKeyUse {
    /// A new one, as the store keeps it.
    New {
        /// Its random name.
        id: String,
        /// The mark of whom it is of.
        mark: String,
        /// The key.
        kept: String,
    },
    /// One that is there; the start fails where it is gone by then.
    Known {
        /// Its random name.
        id: String,
    },
}
