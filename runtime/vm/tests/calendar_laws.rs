//! Laws that hold for every calendar, zone, moment and duration, tried on random ones.
//!
//! The tables of `calendar_oracle.rs` say what is right; these say what can never be wrong: order is kept,
//! going on and back undo each other, results are working time, tables change nothing, nothing panics.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use proptest::collection::vec;
use proptest::prelude::*;
use wf_plan::calendar::{
    Calendar, Closure, DayRule, Daylight, Duration, HalfDay, Holiday, Interval, QuietHours, QuietSpan,
    TailRule, Transition, Unit, YearlyChange, YearlyDay, Zone,
};
use wf_plan::time::{Date, Moment};
use wf_vm::calendar::CompiledCalendar;

/// 2024-01-01 and 2030-01-01 in days and in milliseconds.
const DAYS: std::ops::Range<i32> = 19_723..21_915;
const MOMENTS: std::ops::Range<i64> = 1_704_067_200_000..1_893_456_000_000;

fn zones() -> impl Strategy<Value = Zone> {
    let sunday = |month, week, hour: i32| YearlyChange {
        day: YearlyDay::Weekday { month, week, weekday: 6 },
        seconds: hour * 3_600,
    };
    let rule = move |standard: i32, start, end| {
        let daylight = Some(Daylight { offset_seconds: standard + 3_600, start, end });
        Zone { tail: Some(TailRule { standard_seconds: standard, daylight }), ..Zone::utc() }
    };
    let kolkata = Zone { initial_offset_seconds: 19_800, ..Zone::utc() };
    // Clocks go back over midnight, as some zones have done; and a zone that leaves out a whole day.
    let over_midnight = rule(-12_600, sunday(3, 2, 0), sunday(11, 1, 0));
    let lost_day = Zone {
        initial_offset_seconds: -36_000,
        transitions: vec![Transition { at: 1_780_000_000, offset_seconds: 50_400 }],
        ..Zone::utc()
    };
    prop_oneof![
        Just(Zone::utc()),
        Just(rule(3_600, sunday(3, 5, 2), sunday(10, 5, 3))),
        Just(rule(-18_000, sunday(3, 2, 2), sunday(11, 1, 2))),
        Just(kolkata),
        Just(over_midnight),
        Just(lost_day),
    ]
}

fn working_times() -> impl Strategy<Value = Vec<Interval>> {
    vec(0_u16..=96, 0..6).prop_map(|mut quarters| {
        quarters.sort_unstable();
        quarters.dedup();
        quarters.chunks_exact(2).map(|pair| Interval { open: pair[0] * 15, close: pair[1] * 15 }).collect()
    })
}

fn day_rules() -> impl Strategy<Value = DayRule> {
    prop_oneof![
        DAYS.prop_map(|day| DayRule::On(Date(day))),
        (1_u8..=12, 1_u8..=28).prop_map(|(month, day)| DayRule::Every { month, day }),
    ]
}

fn calendars() -> impl Strategy<Value = Calendar> {
    let week = vec(working_times(), 7).prop_map(|days| <[Vec<Interval>; 7]>::try_from(days).unwrap());
    let holidays = vec(day_rules().prop_map(|day| Holiday { day, name: String::new() }), 0..30);
    let closure = (DAYS, 0_i32..60).prop_map(|(from, days)| Closure {
        from: Date(from),
        to: Date(from + days),
        name: String::new(),
    });
    let half = (day_rules(), 1_u16..=96).prop_map(|(day, quarter)| HalfDay { day, until: quarter * 15 });
    (zones(), week, holidays, vec(closure, 0..4), vec(half, 0..8)).prop_map(
        |(zone, week, holidays, closures, half_days)| {
            let plan = Calendar { zone, week, holidays, closures, half_days, ..Calendar::utc_office_hours() };
            assert_eq!(plan.problem(), None);
            plan
        },
    )
}

fn moments() -> impl Strategy<Value = Moment> {
    // Many on the quarter, where openings and closings are.
    prop_oneof![MOMENTS.prop_map(|ms| Moment(ms - ms.rem_euclid(900_000))), MOMENTS.prop_map(Moment),]
}

fn business() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0_i64..400).prop_map(|amount| Duration::new(amount, Unit::BusinessHours)),
        (0_i64..300).prop_map(|amount| Duration::new(amount, Unit::BusinessDays)),
    ]
}

fn units() -> impl Strategy<Value = Unit> {
    use Unit::{BusinessDays, BusinessHours, Days, Hours, Minutes, Months, Weeks, Years};
    prop::sample::select(vec![Minutes, Hours, Days, Weeks, Months, Years, BusinessHours, BusinessDays])
}

/// A few years by table, the rest walked: both ways meet in most cases.
fn compile(plan: &Calendar) -> CompiledCalendar {
    CompiledCalendar::compile_for_years(plan, 2025, 2026)
}

