//! Messages: who gets them, when they count, and what quiet hours do.

use super::story::story;
use super::support::*;
use wf_plan::calendar::{Duration, QuietHours, QuietSpan, Unit};
use wf_plan::people::{Channel, Reach, Who};
use wf_plan::plan::ChannelId;
use wf_plan::scenario::StatementKind as Kind;

/// `r` is reached on slack, then email.
fn plan() -> Plan {
    let mut plan = Plan::new();
    for name in ["slack", "email"] {
        plan.program.channels.push(Channel {
            name: name.into(),
            kind: name.into(),
            carries_personal: true,
            carries_secret: true,
        });
    }
    plan.role("r");
    plan.program.roles[1].reach =
        vec![Reach { channel: ChannelId(0), address: None }, Reach { channel: ChannelId(1), address: None }];
    plan.step("a", "r").step("b", "s").after("a").due(days(4));
    plan.reminder(Some(days(2)), None, None);
    plan
}

#[test]
fn a_message_counts_by_role_channel_words_and_number() {
    let start = || story(&plan());
    start().message_with("r", Some("slack"), Some("a"), Some(1)).passes();
    let instead = "delivered since the start: to `r` via `slack` on Mon 2 Mar 2026 09:00: \
                   \"Your turn: a (The workflow).\"";
    assert_eq!(start().message("s").fails(), "nothing went to `s` since the start; 1 message went to `r`");
    assert_eq!(start().message_with("r", Some("email"), None, None).fails(), instead);
    assert_eq!(start().message_with("r", None, Some("invoice"), None).fails(), instead);
    let counted = format!("1 message came since the start; {instead}");
    assert_eq!(start().message_with("r", None, None, Some(2)).fails(), counted);
    let both = format!("{instead}; 1 went to `s`");
    assert_eq!(start().complete("a").message_with("r", None, Some("invoice"), None).fails(), both);
    assert_eq!(start().message("x").fails(), "there is no role `x`; there is `boss`, `r`, `s`");
    assert_eq!(
        start().message_with("r", Some("fax"), None, None).fails(),
        "no message can go via `fax`; there is `slack`, `email`"
    );
}

#[test]
fn expectations_in_a_row_look_at_the_same_messages() {
    story(&plan()).complete("a").message("r").message("s").message_with("s", None, None, Some(1)).passes();
}

#[test]
fn after_a_look_the_next_line_begins_anew() {
    let twice = story(&plan()).complete("a").message("s").wait(days(1)).message("s");
    assert_eq!(twice.fails(), "no message was delivered since line 13");
    // The reminder comes two days before the deadline; b started on Monday.
    story(&plan())
        .complete("a")
        .message("s")
        .wait(days(2))
        .message_with("s", None, Some("reminder"), Some(1))
        .passes();
    // Several lines that act count together while nobody has looked.
    story(&plan()).complete("a").wait(days(2)).message_with("s", None, None, Some(2)).passes();
}

#[test]
fn a_message_to_somebody_who_took_the_work_is_one_to_the_role() {
    let claim = |target| Kind::Acknowledge { target };
    story(&plan()).complete("a").acts("b", claim).message("s").wait(days(2)).message("s").passes();
}

#[test]
fn no_message_lets_the_time_pass() {
    let no_message = |length| Kind::ExpectNoMessage(length);
    let report = story(&plan()).complete("a").then("", no_message(days(1))).passes();
    assert_eq!(report.statements[1].when, "Tue 3 Mar 2026 09:00");
    assert_eq!(
        story(&plan()).complete("a").then("", no_message(days(2))).fails(),
        "to `s` on Wed 4 Mar 2026 09:00: \"reminder\""
    );
}

#[test]
fn quiet_hours_hold_a_message_back() {
    let mut plan = plan();
    let quiet =
        QuietHours { daily: vec![QuietSpan { from: 8 * 60, to: 10 * 60 }], weekends: false, holidays: false };
    plan.program.roles[1].quiet = Some(quiet);
    assert_eq!(
        story(&plan).message("r").fails(),
        "no message was delivered since the start; quiet hours hold back to `r` via `slack` on Mon 2 Mar 2026 10:00: \"Your turn: a (The workflow).\""
    );
    let report = story(&plan).wait(Duration::new(2, Unit::Hours)).message("r").passes();
    let shown: Vec<String> = report.scenes().map(|scene| format!("{} {}", scene.when, scene.what)).collect();
    assert_eq!(
        shown,
        [
            "Mon 2 Mar 2026 09:00 The workflow starts, by starter",
            "Mon 2 Mar 2026 09:00 a: started",
            "Mon 2 Mar 2026 10:00 work message to r via slack: \"Your turn: a (The workflow).\" [Done] [Blocked] [I have seen it]",
        ]
    );
}

#[test]
fn process_owner_and_starter_are_receivers() {
    let mut plan = plan();
    let boss = plan.tell(Who::ProcessOwner, "look");
    let starter = plan.tell(Who::Starter, "thank you");
    plan.last().on.start = vec![boss, starter];
    story(&plan)
        .by("r")
        .complete("a")
        .message("boss")
        .message("process owner")
        .message_with("starter", None, Some("thank"), Some(1))
        .passes();
}
