//! Calendars, roles, channels and systems: the people and things around the workflows.
//!
//! Invariant: accessors of lines that may stand several times give each line, in order.

use super::{CalendarClause, Field, Path, Text, views};

views! {
    /// A `calendar`.
    Calendar {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// What people call it.
        title: one Text,
        /// `time zone "…"`
        time_zone: clause TimeZone,
        /// `working …`; each line.
        working: clauses Working,
        /// `holiday …`; each line.
        holidays: clauses Holiday,
        /// `holidays of …`; each line.
        holidays_of: clauses HolidaysOf,
        /// `closed …`; each line.
        closures: clauses Closed,
        /// `half day …`; each line.
        half_days: clauses HalfDay,
        /// Every statement in it, in order.
        statements: statements,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `time zone "Europe/Rome"`.
    TimeZone {
        /// The zone.
        zone: one Text,
    }

    /// `working monday to friday 09:00 to 13:00, 14:00 to 18:00`.
    Working {
        /// The days: single ones and ranges.
        days: many DayRange,
        /// The hours.
        hours: many TimeRange,
    }

    /// `monday to friday`, or one day.
    DayRange {
        /// The first day, and the last if there are two.
        days: tokens Weekday,
    }

    /// `09:00 to 13:00`.
    TimeRange {
        /// The first and the last.
        times: tokens Time,
    }

    /// `holiday 2026-12-25 "Natale"` or `holiday every 08-15 "Ferragosto"`.
    Holiday {
        /// The day, if it is one day.
        date: token Date,
        /// The month and day, if it is every year's.
        yearly: token YearlyDate,
        /// Its name.
        title: one Text,
    }

    /// `holidays of std.calendars.target2`.
    HolidaysOf {
        /// The other calendar.
        calendar: one Path,
    }

    /// `closed 2026-08-10 to 2026-08-21 "Summer closure"`.
    Closed {
        /// The first day and the last; one if it is one day.
        dates: tokens Date,
        /// Its name.
        title: one Text,
    }

    /// `half day every 12-24 until 13:00`.
    HalfDay {
        /// The day, if it is one day.
        date: token Date,
        /// The month and day, if it is every year's.
        yearly: token YearlyDate,
        /// When it ends.
        until: token Time,
        /// Its name.
        title: one Text,
    }

    /// A `role`.
    Role {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// What people call it.
        title: one Text,
        /// Whether it is `external`.
        is_external: has_clause External,
        /// `reach …`
        reach: clause Reach,
        /// `deputy ROLE`
        deputy: clause Deputy,
        /// `quiet …`; each line.
        quiet: clauses Quiet,
        /// `calendar NAME`
        calendar: clause CalendarClause,
        /// `speaks LANGUAGE`
        speaks: clause Speaks,
        /// Whether it is `one person`.
        is_one_person: has_clause OnePerson,
        /// `people a, b`
        people: clause People,
        /// Every statement in it, in order.
        statements: statements,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `external`.
    External {}

    /// `one person`.
    OnePerson {}

    /// `reach slack, email` or `reach email contact`.
    Reach {
        /// The channels in order of preference.
        items: many ReachItem,
    }

    /// One channel of a role.
    ReachItem {
        /// The channel.
        channel: token Name,
        /// The field of each workflow that holds the address.
        field: token_inside ReachField Name,
    }

    /// `deputy ROLE`.
    Deputy {
        /// The role.
        role: token Name,
    }

    /// `quiet 19:00 to 08:00, weekends, holidays`.
    Quiet {
        /// The hours.
        hours: many TimeRange,
        /// Whether weekends are quiet.
        weekends: has WeekendsWord,
        /// Whether holidays are quiet.
        holidays: has HolidaysWord,
    }

    /// `speaks it`.
    Speaks {
        /// The language's code.
        language: token Name,
    }

    /// `people a, b`.
    People {
        /// Their names: words or texts.
        names: tokens Name,
        /// Names given as texts.
        texts: many Text,
    }

    /// `channel slack { carries personal }`.
    Channel {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// What people call it.
        title: one Text,
        /// Whether it carries personal data.
        carries_personal: has_clause Carries,
        /// Every statement in it, in order.
        statements: statements,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `carries personal`.
    Carries {}

    /// `system crm = hubspot.deal { … }`.
    System {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// Its kind: `hubspot.deal`, `webhook`.
        kind_path: one Path,
        /// Whether it carries personal data.
        carries_personal: has_clause Carries,
        /// Its fields.
        fields: clauses SystemField,
        /// Its events.
        events: clauses SystemEvent,
        /// Every statement in it, in order.
        statements: statements,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `field stage: text`.
    SystemField {
        /// The field.
        field: one Field,
    }

    /// `event "deal.won" { name: text }`.
    SystemEvent {
        /// The event's name.
        name: one Text,
        /// Its fields.
        fields: clauses Field,
        /// What of it did not parse.
        unparsed: unparsed,
    }
}
