//! AST to HIR: one declaration at a time, without looking anything up.
//!
//! Between `parse` and everything that thinks. Each place that a message may point at gets the next number, and
//! the span it stands for goes into [`Spans`] beside the HIR. Clauses that do not belong where they stand, or came
//! twice, are kept apart as [`Misplaced`], so that checks see only what counts.
//! Invariant: lowering never fails; what could not be read sets `damaged` on the node or else the declaration it is in.

mod action;
mod block;
mod calendar;
mod deadline;
mod expression;
mod ladder;
mod node;
mod policy;
mod resource;
mod test;
mod word;
mod workflow;

use super::{At, Declaration, DeclarationKind, Misplaced, Placed, Use};
use std::sync::Arc;
use wf_lang::ast;
use wf_lang::span::Span;

/// Where each [`At`] of one declaration stands, in bytes from the start of the text that was parsed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// The bytes that `at` stands for; the start of the text if the number is of another declaration.
    pub fn get(&self, at: At) -> Span {
        self.0.get(at.0 as usize).copied().unwrap_or_default()
    }
}

/// A declaration and the places in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lowered {
    /// What was written, without spans.
    pub declaration: Arc<Declaration>,
    /// Where it was written.
    pub spans: Spans,
}

/// Lowers one declaration.
pub fn lower(declaration: ast::Declaration<'_>) -> Lowered {
    let mut lowering = Lowering::default();
    let lowered = lowering.declaration(declaration);
    Lowered { declaration: Arc::new(lowered), spans: Spans(lowering.spans) }
}

/// What grows while one declaration is lowered.
#[derive(Default)]
struct Lowering {
    spans: Vec<Span>,
    misplaced: Vec<Misplaced>,
    /// Whether something in the node or declaration being lowered could not be read.
    damaged: bool,
}

impl Lowering {
    /// The next number, standing for `span`.
    fn at(&mut self, span: Span) -> At {
        let at = At(u32::try_from(self.spans.len()).unwrap_or(u32::MAX));
        self.spans.push(span);
        at
    }

    /// The empty place directly behind a part of the text.
    fn behind(&mut self, node: ast::Node<'_>) -> At {
        let end = node.span().end as usize;
        self.at(Span::at(end))
    }

    /// The empty place directly behind the last thing inside the braces of a block; behind it all where it has none.
    fn behind_clauses(&mut self, block: ast::Node<'_>) -> At {
        let text = block.text();
        let inside = text.trim_end().strip_suffix('}').map_or(text, str::trim_end);
        self.at(Span::at(block.span().start as usize + inside.len()))
    }

    fn placed<T>(&mut self, span: Span, value: T) -> Placed<T> {
        Placed { value, at: self.at(span) }
    }

    /// `None` marks what is being lowered as damaged.
    fn needed<T>(&mut self, part: Option<T>) -> Option<T> {
        self.damaged |= part.is_none();
        part
    }

    fn declaration(&mut self, declaration: ast::Declaration<'_>) -> Declaration {
        let at = self.at(header_span(declaration.node()));
        let name = self.maybe_name(declaration.name());
        let title = self.declared_title(declaration);
        let kind = self.declaration_kind(declaration, name.as_ref().map_or("", |name| &name.text));
        Declaration {
            name,
            doc: doc(declaration),
            title,
            at,
            damaged: self.damaged,
            misplaced: std::mem::take(&mut self.misplaced),
            kind,
        }
    }

    fn declaration_kind(&mut self, declaration: ast::Declaration<'_>, name: &str) -> DeclarationKind {
        match declaration {
            ast::Declaration::Use(view) => DeclarationKind::Use(self.use_line(view)),
            ast::Declaration::Enum(view) => DeclarationKind::Enum(self.enum_values(view)),
            ast::Declaration::Record(view) => {
                DeclarationKind::Record(self.fields(view.fields(), view.unparsed()))
            }
            ast::Declaration::Let(view) => {
                let value = self.needed(view.value());
                DeclarationKind::Let(value.map(|value| self.expression(value)))
            }
            ast::Declaration::Calendar(view) => DeclarationKind::Calendar(self.calendar(view, name)),
            ast::Declaration::Role(view) => DeclarationKind::Role(self.role(view, name)),
            ast::Declaration::Channel(view) => DeclarationKind::Channel(self.channel(view, name)),
            ast::Declaration::System(view) => DeclarationKind::System(self.system(view, name)),
            ast::Declaration::Reminder(view) => {
                DeclarationKind::Reminder(self.reminder(view.body(), name, "reminder"))
            }
            ast::Declaration::Escalation(view) => {
                DeclarationKind::Escalation(self.escalation(view.body(), name, "escalation"))
            }
            ast::Declaration::Message(view) => DeclarationKind::Message(self.message(view, name)),
            ast::Declaration::Workflow(view) => {
                DeclarationKind::Workflow(Box::new(self.workflow(view, name)))
            }
            ast::Declaration::Policy(view) => DeclarationKind::Policy(self.policy(view, name)),
            ast::Declaration::Test(view) => DeclarationKind::Test(self.test(view)),
        }
    }

    fn use_line(&mut self, view: ast::Use<'_>) -> Use {
        Use { module: self.names(view.module()), names: self.names(view.names()) }
    }

    fn enum_values(&mut self, view: ast::Enum<'_>) -> Vec<super::Name> {
        self.damaged |= view.unparsed().next().is_some();
        self.names(view.values().filter_map(ast::EnumValue::name))
    }

    /// The text behind a declaration's name; a message's text is not its title.
    fn declared_title(&mut self, declaration: ast::Declaration<'_>) -> Option<Placed<String>> {
        let title = match declaration {
            ast::Declaration::Calendar(view) => view.title(),
            ast::Declaration::Role(view) => view.title(),
            ast::Declaration::Channel(view) => view.title(),
            ast::Declaration::Workflow(view) => view.title(),
            ast::Declaration::Policy(view) => view.title(),
            ast::Declaration::Test(view) => view.title(),
            _ => None,
        }?;
        Some(self.title(title))
    }
}

/// What of a declaration or node stands before its block, without its doc comment: enough to point at.
fn header_span(node: ast::Node<'_>) -> Span {
    let mut parts = node
        .children()
        .filter(|child| !child.kind().is_comment())
        .take_while(|child| child.kind() != ast::Kind::Block)
        .map(ast::Node::span);
    match parts.next() {
        Some(first) => parts.fold(first, Span::cover),
        None => node.span(),
    }
}

fn doc(declaration: ast::Declaration<'_>) -> String {
    match declaration {
        ast::Declaration::Use(_) => None,
        ast::Declaration::Enum(view) => view.doc(),
        ast::Declaration::Record(view) => view.doc(),
        ast::Declaration::Let(view) => view.doc(),
        ast::Declaration::Calendar(view) => view.doc(),
        ast::Declaration::Role(view) => view.doc(),
        ast::Declaration::Channel(view) => view.doc(),
        ast::Declaration::System(view) => view.doc(),
        ast::Declaration::Reminder(view) => view.doc(),
        ast::Declaration::Escalation(view) => view.doc(),
        ast::Declaration::Message(view) => view.doc(),
        ast::Declaration::Workflow(view) => view.doc(),
        ast::Declaration::Policy(view) => view.doc(),
        ast::Declaration::Test(view) => view.doc(),
    }
    .unwrap_or_default()
}
