//! The outline of a file: its declarations by name, and its `use` lines.
//!
//! Invariant: an outline is equal before and after any edit that changes no name, no `use` line and no header.

use crate::hir::{At, Declaration, DeclarationKind, Name};
use crate::place::{DeclId, Place};
use std::collections::BTreeSet;

/// What a declaration declares.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "the variants are the language's own keywords")]
pub enum ItemKind {
    Use,
    Enum,
    Record,
    Let,
    Calendar,
    Channel,
    Role,
    System,
    Reminder,
    Escalation,
    Message,
    Workflow,
    Policy,
    Test,
}

impl ItemKind {
    /// The kind of a declaration.
    pub fn of(kind: &DeclarationKind) -> Self {
        match kind {
            DeclarationKind::Use(_) => Self::Use,
            DeclarationKind::Enum(_) => Self::Enum,
            DeclarationKind::Record(_) => Self::Record,
            DeclarationKind::Let(_) => Self::Let,
            DeclarationKind::Calendar(_) => Self::Calendar,
            DeclarationKind::Channel(_) => Self::Channel,
            DeclarationKind::Role(_) => Self::Role,
            DeclarationKind::System(_) => Self::System,
            DeclarationKind::Reminder(_) => Self::Reminder,
            DeclarationKind::Escalation(_) => Self::Escalation,
            DeclarationKind::Message(_) => Self::Message,
            DeclarationKind::Workflow(_) => Self::Workflow,
            DeclarationKind::Policy(_) => Self::Policy,
            DeclarationKind::Test(_) => Self::Test,
        }
    }

    /// The keyword.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Enum => "enum",
            Self::Record => "record",
            Self::Let => "let",
            Self::Calendar => "calendar",
            Self::Channel => "channel",
            Self::Role => "role",
            Self::System => "system",
            Self::Reminder => "reminder",
            Self::Escalation => "escalation",
            Self::Message => "message",
            Self::Workflow => "workflow",
            Self::Policy => "policy",
            Self::Test => "test",
        }
    }

    /// Whether lines elsewhere refer to it by its name. Nothing refers to a policy or a test, so their names cannot
    /// be confused with others.
    pub fn is_referred_to(self) -> bool {
        !matches!(self, Self::Use | Self::Policy | Self::Test)
    }
}

/// A named declaration.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Item {
    /// Which declaration.
    pub id: DeclId,
    /// What it declares.
    pub kind: ItemKind,
    /// Its name.
    pub name: String,
    /// Where the name stands in it.
    pub at: At,
    /// The language of a message's variant.
    pub language: Option<String>,
}

impl Item {
    /// The place of its name.
    pub fn place(&self) -> Place {
        Place { decl: self.id, at: self.at }
    }
}

/// A `use` line.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct UseLine {
    /// Which declaration.
    pub id: DeclId,
    /// The whole line.
    pub at: At,
    /// The file.
    pub module: Vec<Name>,
    /// What is brought into scope.
    pub names: Vec<Name>,
}

/// The outline of a file.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ItemTree {
    /// Named declarations in file order.
    pub items: Vec<Item>,
    /// `use` lines in file order.
    pub uses: Vec<UseLine>,
    /// Every declaration, named or not, in file order.
    pub all: Vec<DeclId>,
    /// Words of headers that did not parse: each may have been meant as a name.
    pub doubtful: BTreeSet<String>,
}

impl ItemTree {
    /// Adds a declaration.
    pub fn push(&mut self, id: DeclId, declaration: &Declaration) {
        self.all.push(id);
        let kind = ItemKind::of(&declaration.kind);
        if let DeclarationKind::Use(line) = &declaration.kind {
            let (module, names) = (line.module.clone(), line.names.clone());
            self.uses.push(UseLine { id, at: declaration.at, module, names });
        }
        let Some(name) = &declaration.name else { return };
        let language = match &declaration.kind {
            DeclarationKind::Message(message) => message.language.as_ref().map(|name| name.text.clone()),
            _ => None,
        };
        self.items.push(Item { id, kind, name: name.text.clone(), at: name.at, language });
    }

    /// What `name` means in this file by itself; of a message the variant without a language.
    pub fn find(&self, name: &str) -> Option<&Item> {
        let mut named = self.items.iter().filter(|item| item.name == name && item.kind.is_referred_to());
        let first = named.next()?;
        if first.language.is_none() {
            return Some(first);
        }
        Some(named.find(|item| item.kind == first.kind && item.language.is_none()).unwrap_or(first))
    }

    /// The `use` line that brings `name` in.
    pub fn import(&self, name: &str) -> Option<&UseLine> {
        self.uses.iter().find(|line| line.names.iter().any(|brought| brought.text == name))
    }
}
