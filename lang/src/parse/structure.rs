//! From pieces to blocks and statements: the nodes of one chunk.
//!
//! Braces nest over an explicit stack of frames, so no text can exhaust the machine's. If the chunk's braces do
//! not balance, indentation decides which block is to blame (see `brace.rs`). Invariant: every piece that is
//! not a line end becomes a node, in order.

mod blame;
mod block;
mod gather;
mod read;

use super::ChunkParse;
use super::brace::Balance;
use super::shape::{Piece, Shape};
use super::statement::BlockKind;
use crate::chunk::ChunkRole;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::tree::{Kind, NodeData};

/// A block that is open.
pub(super) struct Frame {
    statement: usize,
    block: usize,
    kind: BlockKind,
    /// The header, for messages.
    header: Span,
    /// Whether a `{` was really written.
    written: bool,
    /// Whether the block itself stands at a level whose opening line is missing.
    astray: bool,
    pub(super) indentation: u32,
    pub(super) line: u32,
}

impl Frame {
    /// Whether its `{` is missing, so that only indentation can end it.
    pub(super) fn is_virtual(&self) -> bool {
        !self.written
    }
}

/// A header whose block has just ended or was never opened: deeper lines below it show that it should not have.
#[derive(Clone, Copy)]
struct Ended {
    kind: BlockKind,
    header: Span,
    indentation: u32,
    /// The line it ended on.
    line: u32,
    /// The brace that closed it, if it was opened.
    close: Option<Span>,
}

/// The statement that is being read.
struct Statement {
    /// Its first piece.
    first: usize,
    /// The piece behind its last one.
    behind: usize,
    start: usize,
    end: usize,
    /// Its node, reserved before its comments if it has doc comments.
    node: usize,
    depth: usize,
}

/// The work on one chunk.
pub(super) struct Structure<'a> {
    pub(super) text: &'a str,
    pub(super) pieces: &'a [Piece],
    pub(super) at: usize,
    pub(super) nodes: Vec<NodeData>,
    pub(super) frames: Vec<Frame>,
    pub(super) errors: Vec<Diagnostic<Span>>,
    pub(super) balance: Balance,
    base: BlockKind,
    /// Where the doc comments begin that wait for their declaration.
    docs_from: Option<usize>,
    /// Whether the statement before had no place here: what follows it is not judged again.
    astray: bool,
    /// The statement before, if it has or may have a block.
    ended: Option<Ended>,
    /// Whether an error about braces was reported, or one that unbalances them.
    pub(super) braces_blamed: bool,
    parent_close: Option<usize>,
    parent_close_wanted: bool,
    lost_opener: bool,
}

/// Builds the nodes of a chunk.
pub(super) fn build(text: &str, pieces: &[Piece], role: ChunkRole) -> ChunkParse {
    let in_workflow = matches!(role, ChunkRole::Node | ChunkRole::LastNode);
    let mut structure = Structure {
        text,
        pieces,
        at: 0,
        nodes: Vec::with_capacity(pieces.len() * 2),
        frames: Vec::new(),
        errors: Vec::new(),
        balance: Balance::of(pieces, role),
        base: if in_workflow { BlockKind::Workflow } else { BlockKind::File },
        docs_from: None,
        astray: false,
        ended: None,
        braces_blamed: false,
        parent_close: None,
        parent_close_wanted: role == ChunkRole::LastNode,
        lost_opener: false,
    };
    structure.report_open_texts();
    structure.run();
    structure.finish(role)
}

impl<'a> Structure<'a> {
    fn run(&mut self) {
        while let Some(piece) = self.piece(self.at) {
            if piece.shape != Shape::LineEnd {
                self.close_by_indentation(piece);
            }
            match piece.shape {
                Shape::LineEnd => self.at += 1,
                Shape::Semicolon => self.symbol(piece),
                Shape::Comma if self.block_kind().is_list() => self.symbol(piece),
                Shape::Comment => self.comment(piece),
                Shape::Close => self.close_brace(piece),
                _ => self.statement(piece),
            }
        }
    }

    pub(super) fn piece(&self, at: usize) -> Option<Piece> {
        self.pieces.get(at).copied()
    }

    fn block_kind(&self) -> BlockKind {
        self.frames.last().map_or(self.base, |frame| frame.kind)
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    fn leaf(&mut self, kind: Kind, start: usize, end: usize) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(NodeData { kind, start: start as u32, end: end as u32, next });
    }

    fn symbol(&mut self, piece: Piece) {
        self.leaf(Kind::Symbol, piece.start as usize, piece.end as usize);
        self.at += 1;
    }

    fn comment(&mut self, piece: Piece) {
        let (start, mut end) = (piece.start as usize, piece.end as usize);
        let text = self.slice(start, end);
        end = start + text.trim_end_matches('\r').len();
        let is_doc = piece.leads && text.starts_with("##");
        if is_doc && self.docs_from.is_none() {
            self.docs_from = Some(self.nodes.len());
        }
        self.leaf(if is_doc { Kind::DocComment } else { Kind::Comment }, start, end);
        self.at += 1;
    }

    /// The end of the last node, for blocks that end without a brace.
    pub(super) fn last_end(&self) -> usize {
        self.nodes.last().map_or(0, |node| node.end as usize)
    }

    fn finish(mut self, role: ChunkRole) -> ChunkParse {
        let keeps_open = usize::from(role == ChunkRole::WorkflowHead);
        while self.frames.len() > keeps_open {
            let header = self.frames.last().filter(|frame| frame.written).map(|frame| frame.header);
            if let Some(header) = header {
                self.blame_missing_close(header, None);
            }
            let end = self.last_end();
            self.close_frame(end);
        }
        let open = self.frames.last().map(|frame| (frame.statement, frame.block, frame.header));
        let parent_unclosed = self.parent_close_wanted && self.parent_close.is_none() && !self.braces_blamed;
        ChunkParse {
            nodes: self.nodes,
            errors: self.errors,
            open,
            parent_close: self.parent_close,
            parent_unclosed,
            lost_opener: self.lost_opener,
        }
    }
}

fn piece_text(text: &str, piece: Piece) -> &str {
    text.get(piece.start as usize..piece.end as usize).unwrap_or("")
}

/// The word at the start of a text; empty if there is none.
fn word_at(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// The first two words of a header, for messages.
fn first_words(text: &str) -> &str {
    let keyword = word_at(text).len();
    let rest = text.get(keyword..).unwrap_or("");
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let name = word_at(rest.trim_start_matches([' ', '\t'])).len();
    let end = if name == 0 { keyword } else { keyword + blanks + name };
    text.get(..end.max(1)).unwrap_or(text)
}
