//! Cuts a file at the lines that open a declaration or a node, so that an error stays in its piece and an
//! edit parses one piece again. A piece begins with the comment lines directly above its opening line.
//!
//! Choices where language.md is silent: a `"""` text that is not closed ends before the next line that opens
//! a declaration or node with `{` at its end and is indented no deeper than the line where the text began.
//! Invariant: the pieces put together are the file.

use crate::parse::{closest, is_first_word};
use crate::span::Span;

/// What a chunk begins with, and what comes behind it: all that parsing needs to know of its surroundings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChunkRole {
    /// What stands before the first declaration.
    Preamble,
    /// A declaration that holds no nodes, or a workflow without any that open a chunk.
    Declaration,
    /// A workflow whose nodes follow: its last brace is open.
    WorkflowHead,
    /// A node, with another node of the same workflow behind it.
    Node,
    /// The last node of its workflow, with the brace that closes the workflow.
    LastNode,
}

/// A piece of a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Chunk {
    /// Its bytes in the file.
    pub range: Span,
    /// What it is.
    pub role: ChunkRole,
}

const NODES: [&str; 7] = ["step", "decision", "converge", "wait", "pause", "run", "outcome"];
const DECLARATIONS: [&str; 11] = [
    "enum",
    "record",
    "let",
    "calendar",
    "role",
    "channel",
    "system",
    "reminder",
    "escalation",
    "message",
    "workflow",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Opener {
    Workflow,
    Declaration,
    Node,
}

/// The chunks of a file, in order; none for an empty one.
pub fn chunks(text: &str) -> Vec<Chunk> {
    let cuts = cuts(text);
    let mut chunks = Vec::with_capacity(cuts.len() + 1);
    let first = cuts.first().map_or(text.len(), |cut| cut.0);
    if first > 0 {
        chunks.push(Chunk { range: Span::new(0, first), role: ChunkRole::Preamble });
    }
    for (index, (start, opener)) in cuts.iter().enumerate() {
        let next = cuts.get(index + 1);
        let end = next.map_or(text.len(), |cut| cut.0);
        let node_follows = next.is_some_and(|cut| cut.1 == Opener::Node);
        let role = match opener {
            Opener::Workflow if node_follows => ChunkRole::WorkflowHead,
            Opener::Workflow | Opener::Declaration => ChunkRole::Declaration,
            Opener::Node if node_follows => ChunkRole::Node,
            Opener::Node => ChunkRole::LastNode,
        };
        chunks.push(Chunk { range: Span::new(*start, end), role });
    }
    chunks
}

/// Where chunks begin, and what opens them.
fn cuts(text: &str) -> Vec<(usize, Opener)> {
    let mut cuts = Vec::new();
    let mut at = 0;
    let mut comments_from = None;
    while at < text.len() {
        let line_end = line_end(text, at);
        let line = text.get(at..line_end).unwrap_or("");
        let content = line.trim_start_matches(is_blank);
        if let Some(opener) = opener(content) {
            cuts.push((comments_from.unwrap_or(at), opener));
        }
        comments_from = if content.starts_with('#') { comments_from.or(Some(at)) } else { None };
        at = match open_long_text(line) {
            Some(quotes) => end_of_long_text(text, at + quotes, line.len() - content.len()),
            None => line_end,
        };
    }
    cuts
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\u{feff}' | '\u{a0}')
}

/// The offset behind the line that holds `at`.
fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or(&[]);
    rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |newline| at + newline + 1)
}

/// What the line opens, if it opens something.
fn opener(line: &str) -> Option<Opener> {
    let (keyword, rest) = word(line)?;
    if !rest.starts_with(is_blank) && !rest.starts_with('"') {
        return None;
    }
    let rest = rest.trim_start_matches(is_blank);
    if rest.starts_with(['"', '{']) && ends_open(rest) && !is_first_word(keyword) {
        // `stepreview "Review" {`: the blank between keyword and name is missing.
        if rest.starts_with('"') && closest(keyword, ["test"].into_iter()).is_some() {
            return Some(Opener::Declaration);
        }
        let glued = NODES.iter().chain(&DECLARATIONS).find(|word| keyword.starts_with(**word));
        return glued.and_then(|word| opener_kind(word));
    }
    match keyword {
        "use" => return word(rest).map(|_| Opener::Declaration),
        "test" if rest.starts_with('"') => return Some(Opener::Declaration),
        _ => {}
    }
    let exact = opener_kind(keyword);
    let (_, rest) = word(rest)?;
    let rest = rest.trim_start_matches(is_blank);
    let in_language = keyword == "message" && rest.starts_with("in ");
    if exact.is_some() {
        let opens = rest.starts_with(['"', '{', '(', '=']) || in_language || ends_open(rest);
        return exact.filter(|_| opens);
    }
    // `stpe review {` opens a node too; only a header that ends in `{` is looked at so closely.
    let opens = ends_open(line) && rest.starts_with(['"', '{']);
    opens.then(|| meant_opener(keyword).and_then(opener_kind)).flatten()
}

