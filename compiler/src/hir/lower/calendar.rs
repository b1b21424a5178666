//! Calendars, roles' quiet hours aside: working time, holidays, closures, half days.
//!
//! Invariant: dates and times stay words; whether they exist is for `check`.

use super::Lowering;
use super::block::{Fits, Inside};
use crate::hir::{CalendarDecl, DayPattern};
use wf_lang::ast::{self, Kind, View};

impl Lowering {
    pub(super) fn calendar(&mut self, view: ast::Calendar<'_>, name: &str) -> CalendarDecl {
        let mut calendar = CalendarDecl::default();
        let inside = Inside { kind: "calendar", name };
        for clause in self.sort_out(inside, view.statements(), calendar_fits) {
            self.calendar_clause(clause, &mut calendar);
        }
        calendar
    }

    fn calendar_clause(&mut self, clause: ast::Node<'_>, calendar: &mut CalendarDecl) {
        let span = clause.span();
        if let Some(view) = ast::TimeZone::cast(clause) {
            calendar.zone = self.needed(view.zone()).map(|zone| self.title(zone));
        } else if let Some(view) = ast::Working::cast(clause) {
            let days = weekdays(view);
            let hours = view.hours().filter_map(times).collect();
            let working = self.placed(span, (days, hours));
            calendar.working.push(working);
        } else if let Some(view) = ast::Holiday::cast(clause) {
            if let Some(day) = self.needed(day(view.date(), view.yearly())) {
                let title = view.title().and_then(ast::Text::plain);
                let holiday = self.placed(span, (day, title));
                calendar.holidays.push(holiday);
            }
        } else if let Some(view) = ast::HolidaysOf::cast(clause) {
            if let Some(path) = self.needed(view.calendar()) {
                let path = self.path(path);
                let other = self.placed(span, path);
                calendar.holidays_of.push(other);
            }
        } else if let Some(view) = ast::Closed::cast(clause) {
            self.closed(view, calendar);
        } else if let Some(view) = ast::HalfDay::cast(clause) {
            let until = view.until().map(|time| time.text().to_owned());
            if let Some(half_day) = self.needed(day(view.date(), view.yearly()).zip(until)) {
                let half_day = self.placed(span, half_day);
                calendar.half_days.push(half_day);
            }
        }
    }

    /// One date closes one day.
    fn closed(&mut self, view: ast::Closed<'_>, calendar: &mut CalendarDecl) {
        let mut dates = view.dates().map(|date| date.text().to_owned());
        let Some(first) = self.needed(dates.next()) else { return };
        let last = dates.next().unwrap_or_else(|| first.clone());
        let title = view.title().and_then(ast::Text::plain);
        let closure = self.placed(view.span(), (first, last, title));
        calendar.closures.push(closure);
    }
}

fn calendar_fits(kind: Kind) -> Fits {
    match kind {
        Kind::TimeZone => Fits::Once,
        Kind::Working | Kind::Holiday | Kind::HolidaysOf | Kind::Closed | Kind::HalfDay => Fits::Often,
        _ => Fits::Never,
    }
}

/// The weekdays of a line, Monday as 0; `friday to monday` goes over the weekend.
fn weekdays(view: ast::Working<'_>) -> Vec<u8> {
    let mut weekdays = Vec::new();
    for range in view.days() {
        let mut ends = range.days().filter_map(|day| weekday(day.text()));
        let Some(first) = ends.next() else { continue };
        let last = ends.next().unwrap_or(first);
        let length = (last + 7 - first) % 7;
        weekdays.extend((0..=length).map(|offset| (first + offset) % 7));
    }
    weekdays
}

/// The weekday's number, Monday as 0.
pub(super) fn weekday(word: &str) -> Option<u8> {
    const WEEKDAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    WEEKDAYS.iter().zip(0..).find(|(name, _)| **name == word).map(|(_, number)| number)
}

/// `A to B`.
pub(super) fn times(range: ast::TimeRange<'_>) -> Option<(String, String)> {
    let mut times = range.times().map(|time| time.text().to_owned());
    times.next().zip(times.next())
}

fn day(date: Option<ast::Token<'_>>, yearly: Option<ast::Token<'_>>) -> Option<DayPattern> {
    let on = date.map(|date| DayPattern::On(date.text().to_owned()));
    on.or_else(|| yearly.map(|day| DayPattern::Every(day.text().to_owned())))
}
