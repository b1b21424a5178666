//! Calendars: from declaration to the plan's data, with the zone and the holidays of other calendars.
//!
//! What lines mean together (a closure beats a half day) is the interpreter's; here each line has to make sense by
//! itself. Invariant: a calendar in the table is one that [`wf_plan::calendar::Calendar::problem`] accepts.

use super::Checker;
use super::environment::{Env, Stage};
use super::literal;
use super::table::push;
use crate::hir::{At, CalendarDecl, DayPattern, DeclarationKind, Name};
use crate::lint::bad_literal;
use crate::place::{DeclId, Place};
use crate::resolve::nearest::nearest;
use crate::typed;
use crate::zones;
use wf_plan::calendar::{Calendar, Closure, DayRule, HalfDay, Holiday, Interval, Zone};
use wf_plan::plan::CalendarId;

impl Checker<'_> {
    /// A calendar by its name or path.
    pub(super) fn calendar(&mut self, env: Env<'_>, path: &[Name]) -> Option<CalendarId> {
        let decl = self.calendar_decl(env, path)?;
        if let Some(row) = self.tables.row(decl) {
            return Some(CalendarId(row));
        }
        let built = self.elsewhere(|checker| checker.build_calendar(decl));
        let Some(data) = built else {
            self.found.mark_broken();
            return None;
        };
        let at = Some(Place { decl, at: self.scope.declaration(decl).at });
        let row = push(&mut self.tables.calendars, typed::Calendar { data, at });
        self.tables.rows.insert(decl, row);
        Some(CalendarId(row))
    }

    fn calendar_decl(&mut self, env: Env<'_>, path: &[Name]) -> Option<DeclId> {
        let is_calendar = |kind: &DeclarationKind| matches!(kind, DeclarationKind::Calendar(_));
        let (last, module) = path.split_last()?;
        if module.is_empty() {
            return self.resolve(env, last, "calendar", is_calendar);
        }
        let found = self.scope.resolve_path(env.decl, path);
        match found {
            Some(decl) if is_calendar(&self.scope.declaration(decl).kind) => Some(decl),
            Some(decl) => {
                let problem =
                    super::blame::wrong_kind(self.scope, env.place(last.at), &last.text, "a calendar", decl);
                self.report(env, problem);
                None
            }
            None => {
                let words: Vec<&str> = path.iter().map(|name| name.text.as_str()).collect();
                let name = Name { text: words.join("."), at: last.at };
                self.unknown(env, "calendar", &name, Vec::new());
                None
            }
        }
    }

    /// The plan's data of a calendar; reports what is wrong with it.
    pub(super) fn build_calendar(&mut self, decl: DeclId) -> Option<Calendar> {
        let declaration = self.scope.declaration(decl);
        let DeclarationKind::Calendar(written) = &declaration.kind else { return None };
        let env = Env::new(decl, Stage::Constant);
        let at = Place { decl, at: declaration.name.as_ref().map_or(declaration.at, |name| name.at) };
        let name = declaration.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
        if self.open_calendars.contains(&decl) {
            let message = format!("the calendar `{name}` takes its holidays from itself");
            self.report(env, bad_literal::other(at, message));
            return None;
        }
        self.open_calendars.push(decl);
        let zone = self.calendar_zone(env, written, at, declaration.damaged);
        let week = self.week(env, written);
        let mut calendar = Calendar {
            name,
            zone: zone.clone().unwrap_or_else(Zone::utc),
            week,
            holidays: self.holidays(env, written),
            closures: self.closures(env, written),
            half_days: self.half_days(env, written),
            dated_years: None,
        };
        self.borrow_holidays(env, written, &mut calendar);
        self.open_calendars.pop();
        calendar.dated_years = dated_years(&calendar.holidays);
        zone?;
        if let Some(problem) = calendar.problem() {
            self.report(env, bad_literal::other(at, problem));
            return None;
        }
        Some(calendar)
    }

    fn calendar_zone(
        &mut self,
        env: Env<'_>,
        written: &CalendarDecl,
        at: Place,
        damaged: bool,
    ) -> Option<Zone> {
        let Some(named) = &written.zone else {
            if !damaged {
                let help = "add, for example, `time zone \"Europe/Rome\"`";
                self.missing(env, at, "the calendar does not say in which time zone it counts", help);
            }
            self.found.mark_broken();
            return None;
        };
        let found = zones::zone(&named.value);
        if found.is_none() {
            let known: Vec<String> = zones::known_zones().into_iter().map(str::to_owned).collect();
            let nearest = city(&named.value, &known)
                .or_else(|| nearest(&named.value, known.iter().map(String::as_str)).map(str::to_owned));
            let at = env.place(named.at);
            self.report(env, bad_literal::unknown(at, "time zone", &named.value, nearest.as_deref()));
        }
        found
    }

    fn week(&mut self, env: Env<'_>, written: &CalendarDecl) -> [Vec<Interval>; 7] {
        let mut week: [Vec<Interval>; 7] = Default::default();
        if written.working.is_empty() {
            // Only a calendar that takes over another's holidays may leave it out; `lint::clause_missing` says so.
            return Calendar::utc_office_hours().week;
        }
        for line in &written.working {
            let line_at = env.place(line.at);
            let (days, times) = &line.value;
            for (open, close) in times {
                let open = self.minute(env, open, line_at, false);
                let close = self.minute(env, close, line_at, true);
                let (Some(open), Some(close)) = (open, close) else { continue };
                for day in days {
                    if let Some(intervals) = week.get_mut(usize::from(*day)) {
                        intervals.push(Interval { open, close });
                    }
                }
            }
        }
        week.iter_mut().for_each(|day| day.sort_unstable());
        week
    }

    fn holidays(&mut self, env: Env<'_>, written: &CalendarDecl) -> Vec<Holiday> {
        let mut holidays = Vec::with_capacity(written.holidays.len());
        for line in &written.holidays {
            let (pattern, name) = &line.value;
            if let Some(day) = self.day(env, pattern, line.at) {
                holidays.push(Holiday { day, name: name.clone().unwrap_or_default() });
            }
        }
        holidays
    }

    fn closures(&mut self, env: Env<'_>, written: &CalendarDecl) -> Vec<Closure> {
        let mut closures = Vec::with_capacity(written.closures.len());
        for line in &written.closures {
            let (from, to, name) = &line.value;
            let at = env.place(line.at);
            let (from, to) = (self.date(env, from, at), self.date(env, to, at));
            let (Some(from), Some(to)) = (from, to) else { continue };
            if to < from {
                let message = format!("closed from {from} to {to} ends before it begins");
                self.report(env, bad_literal::other(at, message));
                continue;
            }
            closures.push(Closure { from, to, name: name.clone().unwrap_or_default() });
        }
        closures
    }

    fn half_days(&mut self, env: Env<'_>, written: &CalendarDecl) -> Vec<HalfDay> {
        let mut half_days = Vec::with_capacity(written.half_days.len());
        for line in &written.half_days {
            let (pattern, until) = &line.value;
            let day = self.day(env, pattern, line.at);
            let until = self.minute(env, until, env.place(line.at), true);
            if let (Some(day), Some(until)) = (day, until) {
                half_days.push(HalfDay { day, until });
            }
        }
        half_days
    }

    fn day(&mut self, env: Env<'_>, pattern: &DayPattern, at: At) -> Option<DayRule> {
        let at = env.place(at);
        match pattern {
            DayPattern::On(date) => Some(DayRule::On(self.date(env, date, at)?)),
            DayPattern::Every(written) => {
                // 2024 has a 29 February, which comes in leap years only.
                let Some(date) = literal::date(&format!("2024-{written}")) else {
                    let why = "is no day of any year; write month and day, such as `12-25`";
                    self.report(env, bad_literal::because(at, written, why));
                    return None;
                };
                let (_, month, day) = date.ymd();
                Some(DayRule::Every { month, day })
            }
        }
    }

    fn borrow_holidays(&mut self, env: Env<'_>, written: &CalendarDecl, into: &mut Calendar) {
        for line in &written.holidays_of {
            let Some(decl) = self.calendar_decl(env, &line.value) else { continue };
            if self.open_calendars.contains(&decl) {
                let message =
                    format!("the calendars `{}` and this one take their holidays from each other", {
                        line.value.last().map(|name| name.text.clone()).unwrap_or_default()
                    });
                self.report(env, bad_literal::other(env.place(line.at), message));
                continue;
            }
            let Some(other) = self.elsewhere(|checker| checker.build_calendar(decl)) else { continue };
            for holiday in other.holidays {
                if !into.holidays.iter().any(|known| known.day == holiday.day) {
                    into.holidays.push(holiday);
                }
            }
        }
    }
}

/// First and last year of the dated holidays.
fn dated_years(holidays: &[Holiday]) -> Option<(i16, i16)> {
    let years = holidays.iter().filter_map(|holiday| match holiday.day {
        DayRule::On(date) => i16::try_from(date.ymd().0).ok(),
        DayRule::Every { .. } => None,
    });
    years.fold(None, |span: Option<(i16, i16)>, year| match span {
        Some((first, last)) => Some((first.min(year), last.max(year))),
        None => Some((year, year)),
    })
}

/// A zone whose city is the word that was written: `Rome` means `Europe/Rome`.
fn city(written: &str, known: &[String]) -> Option<String> {
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let wanted = last(written);
    known.iter().find(|name| last(name) == wanted).cloned()
}
