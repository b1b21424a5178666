//! Time, held by moments worked out by hand and by properties on generated workflows.
//!
//! Invariant: no expected moment was copied from an answer; the arithmetic stands beside it.

mod verdicts;

use super::bounds::most_ms;
use super::finish::{Finish, latest_end, latest_finish};
use super::pass::{Err, Measure, Origin, Pass, Times};
use super::path::{critical, earliest_end, slack_ms};
use super::schedule::{NEVER, Schedule};
use super::sweep::{Late, Sweep, sweep};
use super::years::years_of;
use crate::db::{self, Queries};
use crate::project::open;
use std::collections::BTreeMap;
use wf_plan::calendar::{Calendar, DayRule, Duration, HalfDay, Holiday, Unit};
use wf_plan::time::{DAY_MS, MINUTE_MS};
use wf_plan::{Date, Moment};

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Asks the schedule of the first workflow of a text, whose names and types are sound.
fn with_schedule<T>(text: &str, ask: impl FnOnce(&Schedule<'_>) -> T) -> T {
    let database = open(&BTreeMap::from([("main.wf".to_owned(), text.to_owned())]));
    let workflow = db::index(&database, database.project(), false).workflows[0];
    db::with_subject(&database, workflow, |subject| ask(subject.around.schedule.as_ref().unwrap()))
        .unwrap_or_else(|| panic!("{:#?}", database.check_all()))
}

/// A workflow around these nodes; the calendar is Monday to Friday 09:00 to 17:00 in UTC, without holidays.
fn workflow(nodes: &str) -> String {
    format!("role a {{ reach email }}\nworkflow w \"W\" {{\n  version 1\n  process owner a\n{nodes}\n}}\n")
}

/// A moment of March 2026, whose first Monday is the 2nd.
fn march(day: u8, hour: u16, minute: u16) -> Moment {
    let days = i64::from(Date::from_ymd(2026, 3, day).unwrap().0);
    Moment(days * DAY_MS + i64::from(hour * 60 + minute) * MINUTE_MS)
}

fn index(schedule: &Schedule<'_>, name: &str) -> usize {
    schedule.typed.nodes.iter().position(|node| node.name == name).unwrap()
}

const JOINS: &str = r#"
  step one "One" { owner a; deadline 2 business days; takes 1 to 2 business days }
  step two "Two" { owner a; deadline 5 business days; takes 3 to 5 business days }
  step never_mind "May be skipped" { owner a; optional; deadline 9 business days; takes 8 to 9 business days }
  step both "All" { owner a; after one, two; deadline 4 hours; takes 2 to 4 hours }
  step either "Any" { owner a; after any of one, two; deadline 1 day }
  step most "Two of three" { owner a; after 2 of one, two, never_mind; deadline 1 day }
  converge met "With the one that may be skipped" { after one, never_mind }
  pause rest "Rest" { after both; for 3 days }
"#;

#[test]
fn the_earliest_moments_of_joins_and_pauses() {
    with_schedule(&workflow(JOINS), |schedule| {
        let pass = Pass::earliest(schedule);
        let mut times = Times::default();
        pass.run(Origin::Start, march(2, 10, 0), &mut times);
        let ready = |name: &str| times.ready[index(schedule, name)];
        let done = |name: &str| times.done[index(schedule, name)];
        // One business day from Monday 10:00 is Tuesday 10:00, three are Thursday 10:00.
        assert_eq!((done("one"), done("two")), (march(3, 10, 0), march(5, 10, 0)));
        assert_eq!(ready("both"), march(5, 10, 0), "the slower of the two");
        assert_eq!(ready("either"), march(3, 10, 0), "the quicker of the two");
        // `2 of` counts only what is done: eight business days from Monday the 2nd are Thursday the 12th.
        assert_eq!(done("never_mind"), march(12, 10, 0));
        assert_eq!(ready("most"), march(5, 10, 0), "the second of three");
        assert_eq!(ready("met"), march(3, 10, 0), "it may be skipped at once");
        assert_eq!(done("both"), march(5, 12, 0), "two hours");
        assert_eq!(done("rest"), march(8, 12, 0), "three days, a Sunday");
        assert_eq!(earliest_end(&pass, &times), Some((index(schedule, "rest"), march(8, 12, 0))));
    });
}

#[test]
fn the_latest_moments_of_joins_and_pauses() {
    with_schedule(&workflow(JOINS), |schedule| {
        let pass = Pass::latest(schedule, true);
        let mut times = Times::default();
        pass.run(Origin::Start, march(2, 10, 0), &mut times);
        let ready = |name: &str| times.ready[index(schedule, name)];
        // Deadlines: one by Wednesday 10:00, two by Monday the 9th, the optional step by Friday the 13th.
        assert_eq!(ready("both"), march(9, 10, 0));
        assert_eq!(ready("either"), march(4, 10, 0), "both are surely done, so the quicker is enough");
        assert_eq!(ready("most"), march(9, 10, 0), "two of them are surely done");
        assert_eq!(ready("met"), march(13, 10, 0));
        assert_eq!(times.done[index(schedule, "rest")], march(12, 14, 0), "4 hours and 3 days after the 9th");
        assert_eq!(latest_end(&pass, &times), march(13, 10, 0));
    });
}

#[test]
fn slack_is_how_much_later_a_node_may_be_done() {
    with_schedule(&workflow(JOINS), |schedule| {
        let pass = Pass::earliest(schedule);
        let mut times = Times::default();
        pass.run(Origin::Start, march(2, 10, 0), &mut times);
        let end = |pass: &Pass<'_, '_>, times: &Times| earliest_end(pass, times).unwrap().1;
        let slack = |name| slack_ms(&pass, march(2, 10, 0), index(schedule, name), end);
        assert_eq!(slack("two"), 0);
        assert_eq!(slack("both"), 0);
        assert_eq!(slack("one"), 2 * DAY_MS, "from Tuesday 10:00 to Thursday 10:00");
        let path = critical(&pass, &times, index(schedule, "rest"));
        let names: Vec<&str> = path.iter().map(|index| schedule.typed.nodes[*index].name.as_str()).collect();
        assert_eq!(names, ["two", "both", "rest"]);
    });
}

const REDO: &str = r#"
  step build "Build" { owner a; deadline 2 business days }
  decision check "Right?" {
    owner a
    after build
    deadline 1 business day
    option yes "Yes"
    option no "No" redo build at most 2 times
    if late choose yes
  }
  outcome right "Right" after check.yes
"#;

#[test]
fn the_latest_end_takes_every_round_of_a_redo() {
    with_schedule(&workflow(REDO), |schedule| {
        let end = |all_rounds| {
            let pass = Pass::latest(schedule, all_rounds);
            let mut times = Times::default();
            pass.run(Origin::Start, march(2, 9, 0), &mut times);
            latest_end(&pass, &times)
        };
        assert_eq!(end(false), march(5, 9, 0), "three business days");
        // Three rounds of three business days: nine from Monday the 2nd are Friday the 13th.
        assert_eq!(end(true), march(13, 9, 0));
        // From Monday 09:00 nine business days are eleven days; from Wednesday, Thursday and Friday they take two weekends.
        let within = |days| latest_finish(schedule, &Duration::new(days, Unit::Days));
        assert_eq!(within(15), Finish::InTime);
        assert!(matches!(within(11), Finish::Beyond { .. }));
    });
}

#[test]
fn what_makes_the_latest_end_unknown_is_named() {
    let nodes = r#"
  step one "One" { owner a; deadline 2 business days }
  step two "Two" { owner a; after one }
  step beside "Not in front of the outcome" { owner a }
  outcome done "Done" after two
"#;
    with_schedule(&workflow(nodes), |schedule| {
        let Finish::Unknown(nodes) = latest_finish(schedule, &Duration::new(1, Unit::Years)) else {
            panic!("it is unknown")
        };
        let names: Vec<&str> =
            nodes.iter().map(|found| schedule.typed.nodes[found.node].name.as_str()).collect();
        assert_eq!(names, ["two"]);
        assert_eq!(nodes[0].why, "has no deadline");
    });
}

#[test]
fn a_sweep_finds_what_looking_at_every_start_finds() {
    let mut numbers = Numbers(7);
    for _ in 0..300 {
        let count = 1 + numbers.below(60);
        let mut growing = |most: u64, from: i64| -> Vec<i64> {
            let mut value = from;
            (0..count)
                .map(|_| {
                    value += i64::try_from(numbers.below(most)).unwrap();
                    value
                })
                .collect()
        };
        let starts: Vec<Moment> = growing(20, 0)
            .into_iter()
            .enumerate()
            .map(|(place, at)| Moment(at + i64::try_from(place).unwrap()))
            .collect();
        let (ends, dues) = (growing(30, 0), growing(30, 5));
        let place = |start: Moment| starts.iter().position(|known| *known == start).unwrap();
        let found = sweep(&starts, |start| Some((Moment(ends[place(start)]), Moment(dues[place(start)]))));
        let lates: Vec<i64> = ends.iter().zip(&dues).map(|(end, due)| end - due).collect();
        let worst = *lates.iter().max().unwrap();
        match found {
            Sweep::Fits => assert!(worst <= 0, "{lates:?}"),
            Sweep::Sometimes(late) => {
                assert_eq!(late.by_ms(), worst, "{lates:?}");
                assert!(lates.iter().any(|late| *late <= 0), "{lates:?}");
            }
            Sweep::Always(late) => {
                assert!(lates.iter().all(|late| *late > 0), "{lates:?}");
                assert_eq!(late.by_ms(), lates[place(late.start)]);
            }
        }
    }
}

#[test]
fn a_sweep_without_answers_finds_nothing() {
    assert_eq!(sweep(&[], |_| None), Sweep::Fits);
    assert_eq!(sweep(&[Moment(1), Moment(2)], |_| None), Sweep::Fits);
    let late = Late { start: Moment(2), end: Moment(9), due: Moment(5) };
    let found = sweep(&[Moment(1), Moment(2)], |start| (start == Moment(2)).then_some((late.end, late.due)));
    assert_eq!(found, Sweep::Sometimes(late));
}

/// Two shifts, a holiday, a half day, in UTC: no clock changes, so every map keeps the order of moments.
fn calendar() -> Calendar {
    let mut calendar = Calendar::utc_office_hours();
    let every = |month, day| DayRule::Every { month, day };
    calendar.holidays.push(Holiday { day: every(12, 25), name: String::new() });
    calendar.half_days.push(HalfDay { day: every(12, 24), until: 12 * 60 });
    calendar
}

#[test]
fn the_bounds_of_a_duration_hold_from_every_start() {
    let years = years_of(&calendar());
    assert_eq!(years.span, (2026, 2030));
    let units = [
        Unit::Minutes,
        Unit::Hours,
        Unit::Days,
        Unit::Weeks,
        Unit::Months,
        Unit::Years,
        Unit::BusinessHours,
        Unit::BusinessDays,
    ];
    for unit in units {
        for amount in [0, 1, 2, 5, 13] {
            let duration = Duration::new(amount, unit);
            let extent = years.extent(&duration);
            for start in years.starts() {
                let took = years.calendar.add(*start, &duration).unwrap().0 - start.0;
                assert!((extent.least_ms..=extent.most_ms).contains(&took), "{duration} from {start:?}");
            }
        }
    }
}

/// A workflow of random durations and joins.
fn random(numbers: &mut Numbers) -> String {
    let count = 3 + numbers.below(5);
    let mut nodes = String::new();
    for node in 0..count {
        let unit = ["hours", "days", "weeks", "business hours", "business days"][numbers.below(5) as usize];
        let least = 1 + numbers.below(4);
        let most = least + numbers.below(4);
        let sources: Vec<String> =
            (0..node).filter(|_| numbers.below(2) == 0).map(|source| format!("n{source}")).collect();
        let kind = ["", "any of ", "all taken of ", "2 of "][numbers.below(4) as usize];
        let after = match sources.len() {
            0 => String::new(),
            1 => format!("after {}; ", sources[0]),
            _ => format!("after {kind}{}; ", sources.join(", ")),
        };
        let optional = if numbers.below(4) == 0 { "optional; " } else { "" };
        let deadline = ["", "end of "][numbers.below(2) as usize];
        nodes += &format!(
            "  step n{node} \"N\" {{ owner a; {optional}{after}deadline {deadline}{most} {unit}; takes {least} to {most} {unit} }}\n"
        );
    }
    workflow(&nodes)
}

#[test]
fn maps_put_together_keep_the_order_of_starts_and_bounds_hold() {
    let mut numbers = Numbers(11);
    for _ in 0..40 {
        let text = random(&mut numbers);
        with_schedule(&text, |schedule| {
            let starts = schedule.years.starts();
            for (measure, err) in [(Measure::Least, Err::Early), (Measure::Promised, Err::Late)] {
                let pass = Pass { measure, err, ..Pass::earliest(schedule) };
                let (mut before, mut times) = (Times::default(), Times::default());
                let most = most_ms(schedule, measure);
                for start in starts.iter().step_by(7) {
                    pass.run(Origin::Start, *start, &mut times);
                    for (node, done) in times.done.iter().enumerate() {
                        assert!(before.done.get(node).is_none_or(|before| before <= done), "{text}");
                        assert!(*done == NEVER || done.0 - start.0 <= most, "{text}");
                    }
                    std::mem::swap(&mut before, &mut times);
                }
            }
        });
    }
}
