//! Rule 8: ladders: triggers, levels, acknowledgement, what stops them, questions and their alternatives.

use super::support::*;
use wf_plan::calendar::{QuietHours, QuietSpan};
use wf_plan::ladder::{Action, Ladder, Level};
use wf_plan::people::{Agent, Who};
use wf_vm::EventKind;
use wf_vm::effect::{Effect, Fact, Purpose, Refusal, Trigger};
use wf_vm::event::{Act, Answer, QuestionId};
use wf_vm::state::NodeState::*;

fn ladder(levels: Vec<Level>) -> Ladder {
    Ladder { name: "l".into(), on_silence: None, on_block: None, on_overdue: false, levels }
}

/// Level 1 tells the owner, level 2 a day later the boss, level 3 another day later the boss again.
fn told(plan: &mut Plan) -> Vec<Level> {
    let one = plan.tell(Who::Owner, "one");
    let two = plan.tell(Who::ProcessOwner, "two");
    let three = plan.tell(Who::ProcessOwner, "three");
    vec![
        level(1, None, vec![one], None),
        level(2, Some(days(1)), vec![two], None),
        level(3, Some(days(1)), vec![three], None),
    ]
}

fn levels(run: &Played) -> Vec<wf_plan::Moment> {
    run.when(|fact| matches!(fact, Fact::LadderLevel { .. }))
}

fn silent_step() -> Plan {
    let mut plan = Plan::new();
    let levels = told(&mut plan);
    plan.step("a", "r").due(days(30));
    plan.ladder(Ladder { on_silence: Some(days(3)), on_overdue: true, ..ladder(levels) });
    plan
}

#[test]
fn silence_climbs_level_by_level_each_counted_from_the_one_before() {
    let mut run = silent_step().start(vec![]);
    run.until("2026-03-20 00:00");
    assert_eq!(levels(&run), ["2026-03-05 09:00", "2026-03-06 09:00", "2026-03-07 09:00"].map(at));
    let texts: Vec<_> =
        run.messages(Purpose::Escalation).iter().map(|message| message.text.clone()).collect();
    assert_eq!(texts, ["one", "two", "three"]);
}

#[test]
fn any_act_counts_silence_anew_and_stops_a_ladder() {
    let mut run = silent_step().start(vec![]);
    run.at("2026-03-04 09:00").act("a", Act::Comment("working on it".into()));
    run.until("2026-03-07 08:59");
    assert!(levels(&run).is_empty());
    run.until("2026-03-07 09:00");
    assert_eq!(levels(&run).len(), 1);
    run.at("2026-03-07 12:00").act("a", Act::Claim);
    assert!(run.facts("a").contains(&Fact::LadderStopped { ladder: 0 }));
    run.until("2026-03-10 11:59");
    assert_eq!(levels(&run).len(), 1);
    run.until("2026-03-10 12:00");
    assert_eq!(levels(&run).len(), 2, "from level 1 again");
    assert_eq!(run.messages(Purpose::Escalation)[1].text, "one");
}

#[test]
fn acknowledging_delays_the_next_level_once_by_its_after() {
    let mut run = silent_step().start(vec![]);
    run.at("2026-03-05 12:00").act("a", Act::Acknowledge);
    run.at("2026-03-05 13:00").act("a", Act::Acknowledge);
    run.until("2026-03-07 08:59");
    assert_eq!(levels(&run).len(), 1);
    run.until("2026-03-07 09:00");
    assert_eq!(levels(&run).len(), 2, "6 March, and a day more");
    run.until("2026-03-08 09:00");
    assert_eq!(levels(&run).len(), 3);
}

#[test]
fn silence_does_not_count_while_blocked() {
    let mut plan = Plan::new();
    let levels_told = told(&mut plan);
    plan.step("a", "r");
    plan.ladder(Ladder { on_silence: Some(days(3)), ..ladder(levels_told) });
    let mut run = plan.start(vec![]);
    run.at("2026-03-03 09:00").block("a", None);
    run.until("2026-03-20 09:00");
    assert!(levels(&run).is_empty());
    run.act("a", Act::Unblock);
    run.until("2026-03-23 09:00");
    assert_eq!(levels(&run), [at("2026-03-23 09:00")]);
}

