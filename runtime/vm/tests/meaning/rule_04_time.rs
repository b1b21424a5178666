//! Rule 4: due timers before events, in order, each at its own due time; a late worker changes nothing.

use super::support::*;
use wf_plan::ladder::Ladder;
use wf_plan::people::Who;
use wf_plan::plan::Summary;
use wf_plan::time::DAY_MS;
use wf_vm::effect::{Effect, Fact, Purpose, Record};
use wf_vm::event::Act;
use wf_vm::state::NodeState::*;
use wf_vm::{EventKind, next_due};

fn only_records(effects: &[Effect]) -> Vec<Record> {
    records(effects).into_iter().cloned().collect()
}

/// Reminders every working day, overdue after a week, an escalation after that, a summary on Mondays.
fn busy() -> Plan {
    let mut plan = Plan::new();
    plan.step("a", "legal").due(business_days(5)).reminder(
        Some(business_days(4)),
        Some(business_days(1)),
        None,
    );
    let one = plan.tell(Who::Owner, "one");
    let two = plan.tell(Who::ProcessOwner, "two");
    plan.ladder(Ladder {
        name: String::new(),
        on_silence: None,
        on_block: None,
        on_overdue: true,
        levels: vec![level(1, None, vec![one], None), level(2, Some(business_days(1)), vec![two], None)],
    });
    plan.pause("p", days(3)).step("b", "finance").after("p").due(days(1));
    plan.program.summaries.push(Summary {
        weekdays: [true, false, false, false, false, false, false],
        minute: 9 * 60,
        to: vec![],
        via: None,
    });
    plan
}

#[test]
fn a_late_worker_is_a_punctual_worker() {
    let plan = busy();
    let mut punctual = plan.start(vec![]);
    let end = at("2026-04-15 12:00");
    while let Some(due) = next_due(&punctual.state).filter(|due| *due <= end) {
        punctual.now = due;
        punctual.event(EventKind::Tick);
    }
    punctual.now = end;
    punctual.act("a", Act::Comment("late".into()));
    let mut late = plan.start(vec![]);
    late.now = end;
    late.act("a", Act::Comment("late".into()));
    assert_eq!(punctual.state, late.state);
    assert_eq!(only_records(&punctual.effects), only_records(&late.effects));
    let sent = |run: &Played| -> Vec<_> {
        run.effects.iter().filter(|effect| matches!(effect, Effect::Send(_))).cloned().collect()
    };
    assert_eq!(sent(&punctual), sent(&late));
}

#[test]
fn every_timer_is_handled_at_its_own_due_time() {
    let plan = busy();
    let mut run = plan.start(vec![]);
    run.until("2026-05-01 00:00");
    // Due Monday 9 March 09:00; the pause ended on Thursday, `b` was overdue a day later.
    assert_eq!(run.when(|fact| *fact == Fact::NodeOverdue), [at("2026-03-06 09:00"), at("2026-03-09 09:00")]);
    // Four working days before: Tuesday to Friday; none at the deadline or after it.
    assert_eq!(
        run.when(|fact| *fact == Fact::ReminderSent),
        ["2026-03-03 09:00", "2026-03-04 09:00", "2026-03-05 09:00", "2026-03-06 09:00"].map(at)
    );
    assert_eq!(
        run.when(|fact| matches!(fact, Fact::LadderLevel { .. })),
        [at("2026-03-09 09:00"), at("2026-03-10 09:00")]
    );
    assert_eq!(run.messages(Purpose::Summary).len(), 8, "eight Mondays after the start");
}

