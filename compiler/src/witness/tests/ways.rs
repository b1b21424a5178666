//! Every way in which a node can finish.

use super::*;

fn number(amount: i64) -> Value {
    Value::Number(amount.into())
}

#[test]
fn steps_are_done_by_hand_and_skipped_where_they_may() {
    let typed = typed(
        "step a { owner maker; deadline 5 days; form { why: text, on: date, many: number? } }
         step b { owner maker; deadline 5 days; optional }
         step c { owner maker; deadline 5 days }
         outcome end \"End\" after a, b, c",
    );
    let done = case(&typed, &[("a", How::Completed), ("b", How::Skipped)], Ending::Running);
    assert_eq!(
        run(&typed, &done),
        "2026-03-03 09:00 a done\n2026-03-04 09:00 b skipped\n2026-03-04 09:00 then `c` is open"
    );
    let ended = case(
        &typed,
        &[("c", How::Completed), ("a", How::Completed), ("b", How::Completed)],
        outcome(&typed, "end"),
    );
    run(&typed, &ended);
    for wrong in [
        case(&typed, &[("a", How::Skipped)], Ending::Running),
        case(&typed, &[("a", How::CompletedByNobody)], Ending::Running),
        case(&typed, &[("a", How::Late)], Ending::Running),
        case(&typed, &[("a", How::Completed)], Ending::Quiet),
        case(&typed, &[("a", How::Completed)], outcome(&typed, "end")),
        Case { ending: Ending::Running, ..ended },
    ] {
        assert!(replay(&typed, &wrong).is_none(), "{wrong:?}");
    }
}

#[test]
fn decisions_find_their_votes_reasons_and_forms() {
    let typed = typed(
        "decision d { owner maker, checker; deadline 5 days
            form { note: text }
            option yes \"Yes\" needs 3 needs reason
            option no \"No\"
            if late choose no }
         outcome end \"End\" after d.yes
         outcome other \"Other\" after d.no",
    );
    let yes = option(&typed, "d", "yes");
    let no = option(&typed, "d", "no");
    run(&typed, &case(&typed, &[("d", How::Chosen(yes))], outcome(&typed, "end")));
    run(&typed, &case(&typed, &[("d", How::Chosen(no))], outcome(&typed, "other")));
    assert_eq!(
        run(&typed, &case(&typed, &[("d", How::ChosenByNobody(no))], outcome(&typed, "other"))),
        "2026-03-07 09:00 d not decided in time so `no`\n2026-03-07 09:00 ends in `other`"
    );
    assert!(
        replay(&typed, &case(&typed, &[("d", How::ChosenByNobody(yes))], outcome(&typed, "end"))).is_none()
    );
}