#[test]
fn a_block_triggers_after_its_time_and_further_triggers_are_only_recorded() {
    let mut plan = Plan::new();
    let levels_told = told(&mut plan);
    plan.step("a", "r").due(days(2));
    plan.ladder(Ladder { on_block: Some(days(1)), on_overdue: true, ..ladder(levels_told) });
    let mut run = plan.start(vec![]);
    run.at("2026-03-02 10:00").block("a", None);
    run.until("2026-03-04 09:30");
    let triggers: Vec<_> = run
        .facts("a")
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::LadderTriggered { trigger, .. } => Some(trigger),
            _ => None,
        })
        .collect();
    assert_eq!(triggers, [Trigger::Block, Trigger::Overdue]);
    assert_eq!(levels(&run).len(), 1);
    // Unblocking is an act: it stops the ladder; overdue does not come again by itself.
    run.act("a", Act::Unblock);
    run.until("2026-04-01 00:00");
    assert_eq!(levels(&run).len(), 1);
    // A new block counts from itself.
    run.block("a", None).until("2026-04-02 00:00");
    assert_eq!(levels(&run).len(), 2);
}

#[test]
fn overdue_comes_again_only_after_a_new_deadline_passes() {
    let mut plan = Plan::new();
    let extend = vec![Action::Extend(days(2))];
    let words = plan.words("more time?");
    let question = ask(Who::ProcessOwner, words, vec![("Two more days", extend), ("No", vec![])]);
    plan.step("a", "r").due(days(1));
    plan.ladder(Ladder { on_overdue: true, ..ladder(vec![level(1, None, vec![], Some(question))]) });
    let mut run = plan.start(vec![]);
    run.until("2026-03-03 12:00");
    let boss = run.actor("bo", "boss");
    run.answer(0, Answer::Alternative(0), boss);
    assert_eq!(run.refusal(), None);
    // The deadline had passed, so two days count from the answer.
    assert_eq!(run.due("a"), Some(at("2026-03-05 12:00")));
    assert_eq!(run.when(|fact| *fact == Fact::NodeOverdue), [at("2026-03-03 09:00")]);
    run.until("2026-03-06 00:00");
    assert_eq!(run.when(|fact| *fact == Fact::NodeOverdue), [at("2026-03-03 09:00"), at("2026-03-05 12:00")]);
    assert_eq!(run.state.questions.len(), 1);
}

fn asking(within: Option<i64>, otherwise: Option<u16>, next: bool) -> Plan {
    let mut plan = Plan::new();
    let words = plan.words("what now?");
    let note = plan.tell(Who::Owner, "please retry");
    let mut question = ask(
        Who::ProcessOwner,
        words,
        vec![
            ("Go on", vec![Action::Resume, note]),
            ("Skip it", vec![Action::Skip]),
            ("Done", vec![Action::Complete]),
        ],
    );
    question.decide_within = within.map(days);
    question.otherwise = otherwise;
    question.suggest = 2;
    let mut levels = vec![level(1, None, vec![], Some(question))];
    if next {
        let tell = plan.tell(Who::ProcessOwner, "no decision");
        levels.push(level(2, None, vec![tell], None));
    }
    plan.step("a", "r").form("size", scalar(wf_plan::value::Scalar::Number), false);
    plan.ladder(Ladder { on_block: Some(days(1)), ..ladder(levels) });
    plan.step("b", "r").after("a");
    plan.program.agent = Some(Agent {
        topics: vec![],
        drafts: false,
        suggests: true,
        carries_personal: false,
        calls_per_day: None,
    });
    plan
}

fn asked(plan: &Plan) -> Played {
    let mut run = plan.start(vec![]);
    run.block("a", None).until("2026-03-03 09:00");
    assert_eq!(run.state.questions.len(), 1);
    run
}

#[test]
fn an_alternative_is_taken_whole_and_closes_the_question() {
    let mut run = asked(&asking(None, None, false));
    let boss = run.actor("bo", "boss");
    run.answer(0, Answer::Alternative(0), boss.clone());
    assert_eq!(run.is("a"), Active);
    assert_eq!(run.new_messages(Purpose::Escalation)[0].text, "please retry");
    assert!(
        run.new_effects()
            .iter()
            .any(|effect| matches!(effect, Effect::Withdraw { answer, .. } if answer == "Go on (bo)"))
    );
    run.answer(0, Answer::Alternative(1), boss);
    assert_eq!(run.refusal(), Some(Refusal::QuestionClosed), "a late answer is refused politely");
}

