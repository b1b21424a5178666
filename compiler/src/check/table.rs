//! The tables of a workflow under construction: each declaration it uses gets one row at its first use.
//!
//! Invariant: a row's index never changes, so what is already typed stays right while tables grow.

use crate::place::{DeclId, Place};
use crate::typed::{Calendar, Channel, Field, Placed, RecordType, Role, System};
use crate::types;
use std::collections::BTreeMap;
use wf_plan::plan::{CalendarId, ChannelId, EnumId, RecordId, RoleId, SystemId};
use wf_plan::value::{Currency, EnumType, Scalar, Type};

/// The type of a field that could not be understood; it silences all that depends on it.
pub(super) const ERROR: Type = Type { of: Scalar::Record(RecordId(u16::MAX)), list: false };

/// The tables.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) enums: Vec<Placed<EnumType>>,
    pub(super) records: Vec<RecordType>,
    pub(super) roles: Vec<Role>,
    pub(super) channels: Vec<Channel>,
    pub(super) systems: Vec<System>,
    pub(super) calendars: Vec<Calendar>,
    /// Rows by declaration, for all tables together; channels without one are found by name.
    pub(super) rows: BTreeMap<DeclId, u16>,
}

/// Adds a row and returns its index; past 65,535 rows the last index is given again, and `limits` says so.
pub(super) fn push<T>(table: &mut Vec<T>, row: T) -> u16 {
    table.push(row);
    u16::try_from(table.len() - 1).unwrap_or(u16::MAX)
}

impl Tables {
    /// The type in the user's words.
    pub(super) fn words(&self, ty: Type) -> String {
        let named = match ty.of {
            Scalar::Enum(id) => self.enums.get(id.index()).map(|row| row.value.name.as_str()),
            Scalar::Record(id) => self.records.get(id.index()).map(|row| row.name.as_str()),
            _ => None,
        };
        let word = types::scalar_words(ty.of).unwrap_or_else(|| format!("`{}`", named.unwrap_or("?")));
        if ty.list { format!("list of {word}") } else { word }
    }

    /// The enum's row.
    pub(super) fn enum_type(&self, id: EnumId) -> Option<&EnumType> {
        self.enums.get(id.index()).map(|row| &row.value)
    }

    /// The record's row.
    pub(super) fn record(&self, id: RecordId) -> Option<&RecordType> {
        self.records.get(id.index())
    }

    /// The system's row.
    pub(super) fn system(&self, id: SystemId) -> Option<&System> {
        self.systems.get(id.index())
    }

    /// The role's row.
    pub(super) fn role(&mut self, id: RoleId) -> Option<&mut Role> {
        self.roles.get_mut(id.index())
    }

    /// The fields of one event.
    pub(super) fn event(&self, (system, event): (SystemId, u16)) -> &[Field] {
        let found = self.system(system).and_then(|row| row.events.get(usize::from(event)));
        found.map_or(&[], |event| &event.fields)
    }

    /// The row of a declaration that is in a table already.
    pub(super) fn row(&self, decl: DeclId) -> Option<u16> {
        self.rows.get(&decl).copied()
    }

    /// The channel of that name.
    pub(super) fn channel_named(&self, name: &str) -> Option<ChannelId> {
        let at = self.channels.iter().position(|row| row.data.name == name)?;
        u16::try_from(at).ok().map(ChannelId)
    }

    /// The calendar that holds where none is named.
    pub(super) fn default_calendar(&mut self) -> CalendarId {
        let data = wf_plan::calendar::Calendar::utc_office_hours();
        CalendarId(push(&mut self.calendars, Calendar { data, at: None }))
    }
}

/// Currencies of `money` fields that do not write one, found from what they meet.
#[derive(Default)]
pub(super) struct Currencies {
    /// By the field's place: what earlier rounds found.
    pub(super) known: BTreeMap<Place, Currency>,
    /// What this round found.
    pub(super) learned: BTreeMap<Place, Currency>,
}
