//! Every way in which a case can end, and when a run may begin.

use super::*;
use crate::model::case::Ending;
use wf_plan::Date;

#[test]
fn a_workflow_without_outcomes_ends_quietly() {
    let typed = typed("step a { owner maker; deadline 5 days }");
    assert_eq!(
        run(&typed, &case(&typed, &[("a", How::Completed)], Ending::Quiet)),
        "2026-03-03 09:00 a done\n2026-03-03 09:00 then nothing moves"
    );
    assert_eq!(
        run(&typed, &case(&typed, &[], Ending::Running)),
        "2026-03-02 09:00 starts\n2026-03-02 09:00 then `a` is open"
    );
}

#[test]
fn the_example_of_the_description() {
    let typed = typed(
        "step contract { owner maker; deadline 5 days }
         decision scope { owner maker; after contract; deadline 5 days; option small \"S\"; option large \"L\" }
         step billing { owner maker; after scope; deadline 5 days }
         step dpa { owner maker; after scope.large; deadline 5 days }
         converge ready { after billing, dpa }
         outcome live \"Live\" after ready",
    );
    let mut hangs = case(
        &typed,
        &[("contract", How::Completed), ("scope", How::Chosen(0)), ("billing", How::Completed)],
        Ending::Quiet,
    );
    hangs.needed = vec![id(&typed, "scope")];
    assert_eq!(
        run(&typed, &hangs),
        "2026-03-03 09:00 contract done\n2026-03-05 09:00 scope chosen small\n2026-03-06 09:00 billing done\n2026-03-06 09:00 then nothing moves"
    );
    assert_eq!(facts(&typed, &hangs), "if `scope` is decided as `small`");
    let wrong = Case { ending: Ending::Outcome(id(&typed, "live")), ..hangs };
    assert!(replay(&typed, &wrong).is_none());
}

#[test]
fn an_outcome_that_comes_early_leaves_work_open() {
    let typed = typed(
        "step a { owner maker; deadline 5 days }
         step b { owner maker; deadline 5 days }
         step c { owner maker; deadline 5 days }
         outcome end \"End\" after any of a, b",
    );
    run(&typed, &case(&typed, &[("c", How::Completed), ("b", How::Completed)], outcome(&typed, "end")));
    // Both cannot have been done: the first would have ended it.
    let both = case(&typed, &[("a", How::Completed), ("b", How::Completed)], outcome(&typed, "end"));
    assert!(replay(&typed, &both).is_none());
}

#[test]
fn an_outcome_at_any_time_is_brought_about() {
    let typed = typed(
        "step a { owner maker; deadline 5 days }
         step b { owner maker; after a; deadline 5 days }
         outcome end \"End\" after b
         outcome stop \"Stop\" at any time by boss",
    );
    run(&typed, &case(&typed, &[("a", How::Completed)], outcome(&typed, "stop")));
}

#[test]
fn pauses_until_a_date_are_seen_before_it() {
    let typed = typed(
        "pause p { until 2025-06-10 }
         step a { owner maker; deadline 5 days }
         outcome end \"End\" after p, a",
    );
    // Beginning in March 2026, the pause would be over at once.
    let open = case(&typed, &[("a", How::Completed)], Ending::Running);
    assert!(run(&typed, &open).starts_with("2025-04"), "{}", run(&typed, &open));
    run(&typed, &case(&typed, &[("p", How::Completed), ("a", How::Completed)], outcome(&typed, "end")));
}

#[test]
fn values_decide_what_is_skipped() {
    let typed = typed(
        "input { seats: number, size: Size, due: date, home: Address, note: text? }
         step few { owner maker; when seats <= 50; deadline 5 days }
         step big { owner maker; when size is large; deadline 5 days }
         step soon { owner maker; when due < 2026-06-01; deadline 5 days }
         step high { owner maker; when home.floor > 3; deadline 5 days }
         step told { owner maker; when note is missing; deadline 5 days }
         outcome end \"End\" after few, big, soon, high, told",
    );
    let floor =
        FieldKey { path: vec![input(&typed, "home").path[0], FieldIndex(1)], ..input(&typed, "home") };
    let enums = typed.enums.iter().position(|of| of.value.name == "Size").unwrap();
    let large = Value::Enum(wf_plan::plan::EnumId(u16::try_from(enums).unwrap()), 1);
    let values = [
        (input(&typed, "seats"), Value::Number(51.into())),
        (input(&typed, "size"), large),
        (input(&typed, "due"), Value::Date(Date::from_ymd(2026, 6, 1).unwrap())),
        (floor, Value::Number(4.into())),
    ];
    let finished = [("big", How::Completed), ("high", How::Completed), ("told", How::Completed)];
    let ended = with(case(&typed, &finished, outcome(&typed, "end")), &values);
    assert!(
        run(&typed, &ended).starts_with(
            "2026-03-02 09:00 starts with `seats` 51, `size` large, `due` 2026-06-01 and `home.floor` 4\n"
        ),
        "{}",
        run(&typed, &ended)
    );
    let mut wrong = ended.clone();
    wrong.needed = vec![id(&typed, "few")];
    wrong.values.remove(0);
    wrong.values.push((input(&typed, "seats"), Value::Number(50.into())));
    assert!(replay(&typed, &wrong).is_none());
}

#[test]
fn tests_left_open_find_values() {
    let typed = typed(
        "input { total: money EUR, part: money EUR, who: text }
         step a { owner maker; when part * 2 > total; deadline 5 days }
         step b { owner maker; when who is \"Gamma\" and part > 50 EUR; deadline 5 days }
         outcome end \"End\" after a, b",
    );
    let when = |name: &str| typed.nodes[id(&typed, name).index()].when.as_ref().unwrap().at;
    for (a, b) in [(true, true), (true, false), (false, true), (false, false)] {
        let finished: Vec<(&str, How)> = [("a", a), ("b", b)]
            .into_iter()
            .filter(|(_, runs)| *runs)
            .map(|(name, _)| (name, How::Completed))
            .collect();
        let mut open = case(&typed, &finished, outcome(&typed, "end"));
        open.assumed = vec![(when("a"), a), (when("b"), b)];
        run(&typed, &open);
    }
}
