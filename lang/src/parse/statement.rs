//! Which statements stand in which block: the first word of a statement, its rule, and its block.
//!
//! Every table is data, so that a misspelt word can be compared with what may stand at its place. Node
//! clauses are one table for all nodes: whether a clause fits its node is the compiler's question (WF006).
//! Invariant: within one block a first word stands once.

use super::grammar::Rule;
use Body::{May, Must, No};

/// What a block holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BlockKind {
    File,
    Workflow,
    Node,
    Outcome,
    Effects,
    Actions,
    Escalation,
    Level,
    Ask,
    Reminder,
    Calendar,
    Role,
    Channel,
    System,
    Agent,
    Message,
    Policy,
    Test,
    /// `name: type`, by commas too.
    Fields,
    /// Names, by commas too.
    Values,
    /// The block of something that was not understood: nothing in it is judged.
    Unknown,
}

/// Whether a statement has a block, and of what kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Body {
    No,
    May(BlockKind),
    Must(BlockKind),
}

/// One statement: its first word, its rule, its block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub(super) word: &'static str,
    pub(super) rule: Rule,
    pub(super) body: Body,
}

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

static NODES: &[Entry] = &[
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

static FIELD: Entry = entry("", Rule::field, No);
static VALUE: Entry = entry("", Rule::enum_value, No);

/// Every kind of block, with its tables in the order they are searched.
static BLOCKS: &[(BlockKind, &[&[Entry]])] = &[
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

/// What the first word of a statement tells.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    /// A statement of this block.
    Entry(Entry),
    /// Almost one: the word was probably meant.
    Misspelt(Entry),
    /// One whose first word and name lack the blank between them: `stepreview`.
    Glued(Entry),
    /// A statement of other blocks only.
    Elsewhere(BlockKind),
    /// Nothing the language knows.
    Unknown,
}

impl BlockKind {
    fn entries(self) -> impl Iterator<Item = Entry> {
        let tables =
            BLOCKS.iter().filter(move |(kind, _)| *kind == self).flat_map(|(_, tables)| tables.iter());
        tables.flat_map(|table| table.iter().copied())
    }

    /// Whether commas part its statements too.
    pub(super) fn is_list(self) -> bool {
        matches!(self, Self::Fields | Self::Values)
    }

    /// What stands in such a block, in words.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::File => "the file",
            Self::Workflow => "a workflow",
            Self::Node => "a step, decision or other node",
            Self::Outcome => "an outcome",
            Self::Effects => "the effects of `on …`",
            Self::Actions => "an alternative",
            Self::Escalation => "an escalation",
            Self::Level => "a level of an escalation",
            Self::Ask => "a question",
            Self::Reminder => "a reminder",
            Self::Calendar => "a calendar",
            Self::Role => "a role",
            Self::Channel => "a channel",
            Self::System => "a system",
            Self::Agent => "an agent",
            Self::Message => "a message",
            Self::Policy => "a policy",
            Self::Test => "a test",
            Self::Fields => "a list of fields",
            Self::Values => "a list of values",
            Self::Unknown => "this block",
        }
    }

    /// The words a statement may begin with here, in order.
    pub(super) fn words(self) -> Vec<&'static str> {
        self.entries().map(|entry| entry.word).collect()
    }
}

/// Finds the statement that `word` begins in a block.
pub(super) fn find(block: BlockKind, word: &str) -> Found {
    match block {
        BlockKind::Fields => return Found::Entry(FIELD),
        BlockKind::Values => return Found::Entry(VALUE),
        BlockKind::Unknown => return Found::Unknown,
        _ => {}
    }
    if let Some(entry) = block.entries().find(|entry| entry.word == word) {
        return Found::Entry(entry);
    }
    // A node at the top of the file is read as a node, so that its block is understood.
    if block == BlockKind::File
        && let Some(entry) = NODES.iter().find(|entry| entry.word == word)
    {
        return Found::Entry(*entry);
    }
    let elsewhere = BLOCKS.iter().find(|(kind, _)| kind.entries().any(|entry| entry.word == word));
    if let Some((kind, _)) = elsewhere {
        return Found::Elsewhere(*kind);
    }
    if let Some(meant) = closest(word, block.entries().map(|entry| entry.word)) {
        return block.entries().find(|entry| entry.word == meant).map_or(Found::Unknown, Found::Misspelt);
    }
    let glued = block.entries().find(|entry| entry.word.len() > 2 && word.starts_with(entry.word));
    glued.map_or(Found::Unknown, Found::Glued)
}

/// Whether statements of some block begin with this word.
pub(crate) fn is_first_word(word: &str) -> bool {
    BLOCKS.iter().any(|(kind, _)| kind.entries().any(|entry| entry.word == word))
}

/// The word closest to `word`, if one is close enough to be meant.
pub(crate) fn closest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    // Long input is never a misspelt keyword, and the distance costs its square.
    if word.len() > 24 || word.len() < 2 {
        return None;
    }
    let allowed = if word.len() <= 3 { 1 } else { 2 };
    let lower = word.to_lowercase();
    words
        .map(|candidate| (strsim::osa_distance(&lower, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= allowed && *distance * 2 < candidate.len().max(word.len())
        })
        .min_by_key(|(distance, candidate)| (*distance, !same_first_letter(&lower, candidate)))
        .map(|(_, candidate)| candidate)
}

fn same_first_letter(word: &str, other: &str) -> bool {
    word.as_bytes().first() == other.as_bytes().first()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_word_stands_once_in_each_block() {
        for (kind, _) in BLOCKS {
            let mut words = kind.words();
            words.sort_unstable();
            let count = words.len();
            words.dedup();
            assert_eq!(words.len(), count, "{kind:?}");
        }
    }

    #[test]
    fn misspelt_words_find_their_statement() {
        assert!(matches!(find(BlockKind::Workflow, "stpe"), Found::Misspelt(entry) if entry.word == "step"));
        assert!(
            matches!(find(BlockKind::Node, "deadlin"), Found::Misspelt(entry) if entry.word == "deadline")
        );
        assert!(matches!(find(BlockKind::Workflow, "owner"), Found::Elsewhere(BlockKind::Node)));
        assert!(matches!(find(BlockKind::Workflow, "banana"), Found::Unknown));
    }
}
