//! A statement as a row of pieces: words, symbols, whole texts, comments and blocks.
//!
//! What belongs together without a blank is decided here, piece by piece. Invariant: the pieces of a statement,
//! put one behind the other, hold every leaf of it in order.

use crate::ast::{Kind, Node};
use std::borrow::Cow;

/// One piece of a statement.
#[derive(Clone, Debug)]
pub struct Piece<'t> {
    /// What is written.
    pub text: Cow<'t, str>,
    /// The leaf's kind, or the kind of what is taken whole.
    pub kind: Kind,
    /// The kind of the node around it.
    pub parent: Kind,
    /// The node, for blocks and comments.
    pub node: Node<'t>,
}

/// The pieces of a statement, its own leading comments left out.
pub fn of<'t>(statement: Node<'t>) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    let begun = statement.children().skip_while(|child| child.kind().is_comment());
    if statement.is_leaf() {
        push(statement, statement.kind(), &mut pieces);
    }
    for child in begun {
        push(child, statement.kind(), &mut pieces);
    }
    pieces
}

fn push<'t>(node: Node<'t>, parent: Kind, pieces: &mut Vec<Piece<'t>>) {
    let whole = node.is_leaf() || matches!(node.kind(), Kind::Text | Kind::Block);
    if whole {
        let text = Cow::Borrowed(node.text().trim_end());
        pieces.push(Piece { text, kind: node.kind(), parent, node });
        return;
    }
    let first = pieces.len();
    let lists_values = matches!(node.kind(), Kind::With | Kind::RecordLiteral);
    let mut children = node.children();
    while let Some(child) = children.next() {
        let at = pieces.len();
        push(child, node.kind(), pieces);
        if lists_values {
            let follows = children.clone().map(|next| next.kind()).find(|next| !next.is_comment());
            part_values(child, follows, pieces, at);
        }
    }
    if node.kind() == Kind::Duration {
        agree(pieces.get_mut(first..).unwrap_or_default());
    }
}

/// The values of a `with` or a record are parted by commas, whatever parted them in the source.
fn part_values<'t>(child: Node<'t>, follows: Option<Kind>, pieces: &mut Vec<Piece<'t>>, at: usize) {
    if let Some(semicolon) =
        pieces.get_mut(at).filter(|piece| piece.kind == Kind::Symbol && piece.text == ";")
    {
        semicolon.text = Cow::Borrowed(",");
    }
    if child.kind() == Kind::Assignment && follows == Some(Kind::Assignment) {
        let text = Cow::Borrowed(",");
        pieces.push(Piece { text, kind: Kind::Symbol, parent: Kind::With, node: child });
    }
}

/// `1 days` reads `1 day`, `2 day` reads `2 days`: the unit agrees with its number.
fn agree(duration: &mut [Piece<'_>]) {
    let one = duration.iter().any(|piece| piece.kind == Kind::Number && piece.text == "1");
    let Some(unit) = duration.iter_mut().rev().find(|piece| piece.kind == Kind::Unit) else { return };
    let singular = unit.text.strip_suffix('s').unwrap_or(&unit.text);
    unit.text = Cow::Owned(if one { singular.to_owned() } else { format!("{singular}s") });
}

/// Whether a blank stands between two pieces of one line.
pub fn blank_between(left: &Piece<'_>, right: &Piece<'_>) -> bool {
    let (before, after) = (&*left.text, &*right.text);
    let tight_left = matches!(before, "(" | "[" | ".");
    let tight_right = matches!(after, "," | ";" | ")" | "]" | ":" | "?" | ".");
    let empty = before == "{" && after == "}";
    let use_list =
        (before == "{" && left.parent == Kind::UseList) || (after == "}" && right.parent == Kind::UseList);
    let unary = left.kind == Kind::Operator && before == "-" && left.parent != Kind::Binary;
    !(tight_left || tight_right || empty || use_list || unary || opens_call(left, right))
}

/// `name(` of a message, an operation or a copy, unlike the `(` of a group.
fn opens_call(left: &Piece<'_>, right: &Piece<'_>) -> bool {
    let called = matches!(
        right.parent,
        Kind::Arguments | Kind::Parameters | Kind::CopyOf | Kind::MessageUse | Kind::Call
    );
    right.text == "(" && called && left.text != ","
}
