//! A workflow: its own clauses, then its nodes.
//!
//! First come the inputs and an outline of all nodes, because expressions anywhere may read them. Invariant: a
//! [`Typed`] comes back only if no error was found in it or in anything it uses.

mod starts;

use super::Checker;
use super::environment::{Env, Stage};
use super::node::transpose;
use crate::hir::{self, Declaration, DeclarationKind, NodeKind, WorkflowDecl};
use crate::lint::bad_literal;
use crate::place::Place;
use crate::typed::{Field, Placed, Typed};
use crate::types;
use wf_plan::people::Agent;
use wf_plan::plan::{CalendarId, FieldIndex, NodeId, SystemId, Versioning};

/// What expressions elsewhere may know of a node.
pub(super) struct Outline<'a> {
    pub(super) name: String,
    pub(super) at: Place,
    /// Fields of its form; of a wait, of its event.
    pub(super) form: Vec<Field>,
    pub(super) for_each: bool,
    pub(super) damaged: bool,
    /// Outcomes of the workflow that a `run` runs.
    pub(super) outcomes: Vec<String>,
    pub(super) written: &'a hir::Node,
}

/// Names of nodes that a reader could not tell apart from the language's own words.
const RESERVED: [&str; 10] =
    ["start", "owner", "any", "all", "no", "message", "outcome", "step", "every", "never"];

impl<'a> Checker<'a> {
    /// The typed workflow; whether it may be used is the caller's question.
    pub(super) fn typed_workflow(
        &mut self,
        declaration: &'a Declaration,
        source: &'a WorkflowDecl,
    ) -> Option<Typed> {
        let env = Env::new(self.home, Stage::Instance);
        let at =
            Place { decl: self.home, at: declaration.name.as_ref().map_or(declaration.at, |name| name.at) };
        let calendar = self.workflow_calendar(env, source);
        self.typed_inputs(env, source);
        self.outline_nodes(env, source);
        let name = declaration.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
        let title = self.title(env, source);
        let reference = transpose(
            source.reference.as_ref().map(|text| self.text(env.at_stage(Stage::Naming(false)), text)),
        );
        let version = self.version(env, source, declaration.damaged, at);
        let starts_by = self.role_list(env, &source.starts_by, "role");
        let process_owner = source.process_owner.as_ref().map(|role| self.role(env, role));
        let mut typed = Typed {
            decl: self.home,
            label: declaration.title.as_ref().map_or_else(|| name.clone(), |title| title.value.clone()),
            at,
            doc: declaration.doc.clone(),
            version: 0,
            versioning: match &source.moves {
                Some(moves) if moves.value => Versioning::MoveWhenCompatible,
                _ => Versioning::Keep,
            },
            title: None,
            reference: None,
            one_per: self.one_per(env, source),
            starts_by,
            starts_on: self.starts_on(env, source, &name),
            starts_every: self.starts_every(env, source, &name),
            calendar: calendar.unwrap_or(CalendarId(0)),
            deadlines: self.deadlines(env, &source.deadlines),
            process_owner: None,
            summaries: source.summaries.iter().filter_map(|summary| self.summary(env, summary)).collect(),
            tags: self.tags(env, &source.tags),
            seen_by: self.role_list(env, &source.seen_by, "role"),
            agent: source.agent.as_ref().map(|agent| self.agent(env, agent)),
            inputs: Vec::new(),
            enums: Vec::new(),
            records: Vec::new(),
            roles: Vec::new(),
            channels: Vec::new(),
            systems: Vec::new(),
            calendars: Vec::new(),
            nodes: Vec::new(),
            name,
        };
        let written: Vec<&'a hir::Node> = self.outline.iter().map(|node| node.written).collect();
        for (index, node) in written.into_iter().enumerate() {
            let id = NodeId(u16::try_from(index).unwrap_or(u16::MAX));
            typed.nodes.extend(self.typed_node(id, node));
        }
        self.keys_of_systems();
        typed.version = version?;
        typed.title = title?;
        typed.reference = reference?;
        typed.process_owner = transpose(process_owner)?;
        Some(typed)
    }

    fn workflow_calendar(&mut self, env: Env<'_>, source: &WorkflowDecl) -> Option<CalendarId> {
        let found = match &source.calendar {
            Some(path) => self.calendar(env, path),
            None => Some(self.tables.default_calendar()),
        };
        let row = found.and_then(|id| self.tables.calendars.get(id.index()));
        self.zone = row.map(|row| row.data.zone.clone());
        found
    }

