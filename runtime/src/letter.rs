//! What is delivered: letters to people and orders to systems, as the outbox keeps them.
//!
//! Everything a channel needs is in here, finished: the words, the receiver, the ways to reach them in order, the
//! buttons and what pressing each means. Invariant: a letter needs neither plan nor store to be delivered.

use serde::{Deserialize, Serialize};

/// A message to one receiver.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Letter {
    /// What it is for: `work`, `reminder`, `question` and so on; `withdrawn` when a question is closed.
    pub purpose: String,
    /// About which instance.
    pub instance: String,
    /// Its reference, if it has one.
    pub reference: Option<String>,
    /// Its title.
    pub title: String,
    /// About which node.
    pub node: Option<String>,
    /// The node's title.
    pub node_title: Option<String>,
    /// Which copy of the node, for a `for each`, from 0.
    #[serde(default)]
    pub copy: Option<u16>,
    /// In which round of the node, from 1.
    #[serde(default)]
    pub round: Option<u16>,
    /// File and line of the node, or of the workflow: the rule that asks for it.
    pub rule: Option<String>,
    /// The receiver's name for people.
    pub to: String,
    /// The receiver, as the configuration names them; `None`: an address only.
    pub person: Option<String>,
    /// In which role they get it.
    pub role: Option<String>,
    /// Ways to reach them, in the order they are tried. Never empty.
    pub routes: Vec<Route>,
    /// The words.
    pub text: String,
    /// Approved templates by kind of channel, with their arguments.
    pub templates: Vec<(String, String, Vec<String>)>,
    /// Buttons, in order.
    pub buttons: Vec<LetterButton>,
    /// A reply in own words is welcome.
    pub free_text: bool,
    /// The question it asks.
    pub question: Option<u32>,
    /// The letter that it changes, by its number in the instance's outbox: for `withdrawn`.
    #[serde(default)]
    pub changes: Option<i64>,
    /// How to answer it from a terminal.
    pub answer_with: Option<String>,
    /// Passes through quiet hours.
    pub urgent: bool,
    /// Language tag of the words.
    pub language: Option<String>,
}

/// A way to reach a receiver.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Route {
    /// The channel, as the plan names it.
    pub channel: String,
    /// The receiver's address there, where one is known.
    pub address: Option<String>,
}

/// A button under a letter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LetterButton {
    /// Its words.
    pub label: String,
    /// Shorter words, for channels with little room.
    pub short: Option<String>,
    /// What pressing it means.
    pub press: Pressed,
}

/// What pressing a button means, by names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Pressed {
    /// Claim the node.
    Claim,
    /// Complete it.
    Complete,
    /// Block it.
    Block,
    /// Acknowledge.
    Acknowledge,
    /// Choose an option.
    Choose {
        /// Its name.
        option: String,
        /// A reason must be given.
        needs_reason: bool,
    },
    /// Choose an alternative of a question, counted from 1.
    Alternative {
        /// Its number.
        number: u16,
    },
    /// Choose a suggestion of the agent, counted from 1.
    Suggestion {
        /// Its number.
        number: u16,
    },
}

/// A change to a system.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SystemOrder {
    /// The system, as the plan names it.
    pub system: String,
    /// Its kind, such as `hubspot.deal`.
    pub kind: String,
    /// The record's key; `None`: the workflow has none.
    pub key: Option<String>,
    /// Which instance asks for it.
    pub instance: String,
    /// Its reference, if it has one.
    pub reference: Option<String>,
    /// At which node.
    pub node: Option<String>,
    /// File and line of the node, or of the workflow: the rule that asks for it.
    pub rule: Option<String>,
    /// What changes.
    pub change: OrderedChange,
}

/// What changes in a system.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum OrderedChange {
    /// A field is set.
    Set {
        /// Its name.
        field: String,
        /// The value in words.
        value: String,
    },
    /// A note is added.
    Note {
        /// Its words.
        text: String,
    },
    /// An operation is called.
    Call {
        /// Its name.
        operation: String,
        /// Arguments by name, in words.
        arguments: Vec<(String, String)>,
    },
}

impl SystemOrder {
    /// The change in one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        match &self.change {
            OrderedChange::Set { field, value } => format!("{field} = {value}"),
            OrderedChange::Note { text } => format!("note: {text}"),
            OrderedChange::Call { operation, arguments } => {
                let arguments: Vec<String> =
                    arguments.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                format!("{operation}({})", arguments.join(", "))
            }
        }
    }
}

/// An order to the store itself: another instance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InstanceOrder {
    /// Name of the workflow.
    pub workflow: String,
    /// Meaning hash of its plan, in hexadecimal.
    pub plan: String,
    /// Inputs by name.
    pub with: Vec<(String, wf_plan::Value)>,
    /// The `run` that asks, for a child.
    pub run: Option<RunPlace>,
}

/// One start of a `run` node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RunPlace {
    /// The node (and copy).
    pub place: wf_vm::event::Place,
    /// Which start of it.
    pub round: u16,
}

/// A child tells its parent that it has ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChildEndOrder {
    /// The parent.
    pub parent: String,
    /// Which of its runs.
    pub run: RunPlace,
    /// The outcome's name; `None`: it ended without one.
    pub outcome: Option<String>,
}
