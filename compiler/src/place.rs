//! Places without spans: which declaration, and which place in it.
//!
//! Everything between lowering and the last step speaks of places; `db` maps them to spans of files when a
//! diagnostic is shown. Invariant: a [`DeclId`] stays the same while other declarations of its file are edited.

use crate::hir::At;

/// A declaration of the project: its file's number and its own number there, both handed out by `db`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DeclId {
    /// Which file.
    pub file: u32,
    /// Which declaration: interned from kind, name and occurrence, not its position.
    pub key: u32,
}

/// A place in a declaration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// The declaration.
    pub decl: DeclId,
    /// The place in it.
    pub at: At,
}

/// A diagnostic before its places are mapped to spans.
pub type Problem = wf_lang::diagnostic::Diagnostic<Place>;
