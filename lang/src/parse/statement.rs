//! Which statements stand in which block: the first word of a statement, its rule, and its block.
//!
//! Every table is data, so that a misspelt word can be compared with what may stand at its place. Node
//! clauses are one table for all nodes: whether a clause fits its node is the compiler's question (WF006).
//! Invariant: within one block a first word stands once.

mod tables;

use super::grammar::Rule;
use tables::{BLOCKS, FIELD, NODES, VALUE};

/// What a block holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BlockKind {
    File,
    Workflow,
    Node,
    Outcome,
    Effects,
    Actions,
    Escalation,
    Level,
    Ask,
    Reminder,
    Calendar,
    Role,
    Channel,
    System,
    Agent,
    Message,
    Policy,
    Test,
    /// `name: type`, by commas too.
    Fields,
    /// Names, by commas too.
    Values,
    /// The block of something that was not understood: nothing in it is judged.
    Unknown,
}

/// Whether a statement has a block, and of what kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Body {
    No,
    May(BlockKind),
    Must(BlockKind),
}

/// One statement: its first word, its rule, its block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub(super) word: &'static str,
    pub(super) rule: Rule,
    pub(super) body: Body,
}

/// What the first word of a statement tells.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    /// A statement of this block.
    Entry(Entry),
    /// Almost one: the word was probably meant.
    Misspelt(Entry),
    /// One whose first word and name lack the blank between them: `stepreview`.
    Glued(Entry),
    /// A statement of other blocks only.
    Elsewhere(BlockKind),
    /// Nothing the language knows.
    Unknown,
}

impl BlockKind {
    fn entries(self) -> impl Iterator<Item = Entry> {
        let tables =
            BLOCKS.iter().filter(move |(kind, _)| *kind == self).flat_map(|(_, tables)| tables.iter());
        tables.flat_map(|table| table.iter().copied())
    }

    /// Whether commas part its statements too.
    pub(super) fn is_list(self) -> bool {
        matches!(self, Self::Fields | Self::Values)
    }

    /// What stands in such a block, in words.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::File => "the file",
            Self::Workflow => "a workflow",
            Self::Node => "a step, decision or other node",
            Self::Outcome => "an outcome",
            Self::Effects => "the effects of `on …`",
            Self::Actions => "an alternative",
            Self::Escalation => "an escalation",
            Self::Level => "a level of an escalation",
            Self::Ask => "a question",
            Self::Reminder => "a reminder",
            Self::Calendar => "a calendar",
            Self::Role => "a role",
            Self::Channel => "a channel",
            Self::System => "a system",
            Self::Agent => "an agent",
            Self::Message => "a message",
            Self::Policy => "a policy",
            Self::Test => "a test",
            Self::Fields => "a list of fields",
            Self::Values => "a list of values",
            Self::Unknown => "this block",
        }
    }

    /// The words a statement may begin with here, in order.
    pub(super) fn words(self) -> Vec<&'static str> {
        self.entries().map(|entry| entry.word).collect()
    }
}

/// Finds the statement that `word` begins in a block.
pub(super) fn find(block: BlockKind, word: &str) -> Found {
    match block {
        BlockKind::Fields => return Found::Entry(FIELD),
        BlockKind::Values => return Found::Entry(VALUE),
        BlockKind::Unknown => return Found::Unknown,
        _ => {}
    }
    if let Some(entry) = block.entries().find(|entry| entry.word == word) {
        return Found::Entry(entry);
    }
    // A node at the top of the file is read as a node, so that its block is understood.
    if block == BlockKind::File
        && let Some(entry) = NODES.iter().find(|entry| entry.word == word)
    {
        return Found::Entry(*entry);
    }
    let elsewhere = BLOCKS.iter().find(|(kind, _)| kind.entries().any(|entry| entry.word == word));
    if let Some((kind, _)) = elsewhere {
        return Found::Elsewhere(*kind);
    }
    if let Some(meant) = closest(word, block.entries().map(|entry| entry.word)) {
        return block.entries().find(|entry| entry.word == meant).map_or(Found::Unknown, Found::Misspelt);
    }
    let glued = block.entries().find(|entry| entry.word.len() > 2 && word.starts_with(entry.word));
    glued.map_or(Found::Unknown, Found::Glued)
}

/// Whether statements of some block begin with this word.
pub(crate) fn is_first_word(word: &str) -> bool {
    BLOCKS.iter().any(|(kind, _)| kind.entries().any(|entry| entry.word == word))
}

/// The word closest to `word`, if one is close enough to be meant.
pub(crate) fn closest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    // Long input is never a misspelt keyword, and the distance costs its square.
    if word.len() > 24 || word.len() < 2 {
        return None;
    }
    let allowed = if word.len() <= 3 { 1 } else { 2 };
    let lower = word.to_lowercase();
    words
        .map(|candidate| (strsim::osa_distance(&lower, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= allowed && *distance * 2 < candidate.len().max(word.len())
        })
        .min_by_key(|(distance, candidate)| (*distance, !same_first_letter(&lower, candidate)))
        .map(|(_, candidate)| candidate)
}

fn same_first_letter(word: &str, other: &str) -> bool {
    word.as_bytes().first() == other.as_bytes().first()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_word_stands_once_in_each_block() {
        for (kind, _) in BLOCKS {
            let mut words = kind.words();
            words.sort_unstable();
            let count = words.len();
            words.dedup();
            assert_eq!(words.len(), count, "{kind:?}");
        }
    }

    #[test]
    fn misspelt_words_find_their_statement() {
        assert!(matches!(find(BlockKind::Workflow, "stpe"), Found::Misspelt(entry) if entry.word == "step"));
        assert!(
            matches!(find(BlockKind::Node, "deadlin"), Found::Misspelt(entry) if entry.word == "deadline")
        );
        assert!(matches!(find(BlockKind::Workflow, "owner"), Found::Elsewhere(BlockKind::Node)));
        assert!(matches!(find(BlockKind::Workflow, "banana"), Found::Unknown));
    }
}
