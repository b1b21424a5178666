//! The calendars against independent sources: tables written by `tests/oracle/calendars.py` from numpy,
//! dateutil, zoneinfo, the `holidays` package, and a list of every five worked minutes.
//!
//! Every row is asked three times: with the usual table of days, without any, and with one that covers
//! only a part, so that tables and walking must agree with the source and with each other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use wf_plan::calendar::{
    Calendar, Closure, DayRule, Duration, HalfDay, Holiday, Interval, QuietHours, QuietSpan, Transition,
    Unit, Zone,
};
use wf_plan::time::{Date, Moment};
use wf_vm::calendar::CompiledCalendar;

/// The rows of a table, each as its fields; nothing in them is quoted.
fn rows(table: &str) -> Vec<Vec<String>> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/cases/calendar/{table}.csv"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn date(text: &str) -> Date {
    let parts: Vec<i32> = text.split('-').map(|part| part.parse().unwrap()).collect();
    Date::from_ymd(parts[0], u8::try_from(parts[1]).unwrap(), u8::try_from(parts[2]).unwrap()).unwrap()
}

/// `2026-03-27 16:30+01:00`
fn moment(text: &str) -> Moment {
    let (day, clock) = text.split_once(' ').unwrap();
    let (clock, offset) = clock.split_at(5);
    let minutes = |clock: &str| {
        let (hours, minutes) = clock.split_once(':').unwrap();
        hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap()
    };
    let (sign, ahead) = offset.split_at(1);
    let ahead = if sign == "-" { -minutes(ahead) } else { minutes(ahead) };
    Moment((i64::from(date(day).0) * 1440 + minutes(clock) - ahead) * 60_000)
}

fn duration(amount: &str, unit: &str) -> Duration {
    let unit = match unit {
        "minutes" => Unit::Minutes,
        "hours" => Unit::Hours,
        "days" => Unit::Days,
        "weeks" => Unit::Weeks,
        "months" => Unit::Months,
        "years" => Unit::Years,
        "business hours" => Unit::BusinessHours,
        "business days" => Unit::BusinessDays,
        other => panic!("no unit `{other}`"),
    };
    Duration::new(amount.parse().unwrap(), unit)
}

fn zone(name: &str) -> Zone {
    let mut zone = Zone { name: name.to_owned(), ..Zone::utc() };
    for row in rows("zones").iter().filter(|row| row[0] == name) {
        let offset_seconds = row[2].parse().unwrap();
        match row[1].parse() {
            Ok(at) => zone.transitions.push(Transition { at, offset_seconds }),
            Err(_) => zone.initial_offset_seconds = offset_seconds,
        }
    }
    zone
}

fn day_rule(text: &str) -> DayRule {
    match text.split_once('-') {
        Some((month, day)) if text.len() == 5 => {
            DayRule::Every { month: month.parse().unwrap(), day: day.parse().unwrap() }
        }
        _ => DayRule::On(date(text)),
    }
}

fn calendars() -> BTreeMap<String, Calendar> {
    let mut calendars: BTreeMap<String, Calendar> = BTreeMap::new();
    for row in rows("calendars") {
        let [name, what, first, second] = [0, 1, 2, 3].map(|column| row[column].clone());
        let plan = calendars
            .entry(name)
            .or_insert_with(|| Calendar { week: Default::default(), ..Calendar::utc_office_hours() });
        let minute = |text: &str| text.parse::<u16>().unwrap();
        match what.as_str() {
            "zone" => plan.zone = zone(&first),
            "holiday" => plan.holidays.push(Holiday { day: day_rule(&first), name: String::new() }),
            "closed" => {
                plan.closures.push(Closure { from: date(&first), to: date(&second), name: String::new() });
            }
            "half" => plan.half_days.push(HalfDay { day: day_rule(&first), until: minute(&second) }),
            week => {
                let weekday: usize = week.strip_prefix("week ").unwrap().parse().unwrap();
                plan.week[weekday].push(Interval { open: minute(&first), close: minute(&second) });
            }
        }
    }
    for (name, plan) in &calendars {
        assert_eq!(plan.problem(), None, "{name}");
    }
    calendars
}