#[test]
fn timers_of_one_moment_fire_by_kind_then_file_order() {
    let mut plan = Plan::new();
    for name in ["a", "b"] {
        plan.step(name, "legal").due(days(2)).reminder(None, Some(days(1)), None);
        let tell = plan.tell(Who::Owner, "late");
        plan.ladder(Ladder {
            name: String::new(),
            on_silence: Some(days(2)),
            on_block: None,
            on_overdue: false,
            levels: vec![level(1, None, vec![tell], None)],
        });
    }
    plan.pause("p", days(2));
    let mut run = plan.start(vec![]);
    run.until("2026-03-04 09:00");
    let order: Vec<_> = records(run.new_effects())
        .iter()
        .filter(|row| row.at == at("2026-03-04 09:00"))
        .map(|row| (row.fact.clone(), row.place.unwrap().node.0))
        .collect();
    let trigger = Fact::LadderTriggered { ladder: 0, trigger: wf_vm::effect::Trigger::Silence };
    let other = Fact::LadderTriggered { ladder: 1, trigger: wf_vm::effect::Trigger::Silence };
    let expected = [
        (Fact::NodeOverdue, 0),
        (Fact::NodeOverdue, 1),
        (Fact::NodeCompleted, 2),
        (trigger, 0),
        (Fact::LadderLevel { ladder: 0, level: 1 }, 0),
        (other, 1),
        (Fact::LadderLevel { ladder: 1, level: 1 }, 1),
    ];
    assert_eq!(order, expected);
}

#[test]
fn event_times_never_decrease() {
    let mut plan = Plan::new();
    plan.step("a", "legal").step("b", "legal").after("a").due(days(1));
    let mut run = plan.start(vec![]);
    run.at("2026-03-05 09:00").complete("a");
    run.at("2026-03-02 09:00").act("b", Act::Claim);
    assert_eq!(run.records().last().unwrap().at, at("2026-03-05 09:00"));
    assert_eq!(run.state.now, at("2026-03-05 09:00"));
}

#[test]
fn a_refused_event_still_fires_what_is_due() {
    let mut plan = Plan::new();
    plan.step("a", "legal").due(days(1));
    let mut run = plan.start(vec![]);
    let stranger = run.actor("x", "nobody");
    run.at("2026-03-10 09:00").act_by("a", Act::Claim, stranger);
    assert!(run.refusal().is_some());
    assert_eq!(run.when(|fact| *fact == Fact::NodeOverdue), [at("2026-03-03 09:00")]);
}

#[test]
fn timers_the_world_knows_are_those_of_the_state() {
    let plan = busy();
    let mut run = plan.start(vec![]);
    for day in ["2026-03-03 10:00", "2026-03-06 09:30", "2026-03-20 09:00"] {
        run.until(day);
        let mut known = std::collections::BTreeMap::new();
        for effect in &run.effects {
            match effect {
                Effect::ArmTimer(timer) => assert!(known.insert(timer.id, timer.due).is_none()),
                Effect::CancelTimer(id) => assert!(known.remove(id).is_some()),
                _ => {}
            }
        }
        let own: std::collections::BTreeMap<_, _> =
            run.state.timers.iter().map(|timer| (timer.id, timer.due)).collect();
        assert_eq!(known, own);
    }
}

/// A year of daily reminders missed: all of them are worked off in one step.
#[test]
fn a_worker_that_missed_a_year_finishes() {
    let mut plan = Plan::new();
    plan.step("a", "legal").reminder(None, Some(days(1)), None);
    let mut run = plan.start(vec![]);
    run.now = wf_plan::Moment(monday().0 + 365 * DAY_MS);
    run.event(EventKind::Tick);
    assert_eq!(run.when(|fact| *fact == Fact::ReminderSent).len(), 365);
    assert!(next_due(&run.state).unwrap() > run.now);
}

/// More timers than one step fires: ticks go on where it stopped, other events are refused until then.
#[test]
fn what_one_step_cannot_fire_the_next_tick_does() {
    let mut plan = Plan::new();
    plan.step("a", "legal").reminder(
        None,
        Some(wf_plan::calendar::Duration::new(1, wf_plan::calendar::Unit::Minutes)),
        None,
    );
    let mut run = plan.start(vec![]);
    let fired = i64::from(wf_vm::step::MAX_FIRINGS);
    run.now = wf_plan::Moment(monday().0 + (fired + 10) * 60_000);
    let before = run.state.clone();
    run.act("a", Act::Comment("hello".into()));
    assert_eq!(run.refusal(), Some(wf_vm::effect::Refusal::CatchingUp));
    assert_ne!(run.state, before);
    assert!(next_due(&run.state).unwrap() <= run.now);
    run.event(EventKind::Tick);
    assert!(next_due(&run.state).unwrap() > run.now);
    assert_eq!(run.state.now, run.now);
    run.act("a", Act::Comment("hello".into()));
    assert_eq!(run.refusal(), None);
    assert_eq!(run.is("a"), Active);
}
