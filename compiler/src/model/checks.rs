//! Conditions with their variables: each leaf knows which cells of its field make it true, or which variable answers.
//!
//! What a reader reads of a node may not be there yet when it becomes ready; a variable for the two says whether it was.
//! Invariant: leaves that read the same field share the variables of its cells.

use super::case::FieldKey;
use super::cells::Cell;
use super::conditions::{Test, answer};
use super::layout::{Choice, FieldLayout, Opaque};
use crate::place::Place;
use std::collections::BTreeMap;
use wf_plan::Value;
use wf_plan::plan::NodeId;

/// The variable of each reader and node it may read too early: was it there by then?
pub(super) type ReadEarly = BTreeMap<(NodeId, NodeId), usize>;

/// A condition with its variables.
#[derive(Clone, Debug)]
pub enum Check {
    /// True or false.
    Constant(bool),
    /// By the value of a field.
    Field {
        /// Which cell it is in.
        value: Choice,
        /// Per cell the answer; `None`: the value is missing.
        answers: Vec<Option<bool>>,
        /// The answer where the node it comes from was not done; `None`: neither.
        absent: Option<bool>,
        /// The node whose form it is.
        node: Option<NodeId>,
        /// The variable that says, where the node may be unsettled, whether the form was filled in by then.
        own: usize,
    },
    /// By a variable.
    Opaque {
        /// Nodes that it reads.
        nodes: Vec<NodeId>,
        /// The variable of all tests with the same words, if they must all answer alike.
        shared: Option<usize>,
        /// The variable that answers otherwise.
        own: usize,
    },
    /// It does not hold.
    Not(Box<Check>),
    /// Both hold.
    And(Box<Check>, Box<Check>),
    /// One of them holds.
    Or(Box<Check>, Box<Check>),
}

impl Check {
    /// How many tests it has that are no connectives.
    pub fn tests(&self) -> usize {
        match self {
            Self::Not(inner) => inner.tests(),
            Self::And(a, b) | Self::Or(a, b) => a.tests() + b.tests(),
            _ => 1,
        }
    }

    /// Whether it reads a field of a node.
    pub fn reads(&self, of: NodeId) -> bool {
        match self {
            Self::Constant(_) => false,
            Self::Field { node, .. } => *node == Some(of),
            Self::Opaque { nodes, .. } => nodes.contains(&of),
            Self::Not(inner) => inner.reads(of),
            Self::And(a, b) | Self::Or(a, b) => a.reads(of) || b.reads(of),
        }
    }
}

/// Gives variables to conditions, in the order in which they are asked.
pub struct Compiler<'a> {
    cells: &'a BTreeMap<FieldKey, Vec<Cell>>,
    fields: Vec<FieldLayout>,
    by_key: BTreeMap<FieldKey, usize>,
    by_words: BTreeMap<String, usize>,
    /// Whose conditions are being read.
    reader: NodeId,
    there: ReadEarly,
    opaque: Vec<Opaque>,
    variables: usize,
}

impl<'a> Compiler<'a> {
    /// With no variables yet.
    pub fn new(cells: &'a BTreeMap<FieldKey, Vec<Cell>>) -> Self {
        Self {
            cells,
            fields: Vec::new(),
            by_key: BTreeMap::new(),
            by_words: BTreeMap::new(),
            reader: NodeId(0),
            there: ReadEarly::new(),
            opaque: Vec::new(),
            variables: 0,
        }
    }

    /// What follows is read by this node.
    pub fn read_by(&mut self, reader: NodeId) {
        self.reader = reader;
    }

    /// The next variable.
    pub fn variable(&mut self) -> usize {
        self.variables += 1;
        self.variables - 1
    }

    /// Variables for one of several things.
    pub fn choice(&mut self, of: usize) -> Choice {
        let first = self.variables;
        self.variables += of.saturating_sub(1);
        Choice { first, of }
    }

    /// What was given out: fields, opaque tests, what may be read early, and the number of variables.
    pub fn finish(self) -> (Vec<FieldLayout>, Vec<Opaque>, ReadEarly, usize) {
        (self.fields, self.opaque, self.there, self.variables)
    }

    /// The condition with its variables.
    pub fn check(&mut self, test: &Test) -> Check {
        match test {
            Test::Constant(value) => Check::Constant(*value),
            Test::Not(inner) => Check::Not(Box::new(self.check(inner))),
            Test::And(a, b) => Check::And(Box::new(self.check(a)), Box::new(self.check(b))),
            Test::Or(a, b) => Check::Or(Box::new(self.check(a)), Box::new(self.check(b))),
            Test::Field(key, comparisons, at) => {
                let words = || format!("{key:?} {comparisons:?}");
                self.field(key, *at, None, &words, &|value| answer(comparisons, value))
            }
            Test::Missing(key, at) => {
                let words = || format!("{key:?} missing");
                self.field(key, *at, Some(true), &words, &|value| Some(*value == Value::Missing))
            }
            Test::NotEmpty(key, at) => {
                let words = || format!("{key:?} not empty");
                self.field(key, *at, Some(false), &words, &|value| {
                    Some(matches!(value, Value::List(elements) if !elements.is_empty()))
                })
            }
            Test::Opaque { words, reads, changes, at } => {
                let nodes: Vec<NodeId> = reads.iter().filter_map(|key| key.node).collect();
                let shared = (!changes).then(|| self.by_words(words, *at));
                let own = self.opaque(*at);
                Check::Opaque { nodes, shared, own }
            }
        }
    }

    fn field(
        &mut self,
        key: &FieldKey,
        at: Place,
        absent: Option<bool>,
        words: &dyn Fn() -> String,
        answer: &dyn Fn(&Value) -> Option<bool>,
    ) -> Check {
        let nodes: Vec<NodeId> = key.node.into_iter().collect();
        let Some(cells) = self.cells.get(key).filter(|cells| !cells.is_empty()) else {
            let (shared, own) = (Some(self.by_words(&words(), at)), self.opaque(at));
            return Check::Opaque { nodes, shared, own };
        };
        let value = match self.by_key.get(key) {
            Some(known) => self.fields.get(*known).map(|field| field.value).unwrap_or_default(),
            None => {
                let value = self.choice(cells.len());
                self.by_key.insert(key.clone(), self.fields.len());
                self.fields.push(FieldLayout { key: key.clone(), cells: cells.clone(), value });
                value
            }
        };
        let answers = cells.iter().map(|cell| answer(&cell.value)).collect();
        let own = key.node.map_or(0, |node| self.was_there(node, at));
        Check::Field { value, answers, absent, node: key.node, own }
    }

    /// The variable that says whether the form of a node was filled in when the reader read it.
    fn was_there(&mut self, node: NodeId, at: Place) -> usize {
        let read = (self.reader, node);
        if let Some(known) = self.there.get(&read) {
            return *known;
        }
        let variable = self.opaque(at);
        self.there.insert(read, variable);
        variable
    }

    fn by_words(&mut self, words: &str, at: Place) -> usize {
        if let Some(known) = self.by_words.get(words) {
            return *known;
        }
        let variable = self.opaque(at);
        self.by_words.insert(words.to_owned(), variable);
        variable
    }

    /// A variable for the answer to something that is not looked into.
    pub fn opaque(&mut self, at: Place) -> usize {
        let variable = self.variable();
        self.opaque.push(Opaque { variable, at });
        variable
    }
}
