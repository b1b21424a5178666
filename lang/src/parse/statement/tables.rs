//! The tables of statements: what may stand in each kind of block.
//!
//! Node clauses are one table for all nodes: whether a clause fits its node is the compiler's question (WF006).
//! Invariant: within one block a first word stands once, which a test of the parent holds.

use super::Body::{May, Must, No};
use super::{BlockKind, Body, Entry};
use crate::parse::grammar::Rule;

const fn entry(word: &'static str, rule: Rule, body: Body) -> Entry {
    Entry { word, rule, body }
}

static FILE: &[Entry] = &[
    entry("use", Rule::use_, No),
    entry("enum", Rule::enum_, Must(BlockKind::Values)),
    entry("record", Rule::record, Must(BlockKind::Fields)),
    entry("let", Rule::let_, No),
    entry("calendar", Rule::calendar, Must(BlockKind::Calendar)),
    entry("role", Rule::role, May(BlockKind::Role)),
    entry("channel", Rule::channel, May(BlockKind::Channel)),
    entry("system", Rule::system, May(BlockKind::System)),
    entry("reminder", Rule::reminder, Must(BlockKind::Reminder)),
    entry("escalation", Rule::escalation, Must(BlockKind::Escalation)),
    entry("message", Rule::message, May(BlockKind::Message)),
    entry("workflow", Rule::workflow, Must(BlockKind::Workflow)),
    entry("policy", Rule::policy, Must(BlockKind::Policy)),
    entry("test", Rule::test, Must(BlockKind::Test)),
];

pub(super) static NODES: &[Entry] = &[
    entry("step", Rule::step, Must(BlockKind::Node)),
    entry("decision", Rule::decision, Must(BlockKind::Node)),
    entry("converge", Rule::converge, Must(BlockKind::Node)),
    entry("wait", Rule::wait, Must(BlockKind::Node)),
    entry("pause", Rule::pause, Must(BlockKind::Node)),
    entry("run", Rule::run, Must(BlockKind::Node)),
    entry("outcome", Rule::outcome, May(BlockKind::Outcome)),
];

static WORKFLOW: &[Entry] = &[
    entry("version", Rule::version, No),
    entry("running", Rule::running_instances, No),
    entry("title", Rule::title_clause, No),
    entry("reference", Rule::reference, No),
    entry("one", Rule::one_per, No),
    entry("starts", Rule::starts, No),
    entry("calendar", Rule::calendar_clause, No),
    entry("deadline", Rule::deadline, No),
    entry("process", Rule::process_owner, No),
    entry("summary", Rule::summary, No),
    entry("tags", Rule::tags, No),
    entry("seen", Rule::seen_by, No),
    entry("remind", Rule::remind, May(BlockKind::Reminder)),
    entry("escalate", Rule::escalate, May(BlockKind::Escalation)),
    entry("agent", Rule::agent, Must(BlockKind::Agent)),
    entry("input", Rule::input, Must(BlockKind::Fields)),
];

static NODE: &[Entry] = &[
    entry("owner", Rule::owner, No),
    entry("after", Rule::after, No),
    entry("when", Rule::when, No),
    entry("tags", Rule::tags, No),
    entry("was", Rule::was, No),
    entry("deadline", Rule::deadline, No),
    entry("heads", Rule::heads_up, No),
    entry("remind", Rule::remind, May(BlockKind::Reminder)),
    entry("escalate", Rule::escalate, May(BlockKind::Escalation)),
    entry("on", Rule::on_event, Must(BlockKind::Effects)),
    entry("seen", Rule::seen_by, No),
    entry("form", Rule::form, Must(BlockKind::Fields)),
    entry("takes", Rule::takes, No),
    entry("say", Rule::say, No),
    entry("different", Rule::different_person, No),
    entry("optional", Rule::optional, No),
    entry("for", Rule::for_line, No),
    entry("settles", Rule::settles_when, No),
    entry("redo", Rule::redo, No),
    entry("option", Rule::option_clause, No),
    entry("if", Rule::if_late, No),
    entry("until", Rule::pause_until, No),
    entry("workflow", Rule::run_workflow, No),
    entry("with", Rule::with_clause, No),
];

static EFFECTS: &[Entry] = &[
    entry("set", Rule::set, No),
    entry("note", Rule::note, No),
    entry("tell", Rule::tell, No),
    entry("call", Rule::call, No),
    entry("start", Rule::start_workflow, No),
];

static ACTIONS: &[Entry] = &[
    entry("resume", Rule::resume, No),
    entry("complete", Rule::complete_action, No),
    entry("skip", Rule::skip_action, No),
    entry("extend", Rule::extend_deadline, No),
    entry("reassign", Rule::reassign_to, No),
    entry("choose", Rule::choose_action, No),
    entry("outcome", Rule::outcome_action, No),
];

