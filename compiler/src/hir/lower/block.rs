//! Which statements of a block count: those that belong there, and of those that may stand once the first.
//!
//! The tree takes nearly every statement in nearly every block, so that a clause in the wrong place costs one clear
//! message and not a syntax error. The rest goes to `misplaced`, with the place of the first where it is a
//! repetition. Invariant: a statement is either returned, misplaced, or did not parse and sets `damaged`.

use super::Lowering;
use crate::hir::{At, Misplaced};
use std::collections::HashMap;
use wf_lang::ast::{Kind, Node};

/// How a statement fits a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fits {
    /// Once at most.
    Once,
    /// As often as one likes.
    Often,
    /// Not at all.
    Never,
}

/// What a block belongs to, for messages: `converge`, `ready`.
#[derive(Clone, Copy)]
pub(super) struct Inside<'a> {
    pub(super) kind: &'static str,
    pub(super) name: &'a str,
}

impl Lowering {
    /// The statements that count, in order.
    pub(super) fn sort_out<'t>(
        &mut self,
        inside: Inside<'_>,
        statements: impl Iterator<Item = Node<'t>>,
        fits: impl Fn(Kind) -> Fits,
    ) -> Vec<Node<'t>> {
        let mut seen: HashMap<Kind, Node<'t>> = HashMap::new();
        let mut count = Vec::new();
        for statement in statements {
            let kind = statement.kind();
            if kind.is_error() {
                self.damaged = true;
                continue;
            }
            match fits(kind) {
                Fits::Never => self.misplace(inside, statement),
                Fits::Often => count.push(statement),
                Fits::Once => match seen.get(&kind) {
                    Some(first) => self.repeat(inside, statement, *first),
                    None => {
                        seen.insert(kind, statement);
                        count.push(statement);
                    }
                },
            }
        }
        count
    }

    /// Notes that `statement` does not belong where it stands, or not in this form.
    pub(super) fn misplace(&mut self, inside: Inside<'_>, statement: Node<'_>) {
        let at = self.at(super::header_span(statement));
        self.note_misplaced(inside, statement, at, None);
    }

    /// Notes that `statement` says again what `first` said.
    pub(super) fn repeat(&mut self, inside: Inside<'_>, statement: Node<'_>, first: Node<'_>) {
        let first = self.at(super::header_span(first));
        let at = self.at(super::header_span(statement));
        self.note_misplaced(inside, statement, at, Some(first));
    }

    /// Notes `statement`, which stands at `at` and repeats what stands at `first`, if anything.
    pub(super) fn note_misplaced(
        &mut self,
        inside: Inside<'_>,
        statement: Node<'_>,
        at: At,
        first: Option<At>,
    ) {
        let clause = keywords(statement);
        self.misplaced.push(Misplaced {
            clause,
            at,
            first,
            inside: inside.name.to_owned(),
            inside_kind: inside.kind,
        });
    }
}

/// The keywords a statement begins with, as people would call it: `process owner`, `for each`, `if late choose`.
fn keywords(statement: Node<'_>) -> String {
    let is_keyword =
        |kind| matches!(kind, Kind::Keyword | Kind::EventWord | Kind::IfLateSkip | Kind::IfLateGoOn);
    let leading = statement.leaves().take_while(|leaf| is_keyword(leaf.kind()));
    let words: Vec<&str> = leading.map(Node::text).collect();
    match words.is_empty() {
        false => words.join(" "),
        true => statement.text().split_whitespace().next().unwrap_or_default().to_owned(),
    }
}