#[test]
fn others_are_not_late_when_one_is() {
    // `quick` would be decided by nobody before `slow` is; the order of the case cannot be kept.
    let typed = typed(
        "decision slow { owner maker; deadline 9 days; option yes \"Yes\"; option no \"No\"; if late choose no }
         decision quick { owner maker; deadline 2 days; option yes \"Yes\"; option no \"No\"; if late choose no }
         step long { owner maker; deadline 20 days; takes 6 to 8 business days }
         step last { owner maker; deadline 5 days; after slow, quick, long }
         outcome end \"End\" after last",
    );
    let late = case(
        &typed,
        &[("slow", How::ChosenByNobody(1)), ("long", How::Completed), ("quick", How::Chosen(0))],
        Ending::Running,
    );
    assert_eq!(
        run(&typed, &late),
        "2026-03-03 17:00 quick chosen yes\n2026-03-10 09:00 long done\n2026-03-11 09:00 slow not decided in time so `no`\n2026-03-11 09:00 then `last` is open"
    );
    // Nobody decides `slow` while `quick` stays open, whose own time is over before; unless nothing rests on `quick`.
    let mut both = case(&typed, &[("slow", How::ChosenByNobody(1))], Ending::Running);
    both.needed = vec![id(&typed, "slow"), id(&typed, "quick")];
    assert!(replay(&typed, &both).is_none());
    both.needed.pop();
    assert_eq!(
        run(&typed, &both),
        "2026-03-04 09:00 quick not decided in time so `no`\n2026-03-11 09:00 slow not decided in time so `no`\n2026-03-11 09:00 then `long` is open"
    );
}

#[test]
fn waits_take_an_event_that_their_condition_accepts() {
    let typed = typed(
        "input { least: number, id: text key of desk }
         wait w1 { for desk \"came\" where event.pages > 12 and event.text is \"whole\"; deadline 5 days; if late skip }
         wait w2 { for desk \"came\" where event.pages < least; deadline 9 days; if late go on }
         wait w3 { for desk \"left\"; deadline 3 days; if late outcome gone }
         outcome end \"End\" after w1, w2, w3
         outcome gone \"Gone\"",
    );
    let three = [("w1", How::Arrived), ("w2", How::Arrived), ("w3", How::Arrived)];
    run(&typed, &case(&typed, &three, outcome(&typed, "end")));
    let late = [("w3", How::Arrived), ("w1", How::Skipped), ("w2", How::Late)];
    assert_eq!(
        run(&typed, &case(&typed, &late, outcome(&typed, "end"))),
        "2026-03-03 09:00 w3 arrives\n2026-03-07 09:00 w1 does not come in time\n2026-03-11 09:00 w2 does not come in time\n2026-03-11 09:00 ends in `end`"
    );
    let gone = id(&typed, "gone");
    let given_up = [("w1", How::Arrived), ("w3", How::EndedInstance(gone))];
    run(&typed, &case(&typed, &given_up, Ending::Outcome(gone)));
    let wrong = case(&typed, &[("w3", How::Late)], Ending::Running);
    assert!(replay(&typed, &wrong).is_none());
}

#[test]
fn ladders_come_and_are_answered_or_not() {
    let typed = typed(
        "step a { owner maker; deadline 9 days
           escalate {
             on silence of 2 days
             level 1 { tell owner \"Well?\" }
             level 2 after 1 day { ask boss \"What now?\" {
               alternative \"It is done\" { complete }
               alternative \"Without it\" { skip }
               alternative \"Stop\" { outcome stopped } }
               decide within 2 days otherwise \"It is done\" }
           } }
         decision d { owner maker; deadline 9 days; option yes \"Yes\"; option no \"No\"
           escalate {
             on block of 1 day
             level 1 { ask checker \"Yes or no?\" {
               alternative \"Yes\" { choose yes }
               alternative \"No\" { choose no } }
               decide within 1 day otherwise \"No\" }
           } }
         step z { owner maker; deadline 5 days; after a, d }
         outcome end \"End\" after z
         outcome stopped \"Stopped\"",
    );
    let nobody = [("a", How::CompletedByNobody), ("d", How::ChosenByNobody(1))];
    let told = run(&typed, &case(&typed, &nobody, Ending::Running));
    assert!(told.contains("a is asked about nobody answers, so \"It is done\""), "{told}");
    let person = [("a", How::Skipped), ("d", How::Chosen(1))];
    let told = run(&typed, &case(&typed, &person, Ending::Running));
    assert!(told.contains("a is asked about \"Without it\" is chosen"), "{told}");
    let stopped = id(&typed, "stopped");
    let ended = [("d", How::Chosen(0)), ("a", How::EndedInstance(stopped))];
    run(&typed, &case(&typed, &ended, Ending::Outcome(stopped)));
    for wrong in [("d", How::Skipped), ("d", How::EndedInstance(stopped)), ("d", How::ChosenByNobody(0))] {
        assert!(replay(&typed, &case(&typed, &[wrong], Ending::Running)).is_none(), "{wrong:?}");
    }
}

#[test]
fn whoever_is_asked_about_speaks_where_it_must_stay_open() {
    let typed = typed(
        "wait w { for desk \"left\"; deadline 20 days; if late go on }
         step a { owner maker; deadline 30 days
           escalate {
             on silence of 2 days
             level 1 { ask boss \"What now?\" {
               alternative \"It is done\" { complete }
               alternative \"Without it\" { skip } }
               decide within 2 days otherwise \"It is done\" }
           } }
         input { id: text key of desk }
         outcome end \"End\" after w, a",
    );
    let mut open = case(&typed, &[("w", How::Late)], Ending::Running);
    open.needed = vec![id(&typed, "w"), id(&typed, "a")];
    let told = run(&typed, &open);
    assert!(told.contains("a commented on") && told.ends_with("then `a` is open"), "{told}");
}

#[test]
fn runs_end_as_they_should_and_pauses_pass() {
    let typed = typed(
        "input { names: list of text }
         run r { workflow child; deadline 20 days }
         run each { workflow child; for each name in names; deadline 20 days }
         pause p { for 3 days; after r.poor }
         outcome end \"End\" after p, each",
    );
    let ended = [("r", How::Ended(1)), ("each", How::Ended(0)), ("p", How::Completed)];
    run(&typed, &case(&typed, &ended, outcome(&typed, "end")));
    let mixed = [("r", How::Ended(1)), ("p", How::Completed), ("each", How::Completed)];
    run(&typed, &case(&typed, &mixed, outcome(&typed, "end")));
    let quiet = case(&typed, &[("r", How::Ended(0)), ("each", How::Ended(0))], Ending::Quiet);
    assert!(run(&typed, &quiet).ends_with("then nothing moves"));
    assert!(replay(&typed, &case(&typed, &[("p", How::Completed)], Ending::Running)).is_none());
}

#[test]
fn copies_are_done_as_many_as_it_takes() {
    let typed = typed(
        "input { people: list of person }
         step ask { for each who in people; settles when any; owner who; deadline 5 days; form { fine: bool } }
         step every_one { owner maker; for each who in people; deadline 5 days; optional }
         step next { owner maker; after ask; when any ask where fine; deadline 5 days }
         outcome end \"End\" after next, every_one",
    );
    let fine = FieldKey { node: Some(id(&typed, "ask")), path: vec![FieldIndex(0)] };
    let done = case(
        &typed,
        &[("ask", How::Completed), ("every_one", How::Skipped), ("next", How::Completed)],
        outcome(&typed, "end"),
    );
    run(&typed, &with(done, &[(fine.clone(), Value::Bool(true))]));
    let left_out =
        case(&typed, &[("ask", How::Completed), ("every_one", How::Completed)], outcome(&typed, "end"));
    run(&typed, &with(left_out, &[(fine, Value::Bool(false))]));
    let nobody = with(
        case(&typed, &[], outcome(&typed, "end")),
        &[(input(&typed, "people"), Value::List(Vec::new()))],
    );
    assert_eq!(
        run(&typed, &nobody),
        "2026-03-02 09:00 starts with `people` empty\n2026-03-02 09:00 ends in `end`"
    );
    let two = vec![Value::Text("anna".to_owned()), Value::Missing];
    let two = with(
        case(&typed, &[("ask", How::Completed)], Ending::Running),
        &[(input(&typed, "people"), Value::List(two))],
    );
    run(&typed, &two);
}

#[test]
fn redos_are_used_up_before_the_last_round() {
    let typed = typed(
        "step a { owner maker; deadline 5 days }
         step b { owner maker; deadline 5 days; after a }
         decision d { owner checker; after b; deadline 5 days
           option again \"Again\" redo a at most 2 times
           option yes \"Yes\"
           option no \"No\" }
         step z { owner maker; after d.yes; deadline 5 days }
         outcome end \"End\" after z
         outcome other \"Other\" after d.no",
    );
    let mut last = case(
        &typed,
        &[("a", How::Completed), ("b", How::Completed), ("d", How::Chosen(option(&typed, "d", "yes")))],
        Ending::Running,
    );
    run(&typed, &last);
    last.used_up = vec![(id(&typed, "d"), 0)];
    let told = run(&typed, &last);
    assert_eq!(told.matches("d chosen again").count(), 2, "{told}");
    assert_eq!(told.matches("a done").count(), 3, "{told}");
    // The last round has not come to the decision; it must have been there before.
    let mut early = case(&typed, &[("a", How::Completed)], Ending::Running);
    early.used_up = vec![(id(&typed, "d"), 0)];
    assert!(
        run(&typed, &early).ends_with("a done\n2026-03-13 09:00 then `b` is open"),
        "{}",
        run(&typed, &early)
    );
}

#[test]
fn the_last_round_of_a_step_ends_the_instance() {
    let typed = typed(
        "step a { owner maker; deadline 5 days }
         decision d { owner maker; after a; deadline 5 days; option fine \"Fine\"; option bad \"Bad\" }
         step mend { owner maker; after d.bad; deadline 5 days; redo a at most 2 times otherwise outcome lost }
         outcome end \"End\" after d.fine
         outcome lost \"Lost\"",
    );
    let lost = id(&typed, "lost");
    let mut ended = case(
        &typed,
        &[
            ("a", How::Completed),
            ("d", How::Chosen(1)),
            ("mend", How::SettledAndEnded(crate::model::Settling::Completed, lost)),
        ],
        Ending::Outcome(lost),
    );
    ended.used_up = vec![(id(&typed, "mend"), 0)];
    assert!(run(&typed, &ended).matches("mend done").count() == 3, "{}", run(&typed, &ended));
    // In the last round all is fine.
    let mut fine = case(&typed, &[("a", How::Completed), ("d", How::Chosen(0))], outcome(&typed, "end"));
    fine.used_up = vec![(id(&typed, "mend"), 0)];
    run(&typed, &fine);
}

#[test]
fn separation_and_named_people_are_respected() {
    let typed = typed(
        "input { deputy: person, count: number }
         starts by maker
         step a { owner maker; deadline 5 days; different person from starter }
         step b { owner deputy; after a; deadline 5 days }
         decision c { owner checker; after b; deadline 5 days; different person from a
           option yes \"Yes\" needs 2
           option no \"No\" needs 2
           if late choose no }
         outcome end \"End\" after c",
    );
    let three = [("a", How::Completed), ("b", How::Completed), ("c", How::Chosen(0))];
    let done = case(&typed, &three, outcome(&typed, "end"));
    let replayed = replay(&typed, &done).unwrap();
    let did: Vec<Vec<String>> =
        replayed.state.nodes.iter().map(|record| record.own.did.clone()).take(3).collect();
    assert_eq!(did, [vec!["max"], vec!["anna"], vec!["carl", "cora"]]);
    run(&typed, &with(done, &[(input(&typed, "count"), number(3))]));
}