#[test]
fn an_alternative_that_cannot_be_taken_whole_is_not_taken_at_all() {
    let mut run = asked(&asking(None, None, false));
    let boss = run.actor("bo", "boss");
    let before = run.state.clone();
    run.answer(0, Answer::Alternative(2), boss.clone());
    assert_eq!(run.refusal(), Some(Refusal::FieldMissing { field: "size".into() }));
    assert_eq!(run.state, before);
    run.answer(0, Answer::Alternative(9), boss);
    assert_eq!(run.refusal(), Some(Refusal::NoSuchAlternative));
    let eve = run.actor("eve", "r");
    run.answer(0, Answer::Alternative(0), eve);
    assert_eq!(run.refusal(), Some(Refusal::NotYourRole));
}

#[test]
fn skipping_by_an_alternative_is_a_persons_skip() {
    let mut run = asked(&asking(None, None, false));
    let boss = run.actor("bo", "boss");
    run.answer(0, Answer::Alternative(1), boss);
    assert_eq!(run.are(&["a", "b"]), [SkippedByPerson, Active]);
}

#[test]
fn acts_and_leaving_withdraw_questions() {
    let mut run = asked(&asking(None, None, false));
    run.act("a", Act::Comment("still at it".into()));
    assert!(run.state.questions.is_empty());
    let mut run = asked(&asking(None, None, false));
    run.act("a", Act::Complete(vec![number(1)]));
    assert!(run.new_effects().iter().any(|effect| matches!(effect, Effect::Withdraw { .. })));
    let boss = run.actor("bo", "boss");
    run.answer(0, Answer::Alternative(0), boss);
    assert_eq!(run.refusal(), Some(Refusal::QuestionClosed));
}

#[test]
fn when_time_is_up_the_otherwise_is_taken_by_nobody() {
    let mut run = asked(&asking(Some(2), Some(1), true));
    run.until("2026-03-05 09:00");
    assert_eq!(run.is("a"), SkippedByPerson);
    let answered = Fact::QuestionAnswered { question: QuestionId(0), alternative: Some(1) };
    let row = run.records().into_iter().find(|row| row.fact == answered).unwrap();
    assert_eq!(row.by, None);
    assert!(run.facts("a").contains(&Fact::QuestionExpired { question: QuestionId(0) }));
}

#[test]
fn without_otherwise_the_next_level_comes_at_once_and_the_question_can_still_be_answered() {
    let mut run = asked(&asking(Some(2), None, true));
    run.until("2026-03-05 09:00");
    assert_eq!(levels(&run), [at("2026-03-03 09:00"), at("2026-03-05 09:00")]);
    let boss = run.actor("bo", "boss");
    run.answer(0, Answer::Alternative(0), boss);
    assert_eq!(run.is("a"), Active);
}

#[test]
fn on_the_last_level_the_question_stays_open_as_an_incident() {
    let mut run = asked(&asking(Some(2), None, false));
    run.until("2026-03-10 09:00");
    assert!(run.state.questions[0].expired);
    assert_eq!(run.messages(Purpose::Incident)[0].text, "Nobody has decided in time: a (The workflow).");
    assert!(wf_vm::view(&run.prepared, &run.state).questions[0].expired);
}

#[test]
fn suggestions_and_own_words_are_words() {
    let mut run = asked(&asking(None, None, false));
    assert!(
        run.new_effects().iter().any(|effect| matches!(effect, Effect::CallAgent(call) if call.suggest == 2))
    );
    let suggestions = vec!["Call them".to_owned(), "Visit them".into(), "Sue them".into()];
    run.event(EventKind::Suggested { question: QuestionId(0), suggestions });
    assert_eq!(
        run.state.questions[0].suggestions,
        ["Call them", "Visit them"],
        "as many as the question allows"
    );
    assert_eq!(run.new_messages(Purpose::Question)[0].buttons.len(), 5);
    let boss = run.actor("bo", "boss");
    run.answer(0, Answer::Suggestion(1), boss.clone());
    assert_eq!(run.is("a"), Blocked, "words change no state");
    assert_eq!(run.new_messages(Purpose::Notice)[0].text, "bo answered about a: Visit them");
    assert_eq!(run.receiver(run.new_messages(Purpose::Notice)[0]), "r-1");
    run.answer(0, Answer::Suggestion(2), boss.clone());
    assert_eq!(run.refusal(), Some(Refusal::NoSuchAlternative));
    run.answer(0, Answer::Words("I will ask around".into()), boss);
    assert_eq!(run.refusal(), None);
    assert_eq!(run.state.questions.len(), 1, "the question is still open");
}

