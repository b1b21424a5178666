//! Typed views over the tree: what a compiler reads. A view is a node that is known to be of one kind;
//! it is copied freely, borrows the tree, and every child of it is optional, because any part of a file
//! may be missing while somebody types. Invariant: a view never looks outside its own node.
//!
//! ```
//! use wf_lang::ast::{Declaration, File, View};
//!
//! let parse = wf_lang::parse("workflow hire {\n  step call {\n    owner hr\n    deadline 2 days\n  }\n}\n");
//! for declaration in File::of(&parse.tree).declarations() {
//!     if let Declaration::Workflow(workflow) = declaration {
//!         assert_eq!(workflow.name().unwrap().text(), "hire");
//!         for node in workflow.nodes() {
//!             assert_eq!(node.name().unwrap().text(), "call");
//!             let deadline = node.deadlines().next().unwrap();
//!             assert_eq!(deadline.span().slice(parse.tree.text()), "deadline 2 days");
//!         }
//!     }
//! }
//! ```
//!
//! How to walk:
//! - [`File::of`]`(&tree).declarations()` gives a [`Declaration`] each; all seven node kinds are one view,
//!   [`FlowNode`], whose accessors cover the clauses of every kind (`node.kind()` says which it is).
//! - Every view has `span()`, `node()` (the untyped [`Node`]) and [`View::cast`].
//! - Names are [`Token`]s: `text()` and `span()`. Expressions are the enum [`Expr`], joins [`Join`],
//!   deadlines [`DeadlineForm`], people [`Who`], statements of blocks [`Effect`], [`Action`],
//!   [`PolicyRule`], [`TestAct`].
//! - Accessors of clauses that may stand once give the first; `statements()` gives every statement of a
//!   block in order, as untyped nodes, also those of kind `Unparsed`.
//! - `unparsed()` on a view with a block says which statements did not parse: stay silent about
//!   what depends on them.

mod clause;
mod deadline;
mod declaration;
mod effect;
mod escalation;
mod expression;
mod join;
mod policy;
mod resource;
mod suppression;
mod test;
mod text;
mod word;
mod workflow;

pub use clause::*;
pub use deadline::*;
pub use declaration::*;
pub use effect::*;
pub use escalation::*;
pub use expression::*;
pub use join::*;
pub use policy::*;
pub use resource::*;
pub use suppression::*;
pub use test::*;
pub use text::*;
pub use word::*;
pub use workflow::*;

pub use crate::tree::{Kind, Node, Tree};

use crate::span::Span;

/// A node known to be of one kind.
pub trait View<'t>: Sized + Copy {
    /// The view of `node`, if it is of the right kind.
    fn cast(node: Node<'t>) -> Option<Self>;

    /// The untyped node.
    fn node(self) -> Node<'t>;

    /// Its bytes in the text.
    fn span(self) -> Span {
        self.node().span()
    }
}

/// The first child that this view fits.
fn one<'t, V: View<'t>>(node: Node<'t>) -> Option<V> {
    node.children().find_map(V::cast)
}

/// The children that this view fits.
fn many<'t, V: View<'t> + 't>(node: Node<'t>) -> impl Iterator<Item = V> + 't {
    node.children().filter_map(V::cast)
}

/// The first child of this kind as a token.
fn token<'t>(node: Node<'t>, kind: Kind) -> Option<Token<'t>> {
    node.child(kind).map(Token)
}

/// The statements of the node's block, in order; comments are left out.
fn statements<'t>(node: Node<'t>) -> impl Iterator<Item = Node<'t>> + 't {
    let block = node.child(Kind::Block).into_iter();
    block.flat_map(Node::children).filter(|node| node.kind().is_statement())
}

