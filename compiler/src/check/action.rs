//! Effects on the world, and actions on the node of an alternative.
//!
//! Invariant: actions stand only in alternatives, `outcome` last; the systems, options and workflows they name are
//! there.

use super::Checker;
use super::environment::{Env, Stage};
use super::expr::Wanted;
use crate::hir::node::{ActionKind as Written, ActionStmt};
use crate::hir::{self, DeclarationKind, Name, NodeKind};
use crate::place::{DeclId, Place, Problem};
use crate::typed::{Action, ActionKind, Expr};
use wf_plan::plan::NodeId;

impl Checker<'_> {
    /// Effects of a node, level or outcome.
    pub(super) fn effects(&mut self, env: Env<'_>, written: &[ActionStmt]) -> Vec<Action> {
        written.iter().filter_map(|action| self.action(env, action, false)).collect()
    }

    /// What an alternative does.
    pub(super) fn actions(&mut self, env: Env<'_>, written: &[ActionStmt]) -> Vec<Action> {
        if let [before @ .., _] = written {
            for action in before {
                if matches!(action.kind, Written::Outcome(_)) {
                    let message = "`outcome` ends the instance, so nothing stands behind it";
                    self.misplaced(env, env.place(action.at), message, "put `outcome` last");
                }
            }
        }
        written.iter().filter_map(|action| self.action(env, action, true)).collect()
    }

    fn action(&mut self, env: Env<'_>, written: &ActionStmt, in_alternative: bool) -> Option<Action> {
        let at = env.place(written.at);
        let kind = match &written.kind {
            Written::Set { system, field, value } => {
                let (system, field, wanted) = self.system_field(env, system, field)?;
                ActionKind::Set { system, field, value: self.expect(env, value, &wanted)? }
            }
            Written::Note { system, text } => {
                let (system, words) = (self.system(env, system), self.words(env, text));
                ActionKind::Note { system: system?, words: words? }
            }
            Written::Tell { who, text, via, urgent } => {
                let who = self.receivers(env, who);
                let words = self.words(env, text);
                let via = match via {
                    Some(via) => Some(self.channel(env, via)?),
                    None => None,
                };
                ActionKind::Tell { who, words: words?, via, urgent: *urgent }
            }
            Written::Call { system, operation, arguments } => {
                let system = self.system(env, system);
                let arguments = self.call_arguments(env, arguments)?;
                ActionKind::Call { system: system?, operation: operation.text.clone(), arguments }
            }
            Written::Start { workflow, with, delay } => {
                let (decl, name) = self.child(env, workflow)?;
                let with = self.child_inputs(env, decl, workflow, with)?;
                let delay = match delay {
                    Some(delay) => Some(self.duration(env, delay)?),
                    None => None,
                };
                ActionKind::Start { workflow: name, decl, at: env.place(workflow.at), with, delay }
            }
            Written::Damaged => {
                self.found.mark_broken();
                return None;
            }
            own => {
                if !in_alternative {
                    let message = format!("`{}` stands only in an alternative of an `ask`", word(own));
                    let help = "a person decides what happens to the node: put it into an `alternative`";
                    self.misplaced(env, at, message, help);
                    return None;
                }
                self.own_action(env, own)?
            }
        };
        Some(Action { kind, at })
    }

    /// An action on the alternative's own node.
    fn own_action(&mut self, env: Env<'_>, written: &Written) -> Option<ActionKind> {
        Some(match written {
            Written::Resume => ActionKind::Resume,
            Written::Complete => ActionKind::Complete,
            Written::Skip => ActionKind::Skip,
            Written::Extend(by) => ActionKind::Extend(self.placed_duration(env, by)?),
            Written::Reassign(role) => ActionKind::Reassign(self.role(env, role)?),
            Written::Choose(option) => ActionKind::Choose(self.own_option(env, option)?),
            Written::Outcome(outcome) => ActionKind::Outcome(self.outcome(env, outcome)?),
            _ => return None,
        })
    }

    fn own_option(&mut self, env: Env<'_>, option: &Name) -> Option<u16> {
        let node = env.node?;
        let owner = self.node_name(node);
        let Some(NodeKind::Decision(options)) = self.written_kind(node) else {
            let at = env.place(option.at);
            // Without the node's name: at several nodes it is one finding, which shows where it is used.
            let message = format!("`{}` cannot be chosen at a node that is no decision", option.text);
            let mut problem = Problem::new(&crate::verify::alternative_impossible::RULE, at, message)
                .with_help("use this escalation at decisions only, or leave `choose` out");
            if let Some(node) = self.outline.get(node.index()) {
                problem = problem.with_related(node.at, format!("`{owner}` is no decision"));
            }
            self.report(env, problem);
            return None;
        };
        self.option_named(env, &owner, options, option)
    }

    /// The position of an option.
    pub(super) fn option_named(
        &mut self,
        env: Env<'_>,
        owner: &str,
        options: &[hir::node::OptionDecl],
        name: &Name,
    ) -> Option<u16> {
        let position = options.iter().position(|option| option.name.text == name.text);
        if let Some(position) = position.and_then(|position| u16::try_from(position).ok()) {
            return Some(position);
        }
        let known = options.iter().map(|option| option.name.text.clone()).collect();
        self.unknown_node(env, &format!("option of `{owner}`"), name, known);
        None
    }

    /// A node that is an outcome.
    pub(super) fn outcome(&mut self, env: Env<'_>, name: &Name) -> Option<NodeId> {
        let outcomes = |checker: &Self| {
            let is_outcome = |index: &usize| {
                let id = u16::try_from(*index).map(NodeId);
                id.is_ok_and(|id| matches!(checker.written_kind(id), Some(NodeKind::Outcome { .. })))
            };
            let names = checker.outline.iter().enumerate().filter(|(index, _)| is_outcome(index));
            names.map(|(_, node)| node.name.clone()).collect::<Vec<_>>()
        };
        let Some(node) = self.node_named(&name.text) else {
            let known = outcomes(self);
            self.unknown_node(env, "outcome", name, known);
            return None;
        };
        if matches!(self.written_kind(node), Some(NodeKind::Outcome { .. })) {
            return Some(node);
        }
        let declared = self.outline.get(node.index()).map(|node| node.at);
        let message = format!("`{}` is no outcome", name.text);
        let mut problem = crate::lint::type_mismatch::other(env.place(name.at), message);
        if let Some(declared) = declared {
            problem = problem.with_related(declared, format!("`{}` is declared here", name.text));
        }
        self.report(env, problem);
        None
    }

    fn call_arguments(
        &mut self,
        env: Env<'_>,
        written: &[(Option<Name>, hir::Expr)],
    ) -> Option<Vec<(String, Expr)>> {
        let mut arguments = Vec::with_capacity(written.len());
        let mut sound = true;
        for (name, value) in written {
            match self.expr(env, value, None) {
                Some(value) => {
                    arguments.push((name.as_ref().map(|name| name.text.clone()).unwrap_or_default(), value));
                }
                None => sound = false,
            }
        }
        sound.then_some(arguments)
    }

    /// Another workflow, and its name.
    pub(super) fn child(&mut self, env: Env<'_>, name: &Name) -> Option<(DeclId, String)> {
        let decl =
            self.resolve(env, name, "workflow", |kind| matches!(kind, DeclarationKind::Workflow(_)))?;
        let declared = self.scope.declaration(decl).name.as_ref();
        Some((decl, declared.map_or_else(|| name.text.clone(), |name| name.text.clone())))
    }

    /// The inputs given to another workflow, in the order of its inputs.
    pub(super) fn child_inputs(
        &mut self,
        env: Env<'_>,
        decl: DeclId,
        name: &Name,
        given: &[(Name, hir::Expr)],
    ) -> Option<Vec<(String, Expr)>> {
        let declaration = self.scope.declaration(decl);
        let DeclarationKind::Workflow(child) = &declaration.kind else { return None };
        let fields = self.elsewhere(|checker| {
            child.inputs.iter().map(|input| checker.field(decl, input)).collect::<Vec<_>>()
        });
        let read: Vec<bool> = child.inputs.iter().map(|input| input.from.is_some()).collect();
        let inputs: Vec<_> = fields.iter().zip(read).collect();
        self.given_inputs(env, &name.text, env.place(name.at), &inputs, given, declaration.damaged).map(
            |values| {
                values
                    .into_iter()
                    .map(|(index, value)| {
                        (fields.get(index).map_or_else(String::new, |field| field.data.name.clone()), value)
                    })
                    .collect()
            },
        )
    }

    /// Values for inputs: each known, each of its type, none missing that must be there. Positions and values, in
    /// the order of the inputs.
    pub(super) fn given_inputs(
        &mut self,
        env: Env<'_>,
        workflow: &str,
        at: Place,
        inputs: &[(&crate::typed::Field, bool)],
        given: &[(Name, hir::Expr)],
        damaged: bool,
    ) -> Option<Vec<(usize, Expr)>> {
        let mut sound = self.known_inputs(env, workflow, inputs, given, damaged);
        let mut values = Vec::with_capacity(given.len());
        let mut lacking: Vec<(&str, Place)> = Vec::new();
        for (index, (field, read)) in inputs.iter().enumerate() {
            let Some((_, value)) = given.iter().find(|(name, _)| name.text == field.data.name) else {
                if !field.data.optional && !read {
                    lacking.push((&field.data.name, field.at));
                }
                continue;
            };
            let wanted = Wanted { ty: field.data.kind, name: field.data.name.clone(), at: Some(field.at) };
            match self.expect(env, value, &wanted) {
                Some(value) => values.push((index, value)),
                None => sound = false,
            }
        }
        if let Some((_, first)) = lacking.first() {
            let names: Vec<String> = lacking.iter().map(|(name, _)| format!("`{name}`")).collect();
            let message = format!("`{workflow}` is started without {}", names.join(", "));
            let problem = Problem::new(&crate::lint::clause_missing::RULE, at, message)
                .with_related(*first, "asked for here")
                .with_help("give a value in `with { … }`, or let the input be missing: `T?`");
            self.report(env, problem);
            return None;
        }
        sound.then_some(values)
    }

    fn known_inputs(
        &mut self,
        env: Env<'_>,
        workflow: &str,
        inputs: &[(&crate::typed::Field, bool)],
        given: &[(Name, hir::Expr)],
        damaged: bool,
    ) -> bool {
        let mut sound = true;
        for (index, (name, _)) in given.iter().enumerate() {
            if let Some((first, _)) = given.iter().take(index).find(|(first, _)| first.text == name.text) {
                self.duplicate(env, "value", name, first.at);
                sound = false;
            }
            if inputs.iter().any(|(field, _)| field.data.name == name.text) {
                continue;
            }
            sound = false;
            if damaged {
                self.found.mark_broken();
                continue;
            }
            let known = inputs.iter().map(|(field, _)| field.data.name.clone()).collect();
            self.unknown(env, &format!("input of `{workflow}`"), name, known);
        }
        sound
    }

    /// The environment of an outcome's effects.
    pub(super) fn ending(env: Env<'_>) -> Env<'_> {
        env.at_stage(Stage::Ending)
    }
}

fn word(action: &Written) -> &'static str {
    match action {
        Written::Resume => "resume",
        Written::Complete => "complete",
        Written::Skip => "skip",
        Written::Extend(_) => "extend deadline",
        Written::Reassign(_) => "reassign",
        Written::Choose(_) => "choose",
        Written::Outcome(_) => "outcome",
        _ => "this",
    }
}
