//! Roles, channels, systems, calendars and types.
//!
//! Invariant: of a calendar everything is said that decides a due date; only long lists of days are counted instead.

use super::page::Page;
use super::{Shown, words};
use crate::calendar::{Calendar, QuietHours};
use crate::people::{Role, System};

/// All roles.
pub(super) fn roles(shown: &Shown<'_>, page: &mut Page) {
    page.heading("roles", shown.program.roles.len());
    for (at, role) in shown.program.roles.iter().enumerate() {
        let place = shown.sources.roles.get(at).and_then(|place| shown.sources.line(*place));
        page.item(&format!("role {} · {}", role.name, role.label), place);
        self::role(shown, page, role);
    }
}

fn role(shown: &Shown<'_>, page: &mut Page, role: &Role) {
    if role.external {
        page.entry("external", "outside the organisation");
    }
    let reach = role.reach.iter().map(|way| match way.address {
        Some(address) => format!("{} {}", shown.channel(way.channel), shown.expression(address)),
        None => shown.channel(way.channel).to_owned(),
    });
    page.entry_some("reach", words::listed(&reach.collect::<Vec<_>>()));
    page.entry_some("deputy", role.deputy.map(|deputy| shown.role(deputy)));
    page.entry_some("quiet", role.quiet.as_ref().map(quiet));
    page.entry_some("calendar", role.calendar.map(|calendar| shown.calendar(calendar).to_owned()));
    page.entry_some("speaks", role.speaks.clone());
    if role.one_person {
        page.entry("filled by", "one person");
    }
    page.entry_some("people", words::listed(&role.people));
}

fn quiet(quiet: &QuietHours) -> String {
    let spans =
        quiet.daily.iter().map(|span| format!("{} to {}", words::clock(span.from), words::clock(span.to)));
    let weekends = quiet.weekends.then(|| "weekends".to_owned());
    let holidays = quiet.holidays.then(|| "holidays".to_owned());
    spans.chain(weekends).chain(holidays).collect::<Vec<_>>().join(", ")
}

/// What may pass.
fn carries(personal: bool, secret: bool) -> Option<String> {
    let marks: Vec<&str> = [(personal, "personal"), (secret, "secret")]
        .into_iter()
        .filter(|(carries, _)| *carries)
        .map(|(_, mark)| mark)
        .collect();
    words::listed(&marks)
}

/// All channels and systems.
pub(super) fn channels_and_systems(shown: &Shown<'_>, page: &mut Page) {
    page.heading("channels and systems", shown.program.channels.len() + shown.program.systems.len());
    for channel in &shown.program.channels {
        page.item(&format!("channel {}", channel.name), None);
        page.entry("kind", &channel.kind);
        page.entry(
            "carries",
            &carries(channel.carries_personal, channel.carries_secret).unwrap_or(nothing()),
        );
    }
    shown.program.systems.iter().for_each(|system| self::system(shown, page, system));
}

fn nothing() -> String {
    "nothing personal or secret".to_owned()
}

fn system(shown: &Shown<'_>, page: &mut Page, system: &System) {
    page.item(&format!("system {}", system.name), None);
    page.entry("kind", &system.kind);
    page.entry("carries", &carries(system.carries_personal, system.carries_secret).unwrap_or(nothing()));
    page.entry_some("key", system.key.map(|field| shown.input(field)));
    page.entry_list("field", system.fields.iter().map(|field| shown.field(field)));
    let event = |event: &crate::people::EventType| {
        let fields: Vec<String> = event.fields.iter().map(|field| shown.field(field)).collect();
        let name = words::quoted(&event.name);
        words::listed(&fields).map_or(name.clone(), |fields| format!("{name} {{ {fields} }}"))
    };
    page.entry_list("event", system.events.iter().map(event));
}

/// All calendars, in summary.
pub(super) fn calendars(shown: &Shown<'_>, page: &mut Page) {
    page.heading("calendars", shown.program.calendars.len());
    for calendar in &shown.program.calendars {
        page.item(&format!("calendar {}", calendar.name), None);
        self::calendar(page, calendar);
    }
}

fn calendar(page: &mut Page, calendar: &Calendar) {
    let zone = &calendar.zone;
    let edition =
        if zone.tzdb_version.is_empty() { String::new() } else { format!(" (data {})", zone.tzdb_version) };
    page.entry("time zone", &format!("{}{edition}", zone.name));
    page.entry_list("working", week(calendar).into_iter());
    if !calendar.holidays.is_empty() {
        let years = calendar.dated_years.map(|(first, last)| format!(", dated ones for {first} to {last}"));
        page.entry("holidays", &format!("{}{}", calendar.holidays.len(), years.unwrap_or_default()));
    }
    page.entry_list(
        "closed",
        calendar
            .closures
            .iter()
            .map(|closed| format!("{} to {} {}", closed.from, closed.to, words::quoted(&closed.name))),
    );
    if !calendar.half_days.is_empty() {
        page.entry("half days", &calendar.half_days.len().to_string());
    }
}

/// Weekdays of equal times in one line: `monday to friday 09:00 to 17:00`.
fn week(calendar: &Calendar) -> Vec<String> {
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let mut lines: Vec<(&str, &str, String)> = Vec::new();
    for (name, intervals) in names.into_iter().zip(&calendar.week) {
        let times: Vec<String> = intervals.iter().map(|interval| interval.words()).collect();
        let times = times.join(", ");
        match lines.last_mut() {
            Some((_, to, same)) if *same == times => *to = name,
            _ => lines.push((name, name, times)),
        }
    }
    let worked = lines.into_iter().filter(|(_, _, times)| !times.is_empty());
    worked
        .map(
            |(from, to, times)| {
                if from == to { format!("{from} {times}") } else { format!("{from} to {to} {times}") }
            },
        )
        .collect()
}

/// Enums and records.
pub(super) fn types(shown: &Shown<'_>, page: &mut Page) {
    page.heading("types", shown.program.enums.len() + shown.program.records.len());
    for kind in &shown.program.enums {
        page.item(&format!("enum {}", kind.name), None);
        page.entry("values", &kind.values.join(", "));
    }
    for record in &shown.program.records {
        page.item(&format!("record {}", record.name), None);
        page.entry_list("field", record.fields.iter().map(|field| shown.field(field)));
    }
}
