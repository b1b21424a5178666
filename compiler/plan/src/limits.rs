//! Bounds on what a plan may hold, each with its reason.
//!
//! They keep a plan from outside from costing more than it can be worth, and keep every check of `load` linear.
//! Invariant: whatever is larger than a bound here is refused by name, never cut. The calendar's own bounds are
//! in `calendar/limits.rs`, that of lists at run time is [`crate::value::LIST_LIMIT`].

/// Bytes of a whole plan: a thousand nodes with all their texts and source lines take under one million.
pub const PLAN_BYTES: usize = 8 << 20;

/// Nodes of a workflow. People read and draw it; machines that generate workflows split them with `run`.
pub const NODES: usize = 4_096;

/// Rows of the join table: two for each node, so that groups can nest.
pub const JOINS: usize = 8_192;

/// Sources of one join: every node of a workflow.
pub const JOIN_SOURCES: usize = 4_096;

/// Groups inside groups of one `after`: the parser lets fewer through, and the interpreter walks them by recursion.
pub const JOIN_DEPTH: usize = 32;

/// Pieces of code, as many as a [`crate::plan::CodeId`] can name.
pub const CODE: usize = 1 << 16;

/// Instructions of one piece: a text of a page has under two hundred.
pub const OPS: usize = 4_096;

/// Values on the stack at once: the deepest expression the parser lets through takes 64, a text of many parts
/// one for each part.
pub const STACK: usize = 1_024;

/// Rows of the constant pool, as many as a [`crate::plan::ConstantId`] can name.
pub const CONSTANTS: usize = 1 << 16;

/// Fields of one owner: a form of that size is no form any more.
pub const FIELDS: usize = 512;

/// Enums of a workflow.
pub const ENUMS: usize = 1_024;

/// Values of one enum: all countries fit four times.
pub const ENUM_VALUES: usize = 1_024;

/// Records of a workflow.
pub const RECORDS: usize = 1_024;

/// Records inside records: values are walked by recursion, so this bounds the machine's stack.
pub const RECORD_DEPTH: usize = 8;

/// Roles of a workflow.
pub const ROLES: usize = 1_024;

/// People that one role names in the source.
pub const PEOPLE: usize = 256;

/// Channels of a workflow.
pub const CHANNELS: usize = 64;

/// Systems of a workflow.
pub const SYSTEMS: usize = 256;

/// Events of one system.
pub const EVENTS: usize = 512;

/// Calendars of a workflow: one for each country a role may work in.
pub const CALENDARS: usize = 256;

/// Reminders of a workflow after fitting: two for each node.
pub const REMINDERS: usize = 8_192;

/// Ladders of a workflow after fitting: two for each node.
pub const LADDERS: usize = 8_192;

/// Levels of one ladder: nobody climbs more.
pub const LEVELS: usize = 32;

/// Alternatives of one question, and options of one decision: more cannot be compared by a person.
pub const CHOICES: usize = 64;

/// Actions in one place: an `on …`, a level, an alternative, an outcome.
pub const ACTIONS: usize = 128;

/// Entries of any other list of a node, role, reminder or workflow: owners, tags, receivers, deadlines, `with`.
pub const ENTRIES: usize = 512;

/// Nodes and options with `redo`: the region of each is checked by walking the graph.
pub const REDOS: usize = 256;

/// Rounds of one redo: a person sits through every one.
pub const REDO_ROUNDS: u16 = 1_000;

/// People who must choose one option.
pub const VOTES: u16 = 256;

/// Bytes of a name.
pub const NAME_BYTES: usize = 128;

/// Bytes of a label, a tag or another text on one line.
pub const LINE_BYTES: usize = 4_096;

/// Bytes of a text constant or a doc comment.
pub const TEXT_BYTES: usize = 64 << 10;

/// A duration's amount, either way: two thousand years in hours. Calendar arithmetic cannot overflow under it.
pub const DURATION_AMOUNT: i64 = 20_000_000;

/// Policies noted in a plan.
pub const POLICIES: usize = 256;

/// Source files a plan refers to.
pub const FILES: usize = 1_024;