#[test]
fn quiet_hours_delay_the_message_and_not_the_level() {
    let mut plan = silent_step();
    let role = plan.role("r");
    plan.program.roles[role.index()].quiet =
        Some(QuietHours { daily: vec![QuietSpan { from: 8 * 60, to: 12 * 60 }], ..QuietHours::default() });
    let mut run = plan.start(vec![]);
    run.until("2026-03-06 09:00");
    let told = run.messages(Purpose::Escalation);
    assert_eq!(told[0].not_before, at("2026-03-05 12:00"));
    assert_eq!(levels(&run), [at("2026-03-05 09:00"), at("2026-03-06 09:00")]);
    // The boss has no quiet hours.
    assert_eq!(told[1].not_before, at("2026-03-06 09:00"));
}

#[test]
fn several_ladders_climb_by_themselves() {
    let mut plan = Plan::new();
    let (one, two) = (told(&mut plan), told(&mut plan));
    plan.step("a", "r").due(days(2));
    plan.ladder(Ladder { on_silence: Some(days(1)), ..ladder(one) });
    plan.ladder(Ladder { on_overdue: true, ..ladder(two) });
    let mut run = plan.start(vec![]);
    run.until("2026-03-04 09:00");
    let climbed: Vec<_> = run
        .facts("a")
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::LadderLevel { ladder, level } => Some((ladder, level)),
            _ => None,
        })
        .collect();
    // Overdue (a deadline) fires before the escalation of the same moment.
    assert_eq!(climbed, [(0, 1), (1, 1), (0, 2)]);
}

/// A question with `decide within` under a level with an `after` of its own: whichever comes first.
fn both(within: i64, after: i64) -> Played {
    let mut plan = Plan::new();
    let words = plan.words("what now?");
    let mut question = ask(Who::ProcessOwner, words, vec![("Go on", vec![]), ("Stop", vec![])]);
    question.decide_within = Some(days(within));
    let two = plan.tell(Who::ProcessOwner, "two");
    let three = plan.tell(Who::ProcessOwner, "three");
    plan.step("a", "r");
    plan.ladder(Ladder {
        on_silence: Some(days(1)),
        ..ladder(vec![
            level(1, None, vec![], Some(question)),
            level(2, Some(days(after)), vec![two], None),
            level(3, Some(days(10)), vec![three], None),
        ])
    });
    let mut run = plan.start(vec![]);
    run.until("2026-04-01 09:00");
    run
}

#[test]
fn with_after_and_decide_within_the_earlier_brings_the_level() {
    let run = both(3, 1);
    assert_eq!(levels(&run), ["2026-03-03 09:00", "2026-03-04 09:00", "2026-03-14 09:00"].map(at));
    let run = both(1, 3);
    assert_eq!(levels(&run), ["2026-03-03 09:00", "2026-03-04 09:00", "2026-03-14 09:00"].map(at));
    for run in [both(3, 1), both(1, 3)] {
        assert!(run.messages(Purpose::Incident).is_empty());
        assert_eq!(run.messages(Purpose::Escalation).len(), 2, "each level once");
    }
}

#[test]
fn own_words_acknowledge() {
    let mut plan = Plan::new();
    let words = plan.words("what now?");
    let question = ask(Who::ProcessOwner, words, vec![("Go on", vec![]), ("Stop", vec![])]);
    let two = plan.tell(Who::ProcessOwner, "two");
    plan.step("a", "r");
    let levels_asked = vec![level(1, None, vec![], Some(question)), level(2, Some(days(2)), vec![two], None)];
    plan.ladder(Ladder { on_silence: Some(days(1)), ..ladder(levels_asked) });
    let mut run = plan.start(vec![]);
    let boss = run.actor("bo", "boss");
    run.until("2026-03-04 09:00").answer(0, Answer::Words("I will look into it".into()), boss);
    run.until("2026-03-07 08:59");
    assert_eq!(levels(&run).len(), 1);
    run.until("2026-03-07 09:00");
    assert_eq!(levels(&run).len(), 2, "5 March, and two days more");
}