/// Asks every row of a table with every way of looking days up; a row says what was found and expected.
fn hold<Found: PartialEq + std::fmt::Debug>(
    table: &str,
    ask: impl Fn(&CompiledCalendar, &[String]) -> (Found, Found),
) {
    let plans = calendars();
    let rows = rows(table);
    assert!(rows.len() > 600, "{table} has only {} rows", rows.len());
    let mut wrong = Vec::new();
    for (first_year, last_year) in [(2020, 2045), (1, 0), (2026, 2027)] {
        let compiled: BTreeMap<&str, CompiledCalendar> = plans
            .iter()
            .map(|(name, plan)| {
                (name.as_str(), CompiledCalendar::compile_for_years(plan, first_year, last_year))
            })
            .collect();
        for row in &rows {
            let (found, expected) = ask(&compiled[row[0].as_str()], row);
            if found != expected {
                wrong.push(format!(
                    "table {first_year}-{last_year}: {} gave {found:?} for {expected:?}",
                    row.join(",")
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows of {table} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

/// A moment as the calendar's own clocks show it, so that a difference can be read.
fn shown(calendar: &CompiledCalendar, moment: Option<Moment>) -> String {
    let Some(local) = moment.and_then(|moment| calendar.local(moment)) else {
        return "nothing".to_owned();
    };
    let (sign, ahead) = (if local.offset_seconds < 0 { '-' } else { '+' }, local.offset_seconds.abs() / 60);
    let minute = local.minute_of_day;
    format!("{} {:02}:{:02}{sign}{:02}:{:02}", local.date, minute / 60, minute % 60, ahead / 60, ahead % 60)
}

#[test]
fn additions() {
    hold("additions", |calendar, row| {
        let found = calendar.add(moment(&row[1]), &duration(&row[2], &row[3]));
        (shown(calendar, found), row[4].clone())
    });
}

#[test]
fn subtractions() {
    hold("subtractions", |calendar, row| {
        let found = calendar.subtract(moment(&row[1]), &duration(&row[2], &row[3]));
        (shown(calendar, found), row[4].clone())
    });
}

#[test]
fn ends_of_the_last_day() {
    hold("ends", |calendar, row| {
        let found = calendar.end_of(&duration(&row[2], &row[3]), moment(&row[1]));
        (shown(calendar, found), row[4].clone())
    });
}

#[test]
fn working_time_and_days_between() {
    hold("between", |calendar, row| {
        let (from, to) = (moment(&row[1]), moment(&row[2]));
        let days = [from, to].map(|moment| calendar.local(moment).unwrap().date);
        let found = (
            calendar.working_minutes_between(from, to).unwrap(),
            calendar.working_minutes_between(to, from).unwrap(),
            calendar.business_days_between(days[0], days[1]).unwrap(),
        );
        let minutes: i64 = row[3].parse().unwrap();
        (found, (minutes, -minutes, row[4].parse().unwrap()))
    });
}

#[test]
fn openings_closings_and_moves() {
    hold("moments", |calendar, row| {
        let at = moment(&row[1]);
        let found =
            [calendar.next_opening(at), calendar.previous_closing(at), calendar.move_to_next_working_day(at)]
                .map(|moment| shown(calendar, moment));
        let expected = [3, 4, 5].map(|column: usize| row[column].clone());
        ((calendar.is_working(at), found), (row[2] == "yes", expected))
    });
}

#[test]
fn quiet_hours() {
    let span = |from, to| QuietSpan { from, to };
    let rules = BTreeMap::from([
        ("evening", QuietHours { daily: vec![span(1140, 480)], weekends: true, holidays: true }),
        (
            "lunch",
            QuietHours { daily: vec![span(780, 840), span(1350, 420)], weekends: false, holidays: false },
        ),
        ("free_days", QuietHours { daily: Vec::new(), weekends: true, holidays: true }),
    ]);
    hold("quiet", |calendar, row| {
        let found = calendar.next_allowed(moment(&row[2]), &rules[row[1].as_str()]);
        (shown(calendar, found), row[3].clone())
    });
}
