//! The facts of the trail in words, as auditors and SQL read them, and why an act was refused.
//!
//! Invariant: the words are part of the stored data; a fact that was ever written under a name keeps it.

use wf_plan::plan::Program;
use wf_vm::EventKind;
use wf_vm::effect::{Fact, Refusal, TimerKind, Trigger};
use wf_vm::event::Act;

/// The fact that ends the trail of an instance whose person was erased.
pub const SUBJECT_ERASED: &str = "subject erased";

/// A fact in words.
#[must_use]
pub fn words(fact: &Fact) -> &'static str {
    match fact {
        Fact::InstanceStarted => "instance started",
        Fact::NodeStarted => "started",
        Fact::NodeNotTaken => "not taken",
        Fact::NodeClaimed => "claimed",
        Fact::NodeReleased => "released",
        Fact::NodeCompleted => "completed",
        Fact::NodeArrived => "arrived",
        Fact::NodeSkippedByRule => "skipped by rule",
        Fact::NodeSkippedByPerson => "skipped by a person",
        Fact::NodeLate => "late",
        Fact::NodeBlocked => "blocked",
        Fact::NodeUnblocked => "unblocked",
        Fact::NodeReassigned => "reassigned",
        Fact::NodeReset => "reset",
        Fact::NodeCancelled => "cancelled",
        Fact::NodeOverdue => "overdue",
        Fact::VoteCast { .. } => "vote cast",
        Fact::OptionChosen { .. } => "option chosen",
        Fact::NobodyChose { .. } => "nobody chose",
        Fact::Commented => "commented",
        Fact::Acknowledged => "acknowledged",
        Fact::DeadlineSet { .. } => "deadline set",
        Fact::DeadlineExtended { .. } => "deadline extended",
        Fact::ClockStopped => "clock stopped",
        Fact::ClockRestarted => "clock restarted",
        Fact::ReminderSent => "reminder sent",
        Fact::HeadsUpSent => "heads-up sent",
        Fact::LadderTriggered { trigger: Trigger::Silence, .. } => "escalation: silence",
        Fact::LadderTriggered { trigger: Trigger::Block, .. } => "escalation: blocked",
        Fact::LadderTriggered { trigger: Trigger::Overdue, .. } => "escalation: overdue",
        Fact::LadderLevel { .. } => "escalation level",
        Fact::LadderStopped { .. } => "escalation stopped",
        Fact::QuestionAsked { .. } => "question asked",
        Fact::QuestionAnswered { .. } => "question answered",
        Fact::QuestionExpired { .. } => "question expired",
        Fact::QuestionWithdrawn { .. } => "question withdrawn",
        Fact::SuggestionsAdded { .. } => "suggestions added",
        Fact::FieldCorrected => "field corrected",
        Fact::FormFilled => "form filled",
        Fact::StepReopened => "reopened",
        Fact::RedoTaken { .. } => "redo",
        Fact::EventTaken { .. } => "event taken",
        Fact::EventKept { .. } => "event kept",
        Fact::ChildStarted => "child started",
        Fact::ChildEnded { .. } => "child ended",
        Fact::ChildCancelled => "child cancelled",
        Fact::OutcomeReached { .. } => "outcome reached",
        Fact::Finished => "finished",
        Fact::EndedWithoutOutcome => "ended without outcome",
        Fact::Cancelled => "instance cancelled",
        Fact::Refused(_) => "refused",
        Fact::Incident => "incident",
    }
}

/// A kind of timer in words, and its rank among those of one moment.
#[must_use]
pub fn timer_words(kind: TimerKind) -> (&'static str, i64) {
    match kind {
        TimerKind::Deadline => ("deadline", 0),
        TimerKind::Pause => ("pause", 1),
        TimerKind::Clock => ("clock", 2),
        TimerKind::Escalation => ("escalation", 3),
        TimerKind::HeadsUp => ("heads up", 4),
        TimerKind::Reminder => ("reminder", 5),
        TimerKind::Summary => ("summary", 6),
    }
}

