//! People and systems as written: roles, channels' marks, systems and their events.
//!
//! Made by lowering, read by `check`. Invariant: names of channels, roles and calendars are still words.

use super::{At, FieldDecl, Name, Placed};

/// `carries personal, secret`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Carries {
    /// Personal data.
    pub personal: bool,
    /// Secrets.
    pub secret: bool,
}

/// `role NAME "…" { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct RoleDecl {
    /// `external`.
    pub external: bool,
    /// `reach CHANNEL [field], …`.
    pub reach: Vec<(Name, Option<Name>)>,
    /// `deputy ROLE`.
    pub deputy: Option<Name>,
    /// `quiet 19:00 to 08:00, weekends, holidays`.
    pub quiet: Option<Placed<Quiet>>,
    /// `calendar NAME`.
    pub calendar: Option<Vec<Name>>,
    /// `speaks it`.
    pub speaks: Option<Name>,
    /// `one person`.
    pub one_person: Option<At>,
    /// `people a, b`.
    pub people: Vec<Name>,
}

/// Quiet hours as written.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Quiet {
    /// `A to B`, each `HH:MM`.
    pub spans: Vec<(String, String)>,
    /// `weekends`.
    pub weekends: bool,
    /// `holidays`.
    pub holidays: bool,
}

/// `system NAME = KIND { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct SystemDecl {
    /// `hubspot.deal`, joined with dots.
    pub kind: Option<Name>,
    /// `carries …`.
    pub carries: Carries,
    /// `field NAME: TYPE`.
    pub fields: Vec<FieldDecl>,
    /// `event "NAME" { fields }`.
    pub events: Vec<EventDecl>,
}

/// An event a system sends.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EventDecl {
    /// Its name (a text).
    pub name: Name,
    /// What it carries.
    pub fields: Vec<FieldDecl>,
}
