//! Every bound on input, each with its reason. Exceeding one is WF010, never a panic.
//!
//! Invariant: each constant has a test at the limit and one above it.

use crate::diagnostic::{Rule, Severity};

/// A file's bytes. A long workflow takes 50 KB; this holds 200,000 lines, and offsets stay far below `u32`.
pub const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;

/// Blocks inside blocks. The language nests six deep (workflow, step, escalation, level, question, alternative).
pub const MAX_BLOCK_NESTING: usize = 16;

/// Brackets inside brackets in one statement; the parser and every walker of expressions recurse so deep.
pub const MAX_EXPRESSION_NESTING: usize = 32;

/// Operators of one strength in a row: each one deepens the tree by one.
pub const MAX_OPERATORS_IN_A_ROW: usize = 128;

/// One statement's bytes, texts included. A message of 64 KB is longer than any channel takes.
pub const MAX_STATEMENT_BYTES: usize = 64 * 1024;

/// Nodes of workflows in one file; a process of this size is not read by people.
pub const MAX_NODES_PER_FILE: usize = 50_000;

/// Syntax errors shown per file; more would hide the first.
pub const MAX_SYNTAX_ERRORS: usize = 20;

/// Calls of grammar rules in one run of the parser: stops a rule that would backtrack for minutes. The first
/// layer reads a file of [`MAX_FILE_BYTES`] in less than a quarter of it.
pub const MAX_GRAMMAR_CALLS: usize = 200_000_000;

/// Nodes of decision diagrams that the proofs of one workflow may take: 32 MB, filled within seconds. Ten thousand
/// nodes as people draw them take a tenth; what exceeds it depends on its choices in a way that nobody could explain
/// either.
pub const MAX_DIAGRAM_NODES: usize = 1 << 21;

/// Work on the diagrams of one workflow: the nodes that its proofs make, and 64 for each operation on diagrams. Some ten
/// seconds, and four times what ten thousand nodes as people draw them take. Within their size, diagrams can be so
/// entangled that each question takes long. Counted and not timed: the verdict is the same on every machine.
pub const MAX_DIAGRAM_WORK: u64 = 1 << 25;

/// A limit of this file is exceeded.
pub static LIMIT_EXCEEDED: Rule = Rule {
    code: "WF010",
    name: "limit-exceeded",
    severity: Severity::Error,
    summary: "the text stays within the limits of the language",
};
