//! Texts: literals with `{expression}` in them, drafts, and uses of named messages.
//!
//! Escapes are resolved and the common indentation of `"""` texts removed here, once, so that nobody
//! reads raw quotes. Invariant: the parts put together are the text a reader of the message sees.

use super::{Assignment, Expr, Kind, Node, Token, choice, one, views};
use crate::span::Span;

views! {
    /// A text in quotes, on one line or, in `"""`, on several.
    Text {}

    /// `draft "instruction" otherwise "text"`: the agent writes it, else the second text is sent.
    Draft {
        /// What the agent is told to write.
        instruction: one Text,
        /// What is sent if the agent does not write.
        otherwise: inside OtherwiseText PlainText,
    }

    /// A use of a named message: `due_soon(days = 3)`.
    MessageUse {
        /// The message's name.
        name: token Name,
        /// The arguments.
        arguments: many Assignment,
    }
}

choice! {
    /// What may stand where a text is sent.
    TextValue {
        /// Written out.
        Text,
        /// Drafted by the agent.
        Draft,
        /// A named message.
        MessageUse,
    }
}

choice! {
    /// A text that is never drafted.
    PlainText {
        /// Written out.
        Text,
        /// A named message.
        MessageUse,
    }
}

/// One part of a text.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TextPart<'t> {
    /// Letters as they are sent: escapes resolved, indentation removed.
    Literal(String),
    /// `{expression}`: the expression, if it could be read, and the span of it with its braces.
    Expression(Option<Expr<'t>>, Span),
}

impl<'t> Text<'t> {
    /// Whether it is a text of several lines, in `"""`.
    pub fn is_block(self) -> bool {
        self.0.text().starts_with("\"\"\"")
    }

    /// Whether it has a `{expression}`.
    pub fn has_expressions(self) -> bool {
        self.0.child(Kind::Interpolation).is_some()
    }

    /// The `{expression}`s in order.
    pub fn expressions(self) -> impl Iterator<Item = Expr<'t>> + 't {
        self.0.children_of(Kind::Interpolation).filter_map(one)
    }

    /// The parts in order; two literals never stand side by side.
    pub fn parts(self) -> Vec<TextPart<'t>> {
        let raw: Vec<Node<'t>> = self
            .0
            .children()
            .filter(|node| matches!(node.kind(), Kind::TextPiece | Kind::Escape | Kind::Interpolation))
            .collect();
        let indentation = if self.is_block() { common_indentation(&raw) } else { 0 };
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut at_line_start = self.is_block();
        for node in raw {
            match node.kind() {
                Kind::Interpolation => {
                    if !literal.is_empty() {
                        parts.push(TextPart::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(TextPart::Expression(one(node), node.span()));
                    at_line_start = false;
                }
                Kind::Escape => {
                    literal.push_str(unescape(node.text()));
                    at_line_start = false;
                }
                _ if self.is_block() => {
                    push_dedented(&mut literal, node.text(), indentation, &mut at_line_start);
                }
                _ => literal.push_str(node.text()),
            }
        }
        if self.is_block() {
            trim_block_end(&mut literal);
            trim_block_start(&mut parts, &mut literal);
        }
        if !literal.is_empty() {
            parts.push(TextPart::Literal(literal));
        }
        parts
    }

    /// The whole text, if it has no `{expression}`.
    pub fn plain(self) -> Option<String> {
        let mut parts = self.parts();
        match (parts.pop(), parts.is_empty()) {
            (None, _) => Some(String::new()),
            (Some(TextPart::Literal(text)), true) => Some(text),
            _ => None,
        }
    }
}

/// What an escape stands for. An unknown one stands for itself; the grammar refuses it before.
fn unescape(escape: &str) -> &str {
    match escape {
        "\\n" => "\n",
        _ => escape.strip_prefix('\\').unwrap_or(escape),
    }
}

/// The blanks that every line of a `"""` text but the first (beside the quotes) begins with. Lines of
/// blanks only do not count, but the last one, on which the closing quotes stand, does not either.
fn common_indentation(pieces: &[Node<'_>]) -> usize {
    let mut least = usize::MAX;
    for (at, piece) in pieces.iter().enumerate().filter(|(_, piece)| piece.kind() == Kind::TextPiece) {
        let lines: Vec<&str> = piece.text().split('\n').collect();
        for (number, line) in lines.iter().enumerate().skip(1) {
            let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
            let only_blanks = line.trim().is_empty();
            // Behind the last line end of a piece stands an expression, or the closing quotes.
            let goes_on = number + 1 == lines.len() && at + 1 < pieces.len();
            if !only_blanks || goes_on {
                least = least.min(blanks);
            }
        }
    }
    if least == usize::MAX { 0 } else { least }
}

fn push_dedented(literal: &mut String, piece: &str, indentation: usize, at_line_start: &mut bool) {
    for (number, line) in piece.split('\n').enumerate() {
        if number > 0 {
            literal.push('\n');
            *at_line_start = true;
        }
        let line = if piece.contains('\r') { line.trim_end_matches('\r') } else { line };
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let removed = if *at_line_start && number > 0 { blanks.min(indentation) } else { 0 };
        literal.push_str(line.get(removed..).unwrap_or(""));
        *at_line_start = false;
    }
}

/// The line end before the closing quotes is not part of the text.
fn trim_block_end(literal: &mut String) {
    let content = literal.trim_end_matches([' ', '\t']);
    if let Some(before) = content.strip_suffix('\n') {
        literal.truncate(before.len());
    }
}

/// Nor is the line end behind the opening quotes.
fn trim_block_start(parts: &mut Vec<TextPart<'_>>, last: &mut String) {
    let first = match parts.first_mut() {
        Some(TextPart::Literal(text)) => text,
        Some(TextPart::Expression(..)) => return,
        None => last,
    };
    if let Some((before, after)) = first.split_once('\n')
        && before.trim().is_empty()
    {
        *first = after.to_owned();
        if first.is_empty() && !parts.is_empty() {
            parts.remove(0);
        }
    }
}

views! {
    /// A message's argument list or a call's: `(arg = E, …)`.
    Arguments {
        /// The arguments in order.
        assignments: many Assignment,
    }

    /// `by ROLE` in a test.
    ByClause {
        /// The role.
        role: token Name,
    }
}

impl<'t> Draft<'t> {
    /// The instruction's token, for messages.
    pub fn keyword(self) -> Option<Token<'t>> {
        self.0.child(Kind::Keyword).map(Token)
    }
}
