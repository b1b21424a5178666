//! Why a plan was refused, in words for the person who tried to load it.
//!
//! A [`Fault`] names a part of the program; `load` turns it into a [`PlanError`] with the source place, read from
//! the plan's own source map where that can be read. Invariant: no message shows a type or a number of a table row
//! where a name exists.

use crate::plan::{CodeId, JoinId, LadderId, NodeId, Program, ReminderId, RoleId};
use crate::source::{SourceMap, SourcePlace};

/// Why bytes are not a plan, or a plan is not one to trust.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PlanError {
    /// The bytes do not begin as a plan does.
    #[error("this is not a plan: it does not begin as a `.wfp` file does")]
    NotAPlan,
    /// The plan is of a format that came after this program.
    #[error(
        "this plan has format {found}, and this program reads formats up to {newest}: load it with a newer version"
    )]
    NewerFormat {
        /// The plan's format version.
        found: u16,
        /// The newest one this program reads.
        newest: u16,
    },
    /// The bytes are not the ones that were written.
    #[error("this plan is damaged: its bytes do not match the hash at its end")]
    Damaged,
    /// The plan is larger than any plan may be.
    #[error("this plan is too large: {bytes} bytes, at most {most} are read")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The bound.
        most: usize,
    },
    /// The table of sections contradicts itself or the bytes.
    #[error("the table of sections is wrong: {0}")]
    Layout(String),
    /// A section does not hold what it should.
    #[error("section {section} cannot be read: {why}")]
    Unreadable {
        /// The section's name.
        section: &'static str,
        /// What happened.
        why: String,
    },
    /// The plan carries a signature, which this version cannot check.
    #[error("this plan is signed, and this version cannot check signatures")]
    Signed,
    /// The program inside breaks a rule.
    #[error("{place}: {what}")]
    Faulty {
        /// Where it came from: file, line and column, or the part's name.
        place: String,
        /// What is wrong.
        what: String,
    },
}

/// A rule that a program breaks, and the part that breaks it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The part.
    pub part: Part,
    /// What is wrong.
    pub what: String,
}

/// A part of a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// The workflow itself.
    Workflow,
    /// A table of the program, by its name.
    Table(&'static str),
    /// A node.
    Node(NodeId),
    /// A row of the join table.
    Join(JoinId),
    /// A reminder.
    Reminder(ReminderId),
    /// A ladder, and one of its levels.
    Ladder(LadderId, Option<usize>),
    /// A role.
    Role(RoleId),
    /// A piece of code, and one of its instructions.
    Code(CodeId, Option<usize>),
    /// The source map.
    Sources,
    /// The doc texts.
    Docs,
}

impl Fault {
    /// A fault in a part.
    pub(crate) fn new(part: Part, what: impl Into<String>) -> Self {
        Self { part, what: what.into() }
    }

    /// The error that people read, with the place from the source map where there is one.
    pub(crate) fn located(self, program: &Program, sources: &SourceMap) -> PlanError {
        let name = self.part.name(program);
        let place = self.part.place(sources).and_then(|place| place_words(place, sources));
        let place = place.map_or_else(|| name.clone(), |place| format!("{place} ({name})"));
        PlanError::Faulty { place, what: self.what }
    }
}

/// `main.wf:12:3`, or nothing for a place that the map does not know.
fn place_words(place: SourcePlace, sources: &SourceMap) -> Option<String> {
    let file = sources.files.get(usize::from(place.file)).filter(|_| place.line > 0)?;
    Some(format!("{}:{}:{}", file.path, place.line, place.column))
}

impl Part {
    /// What people call the part.
    fn name(self, program: &Program) -> String {
        let called = |kind: &str, name: Option<&str>, row: usize| match name {
            Some(name) if !name.is_empty() => format!("{kind} `{name}`"),
            _ => format!("{kind} {}", row + 1),
        };
        match self {
            Self::Workflow => format!("workflow `{}`", program.workflow),
            Self::Table(name) => name.to_owned(),
            Self::Node(id) => {
                called("node", program.nodes.get(id.index()).map(|n| n.name.as_str()), id.index())
            }
            Self::Join(id) => called("join", None, id.index()),
            Self::Reminder(id) => {
                called("reminder", program.reminders.get(id.index()).map(|r| r.name.as_str()), id.index())
            }
            Self::Ladder(id, _) => {
                called("escalation", program.ladders.get(id.index()).map(|l| l.name.as_str()), id.index())
            }
            Self::Role(id) => {
                called("role", program.roles.get(id.index()).map(|r| r.name.as_str()), id.index())
            }
            Self::Code(id, None) => called("code", None, id.index()),
            Self::Code(id, Some(op)) => format!("code {}, instruction {}", id.index() + 1, op + 1),
            Self::Sources => "source map".to_owned(),
            Self::Docs => "doc texts".to_owned(),
        }
    }

    /// Where the source map says the part came from.
    fn place(self, sources: &SourceMap) -> Option<SourcePlace> {
        match self {
            Self::Workflow => Some(sources.workflow),
            Self::Node(id) => sources.nodes.get(id.index()).copied(),
            Self::Join(id) => sources.joins.get(id.index()).copied(),
            Self::Reminder(id) => sources.reminders.get(id.index()).copied(),
            Self::Ladder(id, level) => {
                sources.ladders.get(id.index())?.get(level.map_or(0, |level| level + 1)).copied()
            }
            Self::Role(id) => sources.roles.get(id.index()).copied(),
            Self::Code(id, op) => sources.code.get(id.index())?.get(op.unwrap_or(0)).copied(),
            Self::Table(_) | Self::Sources | Self::Docs => None,
        }
    }
}
