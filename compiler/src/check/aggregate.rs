//! `any`, `every`, `count of` and `total of` over the completed copies of a `for each`.
//!
//! Invariant: the condition inside reads the copy's form fields by their bare names and nothing of other copies.

use super::Checker;
use super::environment::Env;
use super::expr::{constant, leaf};
use super::path::position;
use crate::hir::Name;
use crate::hir::expr::{Aggregate, AggregateBody};
use crate::lint::type_mismatch;
use crate::place::Place;
use crate::typed::{Expr, ExprKind, Mark};
use crate::types::{self, BOOL, NUMBER};
use wf_plan::plan::NodeId;
use wf_plan::value::Constant;

impl Checker<'_> {
    /// An aggregate over the copies of a node.
    pub(super) fn aggregate(
        &mut self,
        env: Env<'_>,
        kind: Aggregate,
        name: &Name,
        body: &AggregateBody,
        at: Place,
    ) -> Option<Expr> {
        let node = self.copied_node(env, name)?;
        match (kind, body) {
            (Aggregate::Total, AggregateBody::Field(field)) => self.total(env, node, field, at),
            (Aggregate::Total, _) => {
                let message = format!("`total of` needs a field to add up: `total of {}.…`", name.text);
                self.report(env, type_mismatch::other(at, message));
                None
            }
            (Aggregate::Any, body) => {
                let inner = self.copies_condition(env, node, name, body, at)?;
                Some(asked(ExprKind::AnyWhere, node, inner, BOOL, at))
            }
            (Aggregate::Every, body) => {
                let inner = self.copies_condition(env, node, name, body, at)?;
                Some(asked(ExprKind::EveryWhere, node, inner, BOOL, at))
            }
            (Aggregate::Count, AggregateBody::Nothing) => {
                let always = constant(Constant::Bool(true), BOOL, at);
                Some(asked(ExprKind::CountWhere, node, always, NUMBER, at))
            }
            (Aggregate::Count, body) => {
                let inner = self.copies_condition(env, node, name, body, at)?;
                Some(asked(ExprKind::CountWhere, node, inner, NUMBER, at))
            }
        }
    }

    fn copied_node(&mut self, env: Env<'_>, name: &Name) -> Option<NodeId> {
        let node = self.node(env, name)?;
        let outline = self.outline.get(node.index())?;
        if !env.knows_nodes() {
            let message = format!("`{}` has no copies here: nobody has worked on it yet", name.text);
            self.report(env, type_mismatch::other(env.place(name.at), message));
            return None;
        }
        if outline.for_each {
            return Some(node);
        }
        let declared = outline.at;
        let message = format!("`{}` runs only once, so there is nothing to count or compare", name.text);
        let problem = type_mismatch::other(env.place(name.at), message)
            .with_related(declared, "declared here without `for each`")
            .with_help(format!("read its field by name: `{}.…`", name.text));
        self.report(env, problem);
        None
    }

    fn copies_condition(
        &mut self,
        env: Env<'_>,
        node: NodeId,
        name: &Name,
        body: &AggregateBody,
        at: Place,
    ) -> Option<Expr> {
        match body {
            AggregateBody::Where(condition) => self.condition(Env { copy: Some(node), ..env }, condition),
            _ => {
                let message = format!("say what must hold: `… {} where …`", name.text);
                self.report(env, type_mismatch::other(at, message));
                None
            }
        }
    }

    fn total(&mut self, env: Env<'_>, node: NodeId, name: &Name, at: Place) -> Option<Expr> {
        let Some((index, field)) = position(self.form(node), &name.text) else {
            let known = self.form(node).iter().map(|field| field.data.name.clone()).collect();
            let what = format!("field of `{}`", self.node_name(node));
            if self.outline.get(node.index()).is_some_and(|node| node.damaged) {
                self.found.mark_broken();
            } else {
                self.unknown(env, &what, name, known);
            }
            return None;
        };
        let (data, declared) = (field.data.clone(), field.at);
        if data.kind == super::table::ERROR {
            return None;
        }
        if data.kind != NUMBER && !types::is_money(data.kind) {
            let words = self.tables.words(data.kind);
            let problem = type_mismatch::not_for(env.place(name.at), "only numbers and money add up", &words)
                .with_related(declared, format!("`{}` is declared here as {words}", name.text));
            self.report(env, problem);
            return None;
        }
        let mut found = leaf(ExprKind::TotalOf(node, index), data.kind, at);
        for (secret, marked) in [(false, data.personal), (true, data.secret)] {
            if marked {
                let field = format!("{}.{}", self.node_name(node), name.text);
                found.marks.push(Mark { secret, field, path: vec![declared, at] });
            }
        }
        Some(found)
    }
}

fn asked(
    kind: fn(NodeId, Box<Expr>) -> ExprKind,
    node: NodeId,
    inner: Expr,
    ty: wf_plan::value::Type,
    at: Place,
) -> Expr {
    let marks = inner.marks.clone();
    Expr { kind: kind(node, Box::new(inner)), ty, at, marks }
}
