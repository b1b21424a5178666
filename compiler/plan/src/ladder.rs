//! Reminders, escalation ladders, and the actions that nodes, outcomes and alternatives take.
//!
//! A named ladder is fitted to each node that uses it (its options, outcomes and texts are resolved there);
//! equal ones are shared. Invariant: `Resume`, `Complete`, `Skip`, `Extend`, `Reassign`, `Choose`, `Outcome`
//! occur only in alternatives, and `Outcome` last.

use crate::calendar::Duration;
use crate::people::Who;
use crate::plan::{ChannelId, CodeId, FieldIndex, MeaningHash, NodeId, RoleId, SystemId};
use serde::{Deserialize, Serialize};

/// `reminder NAME { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Reminder {
    /// Name in the source; empty for an inline one.
    pub name: String,
    /// `start D before deadline`.
    pub start: Option<Duration>,
    /// `repeat every D`.
    pub repeat: Option<Duration>,
    /// `stop after N`: messages at most.
    pub stop_after: Option<u16>,
    /// `to WHO, …`; the owner where nothing is said.
    pub to: Vec<Who>,
    /// `via CHANNEL`.
    pub via: Option<ChannelId>,
    /// `say "…"`; the compiler writes a plain sentence where nothing is said.
    pub words: Words,
}

/// Words a person reads.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Words {
    /// Text code in the language of the source; for a draft, what is sent otherwise.
    pub text: CodeId,
    /// The same in other languages (`message … in it`), by language tag, sorted.
    pub languages: Vec<(String, CodeId)>,
    /// Approved templates of channels.
    pub templates: Vec<Template>,
    /// `draft "instruction"`: the agent drafts within its limits.
    pub draft: Option<CodeId>,
}

/// `{ template whatsapp "due_soon_it" }` of a message.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Template {
    /// Language of the message it stands under; `None`: the source's.
    pub language: Option<String>,
    /// Kind of channel.
    pub channel: String,
    /// The template's name at the vendor.
    pub name: String,
    /// The message's arguments in order, as text code.
    pub arguments: Vec<CodeId>,
}

/// `escalation NAME { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Ladder {
    /// Name in the source; empty for an inline one.
    pub name: String,
    /// `on silence of D`.
    pub on_silence: Option<Duration>,
    /// `on block of D`.
    pub on_block: Option<Duration>,
    /// `on overdue`.
    pub on_overdue: bool,
    /// From level 1 up; never empty.
    pub levels: Vec<Level>,
}

/// One level of a ladder.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Level {
    /// The number written, for people.
    pub number: u16,
    /// `after D`, counted from the level before. `None` on level 1: at once; later: when `decide within` passes.
    pub after: Option<Duration>,
    /// `tell …` and other effects, in order.
    pub actions: Vec<Action>,
    /// `ask …`.
    pub ask: Option<Ask>,
}

/// A question with alternatives.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Ask {
    /// Whom.
    pub who: Vec<Who>,
    /// The question.
    pub words: Words,
    /// In file order.
    pub alternatives: Vec<Alternative>,
    /// `suggest up to N more`; 0: none.
    pub suggest: u16,
    /// `decide within D`.
    pub decide_within: Option<Duration>,
    /// `otherwise "ALTERNATIVE"`: position in `alternatives`.
    pub otherwise: Option<u16>,
}

/// One alternative of a question.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Alternative {
    /// The words on its button (also its identity for those who answer).
    pub label: String,
    /// `short "…"`.
    pub short: Option<String>,
    /// What choosing it does: all or none.
    pub actions: Vec<Action>,
}

/// Something to do: an effect on the world, or (in alternatives) on the node.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Action {
    /// `set SYSTEM.field = E`.
    Set {
        #[doc = "Which system."]
        system: SystemId,
        #[doc = "Which of its fields."]
        field: FieldIndex,
        #[doc = "The value."]
        value: CodeId,
    },
    /// `note SYSTEM "…"`.
    Note {
        #[doc = "Which system."]
        system: SystemId,
        #[doc = "The words."]
        words: Words,
    },
    /// `tell WHO, … "…" [via CHANNEL] [urgent]`.
    Tell {
        #[doc = "Receivers."]
        who: Vec<Who>,
        #[doc = "The words."]
        words: Words,
        #[doc = "`via`."]
        via: Option<ChannelId>,
        #[doc = "Passes through quiet hours."]
        urgent: bool,
    },
    /// `call SYSTEM.operation(…)`.
    Call {
        #[doc = "Which system."]
        system: SystemId,
        #[doc = "The operation's name."]
        operation: String,
        #[doc = "Arguments in order, with names."]
        arguments: Vec<(String, CodeId)>,
    },
    /// `start workflow W with {…} [in D]`.
    Start {
        #[doc = "The workflow's name."]
        workflow: String,
        #[doc = "Its plan at compile time; [`MeaningHash::ITSELF`]: the plan that holds this action."]
        plan: MeaningHash,
        #[doc = "Its inputs by name."]
        with: Vec<(String, CodeId)>,
        #[doc = "`in D`, in the workflow's calendar."]
        delay: Option<Duration>,
    },
    /// `resume`: unblocks; nothing on a node that is not blocked.
    Resume,
    /// `complete`.
    Complete,
    /// `skip`.
    Skip,
    /// `extend deadline by D`.
    Extend(Duration),
    /// `reassign to ROLE`.
    Reassign(RoleId),
    /// `choose OPTION`: position in the decision's options.
    Choose(u16),
    /// `outcome X`.
    Outcome(NodeId),
}