/// The opener that a line beginning with `keyword`, text and `{` was meant to begin with.
fn meant_opener(keyword: &str) -> Option<&'static str> {
    let openers = NODES.iter().chain(&DECLARATIONS).copied().chain(["policy"]);
    if is_first_word(keyword) { None } else { closest(keyword, openers) }
}

fn opener_kind(keyword: &str) -> Option<Opener> {
    if NODES.contains(&keyword) {
        Some(Opener::Node)
    } else if keyword == "workflow" {
        Some(Opener::Workflow)
    } else if keyword == "policy" || DECLARATIONS.contains(&keyword) {
        Some(Opener::Declaration)
    } else {
        None
    }
}

fn ends_open(line: &str) -> bool {
    line.trim_end().ends_with('{')
}

/// The name or keyword at the line's start, and what follows it.
fn word(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(line.len());
    let (word, rest) = line.split_at_checked(end)?;
    let begins = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins.then_some((word, rest))
}

/// Where in the line a `"""` opens a text that is not closed on the line.
fn open_long_text(line: &str) -> Option<usize> {
    // Most lines have no quotes in a row at all.
    if !line.contains("\"\"\"") {
        return None;
    }
    let mut at = 0;
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let next = rest.find(['"', '#'])?;
        let found = rest.get(next..)?;
        if found.starts_with('#') {
            return None;
        }
        if let Some(inside) = found.strip_prefix("\"\"\"") {
            let Some(close) = inside.find("\"\"\"") else { return Some(at + next) };
            at += next + close + 6;
        } else {
            at += next + short_text_len(found);
        }
    }
    None
}

/// The length of the `"…"` at the start of `text`, which may be cut off.
fn short_text_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Where the line after a long text begins: behind its closing quotes, or before the opener that ends it.
fn end_of_long_text(text: &str, quotes: usize, indentation: usize) -> usize {
    let mut at = line_end(text, quotes);
    while at < text.len() {
        let end = line_end(text, at);
        let line = text.get(at..end).unwrap_or("");
        if let Some(close) = line.find("\"\"\"") {
            // A second long text may open behind the quotes that close the first.
            if line.get(close + 3..).and_then(open_long_text).is_none() {
                return end;
            }
        } else {
            let content = line.trim_start_matches(is_blank);
            if ends_open(content) && line.len() - content.len() <= indentation && opener(content).is_some() {
                return at;
            }
        }
        at = end;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<(&str, ChunkRole)> {
        chunks(text).into_iter().map(|chunk| (chunk.range.slice(text), chunk.role)).collect()
    }

    #[test]
    fn cuts_at_declarations_and_nodes_and_keeps_comments_with_them() {
        let text = "# file\n\nenum A { B }\n## doc\nworkflow w {\n  calendar italy\n  step a {\n    wait 2 days\n  }\n  # why\n  outcome x \"X\" after a\n}\nuse a.b\n";
        assert_eq!(
            pieces(text),
            [
                ("# file\n\n", ChunkRole::Preamble),
                ("enum A { B }\n", ChunkRole::Declaration),
                ("## doc\nworkflow w {\n  calendar italy\n", ChunkRole::WorkflowHead),
                ("  step a {\n    wait 2 days\n  }\n", ChunkRole::Node),
                ("  # why\n  outcome x \"X\" after a\n}\n", ChunkRole::LastNode),
                ("use a.b\n", ChunkRole::Declaration),
            ]
        );
    }

    #[test]
    fn a_long_text_hides_openers_unless_it_is_not_closed() {
        let closed = "message a \"\"\"\n  step b {\n\"\"\"\nrole c {}\n";
        assert_eq!(pieces(closed).len(), 2);
        let open = "message a \"\"\"\n  text\nrole c {\n}\n";
        assert_eq!(pieces(open)[1].0, "role c {\n}\n");
    }
}
