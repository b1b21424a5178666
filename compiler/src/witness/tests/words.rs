//! Facts as clauses, and findings with their run.

use super::*;
use crate::place::Problem;
use wf_lang::diagnostic::{Rule, Severity};

static RULE: Rule =
    Rule { code: "WF999", name: "for-tests", severity: Severity::Error, summary: "a rule for tests" };

fn told(typed: &Typed, values: &[(&str, Value)], finished: &[(&str, How)]) -> String {
    let values: Vec<(FieldKey, Value)> =
        values.iter().map(|(name, value)| (input(typed, name), value.clone())).collect();
    let mut case = with(case(typed, finished, Ending::Running), &values);
    case.needed = case.finished.iter().map(|(node, _)| *node).collect();
    facts(typed, &case)
}

#[test]
fn numbers_are_told_by_the_cell_they_lie_in() {
    let typed = typed(
        "input { seats: number, price: money EUR, due: date, urgent: bool, other: number }
         step few { owner maker; when seats > 50 and seats <= 50_000; deadline 5 days }
         step dear { owner maker; when price >= 50_000 EUR; deadline 5 days }
         step soon { owner maker; when due < 2026-06-01 or urgent; deadline 5 days }
         step same { owner maker; when other is 7; deadline 5 days }
         outcome end \"End\" after few, dear, soon, same",
    );
    let number = |amount: i64| Value::Number(amount.into());
    let eur = |amount: i64| Value::Money(amount.into(), wf_plan::value::Currency(*b"EUR"));
    let date = |month, day| Value::Date(wf_plan::Date::from_ymd(2026, month, day).unwrap());
    for (name, value, words) in [
        ("seats", number(50), "if `seats` is 50 or less"),
        ("seats", number(1), "if `seats` is 50 or less"),
        ("seats", number(51), "if `seats` is more than 50 and 50_000 or less"),
        ("seats", number(50_001), "if `seats` is more than 50_000"),
        ("price", eur(50_000), "if `price` is 50_000 EUR or more"),
        ("price", eur(49_999), "if `price` is less than 50_000 EUR"),
        ("due", date(5, 31), "if `due` is before 2026-06-01"),
        ("due", date(6, 1), "if `due` is 2026-06-01 or later"),
        ("urgent", Value::Bool(true), "if `urgent` is true"),
        ("other", number(7), "if `other` is 7"),
    ] {
        assert_eq!(told(&typed, &[(name, value)], &[]), words);
    }
}

#[test]
fn finishes_are_told_as_a_process_owner_says_them() {
    let typed = typed(
        "input { seats: number, id: text key of desk }
         step dpa { owner maker; deadline 5 days; optional; when seats > 50 }
         decision approval { owner maker; deadline 5 days; option yes \"Yes\"; option no \"No\"; if late choose no }
         wait signed { for desk \"left\"; deadline 5 days; if late go on }
         run part { workflow child; deadline 5 days }
         pause rest { for 1 day }
         outcome end \"End\" after dpa, approval, signed, part, rest",
    );
    let seats = Value::Number(50.into());
    assert_eq!(
        told(&typed, &[("seats", seats)], &[("dpa", How::Skipped)]),
        "if `seats` is 50 or less and `dpa` is skipped"
    );
    for (name, how, words) in [
        ("approval", How::ChosenByNobody(1), "if nobody chooses in `approval` before its deadline"),
        ("approval", How::Chosen(0), "if `approval` is decided as `yes`"),
        ("signed", How::Late, "if `signed` does not come in time"),
        ("signed", How::Arrived, "if `signed` arrives"),
        ("part", How::Ended(1), "if `part` ends in `poor`"),
        ("rest", How::Completed, "if `rest` is over"),
        ("dpa", How::Completed, "if `dpa` is done"),
    ] {
        assert_eq!(told(&typed, &[], &[(name, how)]), words);
    }
    assert_eq!(told(&typed, &[], &[]), "");
}

#[test]
fn a_finding_gets_its_run_only_if_it_replays() {
    let typed = typed("step a { owner maker; deadline 5 days }\n outcome end \"End\" after a");
    let problem = || Problem::new(&RULE, typed.at, "something is wrong");
    let mut done = case(&typed, &[("a", How::Completed)], outcome(&typed, "end"));
    done.needed = vec![id(&typed, "a")];
    let shown = show(&typed, &done, problem());
    assert_eq!(shown.run.unwrap().len(), 2);
    assert_eq!(shown.label.as_deref(), Some("if `a` is done"));
    let labelled = show(&typed, &done, problem().with_label("here"));
    assert_eq!(labelled.label.as_deref(), Some("here"));
    let wrong = Case { ending: Ending::Quiet, ..done };
    assert_eq!(show(&typed, &wrong, problem()), problem());
}
