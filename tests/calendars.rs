//! The standard calendars, as workflows use them, against the table of an independent source.
//!
//! `stdlib/calendars.wf` goes through the compiler into a plan and from there into the interpreter's calendar; the
//! table is that of the Python package `holidays` (`tests/cases/stdlib/README.md`). Invariant: every day but Sundays
//! of 2024 to 2036 agrees, for every calendar, and so does the number of business days between any two of them.

use std::collections::{BTreeMap, BTreeSet};
use wf_plan::time::Date;
use wf_vm::calendar::CompiledCalendar;

const CALENDARS: [&str; 8] =
    ["italy", "germany", "france", "spain", "united_kingdom", "ireland", "united_states", "target2"];

const SUNDAY: usize = 6;

/// The holidays of each calendar in the table.
fn table() -> BTreeMap<String, BTreeSet<(i32, u8, u8)>> {
    let mut holidays: BTreeMap<String, BTreeSet<(i32, u8, u8)>> = BTreeMap::new();
    for row in include_str!("cases/stdlib/holidays.csv").lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let day: Vec<&str> = fields[1].split('-').collect();
        let date = (day[0].parse().unwrap(), day[1].parse().unwrap(), day[2].parse().unwrap());
        holidays.entry(fields[0].to_owned()).or_default().insert(date);
    }
    holidays
}

/// A workflow that counts in the calendar, built; its calendar as the interpreter has it.
fn compiled(calendar: &str) -> CompiledCalendar {
    let text = format!(
        "use std.calendars.{calendar}\n\nrole clerk \"Clerk\" {{ reach email }}\n\nworkflow counting \"Counting\" {{\n  \
         version 1\n  starts by clerk\n  calendar {calendar}\n\n  step work \"Work\" {{\n    owner clerk\n    deadline 1 \
         business day\n  }}\n\n  outcome done \"Done\" after work\n}}\n"
    );
    let built = wf_compiler::build::build(&BTreeMap::from([("main.wf".to_owned(), text)]));
    assert_eq!(built.findings.len(), 0, "{:?}", built.findings);
    let loaded = wf_plan::load::load(&built.plans[0].bytes).unwrap();
    let program = loaded.program();
    let plan = &program.calendars[program.calendar.index()];
    assert_eq!(plan.name, calendar);
    CompiledCalendar::compile(plan)
}

fn days() -> impl Iterator<Item = Date> {
    let (first, end) = (Date::from_ymd(2024, 1, 1).unwrap(), Date::from_ymd(2037, 1, 1).unwrap());
    std::iter::successors(Some(first), |date| date.plus_days(1)).take_while(move |date| *date < end)
}

#[test]
fn every_day_of_thirteen_years_agrees_with_the_table() {
    let table = table();
    let mut wrong = Vec::new();
    for name in CALENDARS {
        let (calendar, holidays) = (compiled(name), &table[name]);
        assert!(holidays.len() > 60, "{name} has only {} rows", holidays.len());
        for date in days().filter(|date| date.weekday() != SUNDAY) {
            let expected = holidays.contains(&date.ymd());
            if calendar.is_holiday(date) != expected {
                wrong.push(format!("{name} {:?}: the table says {expected}", date.ymd()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn business_days_between_are_the_weekdays_that_are_no_holidays() {
    let table = table();
    for name in CALENDARS {
        let (calendar, holidays) = (compiled(name), &table[name]);
        let works = |date: &Date| date.weekday() < 5 && !holidays.contains(&date.ymd());
        let all: Vec<Date> = days().collect();
        // Spans of all lengths, from a week to years, beginning everywhere.
        for (start, length) in (0..all.len()).step_by(61).zip((1..).step_by(37)) {
            let end = (start + length % 1500).min(all.len() - 1);
            let expected = all[start..end].iter().filter(|date| works(date)).count();
            let found = calendar.business_days_between(all[start], all[end]);
            let span = (all[start].ymd(), all[end].ymd());
            assert_eq!(found, Some(i64::try_from(expected).unwrap()), "{name} {span:?}");
        }
    }
}
