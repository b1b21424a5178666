//! Deadlines of every form, stopped clocks, heads-ups and reminders.

use super::support::*;
use wf_plan::calendar::Unit;
use wf_plan::node::{CountFrom, Limit, LimitKind};
use wf_plan::op::Op;
use wf_plan::plan::{ClockPause, DeadlineRule};
use wf_plan::value::Scalar;
use wf_plan::{Date, Value};
use wf_vm::effect::{Fact, Purpose};
use wf_vm::event::Act;
use wf_vm::state::NodeState::*;

fn limit(kind: LimitKind) -> Limit {
    Limit { kind, moved_to_working_day: false }
}

fn rule(limits: Vec<Limit>) -> DeadlineRule {
    DeadlineRule { condition: None, limits, pause: ClockPause::Never }
}

#[test]
fn where_a_deadline_counts_from() {
    let mut plan = Plan::new();
    plan.step("a", "r").step("b", "r").after("a");
    let a = plan.id("a");
    for (name, from) in
        [("own", CountFrom::OwnStart), ("start", CountFrom::InstanceStart), ("x", CountFrom::Settled(a))]
    {
        plan.step(name, "r").after("b").deadline(days(10), from, ClockPause::Never);
    }
    let mut run = plan.start(vec![]);
    run.at("2026-03-03 10:00").complete("a").at("2026-03-04 11:00").complete("b");
    assert_eq!(run.due("own"), Some(at("2026-03-14 11:00")));
    assert_eq!(run.due("start"), Some(at("2026-03-12 09:00")));
    assert_eq!(run.due("x"), Some(at("2026-03-13 10:00")));
}

#[test]
fn end_of_by_earlier_of_and_moved() {
    let mut plan = Plan::new();
    let date = plan.input("date", scalar(Scalar::Date));
    let by = plan.code(&[Op::Input(date), Op::EndOfDay]);
    plan.step("end_of", "r");
    plan.last().deadlines = vec![rule(vec![limit(LimitKind::EndOf(days(60), CountFrom::OwnStart))])];
    plan.step("by", "r");
    plan.last().deadlines = vec![rule(vec![limit(LimitKind::By(by))])];
    plan.step("earlier", "r");
    plan.last().deadlines =
        vec![rule(vec![limit(LimitKind::By(by)), limit(LimitKind::Within(days(3), CountFrom::OwnStart))])];
    plan.step("moved", "r");
    let sixth_day = LimitKind::Within(days(6), CountFrom::OwnStart);
    plan.last().deadlines = vec![rule(vec![Limit { kind: sixth_day, moved_to_working_day: true }])];
    let run = plan.start(vec![Value::Date(Date::from_ymd(2026, 3, 10).unwrap())]);
    // 2 March left out: 60 days on is 1 May, which ends at its midnight.
    assert_eq!(run.due("end_of"), Some(at("2026-05-02 00:00")));
    assert_eq!(run.due("by"), Some(at("2026-03-11 00:00")));
    assert_eq!(run.due("earlier"), Some(at("2026-03-05 09:00")));
    // Sunday 8 March becomes Monday, at the same time.
    assert_eq!(run.due("moved"), Some(at("2026-03-09 09:00")));
    let run = plan.start(vec![Value::Missing]);
    assert_eq!(run.due("by"), None, "what is missing sets no deadline");
    assert_eq!(run.due("earlier"), Some(at("2026-03-05 09:00")), "the other limit still does");
}

#[test]
fn the_first_line_whose_condition_is_true_holds() {
    let mut plan = Plan::new();
    let (injury, both) = (plan.reads_input("injury"), plan.reads_input("both"));
    plan.step("offer", "r").due(days(90)).due(days(30)).due(days(60));
    plan.last().deadlines[0].condition = Some(injury);
    plan.last().deadlines[1].condition = Some(both);
    let yes = || Value::Bool(true);
    for (inputs, due) in [
        (vec![yes(), yes()], "2026-05-31 09:00"),
        (vec![Value::Missing, yes()], "2026-04-01 09:00"),
        (vec![Value::Bool(false), Value::Missing], "2026-05-01 09:00"),
    ] {
        assert_eq!(plan.start(inputs).due("offer"), Some(at(due)));
    }
}

fn pausing(duration: wf_plan::calendar::Duration, pause: ClockPause) -> Played {
    let mut plan = Plan::new();
    plan.role("customer");
    plan.step("a", "r").deadline(duration, CountFrom::OwnStart, pause);
    plan.start(vec![])
}