/// What somebody tried, in words.
#[must_use]
pub fn tried(event: &EventKind) -> &'static str {
    match event {
        EventKind::Start { .. } => "to start",
        EventKind::Act { act, .. } => match act {
            Act::Claim => "to claim it",
            Act::Release => "to release it",
            Act::Complete(_) => "to complete it",
            Act::Comment(_) => "to comment",
            Act::Acknowledge => "to acknowledge",
            Act::Block { .. } => "to block it",
            Act::Unblock => "to unblock it",
            Act::Reassign(_) => "to reassign it",
            Act::Choose { .. } => "to choose",
            Act::Skip { .. } => "to skip it",
        },
        EventKind::Answer { .. } => "to answer",
        EventKind::Suggested { .. } => "to suggest",
        EventKind::Correct { .. } => "to correct a field",
        EventKind::Reopen { .. } => "to reopen it",
        EventKind::EndAtAnyTime { .. } => "to end it",
        EventKind::Arrived { .. } => "an event",
        EventKind::ChildEnded { .. } => "a child's end",
        EventKind::Cancel { .. } => "to cancel",
        EventKind::Tick => "time",
    }
}

/// Why an act was refused, and what to do.
#[must_use]
pub fn refusal(refusal: &Refusal, program: &Program) -> (String, &'static str) {
    let of = |what: &str, help: &'static str| (what.to_owned(), help);
    match refusal {
        Refusal::NotStarted => of("the instance has not started", "start it first"),
        Refusal::AlreadyStarted => of("the instance has started already", ""),
        Refusal::AlreadyEnded => of("the instance has ended", "see `wfrun trail` for how"),
        Refusal::NoSuchPlace => of("there is no such node or copy", "`wfrun status` lists them"),
        Refusal::NotActive => of(
            "it is not active: it has not started yet, or is settled already",
            "`wfrun status` shows where each node stands",
        ),
        Refusal::NotBlocked => of("it is not blocked", ""),
        Refusal::NotForThisKind => {
            of("nobody can do that to a node of this kind", "`wfrun status` shows what can be done")
        }
        Refusal::NotYourRole => of(
            "it belongs to somebody else",
            "act as one of its owners with `--by PERSON`, or as an operator with `--force --reason TEXT`",
        ),
        Refusal::ClaimedByAnother { owner } => {
            (format!("`{owner}` has claimed it"), "ask them to release it, or reassign it")
        }
        Refusal::SamePerson { person } => (
            format!("`{person}` may not do it: a different person is required"),
            "somebody else of the role must do it",
        ),
        Refusal::ReasonMissing => of("a reason is required", "add `--reason TEXT`"),
        Refusal::FieldMissing { field } => {
            (format!("the field `{field}` is missing"), "add `--field NAME=VALUE`")
        }
        Refusal::WrongType { field } => (format!("the value of `{field}` does not fit its type"), ""),
        Refusal::OptionClosed => {
            of("this option cannot be chosen now", "`wfrun status` lists the options that can")
        }
        Refusal::AlreadyVoted => of("this person has voted already", "another owner must vote"),
        Refusal::NotOptional => {
            of("it is not optional, so nobody may skip it", "an operator may, with `--force --reason TEXT`")
        }
        Refusal::QuestionClosed => of("the question is closed already", "`wfrun status` lists the open ones"),
        Refusal::NoSuchAlternative => of("the question has no such alternative", "`wfrun status` lists them"),
        Refusal::AlreadySettledAfter { node } => {
            let name = program.nodes.get(node.index()).map_or("", |node| node.name.as_str());
            (
                format!("`{name}`, which comes after it, has settled already"),
                "what followed from it stays as it is",
            )
        }
        Refusal::TooLate => of("it is too late for that", ""),
        Refusal::ActionImpossible => of(
            "one of the alternative's actions is not possible now, so none was taken",
            "choose another alternative",
        ),
        Refusal::CatchingUp => {
            of("the instance is still catching up with its timers", "run `wfrun worker --once` and try again")
        }
    }
}
