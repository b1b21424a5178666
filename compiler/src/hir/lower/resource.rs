//! Who and what a workflow works with: roles, channels, systems, messages.
//!
//! Invariant: kinds of channels and systems stay words; whether they exist is for `check`.

use super::Lowering;
use super::block::{Fits, Inside};
use super::calendar::times;
use crate::hir::{Carries, EventDecl, MessageDecl, Name, Quiet, RoleDecl, SystemDecl};
use wf_lang::ast::{self, Kind, View};

impl Lowering {
    pub(super) fn role(&mut self, view: ast::Role<'_>, name: &str) -> RoleDecl {
        let mut role = RoleDecl::default();
        let inside = Inside { kind: "role", name };
        for clause in self.sort_out(inside, view.statements(), role_fits) {
            self.role_clause(clause, &mut role);
        }
        role
    }

    fn role_clause(&mut self, clause: ast::Node<'_>, role: &mut RoleDecl) {
        match clause.kind() {
            Kind::External => role.external = true,
            Kind::OnePerson => role.one_person = Some(self.clause_at(clause)),
            _ => {}
        }
        if let Some(view) = ast::Reach::cast(clause) {
            for item in view.items() {
                if let Some(channel) = self.needed(item.channel()) {
                    let channel = self.name(channel);
                    role.reach.push((channel, self.maybe_name(item.field())));
                }
            }
        } else if let Some(view) = ast::Deputy::cast(clause) {
            role.deputy = self.maybe_name(view.role());
        } else if let Some(view) = ast::Quiet::cast(clause) {
            let spans = view.hours().filter_map(times).collect();
            let quiet = Quiet { spans, weekends: view.weekends(), holidays: view.holidays() };
            role.quiet = Some(self.placed(clause.span(), quiet));
        } else if let Some(view) = ast::CalendarClause::cast(clause) {
            role.calendar = view.name().map(|name| vec![self.name(name)]);
        } else if let Some(view) = ast::Speaks::cast(clause) {
            role.speaks = self.maybe_name(view.language());
        } else if let Some(view) = ast::People::cast(clause) {
            role.people = self.people_names(view);
        }
    }

    /// Names and texts in the order of the file.
    fn people_names(&mut self, view: ast::People<'_>) -> Vec<Name> {
        let mut people = Vec::new();
        for child in view.node().children() {
            if let Some(text) = ast::Text::cast(child) {
                people.push(self.label(text));
            } else if child.kind() == Kind::Name {
                people.push(Name { text: child.text().to_owned(), at: self.at(child.span()) });
            }
        }
        people
    }

    pub(super) fn channel(&mut self, view: ast::Channel<'_>, name: &str) -> Carries {
        let mut carries = Carries::default();
        let inside = Inside { kind: "channel", name };
        for clause in self.sort_out(inside, view.statements(), channel_fits) {
            Self::carries(clause, &mut carries);
        }
        carries
    }

    pub(super) fn system(&mut self, view: ast::System<'_>, name: &str) -> SystemDecl {
        let kind = self.needed(view.kind_path());
        let kind = kind.map(|path| Name { text: path.to_text(), at: self.at(path.span()) });
        let mut system = SystemDecl { kind, ..SystemDecl::default() };
        let inside = Inside { kind: "system", name };
        for clause in self.sort_out(inside, view.statements(), system_fits) {
            if clause.kind() == Kind::Carries {
                Self::carries(clause, &mut system.carries);
            } else if let Some(view) = ast::SystemField::cast(clause) {
                let field = self.needed(view.field()).and_then(|field| self.field(field));
                system.fields.extend(field);
            } else if let Some(view) = ast::SystemEvent::cast(clause)
                && let Some(name) = self.needed(view.name())
            {
                let name = self.label(name);
                let fields = self.fields(view.fields(), view.unparsed());
                system.events.push(EventDecl { name, fields });
            }
        }
        system
    }

    pub(super) fn message(&mut self, view: ast::Message<'_>, name: &str) -> MessageDecl {
        let language = self.maybe_name(view.language());
        let arguments = view.parameters().filter_map(|parameter| self.field(parameter)).collect();
        let text = self.needed(view.text()).map(|text| self.text(text));
        let mut templates = Vec::new();
        let inside = Inside { kind: "message", name };
        for clause in self.sort_out(inside, view.statements(), message_fits) {
            let Some(template) = ast::Template::cast(clause) else { continue };
            if let Some((channel, name)) = self.needed(template.channel().zip(template.name())) {
                let channel = self.name(channel);
                templates.push((channel, self.label(name)));
            }
        }
        MessageDecl { language, arguments, text, templates }
    }
}

fn role_fits(kind: Kind) -> Fits {
    match kind {
        Kind::External
        | Kind::OnePerson
        | Kind::Reach
        | Kind::Deputy
        | Kind::Quiet
        | Kind::CalendarClause
        | Kind::Speaks
        | Kind::People => Fits::Once,
        _ => Fits::Never,
    }
}

fn channel_fits(kind: Kind) -> Fits {
    if kind == Kind::Carries { Fits::Once } else { Fits::Never }
}

fn system_fits(kind: Kind) -> Fits {
    match kind {
        Kind::Carries => Fits::Once,
        Kind::SystemField | Kind::SystemEvent => Fits::Often,
        _ => Fits::Never,
    }
}

fn message_fits(kind: Kind) -> Fits {
    if kind == Kind::Template { Fits::Often } else { Fits::Never }
}
