//! Names in expressions: what a word or a dotted path means where it stands.
//!
//! The nearest meaning holds: an argument of the message, the variable of `for each`, a form field inside an
//! aggregate, an input, a name that needs no declaration, then declarations of the file, then values of enums.
//! Invariant: what is found carries the marks of its field, with the way from the declaration to this place.

use super::Checker;
use super::environment::{CONTEXTS, Env, Stage, why_not};
use super::expr::leaf;
use super::table::ERROR;
use crate::hir::{DeclarationKind, Name};
use crate::lint::type_mismatch;
use crate::place::{DeclId, Place};
use crate::typed::{Expr, ExprKind, Field, Mark};
use crate::types::{self, plain};
use wf_plan::op::Context;
use wf_plan::plan::{EnumId, FieldIndex, NodeId};
use wf_plan::value::{Constant, Scalar, Type};

impl Checker<'_> {
    /// What a path means; `hint` is the type that a bare enum value would have.
    pub(super) fn path(
        &mut self,
        env: Env<'_>,
        names: &[Name],
        at: Place,
        hint: Option<Type>,
    ) -> Option<Expr> {
        let (first, rest) = names.split_first()?;
        if let Some(found) = self.argument(env, first, at) {
            return self.inner_fields(env, found?, rest, at);
        }
        if let Some(element) = env.element.filter(|element| element.name == first.text) {
            if element.ty == ERROR {
                return None;
            }
            let found = leaf(ExprKind::Element, element.ty, at);
            return self.inner_fields(env, found, rest, at);
        }
        if let Some(found) = self.copy_field(env, first, at) {
            return self.inner_fields(env, found?, rest, at);
        }
        if first.text == "event" && env.event.is_some() {
            return self.event_field(env, rest, at);
        }
        if let Some(found) = self.input(env, names, at) {
            return self.inner_fields(env, found?, rest, at);
        }
        if let (Some((field, rest)), Some(node)) = (rest.split_first(), self.node_named(&first.text)) {
            let found = self.form_field(env, node, field, at)?;
            return self.inner_fields(env, found, rest, at);
        }
        if let Some(context) = context_named(&first.text).filter(|_| rest.is_empty()) {
            return self.context(env, context, &first.text, at);
        }
        self.declared(env, names, at, hint)
    }

    /// Whether a bare word means nothing by itself here, so that it can only be an enum's value.
    pub(super) fn needs_hint(&self, env: Env<'_>, written: &crate::hir::Expr) -> bool {
        let crate::hir::ExprKind::Path(names) = &written.kind else { return false };
        let [name] = names.as_slice() else { return false };
        let word = name.text.as_str();
        let argument = env.arguments.is_some_and(|given| given.iter().any(|argument| argument.name == word));
        let element = env.element.is_some_and(|element| element.name == word);
        let copy = env.copy.is_some_and(|node| self.form(node).iter().any(|field| field.data.name == word));
        let input = env.knows_inputs() && self.inputs.iter().any(|field| field.data.name == word);
        let known = argument || element || copy || input || context_named(word).is_some();
        !known && self.scope.resolve(env.decl, word).is_none()
    }

    fn argument(&mut self, env: Env<'_>, name: &Name, at: Place) -> Option<Option<Expr>> {
        let given = env.arguments?.iter().find(|argument| argument.name == name.text)?;
        let Some(value) = &given.value else { return Some(None) };
        let mut value = value.clone();
        for mark in &mut value.marks {
            mark.path.extend([given.declared, at]);
        }
        Some(Some(value))
    }

    fn copy_field(&mut self, env: Env<'_>, name: &Name, at: Place) -> Option<Option<Expr>> {
        let node = env.copy?;
        let (index, field) = position(self.form(node), &name.text)?;
        let owner = self.node_name(node);
        Some(field_value(field, ExprKind::Copy(index), format!("{owner}.{}", name.text), at))
    }

    fn event_field(&mut self, env: Env<'_>, rest: &[Name], at: Place) -> Option<Expr> {
        let Some((name, rest)) = rest.split_first() else {
            let message = "`event` is the whole event; name one of its fields: `event.name`";
            self.report(env, type_mismatch::other(at, message));
            return None;
        };
        let fields = self.tables.event(env.event?);
        let Some((index, field)) = position(fields, &name.text) else {
            let known = fields.iter().map(|field| field.data.name.clone()).collect();
            let owner = env.event.and_then(|(system, _)| self.tables.system(system)).map(|row| row.at.decl);
            self.unknown_in(env, owner, "field of this event", name, known);
            return None;
        };
        let found = field_value(field, ExprKind::Event(index), format!("event.{}", name.text), at)?;
        self.inner_fields(env, found, rest, at)
    }

    fn input(&mut self, env: Env<'_>, names: &[Name], at: Place) -> Option<Option<Expr>> {
        let (first, rest) = names.split_first()?;
        let (index, field) = position(&self.inputs, &first.text)?;
        // `review.score` means the step's field, unless the input is a record.
        let is_record = matches!(field.data.kind.of, Scalar::Record(_));
        if !rest.is_empty() && !is_record && self.node_named(&first.text).is_some() {
            return None;
        }
        if !env.knows_inputs() {
            if self.scope.resolve(env.decl, &first.text).is_some() {
                return None;
            }
            let message = format!("`{}` has no value yet here: the inputs are being given", first.text);
            self.report(
                env,
                type_mismatch::other(at, message).with_help("use the fields of the event: `event.…`"),
            );
            return Some(None);
        }
        let found = field_value(field, ExprKind::Input(index), first.text.clone(), at);
        Some(found)
    }

    fn form_field(&mut self, env: Env<'_>, node: NodeId, name: &Name, at: Place) -> Option<Expr> {
        let owner = self.node_name(node);
        let outline = self.outline.get(node.index())?;
        let Some((index, field)) = position(&outline.form, &name.text) else {
            if !outline.damaged {
                let known: Vec<String> = outline.form.iter().map(|field| field.data.name.clone()).collect();
                self.unknown(env, &format!("field of `{owner}`"), name, known);
            }
            self.found.mark_broken();
            return None;
        };
        let found = field_value(field, ExprKind::Form(node, index), format!("{owner}.{}", name.text), at);
        if !env.knows_nodes() {
            let message =
                format!("`{owner}.{}` has no value here: nobody has worked on `{owner}` yet", name.text);
            self.report(env, type_mismatch::other(at, message));
            return None;
        }
        if env.stage == Stage::Ready && env.node == Some(node) && env.event.is_none() {
            let message = format!(
                "`{owner}.{}` has no value yet here: conditions are evaluated once, when `{owner}` begins",
                name.text
            );
            let help = format!("ask for `{}` in a step before `{owner}`", name.text);
            self.report(env, type_mismatch::other(at, message).with_help(help));
            return None;
        }
        let own_copy = env.node == Some(node) && env.element.is_some();
        if outline.for_each && !own_copy {
            let message =
                format!("`{owner}` runs once for each element, so `{owner}.{}` is many values", name.text);
            let help = format!(
                "ask about all of them: `any {owner} where …`, `every {owner} where …`, `count of {owner} where …` \
                 or `total of {owner}.{}`",
                name.text
            );
            self.report(env, type_mismatch::other(at, message).with_help(help));
            return None;
        }
        found
    }

    fn context(&mut self, env: Env<'_>, context: Context, word: &str, at: Place) -> Option<Expr> {
        if let Some(why) = why_not(context, env.stage) {
            self.report(env, super::blame::meaningless(at, word, why));
            return None;
        }
        let mut found = leaf(ExprKind::Context(context), context_type(context), at);
        if context == Context::Title {
            found.marks.clone_from(&self.title_marks);
            found.marks.iter_mut().for_each(|mark| mark.path.push(at));
        }
        Some(found)
    }

    fn declared(&mut self, env: Env<'_>, names: &[Name], at: Place, hint: Option<Type>) -> Option<Expr> {
        let (first, rest) = names.split_first()?;
        match self.scope.resolve(env.decl, &first.text) {
            Some(decl) => match &self.scope.declaration(decl).kind {
                DeclarationKind::Let(value) => {
                    let found = self.let_value(decl, value.as_ref())?;
                    self.inner_fields(env, found, rest, at)
                }
                DeclarationKind::Enum(_) => self.enum_path(env, decl, rest, at),
                _ => {
                    let problem = super::blame::wrong_kind(self.scope, at, &first.text, "a value", decl);
                    self.report(env, problem);
                    None
                }
            },
            None if rest.is_empty() => self.bare_enum_value(env, first, at, hint),
            None => {
                let nodes = self.outline.iter().map(|node| node.name.clone()).collect();
                self.unknown_node(env, "name", first, nodes);
                None
            }
        }
    }

    /// The value of a `let`, checked in its own file; its errors are reported there.
    pub(super) fn let_value(&mut self, decl: DeclId, value: Option<&crate::hir::Expr>) -> Option<Expr> {
        if self.open_lets.contains(&decl) {
            self.found.mark_broken();
            return None;
        }
        self.open_lets.push(decl);
        let found = self.elsewhere(|checker| checker.expr(Env::new(decl, Stage::Constant), value?, None));
        self.open_lets.pop();
        if found.is_none() {
            self.found.mark_broken();
        }
        found
    }

    fn enum_path(&mut self, env: Env<'_>, decl: DeclId, rest: &[Name], at: Place) -> Option<Expr> {
        let id = self.intern_enum(decl);
        let Some((value, more)) = rest.split_first() else {
            let name = self.tables.words(plain(Scalar::Enum(id)));
            let message = format!("{name} is a type; name one of its values");
            self.report(env, type_mismatch::other(at, message));
            return None;
        };
        let found = self.enum_value(env, id, value, at)?;
        self.inner_fields(env, found, more, at)
    }

    fn enum_value(&mut self, env: Env<'_>, id: EnumId, name: &Name, at: Place) -> Option<Expr> {
        let values = self.tables.enum_type(id).map(|row| row.values.clone()).unwrap_or_default();
        match values.iter().position(|value| *value == name.text).and_then(|index| u16::try_from(index).ok())
        {
            Some(index) => {
                Some(leaf(ExprKind::Constant(Constant::Enum(id, index)), plain(Scalar::Enum(id)), at))
            }
            None => {
                let what = format!("value of {}", self.tables.words(plain(Scalar::Enum(id))));
                let owner = self.tables.enums.get(id.index()).map(|row| row.at.decl);
                self.unknown_in(env, owner, &what, name, values);
                None
            }
        }
    }

    fn bare_enum_value(&mut self, env: Env<'_>, name: &Name, at: Place, hint: Option<Type>) -> Option<Expr> {
        if let Some(Type { of: Scalar::Enum(id), .. }) = hint {
            return self.enum_value(env, id, name, at);
        }
        let visible = self.scope.visible_names(env.decl);
        let holds = |decl: DeclId| match &self.scope.declaration(decl).kind {
            DeclarationKind::Enum(values) => values.iter().any(|value| value.text == name.text),
            _ => false,
        };
        let enums: Vec<DeclId> = visible.iter().map(|(_, decl)| *decl).filter(|decl| holds(*decl)).collect();
        if let (None, [only]) = (hint, enums.as_slice()) {
            let id = self.intern_enum(*only);
            return self.enum_value(env, id, name, at);
        }
        let mut known: Vec<String> = self.inputs.iter().map(|field| field.data.name.clone()).collect();
        known.extend(CONTEXTS.iter().map(|(word, _)| (*word).to_owned()));
        known.extend(self.value_names(env));
        if self.damaged {
            self.found.mark_broken();
            return None;
        }
        self.unknown(env, "name", name, known);
        None
    }

    /// Names of the file that mean a value.
    fn value_names(&self, env: Env<'_>) -> Vec<String> {
        let visible = self.scope.visible_names(env.decl).into_iter();
        let is_value = |decl: DeclId| matches!(self.scope.declaration(decl).kind, DeclarationKind::Let(_));
        visible.filter(|(_, decl)| is_value(*decl)).map(|(name, _)| name).collect()
    }

    /// The rest of a path: fields of records.
    fn inner_fields(&mut self, env: Env<'_>, found: Expr, rest: &[Name], at: Place) -> Option<Expr> {
        let mut found = found;
        for name in rest {
            let Type { of: Scalar::Record(id), list: false } = found.ty else {
                let words = self.tables.words(found.ty);
                let at = env.place(name.at);
                let what = format!("only a record has fields such as `{}`", name.text);
                let problem = type_mismatch::not_for(at, &what, &words);
                self.report_from(env, problem, &found);
                return None;
            };
            let fields = self.tables.record(id).map(|row| row.fields.as_slice()).unwrap_or_default();
            let Some((index, field)) = position(fields, &name.text) else {
                let known = fields.iter().map(|field| field.data.name.clone()).collect();
                let what = format!("field of {}", self.tables.words(found.ty));
                let owner = self.tables.record(id).map(|row| row.at.decl);
                self.unknown_in(env, owner, &what, name, known);
                return None;
            };
            let inner = field_value(field, ExprKind::Element, name.text.clone(), at)?;
            let mut marks = std::mem::take(&mut found.marks);
            super::expr::add_marks(&mut marks, &inner.marks);
            found = Expr { kind: ExprKind::Field(Box::new(found), index), ty: inner.ty, at, marks };
        }
        Some(found)
    }

    /// Where a value's type is declared, and what it is called.
    pub(super) fn origin(&self, env: Env<'_>, found: &Expr) -> Option<(String, Place)> {
        let (prefix, field) = match &found.kind {
            ExprKind::Input(index) => (String::new(), self.inputs.get(index.index())?),
            ExprKind::Form(node, index) => {
                (format!("{}.", self.node_name(*node)), self.form(*node).get(index.index())?)
            }
            ExprKind::TotalOf(node, index) => {
                (format!("{}.", self.node_name(*node)), self.form(*node).get(index.index())?)
            }
            ExprKind::Event(index) => {
                ("event.".to_owned(), self.tables.event(env.event?).get(index.index())?)
            }
            ExprKind::Copy(index) => (String::new(), self.form(env.copy?).get(index.index())?),
            ExprKind::Element => return env.element.map(|element| (element.name.to_owned(), element.at)),
            ExprKind::Field(record, index) => {
                let Scalar::Record(id) = record.ty.of else { return None };
                (String::new(), self.tables.record(id)?.fields.get(index.index())?)
            }
            _ => return None,
        };
        Some((format!("{prefix}{}", field.data.name), field.at))
    }
}

/// The field of a name, and its position.
pub(super) fn position<'f>(fields: &'f [Field], name: &str) -> Option<(FieldIndex, &'f Field)> {
    let at = fields.iter().position(|field| field.data.name == name)?;
    Some((FieldIndex(u16::try_from(at).ok()?), fields.get(at)?))
}

fn field_value(field: &Field, kind: ExprKind, name: String, at: Place) -> Option<Expr> {
    if field.data.kind == ERROR {
        return None;
    }
    let mut marks = Vec::new();
    for (secret, marked) in [(false, field.data.personal), (true, field.data.secret)] {
        if marked {
            marks.push(Mark { secret, field: name.clone(), path: vec![field.at, at] });
        }
    }
    Some(Expr { kind, ty: field.data.kind, at, marks })
}

fn context_named(word: &str) -> Option<Context> {
    CONTEXTS.iter().find(|(name, _)| *name == word).map(|(_, context)| *context)
}

fn context_type(context: Context) -> Type {
    match context {
        Context::Number | Context::Level | Context::Round => types::NUMBER,
        Context::Deadline | Context::Started => types::MOMENT,
        Context::Owner | Context::ProcessOwner | Context::Starter => types::PERSON,
        _ => types::TEXT,
    }
}
