//! Constants and pieces of code, each kept once.
//!
//! Equal pieces are shared where they mean the same: a piece that reads its surroundings only between places with
//! equal surroundings, as `load` demands. Invariant: rows stand in the order of their first use, so the same workflow
//! gives the same tables.

use std::collections::HashMap;
use std::hash::Hash;
use wf_plan::op::{Code, Op};
use wf_plan::plan::{CodeId, NodeId, SystemId};
use wf_plan::source::SourcePlace;
use wf_plan::value::{Constant, Type};

/// What surrounds a piece of code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Setting {
    /// Type of the element of a `for each`.
    pub(super) element: Option<Type>,
    /// The event under test.
    pub(super) event: Option<(SystemId, u16)>,
    /// The node whose copies are looked at.
    pub(super) copy: Option<NodeId>,
}

/// Rows in order of first use, found again by their value.
#[derive(Debug)]
pub(super) struct Interned<T> {
    pub(super) rows: Vec<T>,
    known: HashMap<T, u16>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), known: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Interned<T> {
    /// The row of an equal value.
    pub(super) fn known(&self, value: &T) -> Option<u16> {
        self.known.get(value).copied()
    }

    /// Adds a value that is not known, as row `at`.
    pub(super) fn add(&mut self, at: u16, value: T) {
        self.known.insert(value.clone(), at);
        self.rows.push(value);
    }
}

/// Constants and code of one workflow.
#[derive(Debug, Default)]
pub(super) struct Pool {
    pub(super) constants: Interned<Constant>,
    pub(super) code: Vec<Code>,
    pub(super) code_places: Vec<Vec<SourcePlace>>,
    known: HashMap<(Vec<Op>, Setting), CodeId>,
}

impl Pool {
    /// The piece with these instructions in a setting that means the same.
    pub(super) fn known(&self, ops: &[Op], setting: Setting) -> Option<CodeId> {
        self.known.get(&(ops.to_vec(), narrowed(ops, setting))).copied()
    }

    /// Adds a piece that is not known.
    pub(super) fn add(&mut self, id: CodeId, ops: Vec<Op>, places: Vec<SourcePlace>, setting: Setting) {
        self.known.insert((ops.clone(), narrowed(&ops, setting)), id);
        self.code.push(Code { ops });
        self.code_places.push(places);
    }
}

/// The setting, if the piece reads any of it; a piece that reads nothing may be shared by all.
fn narrowed(ops: &[Op], setting: Setting) -> Setting {
    let reads = ops.iter().any(|op| {
        matches!(
            op,
            Op::Element
                | Op::Event(_)
                | Op::Copy(_)
                | Op::AnyWhere(..)
                | Op::EveryWhere(..)
                | Op::CountWhere(..)
        )
    });
    if reads { setting } else { Setting::default() }
}