    fn typed_inputs(&mut self, env: Env<'_>, source: &WorkflowDecl) {
        self.inputs = self.fields(self.home, &source.inputs, "input");
        for (index, written) in source.inputs.iter().enumerate() {
            let key_of =
                written.key_of.as_ref().and_then(|system| self.system(env, system).map(|id| (system, id)));
            if let Some((system, id)) = key_of {
                self.input_key(env, index, system, id);
            }
            let from =
                written.from.as_ref().and_then(|(system, field)| self.system_field(env, system, field));
            if let Some((system, field, wanted)) = from {
                self.input_from(env, index, (system, field), &wanted);
            }
        }
        for (index, written) in source.inputs.iter().enumerate() {
            let from = self.inputs.get(index).and_then(|input| input.data.from);
            let (Some((system, _)), Some((name, _))) = (from, &written.from) else { continue };
            let keyed = self.inputs.iter().any(|input| input.data.key_of == Some(system));
            if !keyed {
                let message =
                    format!("`{}` cannot be read: no input is the key of `{}`", written.name.text, name.text);
                let help = format!("mark the input that finds the record: `id: text key of {}`", name.text);
                self.missing(env, env.place(name.at), message, &help);
            }
        }
    }

    fn input_key(&mut self, env: Env<'_>, index: usize, system: &hir::Name, id: SystemId) {
        let at = env.place(system.at);
        let first = self.inputs.iter().find(|input| input.data.key_of == Some(id)).map(|input| input.at);
        if let Some(first) = first {
            let message = format!("`{}` has two keys in this workflow", system.text);
            let problem = crate::place::Problem::new(&crate::lint::clause_repeated::RULE, at, message)
                .with_related(first, "the first one");
            self.report(env, problem);
            return;
        }
        let Some(input) = self.inputs.get_mut(index) else { return };
        input.data.key_of = Some(id);
        let (kind, declared) = (input.data.kind, input.at);
        let is_key = !kind.list && (types::is_kept_as_text(kind.of) || kind == types::NUMBER);
        if !is_key && kind != super::table::ERROR {
            let words = self.tables.words(kind);
            let problem =
                crate::lint::type_mismatch::not_for(declared, "a key is a text or a number", &words);
            self.report(env, problem);
        }
    }

    fn input_from(
        &mut self,
        env: Env<'_>,
        index: usize,
        from: (SystemId, FieldIndex),
        wanted: &super::expr::Wanted,
    ) {
        let Some(input) = self.inputs.get_mut(index) else { return };
        input.data.from = Some((from.0, from.1.0));
        let (kind, at) = (input.data.kind, input.at);
        let silent = kind == super::table::ERROR || wanted.ty == super::table::ERROR;
        if silent || matches!(types::fit(wanted.ty, kind, false), types::Fit::Yes | types::Fit::Currency(_)) {
            return;
        }
        let (is, should) = (self.tables.words(wanted.ty), self.tables.words(kind));
        let mut problem = crate::lint::type_mismatch::found(at, &format!("`{}`", wanted.name), &is, &should);
        if let Some(declared) = wanted.at {
            problem = problem.with_related(declared, format!("`{}` is declared here as {is}", wanted.name));
        }
        self.report(env, problem);
    }

    fn outline_nodes(&mut self, env: Env<'_>, source: &'a WorkflowDecl) {
        for node in &source.nodes {
            let Some(name) = &node.name else {
                self.found.mark_broken();
                self.damaged = true;
                continue;
            };
            let first = self.names.get(name.text.as_str()).and_then(|known| self.outline.get(*known));
            if let Some(first) = first.map(|known| known.at.at) {
                self.duplicate(env, "node", name, first);
            }
            if RESERVED.contains(&name.text.as_str()) {
                let message = format!("no node can be called `{}`: it is a word of the language", name.text);
                let problem = crate::place::Problem::new(
                    &crate::lint::duplicate_name::RULE,
                    env.place(name.at),
                    message,
                )
                .with_help(format!("give it a longer name, such as `{}_it`", name.text));
                self.report(env, problem);
            }
            let form = self.outline_form(env, node);
            self.names.entry(&name.text).or_insert(self.outline.len());
            self.outline.push(Outline {
                name: name.text.clone(),
                at: env.place(name.at),
                form,
                for_each: node.for_each.is_some(),
                damaged: node.damaged,
                outcomes: self.child_outcomes(env, node),
                written: node,
            });
        }
    }

    fn outline_form(&mut self, env: Env<'_>, node: &hir::Node) -> Vec<Field> {
        let NodeKind::Wait(Some(waited)) = &node.kind else {
            return self.fields(self.home, &node.form, "field");
        };
        let (system, event, _) = &waited.value;
        // What is wrong with them is said where the wait is checked.
        self.found.mute();
        let found = self.event(env, system, event);
        self.found.unmute();
        found.map(|found| self.tables.event(found).to_vec()).unwrap_or_default()
    }

