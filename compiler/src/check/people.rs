//! Roles, owners, receivers and the channels that reach them.
//!
//! A role is resolved once per workflow, because `reach email contact` means that workflow's `contact`.
//! Invariant: what is wrong with a role by itself is reported at the role, what is wrong with it in this workflow
//! at both places.

use super::Checker;
use super::environment::{Env, Stage};
use super::path::position;
use super::table::push;
use crate::hir::{DeclarationKind, Name, Quiet, RoleDecl, WhoKind, WhoRef};
use crate::lint::{bad_literal, type_mismatch};
use crate::place::{DeclId, Place};
use crate::resolve::CHANNELS;
use crate::typed::{Channel, Expr, ExprKind, Mark, Owner, Placed, Reach, Role, Who};
use crate::types;
use wf_plan::calendar::{QuietHours, QuietSpan};
use wf_plan::plan::{ChannelId, RoleId};
use wf_plan::value::{Scalar, Type};

impl Checker<'_> {
    /// A role by its name.
    pub(super) fn role(&mut self, env: Env<'_>, name: &Name) -> Option<RoleId> {
        let decl = self.resolve(env, name, "role", |kind| matches!(kind, DeclarationKind::Role(_)))?;
        Some(self.intern_role(env, decl, env.place(name.at)))
    }

    /// Several roles, each once.
    pub(super) fn role_list(&mut self, env: Env<'_>, names: &[Name], what: &str) -> Vec<RoleId> {
        let mut roles = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            if let Some(first) = names.iter().take(index).find(|first| first.text == name.text) {
                self.duplicate(env, what, name, first.at);
            }
            roles.extend(self.role(env, name));
        }
        roles
    }

    fn intern_role(&mut self, env: Env<'_>, decl: DeclId, used: Place) -> RoleId {
        if let Some(row) = self.tables.row(decl) {
            return RoleId(row);
        }
        let declaration = self.scope.declaration(decl);
        let name = declaration.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
        let at = Place { decl, at: declaration.name.as_ref().map_or(declaration.at, |name| name.at) };
        let label = declaration.title.as_ref().map_or_else(|| name.clone(), |title| title.value.clone());
        let doc = declaration.doc.clone();
        let row = Role {
            name,
            label,
            at,
            doc,
            external: false,
            reach: Vec::new(),
            deputy: None,
            quiet: None,
            calendar: None,
            speaks: None,
            one_person: false,
            people: Vec::new(),
        };
        // The row stands before its deputy is looked at, so that deputies that go round end.
        let id = RoleId(push(&mut self.tables.roles, row));
        self.tables.rows.insert(decl, id.0);
        if let DeclarationKind::Role(written) = &declaration.kind {
            self.fill_role(env.inside(decl, used), id, written);
        }
        id
    }

    fn fill_role(&mut self, env: Env<'_>, id: RoleId, written: &RoleDecl) {
        let env = Env { used: env.used, ..Env::new(env.decl, Stage::Instance) };
        let channels = self.elsewhere(|checker| {
            written.reach.iter().map(|(channel, _)| checker.channel(env, channel)).collect::<Vec<_>>()
        });
        let mut reach = Vec::with_capacity(written.reach.len());
        for ((name, field), channel) in written.reach.iter().zip(channels) {
            let address = match field {
                Some(field) => self.address(env, field),
                None => None,
            };
            if let Some(channel) = channel {
                reach.push(Reach { channel, address, at: env.place(name.at) });
            }
        }
        let (deputy, calendar, quiet) = self.elsewhere(|checker| {
            let deputy = written.deputy.as_ref().and_then(|deputy| checker.role(env, deputy));
            let calendar = written.calendar.as_ref().and_then(|path| checker.calendar(env, path));
            (deputy, calendar, written.quiet.as_ref().map(|quiet| checker.quiet(env, quiet)))
        });
        if let Some(role) = self.tables.role(id) {
            role.external = written.external;
            role.reach = reach;
            role.deputy = deputy;
            role.calendar = calendar;
            role.quiet = quiet;
            role.speaks = written.speaks.as_ref().map(|language| language.text.clone());
            role.one_person = written.one_person.is_some();
            role.people = written.people.iter().map(|person| person.text.clone()).collect();
        }
    }

    /// `contact` of `reach email contact`: an input of this workflow.
    fn address(&mut self, env: Env<'_>, name: &Name) -> Option<Expr> {
        if !self.is_workflow {
            return None;
        }
        let at = env.place(name.at);
        let Some((index, field)) = position(&self.inputs, &name.text) else {
            let known = self.inputs.iter().map(|field| field.data.name.clone()).collect();
            self.unknown_node(env, "input of the workflow", name, known);
            return None;
        };
        let (data, declared) = (field.data.clone(), field.at);
        let reaches = matches!(
            data.kind.of,
            Scalar::Email | Scalar::Phone | Scalar::Url | Scalar::Person | Scalar::Text
        );
        if data.kind == super::table::ERROR {
            return None;
        }
        if data.kind.list || !reaches {
            let words = self.tables.words(data.kind);
            let problem =
                type_mismatch::not_for(at, "a message goes to an email, phone, url or person", &words)
                    .with_related(declared, format!("`{}` is declared here as {words}", name.text));
            self.report(env, problem);
            return None;
        }
        let mut marks = Vec::new();
        for (secret, marked) in [(false, data.personal), (true, data.secret)] {
            if marked {
                marks.push(Mark { secret, field: name.text.clone(), path: vec![declared, at] });
            }
        }
        Some(Expr { kind: ExprKind::Input(index), ty: data.kind, at, marks })
    }

    /// A channel by its name: a declared one, or a kind that needs no declaration.
    pub(super) fn channel(&mut self, env: Env<'_>, name: &Name) -> Option<ChannelId> {
        if let Some(id) = self.tables.channel_named(&name.text) {
            return Some(id);
        }
        let declared = self.scope.resolve(env.decl, &name.text);
        let carries = declared.and_then(|decl| match &self.scope.declaration(decl).kind {
            DeclarationKind::Channel(carries) => Some((decl, carries)),
            _ => None,
        });
        if carries.is_none() && !CHANNELS.contains(&name.text.as_str()) {
            let mut known: Vec<String> = CHANNELS.iter().map(|kind| (*kind).to_owned()).collect();
            known.extend(self.visible(env, |kind| matches!(kind, DeclarationKind::Channel(_))));
            self.unknown(env, "channel", name, known);
            return None;
        }
        let at = carries.map(|(decl, _)| Place { decl, at: self.scope.declaration(decl).at });
        let data = wf_plan::people::Channel {
            name: name.text.clone(),
            kind: name.text.clone(),
            carries_personal: carries.is_some_and(|(_, carries)| carries.personal),
            carries_secret: carries.is_some_and(|(_, carries)| carries.secret),
        };
        Some(ChannelId(push(&mut self.tables.channels, Channel { data, at })))
    }

    /// Quiet hours.
    pub(super) fn quiet(&mut self, env: Env<'_>, written: &crate::hir::Placed<Quiet>) -> Placed<QuietHours> {
        let at = env.place(written.at);
        let mut daily = Vec::new();
        for (from, to) in &written.value.spans {
            let from = self.minute(env, from, at, false);
            let to = self.minute(env, to, at, true);
            if let (Some(from), Some(to)) = (from, to) {
                daily.push(QuietSpan { from, to });
            }
        }
        let value = QuietHours { daily, weekends: written.value.weekends, holidays: written.value.holidays };
        if let Some(problem) = value.problem() {
            self.report(env, bad_literal::other(at, problem));
        }
        Placed { value, at }
    }

    /// Receivers of a message.
    pub(super) fn receivers(&mut self, env: Env<'_>, written: &[WhoRef]) -> Vec<Placed<Who>> {
        written.iter().filter_map(|who| self.receiver(env, who)).collect()
    }

    fn receiver(&mut self, env: Env<'_>, written: &WhoRef) -> Option<Placed<Who>> {
        let at = env.place(written.at);
        let value = match &written.kind {
            WhoKind::Owner if env.node.is_none() => {
                self.report(env, super::blame::meaningless(at, "owner", "nobody owns the whole workflow"));
                return None;
            }
            WhoKind::WaitingOn if !matches!(env.stage, Stage::Working | Stage::Level) => {
                self.report(env, super::blame::meaningless(at, "waiting on", "nothing is blocked here"));
                return None;
            }
            WhoKind::Owner => Who::Owner,
            WhoKind::WaitingOn => Who::WaitingOn,
            WhoKind::Starter => Who::Starter,
            WhoKind::ProcessOwner => {
                self.need_process_owner(env, at);
                Who::ProcessOwner
            }
            WhoKind::Path(names) => match self.role_or_value(env, names, at, is_address)? {
                Owner::Role(role) => Who::Role(role),
                Owner::Person(value) => Who::Value(value),
            },
        };
        Some(Placed { value, at })
    }

    /// Owners of a node: roles, or fields of type person.
    pub(super) fn owners(&mut self, env: Env<'_>, written: &[Vec<Name>]) -> Vec<Placed<Owner>> {
        let mut owners = Vec::with_capacity(written.len());
        for names in written {
            let Some(first) = names.first() else { continue };
            let at = env.place(first.at);
            let owner = self.role_or_value(env, names, at, |ty| ty == types::PERSON);
            owners.extend(owner.map(|value| Placed { value, at }));
        }
        owners
    }

    fn role_or_value(
        &mut self,
        env: Env<'_>,
        names: &[Name],
        at: Place,
        fits: fn(Type) -> bool,
    ) -> Option<Owner> {
        if let [name] = names {
            let declared = self.scope.resolve(env.decl, &name.text);
            let value = self.means_a_value(env, name);
            if declared
                .is_some_and(|decl| matches!(self.scope.declaration(decl).kind, DeclarationKind::Role(_)))
                || !value
            {
                return self.role(env, name).map(Owner::Role);
            }
        }
        let found = self.path(env, names, at, None)?;
        if fits(found.ty) {
            return Some(Owner::Person(found));
        }
        let words = self.tables.words(found.ty);
        let what = if fits(types::plain(Scalar::Email)) {
            "a message goes to a role or to a field of type person, email or phone"
        } else {
            "work goes to a role or to a field of type person"
        };
        let problem = type_mismatch::not_for(found.at, what, &words);
        self.report_from(env, problem, &found);
        None
    }

    fn means_a_value(&self, env: Env<'_>, name: &Name) -> bool {
        let element = env.element.is_some_and(|element| element.name == name.text);
        element || self.inputs.iter().any(|field| field.data.name == name.text)
    }

    /// Says that the workflow needs a process owner, once.
    pub(super) fn need_process_owner(&mut self, env: Env<'_>, at: Place) {
        if self.has_process_owner || !self.is_workflow || self.asked_for_process_owner {
            return;
        }
        self.asked_for_process_owner = true;
        let message = "this goes to the process owner, but the workflow names none";
        self.missing(env, at, message, "add `process owner ROLE` to the workflow");
    }
}

fn is_address(ty: Type) -> bool {
    !ty.list && matches!(ty.of, Scalar::Person | Scalar::Email | Scalar::Phone)
}