static ESCALATION: &[Entry] =
    &[entry("on", Rule::trigger, No), entry("level", Rule::level, Must(BlockKind::Level))];

static LEVEL: &[Entry] = &[
    entry("tell", Rule::tell, No),
    entry("ask", Rule::ask, Must(BlockKind::Ask)),
    entry("decide", Rule::decide_within, No),
];

static ASK: &[Entry] = &[
    entry("alternative", Rule::alternative, May(BlockKind::Actions)),
    entry("suggest", Rule::suggest, No),
    entry("decide", Rule::decide_within, No),
];

static REMINDER: &[Entry] = &[
    entry("start", Rule::reminder_start, No),
    entry("repeat", Rule::reminder_repeat, No),
    entry("stop", Rule::reminder_stop, No),
    entry("to", Rule::reminder_to, No),
    entry("via", Rule::reminder_via, No),
    entry("say", Rule::reminder_say, No),
];

static CALENDAR: &[Entry] = &[
    entry("time", Rule::time_zone, No),
    entry("working", Rule::working, No),
    entry("holiday", Rule::holiday, No),
    entry("holidays", Rule::holidays_of, No),
    entry("closed", Rule::closed, No),
    entry("half", Rule::half_day, No),
];

static ROLE: &[Entry] = &[
    entry("external", Rule::external, No),
    entry("reach", Rule::reach, No),
    entry("deputy", Rule::deputy, No),
    entry("quiet", Rule::quiet, No),
    entry("calendar", Rule::calendar_clause, No),
    entry("speaks", Rule::speaks, No),
    entry("one", Rule::one_person, No),
    entry("people", Rule::people, No),
];

static CHANNEL: &[Entry] = &[entry("carries", Rule::carries, No)];

static SYSTEM: &[Entry] = &[
    entry("carries", Rule::carries, No),
    entry("field", Rule::system_field, No),
    entry("event", Rule::system_event, May(BlockKind::Fields)),
];

static AGENT: &[Entry] = &[
    entry("topics", Rule::agent_topics, No),
    entry("drafts", Rule::agent_drafts, No),
    entry("suggests", Rule::agent_suggests, No),
    entry("carries", Rule::carries, No),
    entry("at", Rule::agent_limit, No),
];

static MESSAGE: &[Entry] = &[entry("template", Rule::template, No)];

static POLICY: &[Entry] = &[
    entry("applies", Rule::applies_to, No),
    entry("always", Rule::always_before, No),
    entry("never", Rule::never_with, No),
    entry("completing", Rule::leads_to, No),
    entry("every", Rule::every, No),
    entry("different", Rule::different_people, No),
    entry("no", Rule::no_personal_data, No),
];

static TEST: &[Entry] = &[
    entry("start", Rule::test_start, No),
    entry("complete", Rule::test_complete, No),
    entry("block", Rule::test_block, No),
    entry("unblock", Rule::test_unblock, No),
    entry("skip", Rule::test_skip, No),
    entry("comment", Rule::test_comment, No),
    entry("reassign", Rule::test_reassign, No),
    entry("acknowledge", Rule::test_acknowledge, No),
    entry("claim", Rule::test_claim, No),
    entry("release", Rule::test_release, No),
    entry("choose", Rule::test_choose, No),
    entry("answer", Rule::test_answer, No),
    entry("correct", Rule::test_correct, No),
    entry("reopen", Rule::test_reopen, No),
    entry("event", Rule::test_event, No),
    entry("wait", Rule::wait_line, No),
    entry("expect", Rule::expect, No),
];

pub(super) static FIELD: Entry = entry("", Rule::field, No);
pub(super) static VALUE: Entry = entry("", Rule::enum_value, No);

/// Every kind of block, with its tables in the order they are searched.
pub(super) static BLOCKS: &[(BlockKind, &[&[Entry]])] = &[
    (BlockKind::File, &[FILE]),
    (BlockKind::Workflow, &[WORKFLOW, NODES]),
    (BlockKind::Node, &[NODE]),
    (BlockKind::Outcome, &[EFFECTS, NODE]),
    (BlockKind::Effects, &[EFFECTS]),
    (BlockKind::Actions, &[ACTIONS, EFFECTS]),
    (BlockKind::Escalation, &[ESCALATION]),
    (BlockKind::Level, &[LEVEL]),
    (BlockKind::Ask, &[ASK]),
    (BlockKind::Reminder, &[REMINDER]),
    (BlockKind::Calendar, &[CALENDAR]),
    (BlockKind::Role, &[ROLE]),
    (BlockKind::Channel, &[CHANNEL]),
    (BlockKind::System, &[SYSTEM]),
    (BlockKind::Agent, &[AGENT]),
    (BlockKind::Message, &[MESSAGE]),
    (BlockKind::Policy, &[POLICY]),
    (BlockKind::Test, &[TEST]),
];