    fn child_outcomes(&self, env: Env<'_>, node: &hir::Node) -> Vec<String> {
        let NodeKind::Run { workflow: Some(workflow), .. } = &node.kind else { return Vec::new() };
        let Some(decl) = self.scope.resolve(env.decl, &workflow.text) else { return Vec::new() };
        let DeclarationKind::Workflow(child) = &self.scope.declaration(decl).kind else { return Vec::new() };
        let outcomes = child.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Outcome { .. }));
        outcomes.filter_map(|node| node.name.as_ref()).map(|name| name.text.clone()).collect()
    }

    fn title(&mut self, env: Env<'_>, source: &WorkflowDecl) -> Option<Option<crate::typed::Text>> {
        let Some(written) = &source.title else { return Some(None) };
        let title = self.text(env.at_stage(Stage::Naming(true)), written)?;
        self.title_marks = title.marks().cloned().collect();
        Some(Some(title))
    }

    fn version(&mut self, env: Env<'_>, source: &WorkflowDecl, damaged: bool, at: Place) -> Option<u32> {
        let Some(version) = &source.version else {
            if damaged {
                self.found.mark_broken();
            } else {
                let help = "add `version 1` as its first line, and count up with every change of meaning";
                self.missing(env, at, "the workflow has no version", help);
            }
            return None;
        };
        let found = u32::try_from(version.value).ok().filter(|number| *number > 0);
        if found.is_none() {
            let why =
                if version.value == 0 { "is no version: they are counted from 1" } else { "is too large" };
            let problem = bad_literal::because(env.place(version.at), &version.value.to_string(), why);
            self.report(env, problem);
        }
        found
    }

    fn one_per(&mut self, env: Env<'_>, source: &WorkflowDecl) -> Option<FieldIndex> {
        let name = source.one_per.as_ref()?;
        if let Some((index, _)) = super::path::position(&self.inputs, &name.text) {
            return Some(index);
        }
        let known = self.inputs.iter().map(|input| input.data.name.clone()).collect();
        self.unknown_node(env, "input", name, known);
        None
    }

    fn agent(&mut self, env: Env<'_>, written: &hir::Placed<hir::AgentDecl>) -> Placed<Agent> {
        let agent = &written.value;
        let calls = agent.calls_per_day.as_ref().and_then(|calls| {
            let found = u32::try_from(calls.value).ok();
            if found.is_none() {
                let problem =
                    bad_literal::because(env.place(calls.at), &calls.value.to_string(), "is too large");
                self.report(env, problem);
            }
            found
        });
        let value = Agent {
            topics: agent.topics.clone(),
            drafts: agent.drafts,
            suggests: agent.suggests,
            carries_personal: agent.carries.personal,
            calls_per_day: calls,
        };
        Placed { value, at: env.place(written.at) }
    }

    /// Notes in each system which input finds its record.
    fn keys_of_systems(&mut self) {
        for (index, input) in self.inputs.iter().enumerate() {
            let Some(system) = input.data.key_of else { continue };
            let field = u16::try_from(index).ok().map(FieldIndex);
            if let Some(row) = self.tables.systems.get_mut(system.index()) {
                row.key = field;
            }
        }
    }

    /// The node of a name, reported if there is none.
    pub(super) fn node(&mut self, env: Env<'_>, name: &hir::Name) -> Option<NodeId> {
        if let Some(node) = self.node_named(&name.text) {
            return Some(node);
        }
        let known = self.outline.iter().map(|node| node.name.clone()).collect();
        self.unknown_node(env, "step or other node", name, known);
        None
    }

    /// The node of a name.
    pub(super) fn node_named(&self, name: &str) -> Option<NodeId> {
        u16::try_from(*self.names.get(name)?).ok().map(NodeId)
    }

    /// A node's name.
    pub(super) fn node_name(&self, node: NodeId) -> String {
        self.outline.get(node.index()).map(|node| node.name.clone()).unwrap_or_default()
    }

    /// A node's form.
    pub(super) fn form(&self, node: NodeId) -> &[Field] {
        self.outline.get(node.index()).map_or(&[], |node| &node.form)
    }

    /// What a node is, as written.
    pub(super) fn written_kind(&self, node: NodeId) -> Option<&'a NodeKind> {
        self.outline.get(node.index()).map(|node| &node.written.kind)
    }

    /// The place of the environment's node.
    pub(super) fn node_at(&self, env: Env<'_>) -> Option<Place> {
        self.outline.get(env.node?.index()).map(|node| node.at)
    }
}
