//! Words, durations, people and texts.
//!
//! Invariant: every word keeps the spelling of the file; texts have their escapes resolved and their indentation
//! removed, as people will read them.

use super::Lowering;
use crate::hir::expr::{DurationLit, Text, TextBody, TextPart, UnitLit};
use crate::hir::{At, Carries, FieldDecl, Name, Placed, TypeRef, WhoKind, WhoRef};
use wf_lang::ast::{self, Kind};
use wf_lang::span::Span;

impl Lowering {
    pub(super) fn name(&mut self, token: ast::Token<'_>) -> Name {
        Name { text: token.text().to_owned(), at: self.at(token.span()) }
    }

    pub(super) fn maybe_name(&mut self, token: Option<ast::Token<'_>>) -> Option<Name> {
        token.map(|token| self.name(token))
    }

    pub(super) fn names<'t>(&mut self, tokens: impl IntoIterator<Item = ast::Token<'t>>) -> Vec<Name> {
        tokens.into_iter().map(|token| self.name(token)).collect()
    }

    pub(super) fn path(&mut self, path: ast::Path<'_>) -> Vec<Name> {
        self.names(path.segments())
    }

    /// A text that stands for a word, such as an event's name or an alternative's words.
    pub(super) fn label(&mut self, text: ast::Text<'_>) -> Name {
        Name { text: plain(text), at: self.at(text.span()) }
    }

    pub(super) fn title(&mut self, text: ast::Text<'_>) -> Placed<String> {
        let words = plain(text);
        self.placed(text.span(), words)
    }

    /// A whole number with its place; one that does not fit is as good as unreadable.
    pub(super) fn count(&mut self, token: Option<ast::Token<'_>>) -> Option<Placed<u64>> {
        let token = token?;
        let number = self.needed(token.digits().parse().ok())?;
        Some(self.placed(token.span(), number))
    }

    /// A clause's number, placed at the whole clause.
    pub(super) fn counted(&mut self, clause: Span, token: Option<ast::Token<'_>>) -> Option<Placed<u64>> {
        let number = self.needed(token.and_then(|token| token.digits().parse().ok()))?;
        Some(self.placed(clause, number))
    }

    pub(super) fn duration(&mut self, duration: Option<ast::Duration<'_>>) -> Option<DurationLit> {
        let duration = self.needed(duration)?;
        self.duration_with_unit(duration, None)
    }

    /// `otherwise` is the unit where none is written, as for the first of `takes 1 to 4 days`.
    pub(super) fn duration_with_unit(
        &mut self,
        duration: ast::Duration<'_>,
        otherwise: Option<ast::DurationUnit>,
    ) -> Option<DurationLit> {
        let number = self.needed(duration.number())?;
        let unit = self.needed(duration.unit().or(otherwise))?;
        Some(DurationLit { amount: number.digits(), unit: unit_of(unit), at: self.at(duration.span()) })
    }

    pub(super) fn placed_duration(
        &mut self,
        clause: Span,
        duration: Option<ast::Duration<'_>>,
    ) -> Option<Placed<DurationLit>> {
        let duration = self.duration(duration)?;
        Some(self.placed(clause, duration))
    }

    pub(super) fn who(&mut self, who: ast::Who<'_>) -> WhoRef {
        let kind = match who {
            ast::Who::Owner(_) => WhoKind::Owner,
            ast::Who::ProcessOwner(_) => WhoKind::ProcessOwner,
            ast::Who::Starter(_) => WhoKind::Starter,
            ast::Who::WaitingOn(_) => WhoKind::WaitingOn,
            ast::Who::Named(path) => WhoKind::Path(self.path(path)),
        };
        WhoRef { at: self.at(who.span()), kind }
    }

    pub(super) fn people<'t>(&mut self, people: impl IntoIterator<Item = ast::Who<'t>>) -> Vec<WhoRef> {
        people.into_iter().map(|who| self.who(who)).collect()
    }

    /// The words of people as names: `starter` where only names fit.
    pub(super) fn who_path(&mut self, who: ast::Who<'_>) -> Vec<Name> {
        match who {
            ast::Who::Named(path) => self.path(path),
            ast::Who::Owner(word)
            | ast::Who::ProcessOwner(word)
            | ast::Who::Starter(word)
            | ast::Who::WaitingOn(word) => {
                let text = word.text().split_whitespace().collect::<Vec<_>>().join("_");
                vec![Name { text, at: self.at(word.span()) }]
            }
        }
    }

    pub(super) fn text_value(&mut self, clause: Span, value: Option<ast::TextValue<'_>>) -> Text {
        match self.needed(value) {
            Some(ast::TextValue::Text(text)) => self.text(text),
            Some(ast::TextValue::MessageUse(message)) => self.message_use(message),
            Some(ast::TextValue::Draft(draft)) => self.draft(draft),
            None => Text { at: self.at(clause), draft: None, body: TextBody::Damaged },
        }
    }

    fn draft(&mut self, draft: ast::Draft<'_>) -> Text {
        let instruction = draft.instruction().map(|text| Box::new(self.text(text)));
        let mut written = match self.needed(draft.otherwise()) {
            Some(ast::PlainText::Text(text)) => self.text(text),
            Some(ast::PlainText::MessageUse(message)) => self.message_use(message),
            None => Text { at: self.at(draft.span()), draft: None, body: TextBody::Damaged },
        };
        self.damaged |= instruction.is_none();
        written.draft = instruction;
        written
    }

    fn message_use(&mut self, message: ast::MessageUse<'_>) -> Text {
        let at = self.at(message.span());
        let name = self.needed(message.name()).map(|name| self.name(name));
        let arguments = self.assignments(message.arguments());
        let body = name.map_or(TextBody::Damaged, |name| TextBody::Message(name, arguments));
        Text { at, draft: None, body }
    }

    pub(super) fn text(&mut self, text: ast::Text<'_>) -> Text {
        let at = self.at(text.span());
        let mut parts = Vec::new();
        for part in text.parts() {
            parts.push(match part {
                ast::TextPart::Literal(words) => TextPart::Words(words),
                ast::TextPart::Expression(Some(value), _) => TextPart::Value(self.expression(value)),
                ast::TextPart::Expression(None, span) => TextPart::Value(self.damaged_expression(span)),
            });
        }
        Text { at, draft: None, body: TextBody::Parts(parts) }
    }

    pub(super) fn fields<'t>(
        &mut self,
        fields: impl Iterator<Item = ast::Field<'t>>,
        unparsed: impl Iterator<Item = ast::Node<'t>>,
    ) -> Vec<FieldDecl> {
        self.damaged |= unparsed.count() > 0;
        fields.filter_map(|field| self.field(field)).collect()
    }

    pub(super) fn field(&mut self, field: ast::Field<'_>) -> Option<FieldDecl> {
        let name = self.needed(field.name()).map(|name| self.name(name))?;
        let kind = self.needed(field.type_ref()).and_then(|kind| self.type_ref(kind));
        let key_of = self.maybe_name(field.key_of());
        let from = field.from().and_then(|path| self.two_names(path));
        Some(FieldDecl {
            name,
            doc: field.doc().unwrap_or_default(),
            kind,
            personal: field.is_personal(),
            secret: field.is_secret(),
            key_of,
            from,
        })
    }

    fn type_ref(&mut self, written: ast::TypeRef<'_>) -> Option<TypeRef> {
        let name = self.needed(written.name())?;
        Some(TypeRef {
            name: self.name(name),
            currency: self.maybe_name(written.currency()),
            list: u8::try_from(written.node().children_of(Kind::ListWords).count()).unwrap_or(u8::MAX),
            optional: written.is_optional(),
        })
    }

    /// `SYSTEM.field`.
    pub(super) fn two_names(&mut self, path: ast::Path<'_>) -> Option<(Name, Name)> {
        let mut names = self.path(path).into_iter();
        let pair = names.next().zip(names.next());
        self.needed(pair)
    }

    /// The `carries …` lines of a channel, system or agent.
    pub(super) fn carries(clause: ast::Node<'_>, carries: &mut Carries) {
        let words = clause.text();
        carries.personal |= words.contains("personal");
        carries.secret |= words.contains("secret");
    }

    pub(super) fn clause_at(&mut self, clause: ast::Node<'_>) -> At {
        self.at(clause.span())
    }
}

/// The words of a text that is not sent; a `{value}` in it stays as written.
fn plain(text: ast::Text<'_>) -> String {
    let source = text.node().tree().text();
    let words = |part| match part {
        ast::TextPart::Literal(words) => words,
        ast::TextPart::Expression(_, span) => span.slice(source).to_owned(),
    };
    text.parts().into_iter().map(words).collect()
}

fn unit_of(unit: ast::DurationUnit) -> UnitLit {
    match unit {
        ast::DurationUnit::Minutes => UnitLit::Minutes,
        ast::DurationUnit::Hours => UnitLit::Hours,
        ast::DurationUnit::Days => UnitLit::Days,
        ast::DurationUnit::Weeks => UnitLit::Weeks,
        ast::DurationUnit::Months => UnitLit::Months,
        ast::DurationUnit::Years => UnitLit::Years,
        ast::DurationUnit::BusinessHours => UnitLit::BusinessHours,
        ast::DurationUnit::BusinessDays => UnitLit::BusinessDays,
    }
}
