//! A file cut into its declarations, each with a number that outlives edits elsewhere.
//!
//! The numbers come from what a piece begins with (keyword and name), not from its position: adding a declaration
//! above changes the number of no other. Invariant: the pieces put together are the file.

use std::collections::HashSet;
use wf_lang::chunk::{ChunkRole, chunks};
use wf_lang::limits::MAX_FILE_BYTES;
use wf_lang::span::Span;

/// A piece of a file.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Piece {
    /// Its number in the file.
    pub key: u32,
    /// Its bytes.
    pub span: Span,
}

/// The pieces of a file, in order. A file that is too long stays whole, so that the parser can say so.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut spans: Vec<Span> = Vec::new();
    if text.len() > MAX_FILE_BYTES {
        spans.push(Span::new(0, text.len()));
    } else {
        for chunk in chunks(text) {
            match spans.last_mut() {
                Some(last) if matches!(chunk.role, ChunkRole::Node | ChunkRole::LastNode) => {
                    *last = last.cover(chunk.range);
                }
                _ => spans.push(chunk.range),
            }
        }
    }
    let mut taken = HashSet::new();
    spans
        .into_iter()
        .map(|span| Piece { key: free(header_hash(span.slice(text)), &mut taken), span })
        .collect()
}

/// The next number that is not taken, so that two declarations of one name differ by their order.
fn free(wanted: u32, taken: &mut HashSet<u32>) -> u32 {
    let mut key = wanted;
    while !taken.insert(key) {
        key = key.wrapping_add(1);
    }
    key
}

/// A number for the first two words of a piece: `workflow onboarding`. Of a `use` line, for the whole line.
fn header_hash(piece: &str) -> u32 {
    let header = piece.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let header = header.unwrap_or_default();
    let words = if header.starts_with("use ") || header.starts_with("test ") { usize::MAX } else { 2 };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut hash = Fnv::default();
    for word in header.split(|c| !is_word(c)).filter(|word| !word.is_empty()).take(words) {
        hash.add(word.as_bytes());
        hash.add(b" ");
    }
    hash.0
}

/// FNV-1a: the same number on every machine and in every run.
struct Fnv(u32);

impl Default for Fnv {
    fn default() -> Self {
        Self(0x811c_9dc5)
    }
}

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }
}

/// The number of the declaration at `index` of the piece `key`: a piece holds one, but for files that write several
/// on one line.
pub fn declaration_key(key: u32, index: usize) -> u32 {
    key ^ (u32::try_from(index).unwrap_or(u32::MAX)).wrapping_mul(0x9e37_79b9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_edits_elsewhere_and_tell_namesakes_apart() {
        let before = "role a {}\nworkflow w {\n  step s {\n  }\n}\nrole a {}\n";
        let after = "enum New { X }\nrole a { reach email }\nworkflow w {\n  step s {\n  }\n  step t {\n  }\n}\nrole a {}\n";
        let keys = |text| pieces(text).into_iter().map(|piece| piece.key).collect::<Vec<_>>();
        let (before, after) = (keys(before), keys(after));
        assert_eq!(before.len(), 3, "a workflow with its steps is one piece");
        assert_eq!(before, after[1..], "a new declaration above and an edit inside change no number");
        assert_ne!(before[0], before[2], "two of one name differ");
    }

    #[test]
    fn the_pieces_put_together_are_the_file() {
        let text = "# top\n\nuse a.b\n\n## doc\nworkflow w {\n  step s {\n}\n}\n# end\n";
        let whole: String = pieces(text).iter().map(|piece| piece.span.slice(text)).collect();
        assert_eq!(whole, text);
    }
}
