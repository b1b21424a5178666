//! Which block is to blame when a chunk's braces do not balance.
//!
//! A chunk's role says how many braces it must leave open, so a chunk that balances is never judged by its
//! indentation, however it is laid out. Invariant: at most as many braces are added or passed over as the
//! balance lacks.

use super::shape::{Piece, Shape};
use super::structure::Frame;
use crate::chunk::ChunkRole;

/// How far the braces of a chunk are off, and how much of that is already explained.
pub(super) struct Balance {
    /// Closing braces that are missing.
    missing: i32,
    /// Closing braces that are too many, or opening ones that are missing.
    extra: i32,
    /// Whether brackets of any sort do not match in the chunk.
    doubtful: bool,
}

impl Balance {
    /// Counts the braces of a chunk against what its role leaves open.
    pub(super) fn of(pieces: &[Piece], role: ChunkRole) -> Self {
        let (mut braces, mut rounds) = (0, 0);
        let mut doubtful = false;
        for piece in pieces {
            match piece.shape {
                Shape::Open => braces += 1,
                Shape::Close => braces -= 1,
                Shape::RoundOpen => rounds += 1,
                Shape::RoundClose => rounds -= 1,
                Shape::OpenText => doubtful = true,
                _ => {}
            }
        }
        let wanted = match role {
            ChunkRole::WorkflowHead => 1,
            ChunkRole::LastNode => -1,
            ChunkRole::Preamble | ChunkRole::Declaration | ChunkRole::Node => 0,
        };
        let off: i32 = braces - wanted;
        Self { missing: off.max(0), extra: (-off).max(0), doubtful: doubtful || off != 0 || rounds != 0 }
    }

    /// Whether a statement's brackets may be unclosed.
    pub(super) fn brackets_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Whether `piece`, the first of its line, shows that the innermost block ended before it without a brace.
    pub(super) fn ends_unclosed(
        &mut self,
        piece: Piece,
        is_brace: bool,
        frame: &Frame,
        depth: usize,
    ) -> bool {
        if !piece.leads || piece.line == frame.line {
            return false;
        }
        // A brace closes the block whose line is as deep as its own; any other line as deep is a new statement.
        let shallower = piece.indentation < frame.indentation;
        let ends = if is_brace { shallower } else { piece.indentation <= frame.indentation };
        if !ends {
            return false;
        }
        if frame.is_virtual() {
            return true;
        }
        if self.missing <= 0 || (depth <= 1 && is_brace && !shallower) {
            return false;
        }
        self.missing -= 1;
        true
    }

    /// Whether a closing brace is one too many: it closes a block of an earlier line and does not stand as deep
    /// as that line.
    pub(super) fn ignores_close(&mut self, piece: Piece, frame: Option<&Frame>) -> bool {
        let Some(frame) = frame else { return false };
        let fits = piece.line == frame.line || (piece.leads && piece.indentation == frame.indentation);
        if self.extra <= 0 || fits {
            return false;
        }
        self.extra -= 1;
        true
    }

    /// Takes note of a header whose `{` is missing. Says whether its block may be read without it.
    pub(super) fn takes_missing_open(&mut self) -> bool {
        if self.extra <= 0 {
            return false;
        }
        self.extra -= 1;
        true
    }
}