#[test]
fn a_stopped_clock_shifts_calendar_time_by_the_time_it_stood() {
    let mut run = pausing(days(10), ClockPause::WhileBlocked);
    run.at("2026-03-04 12:00").block("a", None);
    assert_eq!(run.due("a"), None);
    run.until("2026-03-20 00:00");
    assert!(run.when(|fact| *fact == Fact::NodeOverdue).is_empty(), "it cannot pass while it stands");
    run.at("2026-03-21 18:30").act("a", Act::Unblock);
    // It stood for 17 days, 6 hours and 30 minutes.
    assert_eq!(run.due("a"), Some(at("2026-03-29 15:30")));
    assert!(run.facts("a").contains(&Fact::ClockStopped) && run.facts("a").contains(&Fact::ClockRestarted));
}

#[test]
fn a_stopped_clock_keeps_the_working_time_that_was_left() {
    // 16 business hours: Monday and Tuesday. Stopped Tuesday 12:00 with 5 hours left, on again Saturday.
    let mut run =
        pausing(wf_plan::calendar::Duration::new(16, Unit::BusinessHours), ClockPause::WhileBlocked);
    assert_eq!(run.due("a"), Some(at("2026-03-03 17:00")));
    run.at("2026-03-03 12:00").block("a", None);
    run.at("2026-03-07 12:00").act("a", Act::Unblock);
    assert_eq!(run.due("a"), Some(at("2026-03-09 14:00")));
    // Ten business days: due Monday 16 March 09:00. Stopped Wednesday 12:00 to Friday 12:00: two days more.
    let mut run = pausing(business_days(10), ClockPause::WhileBlocked);
    assert_eq!(run.due("a"), Some(at("2026-03-16 09:00")));
    run.at("2026-03-04 12:00").block("a", None).at("2026-03-06 12:00").act("a", Act::Unblock);
    assert_eq!(run.due("a"), Some(at("2026-03-18 09:00")));
    // Blocked over the weekend only: no working time was lost.
    let mut run = pausing(business_days(10), ClockPause::WhileBlocked);
    run.at("2026-03-07 10:00").block("a", None).at("2026-03-08 10:00").act("a", Act::Unblock);
    assert_eq!(run.due("a"), Some(at("2026-03-16 09:00")));
}

#[test]
fn only_waiting_on_the_role_stops_that_clock() {
    let build = |on: Option<&str>| {
        let mut plan = Plan::new();
        let customer = plan.role("customer");
        plan.step("a", "r").deadline(days(10), CountFrom::OwnStart, ClockPause::WhileWaitingOn(customer));
        let mut run = plan.start(vec![]);
        run.block("a", on);
        run.due("a").is_none()
    };
    assert!(build(Some("customer")));
    assert!(!build(Some("boss")));
    assert!(!build(None));
}

#[test]
fn the_workflows_own_deadline_tells_the_process_owner() {
    let mut plan = Plan::new();
    plan.step("a", "r").due(days(5));
    plan.program.deadlines = plan.program.nodes[0].deadlines.clone();
    plan.program.deadlines[0].pause = ClockPause::WhileBlocked;
    plan.program.nodes[0].deadlines.clear();
    let mut run = plan.start(vec![]);
    run.at("2026-03-04 09:00").block("a", None);
    assert_eq!(wf_vm::view(&run.prepared, &run.state).due, wf_vm::view::Due::Paused);
    run.at("2026-03-05 09:00").act("a", Act::Unblock);
    run.until("2026-03-08 08:59");
    assert!(run.messages(Purpose::Escalation).is_empty());
    run.until("2026-03-08 09:00");
    assert_eq!(run.messages(Purpose::Escalation)[0].text, "The deadline has passed: The workflow.");
    assert_eq!(run.is("a"), Active);
}

#[test]
fn a_heads_up_counts_back_from_the_latest_source_not_settled() {
    let mut plan = Plan::new();
    plan.step("a", "r").due(days(10)).step("b", "r").due(days(20)).converge("both").after("a, b");
    plan.step("c", "finance").after("both");
    plan.last().heads_up = Some(days(2));
    let mut run = plan.start(vec![]);
    run.until("2026-03-20 08:59");
    assert!(run.messages(Purpose::HeadsUp).is_empty());
    run.until("2026-03-20 09:00");
    let sent = run.messages(Purpose::HeadsUp);
    assert_eq!((sent.len(), run.receiver(sent[0])), (1, "finance".to_owned()));
    assert_eq!(sent[0].text, "Coming up soon: c (The workflow).");
    // When `b` settles first, only `a` counts: 10 March.
    let mut run = plan.start(vec![]);
    run.complete("b").until("2026-03-10 09:00");
    assert_eq!(run.when(|fact| *fact == Fact::HeadsUpSent), [at("2026-03-10 09:00")]);
    // Past already: none is sent.
    let mut run = plan.start(vec![]);
    run.at("2026-03-11 09:00").complete("b").until("2026-04-01 09:00");
    assert!(run.messages(Purpose::HeadsUp).is_empty());
}