fn is_closing(calendar: &CompiledCalendar, moment: Moment) -> bool {
    !calendar.is_working(moment) && calendar.previous_closing(moment) == Some(moment)
}

proptest! {
    #[test]
    fn business_results_are_working_time_or_a_days_closing(
        plan in calendars(), start in moments(), duration in business(),
    ) {
        let calendar = compile(&plan);
        if let Some(end) = calendar.add(start, &duration) {
            prop_assert!(end >= start);
            if !calendar.is_working(end) {
                prop_assert!(is_closing(&calendar, end), "{end:?} is neither worked nor a closing");
                // Nothing of that day is left; a break would have been left at its end.
                let day = calendar.local(Moment(end.0 - 1)).unwrap().date;
                let midnight = calendar.end_of_day(day).unwrap();
                prop_assert_eq!(calendar.working_ms_between(end, midnight), Some(0));
            }
        }
        if let Some(begin) = calendar.subtract(start, &duration) {
            prop_assert!(begin <= start);
            prop_assert!(calendar.is_working(begin) || is_closing(&calendar, begin));
        }
    }

    #[test]
    fn business_time_keeps_the_order_of_moments(
        plan in calendars(), one in moments(), gap in 0_i64..200_000_000, duration in business(),
    ) {
        let calendar = compile(&plan);
        let other = Moment(one.0 + gap);
        for go in [CompiledCalendar::add, CompiledCalendar::subtract] {
            if let (Some(first), Some(second)) = (go(&calendar, one, &duration), go(&calendar, other, &duration)) {
                prop_assert!(first <= second, "{first:?} after {second:?}");
            }
        }
    }

    #[test]
    fn calendar_time_keeps_the_order_of_the_clock(
        plan in calendars(), one in moments(), other in moments(), amount in 1_i64..50, unit in units(),
    ) {
        let calendar = compile(&plan);
        let unit = if unit.is_business() { Unit::Months } else { unit };
        let shown = |moment| {
            let local = calendar.local(moment).unwrap();
            (local.date, local.minute_of_day, local.ms_of_minute)
        };
        let (first, second) = if shown(one) <= shown(other) { (one, other) } else { (other, one) };
        let duration = Duration::new(amount, unit);
        if unit.is_elapsed() {
            prop_assert_eq!(calendar.subtract(calendar.add(one, &duration).unwrap(), &duration), Some(one));
        } else {
            prop_assert!(calendar.add(first, &duration) <= calendar.add(second, &duration));
        }
    }

    #[test]
    fn adding_and_subtracting_business_time_undo_each_other(
        plan in calendars(), start in moments(), duration in business(),
    ) {
        let calendar = compile(&plan);
        let start = calendar.next_opening(start).unwrap_or(start);
        if let Some(end) = calendar.add(start, &duration) {
            // A result outside working time comes from clipping, where days are meant.
            if duration.unit == Unit::BusinessHours || calendar.is_working(end) {
                prop_assert_eq!(calendar.subtract(end, &duration), Some(start));
            }
        }
    }

    #[test]
    fn worked_time_is_what_was_added(
        plan in calendars(), start in moments(), ms in 0_i64..2_000_000_000, other in moments(),
    ) {
        let calendar = compile(&plan);
        if let Some(end) = calendar.add_working_ms(start, ms) {
            prop_assert_eq!(calendar.working_ms_between(start, end), Some(ms));
        }
        if let Some(begin) = calendar.subtract_working_ms(start, ms) {
            prop_assert_eq!(calendar.working_ms_between(begin, start), Some(ms));
        }
        let there = calendar.working_ms_between(start, other).unwrap();
        prop_assert_eq!(calendar.working_ms_between(other, start), Some(-there));
    }

    #[test]
    fn openings_are_the_first_and_closings_the_last(plan in calendars(), moment in moments(), part in 0.0_f64..1.0) {
        let calendar = compile(&plan);
        let between = |from: Moment, to: Moment| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any moment between will do")]
            let ms = ((to.0 - from.0) as f64 * part) as i64;
            Moment(from.0 + ms)
        };
        if let Some(opening) = calendar.next_opening(moment) {
            prop_assert!(calendar.is_working(opening));
            prop_assert!(opening == moment || !calendar.is_working(between(moment, opening)));
        }
        if let Some(closing) = calendar.previous_closing(moment) {
            prop_assert!(calendar.is_working(moment) || !calendar.is_working(between(closing, moment)));
            prop_assert!(calendar.is_working(Moment(closing.0 - 1)) || calendar.is_working(closing));
        }
    }

    #[test]
    fn tables_change_nothing(
        plan in calendars(), start in moments(), amount in -9_000_i64..9_000, unit in units(), other in DAYS,
    ) {
        let walked = CompiledCalendar::compile_for_years(&plan, 1, 0);
        let (some, most) = (compile(&plan), CompiledCalendar::compile(&plan));
        let duration = Duration::new(amount, unit);
        let ask = |calendar: &CompiledCalendar| {
            let date = calendar.local(start).unwrap().date;
            (
                calendar.add(start, &duration),
                calendar.end_of(&duration, start),
                calendar.move_to_next_working_day(start),
                calendar.business_days_between(date, Date(other)),
            )
        };
        let expected = ask(&walked);
        prop_assert_eq!(ask(&some), expected);
        prop_assert_eq!(ask(&most), expected);
    }

    #[test]
    fn allowed_moments_are_the_first_that_are_not_quiet(
        plan in calendars(), moment in moments(), back in 1_i64..600_000_000,
        spans in vec((0_u16..1440, 0_u16..=1440), 0..3), weekends: bool, holidays: bool,
    ) {
        let calendar = compile(&plan);
        let daily = spans.into_iter().map(|(from, to)| QuietSpan { from, to }).collect();
        let quiet = QuietHours { daily, weekends, holidays };
        if let Some(allowed) = calendar.next_allowed(moment, &quiet) {
            prop_assert!(allowed >= moment && !calendar.is_quiet(allowed, &quiet));
            let earlier = Moment((allowed.0 - back).max(moment.0));
            prop_assert!(earlier == allowed || calendar.is_quiet(earlier, &quiet));
        }
    }

    #[test]
    fn any_numbers_give_an_answer(
        plan in calendars(), ms: i64, other: i64, amount: i64, unit in units(), day: i32, minute: u16,
    ) {
        let calendar = compile(&plan);
        let duration = Duration::new(amount, unit);
        for moment in [Moment(ms), Moment(i64::MIN), Moment(i64::MAX), Moment(0)] {
            let _ = calendar.add(moment, &duration);
            let _ = calendar.subtract(moment, &duration);
            let _ = calendar.end_of(&duration, moment);
            let _ = (calendar.local(moment), calendar.is_working(moment), calendar.next_opening(moment));
            let _ = (calendar.previous_closing(moment), calendar.move_to_next_working_day(moment));
            let _ = calendar.working_minutes_between(moment, Moment(other));
            let _ = calendar.add_working_ms(moment, other);
            let quiet = QuietHours { daily: vec![QuietSpan { from: minute, to: minute }], weekends: true, holidays: true };
            let _ = calendar.next_allowed(moment, &quiet);
        }
        for extreme in [i64::MIN, i64::MAX] {
            let _ = calendar.add(Moment(MOMENTS.start), &Duration::new(extreme, unit));
            let _ = calendar.subtract(Moment(MOMENTS.start), &Duration::new(extreme, unit));
        }
        for date in [Date(day), Date(i32::MIN), Date(i32::MAX), Date::MIN, Date::MAX] {
            let _ = (calendar.from_local(date, minute), calendar.end_of_day(date), calendar.is_working_day(date));
            let _ = calendar.business_days_between(date, Date(0));
        }
    }

    #[test]
    fn nonsense_calendars_give_an_answer(
        times in vec((any::<u16>(), any::<u16>()), 0..5), day: i32, month: u8, day_of_month: u8, until: u16,
        changes in vec((any::<i64>(), any::<i32>()), 0..4), offsets: (i32, i32, i32), week: u8, moment: i64,
        amount in -50_i64..50, unit in units(),
    ) {
        let times: Vec<Interval> = times.into_iter().map(|(open, close)| Interval { open, close }).collect();
        let change = YearlyChange { day: YearlyDay::Weekday { month, week, weekday: day_of_month }, seconds: offsets.2 };
        let other = YearlyChange { day: YearlyDay::DayOfYear(until), seconds: offsets.0 };
        let daylight = Some(Daylight { offset_seconds: offsets.1, start: change, end: other });
        let every = DayRule::Every { month, day: day_of_month };
        let plan = Calendar {
            week: std::array::from_fn(|_| times.clone()),
            zone: Zone {
                initial_offset_seconds: offsets.0,
                transitions: changes.into_iter().map(|(at, offset_seconds)| Transition { at, offset_seconds }).collect(),
                tail: Some(TailRule { standard_seconds: offsets.0, daylight }),
                ..Zone::utc()
            },
            holidays: vec![Holiday { day: every, name: String::new() }],
            closures: vec![Closure { from: Date(day), to: Date(day.wrapping_add(amount as i32)), name: String::new() }],
            half_days: vec![HalfDay { day: every, until }, HalfDay { day: DayRule::On(Date(day)), until }],
            ..Calendar::utc_office_hours()
        };
        let _ = plan.problem();
        let calendar = compile(&plan);
        for moment in [Moment(moment), Moment(MOMENTS.start)] {
            let _ = calendar.add(moment, &Duration::new(amount, unit));
            let _ = calendar.working_minutes_between(moment, Moment(MOMENTS.end));
            let _ = calendar.local(moment);
        }
    }
}