/// Defines views. Each accessor is `name: mode Type`, where the mode says where to look:
/// `one`, `many` (children that a view fits), `token`, `tokens` (leaves of a kind), `has` (whether there is a
/// child of a kind), `inside Wrapper Type` (a child of a child), `token_inside Wrapper Kind`,
/// `clause`, `clauses`, `has_clause` (statements of the block).
macro_rules! views {
    ($( $(#[$doc:meta])* $view:ident {
        $( $(#[$accessor_doc:meta])* $accessor:ident : $mode:ident $($argument:ident)* ),* $(,)?
    } )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub struct $view<'t>(pub(crate) crate::tree::Node<'t>);

        impl<'t> $crate::ast::View<'t> for $view<'t> {
            fn cast(node: crate::tree::Node<'t>) -> Option<Self> {
                (node.kind() == crate::tree::Kind::$view).then_some(Self(node))
            }

            fn node(self) -> crate::tree::Node<'t> {
                self.0
            }
        }

        impl<'t> $view<'t> {
            /// Its bytes in the text.
            pub fn span(self) -> crate::span::Span {
                self.0.span()
            }

            /// The untyped node.
            pub fn node(self) -> crate::tree::Node<'t> {
                self.0
            }

            $( crate::ast::accessor!{ [$(#[$accessor_doc])*] $accessor $mode $($argument)* } )*
        }
    )*};
}

macro_rules! accessor {
    ([$($doc:tt)*] $name:ident one $view:ident) => {
        $($doc)* pub fn $name(self) -> Option<$view<'t>> { crate::ast::one(self.0) }
    };
    ([$($doc:tt)*] $name:ident many $view:ident) => {
        $($doc)* pub fn $name(self) -> impl Iterator<Item = $view<'t>> + 't { crate::ast::many(self.0) }
    };
    ([$($doc:tt)*] $name:ident token $kind:ident) => {
        $($doc)* pub fn $name(self) -> Option<crate::ast::Token<'t>> {
            crate::ast::token(self.0, crate::tree::Kind::$kind)
        }
    };
    ([$($doc:tt)*] $name:ident tokens $kind:ident) => {
        $($doc)* pub fn $name(self) -> impl Iterator<Item = crate::ast::Token<'t>> + 't {
            self.0.children_of(crate::tree::Kind::$kind).map(crate::ast::Token)
        }
    };
    ([$($doc:tt)*] $name:ident has $kind:ident) => {
        $($doc)* pub fn $name(self) -> bool { self.0.child(crate::tree::Kind::$kind).is_some() }
    };
    ([$($doc:tt)*] $name:ident inside $wrapper:ident $view:ident) => {
        $($doc)* pub fn $name(self) -> Option<$view<'t>> {
            self.0.child(crate::tree::Kind::$wrapper).and_then(crate::ast::one)
        }
    };
    ([$($doc:tt)*] $name:ident token_inside $wrapper:ident $kind:ident) => {
        $($doc)* pub fn $name(self) -> Option<crate::ast::Token<'t>> {
            let wrapper = self.0.child(crate::tree::Kind::$wrapper)?;
            crate::ast::token(wrapper, crate::tree::Kind::$kind)
        }
    };
    ([$($doc:tt)*] $name:ident tokens_inside $wrapper:ident $kind:ident) => {
        $($doc)* pub fn $name(self) -> impl Iterator<Item = crate::ast::Token<'t>> + 't {
            let wrapper = self.0.child(crate::tree::Kind::$wrapper).into_iter();
            wrapper.flat_map(|node| node.children_of(crate::tree::Kind::$kind)).map(crate::ast::Token)
        }
    };
    ([$($doc:tt)*] $name:ident clause $view:ident) => {
        $($doc)* pub fn $name(self) -> Option<$view<'t>> {
            crate::ast::statements(self.0).find_map(crate::ast::View::cast)
        }
    };
    ([$($doc:tt)*] $name:ident clauses $view:ident) => {
        $($doc)* pub fn $name(self) -> impl Iterator<Item = $view<'t>> + 't {
            crate::ast::statements(self.0).filter_map(crate::ast::View::cast)
        }
    };
    ([$($doc:tt)*] $name:ident has_clause $kind:ident) => {
        $($doc)* pub fn $name(self) -> bool {
            crate::ast::statements(self.0).any(|node| node.kind() == crate::tree::Kind::$kind)
        }
    };
    ([$($doc:tt)*] $name:ident statements) => {
        $($doc)* pub fn $name(self) -> impl Iterator<Item = crate::tree::Node<'t>> + 't {
            crate::ast::statements(self.0)
        }
    };
    ([$($doc:tt)*] $name:ident unparsed) => {
        $($doc)* pub fn $name(self) -> impl Iterator<Item = crate::tree::Node<'t>> + 't {
            crate::ast::statements(self.0).filter(|node| node.kind().is_error())
        }
    };
    ([$($doc:tt)*] $name:ident doc) => {
        $($doc)* pub fn $name(self) -> Option<String> { crate::ast::doc_comment(self.0) }
    };
}

/// An enum of views: a node is cast to the first variant that fits, and keeps its span.
macro_rules! choice {
    ($(#[$doc:meta])* $choice:ident { $( $(#[$variant_doc:meta])* $view:ident ),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $choice<'t> { $( $(#[$variant_doc])* $view($view<'t>) ),* }

        impl<'t> crate::ast::View<'t> for $choice<'t> {
            fn cast(node: crate::tree::Node<'t>) -> Option<Self> {
                match node.kind() {
                    $( crate::tree::Kind::$view => Some(Self::$view($view(node))), )*
                    _ => None,
                }
            }

            fn node(self) -> crate::tree::Node<'t> {
                match self { $( Self::$view(view) => view.0 ),* }
            }
        }

        impl<'t> $choice<'t> {
            /// Its bytes in the text.
            pub fn span(self) -> crate::span::Span {
                crate::ast::View::node(self).span()
            }

            /// The untyped node.
            pub fn node(self) -> crate::tree::Node<'t> {
                crate::ast::View::node(self)
            }
        }
    };
}

pub(crate) use {accessor, choice, views};

/// The `##` lines that belong to a declaration or node: without `##`, joined by line ends.
pub(crate) fn doc_comment(node: Node<'_>) -> Option<String> {
    let mut lines = node.children_of(Kind::DocComment).map(|line| {
        let text = line.text().trim_start_matches('#');
        text.strip_prefix(' ').unwrap_or(text).trim_end()
    });
    let first = lines.next()?;
    Some(lines.fold(first.to_owned(), |text, line| text + "\n" + line))
}