#[test]
fn no_heads_up_while_a_source_has_no_deadline_or_its_clock_stands() {
    let mut plan = Plan::new();
    plan.step("a", "r").deadline(days(10), CountFrom::OwnStart, ClockPause::WhileBlocked).step("b", "r");
    plan.step("c", "finance").after("a, b");
    plan.last().heads_up = Some(days(2));
    let mut run = plan.start(vec![]);
    assert_eq!(run.state.timers.len(), 1, "only the deadline of `a`: that of `b` is unknown");
    run.complete("b");
    assert_eq!(run.state.timers.len(), 2);
    run.at("2026-03-03 09:00").block("a", None);
    assert!(run.state.timers.is_empty());
    run.at("2026-03-04 09:00").act("a", Act::Unblock).until("2026-03-11 09:00");
    assert_eq!(run.when(|fact| *fact == Fact::HeadsUpSent), [at("2026-03-11 09:00")]);
}

#[test]
fn reminders_start_repeat_stop_and_end_at_the_deadline() {
    let build = |start, repeat, stop| {
        let mut plan = Plan::new();
        plan.step("a", "r").due(days(10)).reminder(start, repeat, stop);
        let mut run = plan.start(vec![]);
        run.until("2026-04-01 00:00");
        run.when(|fact| *fact == Fact::ReminderSent)
    };
    assert_eq!(build(Some(days(2)), None, None), [at("2026-03-10 09:00")]);
    assert_eq!(build(Some(days(2)), Some(days(1)), None), [at("2026-03-10 09:00"), at("2026-03-11 09:00")]);
    assert_eq!(build(None, Some(days(3)), Some(2)), [at("2026-03-05 09:00"), at("2026-03-08 09:00")]);
    assert_eq!(build(Some(days(12)), None, None), [], "before its start, and no repeat");
    assert_eq!(build(Some(days(11)), Some(days(5)), None), [at("2026-03-06 09:00"), at("2026-03-11 09:00")]);
}

#[test]
fn reminders_follow_a_moved_deadline() {
    let mut plan = Plan::new();
    plan.step("a", "r").deadline(days(10), CountFrom::OwnStart, ClockPause::WhileBlocked);
    plan.reminder(Some(days(1)), None, None);
    let mut run = plan.start(vec![]);
    run.at("2026-03-05 09:00").block("a", None).at("2026-03-08 09:00").act("a", Act::Unblock);
    run.until("2026-04-01 00:00");
    assert_eq!(run.when(|fact| *fact == Fact::ReminderSent), [at("2026-03-14 09:00")]);
}

#[test]
fn a_claimed_node_reminds_the_person() {
    let mut plan = Plan::new();
    plan.step("a", "r").due(days(10)).reminder(Some(days(1)), None, None);
    let mut run = plan.start(vec![]);
    run.act("a", Act::Claim).until("2026-03-11 09:00");
    assert_eq!(run.receiver(run.messages(Purpose::Reminder)[0]), "r-1");
}

#[test]
fn a_new_reason_may_stop_or_restart_the_clock() {
    let mut plan = Plan::new();
    let customer = plan.role("customer");
    plan.step("a", "r").deadline(days(10), CountFrom::OwnStart, ClockPause::WhileWaitingOn(customer));
    let mut run = plan.start(vec![]);
    run.block("a", Some("boss"));
    assert_eq!(run.due("a"), Some(at("2026-03-12 09:00")));
    run.at("2026-03-03 09:00").block("a", Some("customer"));
    assert_eq!(run.due("a"), None);
    run.at("2026-03-05 09:00").block("a", Some("boss"));
    assert_eq!(run.is("a"), Blocked);
    assert_eq!(run.due("a"), Some(at("2026-03-14 09:00")), "two days waiting on the customer");
}

#[test]
fn extending_a_stopped_clock_adds_to_what_is_left() {
    let mut plan = Plan::new();
    let words = plan.words("more time?");
    let question = ask(
        wf_plan::people::Who::ProcessOwner,
        words,
        vec![("Five more days", vec![wf_plan::ladder::Action::Extend(days(5))]), ("No", vec![])],
    );
    plan.step("a", "r").deadline(days(10), CountFrom::OwnStart, ClockPause::WhileBlocked);
    plan.ladder(wf_plan::ladder::Ladder {
        name: String::new(),
        on_silence: None,
        on_block: Some(days(1)),
        on_overdue: false,
        levels: vec![level(1, None, vec![], Some(question))],
    });
    let mut run = plan.start(vec![]);
    run.block("a", None).until("2026-03-04 09:00");
    let boss = run.actor("bo", "boss");
    run.answer(0, wf_vm::event::Answer::Alternative(0), boss);
    assert_eq!(run.due("a"), None, "it still stands");
    run.at("2026-03-06 09:00").act("a", Act::Unblock);
    // Ten days, five more, and the four it stood.
    assert_eq!(run.due("a"), Some(at("2026-03-21 09:00")));
}
