//! Texts: values in braces, drafts, and messages written out with their arguments and languages.
//!
//! Invariant: [`Words`] never refer to a message any more; every variant has its arguments put in.

use super::Checker;
use super::environment::{Argument, Env};
use super::expr::Wanted;
use crate::hir::expr::TextBody;
use crate::hir::{self, DeclarationKind, MessageDecl, Name};
use crate::lint::{message_arguments, type_mismatch};
use crate::place::{DeclId, Place};
use crate::typed::{Template, Text, TextPart, Words};

impl Checker<'_> {
    /// A text in the language of the source; a message gives its plain variant.
    pub(super) fn text(&mut self, env: Env<'_>, written: &hir::Text) -> Option<Text> {
        let at = env.place(written.at);
        match &written.body {
            TextBody::Parts(parts) => self.parts(env, parts, at),
            TextBody::Message(name, arguments) => Some(self.message(env, name, arguments, at)?.text),
            TextBody::Damaged => {
                self.found.mark_broken();
                None
            }
        }
    }

    /// Words for people, in all their variants.
    pub(super) fn words(&mut self, env: Env<'_>, written: &hir::Text) -> Option<Words> {
        let draft = written.draft.as_ref().map(|instruction| self.text(env, instruction));
        let at = env.place(written.at);
        let mut words = match &written.body {
            TextBody::Message(name, arguments) => self.message(env, name, arguments, at)?,
            _ => plain(self.text(env, written)?),
        };
        if let Some(draft) = draft {
            words.draft = Some(draft?);
        }
        Some(words)
    }

    fn parts(&mut self, env: Env<'_>, written: &[hir::TextPart], at: Place) -> Option<Text> {
        let mut parts = Vec::with_capacity(written.len());
        let mut sound = true;
        for part in written {
            match part {
                hir::TextPart::Words(words) => parts.push(TextPart::Words(words.clone())),
                hir::TextPart::Value(value) => match self.expr(env, value, None) {
                    Some(value) => parts.push(TextPart::Value(value)),
                    None => sound = false,
                },
            }
        }
        sound.then_some(Text { parts, at })
    }

    fn message(
        &mut self,
        env: Env<'_>,
        name: &Name,
        given: &[(Name, hir::Expr)],
        at: Place,
    ) -> Option<Words> {
        let decl = self.resolve(env, name, "message", |kind| matches!(kind, DeclarationKind::Message(_)))?;
        if self.open_messages.contains(&decl) {
            let message = format!("the message `{}` uses itself", name.text);
            self.report(env, type_mismatch::other(env.place(name.at), message));
            return None;
        }
        let variants = self.scope.message_variants(decl);
        if variants.iter().any(|id| self.scope.declaration(*id).damaged) {
            self.found.mark_broken();
            return None;
        }
        let asked = variants.iter().find_map(|id| self.asked_by(*id));
        let (owner, asked) = asked.unwrap_or((decl, &[]));
        let arguments = self.arguments(env, name, given, owner, asked)?;
        self.open_messages.push(decl);
        let written_out = self.variants(env, &variants, &arguments, at);
        self.open_messages.pop();
        written_out
    }

    fn arguments(
        &mut self,
        env: Env<'_>,
        name: &Name,
        given: &[(Name, hir::Expr)],
        owner: DeclId,
        asked: &[hir::FieldDecl],
    ) -> Option<Vec<Argument>> {
        let mut sound = true;
        let known: Vec<String> = asked.iter().map(|field| format!("`{}`", field.name.text)).collect();
        for (index, (argument, _)) in given.iter().enumerate() {
            let at = env.place(argument.at);
            if !asked.iter().any(|field| field.name.text == argument.text) {
                self.report(env, message_arguments::unknown(at, &name.text, &argument.text, &known));
                sound = false;
            } else if let Some((first, _)) =
                given.iter().take(index).find(|(first, _)| first.text == argument.text)
            {
                let problem = message_arguments::repeated(at, &argument.text, env.place(first.at));
                self.report(env, problem);
                sound = false;
            }
        }
        let mut arguments = Vec::with_capacity(asked.len());
        for field in asked {
            let declared = Place { decl: owner, at: field.name.at };
            let Some((_, value)) = given.iter().find(|(argument, _)| argument.text == field.name.text) else {
                let at = env.place(name.at);
                self.report(env, message_arguments::missing(at, &name.text, &field.name.text, declared));
                sound = false;
                continue;
            };
            let ty = self.elsewhere(|checker| checker.field(owner, field)).data.kind;
            let wanted = Wanted { ty, name: field.name.text.clone(), at: Some(declared) };
            let value = self.expect(env, value, &wanted);
            arguments.push(Argument { name: field.name.text.clone(), value, declared });
        }
        sound.then_some(arguments)
    }

    fn variants(
        &mut self,
        env: Env<'_>,
        variants: &[DeclId],
        arguments: &[Argument],
        at: Place,
    ) -> Option<Words> {
        let mut written_out: Option<Words> = None;
        let mut sound = true;
        for id in variants {
            let Some(message) = self.message_decl(*id) else { continue };
            let inner = Env { arguments: Some(arguments), ..env.inside(*id, at) };
            let Some(text) = message.text.as_ref().and_then(|text| self.text(inner, text)) else {
                sound = false;
                continue;
            };
            let language = message.language.as_ref().map(|language| language.text.clone());
            let templates = templates(message, language.clone(), arguments);
            match (&mut written_out, language) {
                (None, _) => written_out = Some(Words { templates, at, ..plain(text) }),
                (Some(words), language) => {
                    words.languages.push((language.unwrap_or_default(), text));
                    words.templates.extend(templates);
                }
            }
        }
        if let Some(words) = &mut written_out {
            words.languages.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        if !sound || written_out.is_none() {
            self.found.mark_broken();
            return None;
        }
        written_out
    }
}

impl<'a> Checker<'a> {
    /// The arguments that a variant declares, if it does.
    fn asked_by(&self, id: DeclId) -> Option<(DeclId, &'a [hir::FieldDecl])> {
        let message = self.message_decl(id)?;
        (!message.arguments.is_empty()).then_some((id, message.arguments.as_slice()))
    }

    fn message_decl(&self, id: DeclId) -> Option<&'a MessageDecl> {
        match &self.scope.declaration(id).kind {
            DeclarationKind::Message(message) => Some(message),
            _ => None,
        }
    }
}

/// Words without variants.
pub(super) fn plain(text: Text) -> Words {
    let at = text.at;
    Words { text, languages: Vec::new(), templates: Vec::new(), draft: None, at }
}

fn templates(message: &MessageDecl, language: Option<String>, arguments: &[Argument]) -> Vec<Template> {
    let one = |(channel, name): &(Name, Name)| Template {
        language: language.clone(),
        channel: channel.text.clone(),
        name: name.text.clone(),
        arguments: arguments.iter().filter_map(|argument| argument.value.clone()).collect(),
    };
    message.templates.iter().map(one).collect()
}
