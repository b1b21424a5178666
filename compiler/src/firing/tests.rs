//! Lengths of time against each other: of one unit, of two, and where a deadline may be earlier than it looks.

use super::*;
use wf_plan::calendar::{Calendar, Unit};

fn clocks() -> Clocks {
    let workflow = clock(&Calendar::utc_office_hours());
    Clocks { owner: Arc::clone(&workflow), workflow }
}

fn bound(amount: i64, unit: Unit, exact: bool) -> Bound {
    let limit = CountedLimit { length: Duration::new(amount, unit), end_of_day: false, moved: false };
    Bound { limits: vec![limit], exact }
}

fn beyond(threshold: Duration, bound: &Bound) -> Option<(bool, bool)> {
    threshold_is_beyond(&clocks(), threshold, bound).map(|sweep| (sweep.always(), sweep.never()))
}

#[test]
fn lengths_of_one_unit_need_no_calendar() {
    let days = |amount| Duration::new(amount, Unit::BusinessDays);
    assert_eq!(beyond(days(6), &bound(5, Unit::BusinessDays, true)), Some((true, false)));
    assert_eq!(beyond(days(5), &bound(5, Unit::BusinessDays, true)), Some((false, true)), "at the deadline");
    assert_eq!(beyond(days(1), &bound(5, Unit::BusinessDays, true)), Some((false, true)));
}

#[test]
fn lengths_of_two_units_depend_on_the_day() {
    let three = Duration::new(3, Unit::BusinessDays);
    // Three working days over a weekend are five days; from Monday or Tuesday they are three.
    assert_eq!(beyond(three, &bound(3, Unit::Days, true)), Some((false, false)));
    assert_eq!(beyond(three, &bound(6, Unit::Days, true)), Some((false, true)));
    assert_eq!(beyond(three, &bound(2, Unit::Days, true)), Some((true, false)));
}

#[test]
fn a_deadline_that_may_be_earlier_is_judged_only_where_it_is_certain() {
    let three = Duration::new(3, Unit::BusinessDays);
    assert_eq!(beyond(three, &bound(3, Unit::Days, false)), None, "it depends");
    assert_eq!(beyond(three, &bound(6, Unit::Days, false)), None, "an earlier deadline may be passed");
    assert_eq!(beyond(three, &bound(2, Unit::Days, false)), Some((true, false)));
}

#[test]
fn a_repeat_is_waited_for_where_the_first_message_would_be_too_early() {
    let clocks = clocks();
    let calendar = clocks.workflow.calendar();
    let at = |day: u8, hour: u16| {
        calendar.from_local(wf_plan::Date::from_ymd(2026, 3, day).unwrap(), hour * 60).unwrap()
    };
    let days = |amount| Some(Duration::new(amount, Unit::BusinessDays));
    // From Monday to Thursday: three days before Thursday is the start itself, one day later is not.
    assert_eq!(silent_until(calendar, at(2, 9), at(5, 9), days(3), None), Some(0));
    assert_eq!(silent_until(calendar, at(2, 9), at(5, 9), days(3), days(1)), None);
    assert!(silent_until(calendar, at(2, 9), at(5, 9), days(3), days(5)).is_some(), "after the deadline");
    assert_eq!(silent_until(calendar, at(2, 9), at(5, 9), None, days(1)), None);
    assert_eq!(silent_until(calendar, at(2, 9), at(5, 9), None, days(3)), Some(0), "at the deadline");
}
