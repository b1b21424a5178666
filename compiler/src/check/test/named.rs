//! What the statements of a test name: nodes, copies, options, fields, systems, channels, states.
//!
//! Each is looked up in the workflow a line speaks of; what is not there is told with what there is.
//! Invariant: `None` comes with a finding, or with the mark that something broken is the cause.

use super::alternatives;
use crate::check::Checker;
use crate::check::environment::Env;
use crate::check::expr::Wanted;
use crate::check::node::transpose;
use crate::check::path::position;
use crate::hir::{self, DeclarationKind, Name};
use crate::lint::bad_literal;
use crate::place::Place;
use crate::typed::node::NodeKind;
use crate::typed::test::{Given, TestStatementKind as Kind, TestTarget};
use crate::typed::{Field, Node, Typed};
use wf_plan::scenario::ExpectedState;
use wf_plan::value::Type;

/// Words a test may expect of a node.
const STATES: [(&str, ExpectedState); 6] = [
    ("active", ExpectedState::Active),
    ("waiting", ExpectedState::Waiting),
    ("blocked", ExpectedState::Blocked),
    ("done", ExpectedState::Done),
    ("skipped", ExpectedState::Skipped),
    ("not taken", ExpectedState::NotTaken),
];

impl Checker<'_> {
    pub(super) fn optional_duration(
        &mut self,
        env: Env<'_>,
        written: Option<&hir::expr::DurationLit>,
    ) -> Option<Option<wf_plan::calendar::Duration>> {
        transpose(written.map(|duration| self.duration(env, duration)))
    }

    pub(super) fn small(&mut self, env: Env<'_>, at: Place, number: Option<u64>) -> Option<Option<u16>> {
        let Some(number) = number else { return Some(None) };
        let found = u16::try_from(number).ok();
        if found.is_none() {
            self.report(env, bad_literal::because(at, &number.to_string(), "is too large"));
        }
        found.map(Some)
    }

    /// The name of a role; a test may name one that the workflow does not use.
    pub(super) fn by(&mut self, env: Env<'_>, role: Option<&Name>) -> Option<String> {
        let role = role?;
        let declared = self.tables.roles.iter().any(|row| row.name == role.text);
        if !declared {
            self.resolve(env, role, "role", |kind| matches!(kind, DeclarationKind::Role(_)))?;
        }
        Some(role.text.clone())
    }

    pub(super) fn test_node<'t>(&mut self, env: Env<'_>, typed: &'t Typed, name: &Name) -> Option<&'t Node> {
        let found = typed.nodes.iter().find(|node| node.name == name.text);
        if found.is_none() {
            let known = typed.nodes.iter().map(|node| node.name.clone()).collect();
            self.unknown(env, &format!("step or other node of `{}`", typed.name), name, known);
        }
        found
    }

    pub(super) fn target(
        &mut self,
        env: Env<'_>,
        typed: &Typed,
        written: &hir::TestTarget,
    ) -> Option<TestTarget> {
        let node = self.test_node(env, typed, &written.node)?;
        let copy = match (&written.copy, &node.for_each) {
            (None, _) => None,
            (Some(copy), Some(for_each)) => {
                let ty = Type { list: false, ..for_each.element };
                let wanted = Wanted { ty, name: for_each.variable.clone(), at: Some(for_each.at) };
                Some(self.given(env, copy, &wanted)?)
            }
            (Some(copy), None) => {
                let message = format!("`{}` has no copies: it has no `for each`", written.node.text);
                let problem = crate::lint::type_mismatch::other(env.place(copy.at), message)
                    .with_related(node.at, format!("`{}` is declared here", written.node.text));
                self.report(env, problem);
                return None;
            }
        };
        Some(TestTarget { node: node.name.clone(), copy })
    }

    pub(super) fn completed_values(
        &mut self,
        env: Env<'_>,
        typed: &Typed,
        targets: &[hir::TestTarget],
        with: &[(Name, hir::Expr)],
    ) -> Option<Vec<(String, Given)>> {
        if with.is_empty() {
            return Some(Vec::new());
        }
        let nodes =
            targets.iter().filter_map(|target| typed.nodes.iter().find(|node| node.name == target.node.text));
        let fields: Vec<Field> = nodes.flat_map(|node| node.form.iter().cloned()).collect();
        // A node that is not there was told; what its form asks for is not known.
        let is_known =
            |target: &hir::TestTarget| typed.nodes.iter().any(|node| node.name == target.node.text);
        if !targets.iter().all(is_known) {
            return None;
        }
        let names: Vec<String> = targets.iter().map(|target| format!("`{}`", target.node.text)).collect();
        self.values(env, &format!("form field of {}", names.join(", ")), &fields, with)
    }

    pub(super) fn test_option(
        &mut self,
        env: Env<'_>,
        typed: &Typed,
        decision: &Name,
        option: &Name,
    ) -> Option<()> {
        let node = self.test_node(env, typed, decision)?;
        let NodeKind::Decision { options, .. } = &node.kind else {
            let message = format!("`{}` is no decision", decision.text);
            let problem = crate::lint::type_mismatch::other(env.place(decision.at), message)
                .with_related(node.at, format!("`{}` is declared here", decision.text));
            self.report(env, problem);
            return None;
        };
        if options.iter().any(|known| known.name == option.text) {
            return Some(());
        }
        let known = options.iter().map(|option| option.name.clone()).collect();
        self.unknown(env, &format!("option of `{}`", decision.text), option, known);
        None
    }

    /// `choose` with one name: an outcome that people may bring about.
    pub(super) fn ends_at_any_time(&mut self, env: Env<'_>, typed: &Typed, outcome: &Name) -> Option<()> {
        let node = self.test_node(env, typed, outcome)?;
        let help = match &node.kind {
            NodeKind::Outcome { at_any_time_by, .. } if !at_any_time_by.is_empty() => return Some(()),
            NodeKind::Decision { options, .. } => {
                let options: Vec<String> =
                    options.iter().map(|option| format!("`choose {}.{}`", node.name, option.name)).collect();
                format!("say what is chosen: {}", options.join(", "))
            }
            NodeKind::Outcome { .. } => {
                "people choose only an outcome `at any time by …`; this one comes by itself".to_owned()
            }
            _ => "`choose` takes an option of a decision, an alternative, or an outcome `at any time`"
                .to_owned(),
        };
        let message = format!("`{}` cannot be chosen", outcome.text);
        let problem = crate::lint::type_mismatch::other(env.place(outcome.at), message)
            .with_related(node.at, format!("`{}` is declared here", outcome.text))
            .with_help(help);
        self.report(env, problem);
        None
    }

    pub(super) fn known_alternative(&mut self, env: Env<'_>, typed: &Typed, label: &Name) -> Option<()> {
        let known: Vec<String> = alternatives(typed).map(str::to_owned).collect();
        if known.contains(&label.text) {
            return Some(());
        }
        self.unknown(env, &format!("alternative in `{}`", typed.name), label, known);
        None
    }

    pub(super) fn correct(
        &mut self,
        env: Env<'_>,
        typed: &Typed,
        field: &[Name],
        value: &hir::Expr,
    ) -> Option<Kind> {
        match field {
            [field] => {
                let what = format!("input of `{}`", typed.name);
                let value = self.value_of(env, &what, &typed.inputs, field, value)?;
                Some(Kind::Correct { node: None, field: field.text.clone(), value })
            }
            [node, field, ..] => {
                let found = self.test_node(env, typed, node)?;
                let what = format!("form field of `{}`", node.text);
                let value = self.value_of(env, &what, &found.form, field, value)?;
                Some(Kind::Correct { node: Some(node.text.clone()), field: field.text.clone(), value })
            }
            [] => None,
        }
    }

    pub(super) fn value_of(
        &mut self,
        env: Env<'_>,
        what: &str,
        fields: &[Field],
        name: &Name,
        value: &hir::Expr,
    ) -> Option<Given> {
        let Some((_, field)) = position(fields, &name.text) else {
            let known = fields.iter().map(|field| field.data.name.clone()).collect();
            self.unknown(env, what, name, known);
            return None;
        };
        let wanted = Wanted { ty: field.data.kind, name: name.text.clone(), at: Some(field.at) };
        self.given(env, value, &wanted)
    }

    pub(super) fn test_system(&mut self, env: Env<'_>, typed: &Typed, name: &Name) -> Option<usize> {
        let found = typed.systems.iter().position(|row| row.name == name.text);
        if found.is_none() {
            let known = typed.systems.iter().map(|row| row.name.clone()).collect();
            self.unknown(env, &format!("system in `{}`", typed.name), name, known);
        }
        found
    }

    pub(super) fn test_event(
        &mut self,
        env: Env<'_>,
        typed: &Typed,
        system: &Name,
        event: &Name,
        with: &[(Name, hir::Expr)],
    ) -> Option<Kind> {
        let row = self.test_system(env, typed, system)?;
        let events = typed.systems.get(row).map(|row| row.events.as_slice()).unwrap_or_default();
        let Some(found) = events.iter().find(|known| known.name == event.text) else {
            let known = events.iter().map(|known| known.name.clone()).collect();
            self.unknown(env, &format!("event of `{}`", system.text), event, known);
            return None;
        };
        let what = format!("field of the event \"{}\"", event.text);
        let with = self.values(env, &what, &found.fields, with)?;
        Some(Kind::Event { system: system.text.clone(), event: event.text.clone(), with })
    }

    pub(super) fn test_channel(&mut self, env: Env<'_>, channel: Option<&Name>) -> Option<Option<String>> {
        let Some(channel) = channel else { return Some(None) };
        self.channel(env, channel)?;
        Some(Some(channel.text.clone()))
    }

    pub(super) fn state(&mut self, env: Env<'_>, word: &Name) -> Option<ExpectedState> {
        let found = STATES.iter().find(|(name, _)| *name == word.text).map(|(_, state)| *state);
        if found.is_none() {
            let known = STATES.iter().map(|(name, _)| (*name).to_owned()).collect();
            self.unknown(env, "state", word, known);
        }
        found
    }
}
