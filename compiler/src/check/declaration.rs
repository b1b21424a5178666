//! Declarations that are no workflow, test or policy, each by itself.
//!
//! Ladders, reminders and messages mean something only where they are used; here only their shape is checked.
//! Invariant: what is reported here is not reported again by those who use the declaration.

use super::Checker;
use super::environment::{Env, Stage};
use crate::hir::{At, DeclarationKind, Name, RoleDecl};
use crate::lint::owner_unreachable;
use crate::place::{DeclId, Place, Problem};
use crate::resolve::SYSTEM_KINDS;
use crate::scope::Scope;
use std::collections::BTreeMap;

/// Checks a declaration by itself. Workflows, tests and policies have entries of their own.
pub fn declaration(scope: &dyn Scope, id: DeclId) -> Vec<Problem> {
    let declared = scope.declaration(id);
    let mut checker = Checker::new(scope, id, BTreeMap::new());
    let env = Env::new(id, Stage::Constant);
    let at = Place { decl: id, at: declared.name.as_ref().map_or(declared.at, |name| name.at) };
    match &declared.kind {
        DeclarationKind::Enum(values) => checker.names_once(env, "value", values),
        DeclarationKind::Record(fields) => {
            checker.open_records.push(id);
            checker.fields(id, fields, "field");
        }
        DeclarationKind::Let(value) => {
            checker.open_lets.push(id);
            if let Some(value) = value {
                checker.expr(env, value, None);
            }
        }
        DeclarationKind::Calendar(_) => {
            checker.build_calendar(id);
        }
        DeclarationKind::Role(role) => {
            checker.role_alone(env, role, declared.name.as_ref(), at, declared.damaged)
        }
        DeclarationKind::System(system) => {
            match &system.kind {
                Some(kind) if !SYSTEM_KINDS.contains(&kind.text.as_str()) => {
                    let known = SYSTEM_KINDS.iter().map(|kind| (*kind).to_owned()).collect();
                    checker.unknown(env, "kind of system", kind, known);
                }
                _ => {}
            }
            checker.system_parts(id, system);
        }
        DeclarationKind::Channel(_) => {
            if let Some(name) = &declared.name {
                checker.known_channel(env, name);
            }
        }
        DeclarationKind::Escalation(ladder) if !declared.damaged => checker.check_levels(env, ladder),
        DeclarationKind::Message(message) => {
            checker.fields(id, &message.arguments, "argument");
            for (channel, _) in &message.templates {
                checker.known_channel(env, channel);
            }
        }
        _ => {}
    }
    checker.found.into_problems()
}

impl Checker<'_> {
    fn names_once(&mut self, env: Env<'_>, what: &str, names: &[Name]) {
        for (index, name) in names.iter().enumerate() {
            if let Some(first) = names.iter().take(index).find(|first| first.text == name.text) {
                self.duplicate(env, what, name, first.at);
            }
        }
    }

    fn known_channel(&mut self, env: Env<'_>, name: &Name) {
        if !crate::resolve::CHANNELS.contains(&name.text.as_str()) {
            let known = crate::resolve::CHANNELS.iter().map(|kind| (*kind).to_owned()).collect();
            self.unknown(env, "kind of channel", name, known);
        }
    }

    fn role_alone(
        &mut self,
        env: Env<'_>,
        written: &RoleDecl,
        name: Option<&Name>,
        at: Place,
        damaged: bool,
    ) {
        let env = env.at_stage(Stage::Instance);
        let word = name.map(|name| name.text.as_str()).unwrap_or_default();
        if matches!(word, "owner" | "process") {
            let message = format!("no role can be called `{word}`: it is a word of the language");
            let problem = Problem::new(&crate::lint::duplicate_name::RULE, at, message)
                .with_help("name the people: `account_owner`, `process_manager`");
            self.report(env, problem);
        }
        if written.reach.is_empty() && !damaged {
            self.report(env, owner_unreachable::nothing_reaches(at, word));
        }
        for (channel, _) in &written.reach {
            self.channel(env, channel);
        }
        if let Some(deputy) = &written.deputy {
            self.role(env, deputy);
        }
        if let Some(path) = &written.calendar {
            self.calendar(env, path);
        }
        if let Some(quiet) = &written.quiet {
            self.quiet(env, quiet);
        }
        self.names_once(env, "person", &written.people);
        self.people_of_one(env, written);
    }

    fn people_of_one(&mut self, env: Env<'_>, written: &RoleDecl) {
        let (Some(one), Some(second)) = (written.one_person, written.people.get(1)) else { return };
        let message = "the role is filled by `one person`, but two are named";
        let problem = Problem::new(&crate::lint::clause_misplaced::RULE, env.place(second.at), message)
            .with_related(env.place(one), "`one person` stands here")
            .with_help("take `one person` out, or name one");
        self.report(env, problem);
    }

    /// The place of a word of the declaration that is checked.
    pub(super) fn home_place(&self, at: At) -> Place {
        Place { decl: self.home, at }
    }
}
