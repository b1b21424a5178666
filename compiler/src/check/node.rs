//! One node: its clauses, one after the other.
//!
//! Which clause belongs to which kind lowering has decided; here each gets its meaning, and what a node cannot do
//! without is asked for. Invariant: a node comes back only if all of its clauses are sound.

use super::Checker;
use super::environment::{Element, Env, Stage};
use super::table::ERROR;
use crate::hir::node::HandlerEvent;
use crate::hir::node::{ForEachDecl, IfLateDecl, OptionDecl, PauseDecl, SettlesDecl};
use crate::hir::{self, Name, NodeKind as Written};
use crate::lint::type_mismatch;
use crate::place::{Place, Problem};
use crate::typed::node::DecisionOption;
use crate::typed::{Deadline, ForEach, Handlers, Ladder, Node, NodeKind, Placed, Reminder};
use std::collections::BTreeMap;
use std::sync::Arc;
use wf_plan::node::{IfLate, Separation, Settles};
use wf_plan::plan::NodeId;
use wf_plan::value::Type;

impl<'a> Checker<'a> {
    /// A node of the workflow.
    pub(super) fn typed_node(&mut self, id: NodeId, written: &'a hir::Node) -> Option<Node> {
        let name = written.name.as_ref()?;
        let env = Env::new(self.home, Stage::Working).about(id);
        let ready = env.at_stage(Stage::Ready);
        if written.damaged {
            self.found.mark_broken();
        }
        let after = written.after.as_ref().map(|after| self.join(env, after));
        let when = written.when.as_ref().map(|when| self.condition(ready, when));
        let for_each = written.for_each.as_ref().map(|for_each| self.for_each(ready, for_each));
        // Where the list is wrong, what reads its elements is silent.
        let element = written.for_each.as_ref().map(|each| Element {
            name: &each.value.variable.text,
            ty: for_each.as_ref().and_then(Option::as_ref).map_or(ERROR, |for_each| for_each.element),
            at: env.place(each.at),
        });
        let env = Env { element, ..env };
        let deadlines = self.deadlines(env, &written.deadlines);
        let kind = self.kind(env, written, &deadlines);
        let on = self.handlers(env, written);
        let say = written.say.as_ref().map(|say| self.words(env, say));
        let node = Node {
            name: name.text.clone(),
            label: written.title.as_ref().map_or_else(|| name.text.clone(), |title| title.value.clone()),
            at: env.place(name.at),
            end: env.place(written.end),
            clauses_end: env.place(written.clauses_end),
            doc: written.doc.clone(),
            was: written.was.as_ref().map(|was| was.text.clone()),
            tags: self.tags(env, &written.tags),
            owners: self.owners(env, &written.owners),
            seen_by: self.role_list(env, &written.seen_by, "role"),
            form: self.form(id).to_vec(),
            takes: written.takes.as_ref().and_then(|takes| self.takes(env, takes)),
            heads_up: written.heads_up.as_ref().and_then(|ahead| self.placed_duration(env, &ahead.value)),
            different_from: self.different_from(env, &written.different_from),
            optional: written.optional.is_some(),
            redo: written.redo.as_ref().and_then(|redo| self.redo(env, redo, true)),
            reminders: self.node_reminders(env, written),
            ladders: self.node_ladders(env, written),
            deadlines,
            on,
            // Last: whatever is wrong in one clause, the others were looked at.
            kind: self.usable(kind)?,
            when: transpose(when)?,
            when_clause: written.when_clause.map(|at| env.place(at)),
            after: transpose(after)?,
            say: transpose(say)?,
            for_each: transpose(for_each)?,
        };
        self.needed_clauses(env, written, &node);
        Some(node)
    }

    fn kind(&mut self, env: Env<'_>, written: &'a hir::Node, deadlines: &[Deadline]) -> Option<NodeKind> {
        if let (Some(late), true) = (&written.if_late, deadlines.is_empty() && written.deadlines.is_empty()) {
            let help = "add a `deadline`, or take `if late` out";
            self.missing(env, env.place(late.at), "`if late` needs a deadline to be late for", help);
        }
        match &written.kind {
            Written::Step => Some(NodeKind::Step),
            Written::Converge => Some(NodeKind::Converge),
            Written::Decision(options) => self.decision(env, written, options),
            Written::Wait(waited) => {
                let waited = waited.as_ref()?;
                let (system, event, condition) = &waited.value;
                let found = self.event(env, system, event)?;
                self.need_key(env, system, found.0);
                let condition = condition.as_ref().map(|condition| {
                    self.condition(env.at_stage(Stage::Ready).with_event(found.0, found.1), condition)
                });
                let if_late = transpose(self.wait_if_late(env, written))?;
                Some(NodeKind::Wait {
                    system: found.0,
                    event: found.1,
                    condition: transpose(condition)?,
                    if_late,
                })
            }
            Written::Pause(pause) => match pause {
                Some(PauseDecl::For(duration)) => {
                    Some(NodeKind::PauseFor(self.placed_duration(env, duration)?))
                }
                Some(PauseDecl::Until(until)) => {
                    Some(NodeKind::PauseUntil(self.moment(env.at_stage(Stage::Ready), until, false)?))
                }
                None => None,
            },
            Written::Run { workflow, with } => {
                let workflow = workflow.as_ref()?;
                let (decl, name) = self.child(env, workflow)?;
                let with = self.child_inputs(env.at_stage(Stage::Ready), decl, workflow, with)?;
                let outcomes = self.outline.get(env.node?.index())?.outcomes.clone();
                Some(NodeKind::Run { workflow: name, decl, at: env.place(workflow.at), with, outcomes })
            }
            Written::Outcome { effects, at_any_time } => {
                let effects = self.effects(Self::ending(env), effects);
                let (by, until) = match at_any_time {
                    Some(clause) => clause.value.clone(),
                    None => (Vec::new(), None),
                };
                let at_any_time_by = self.role_list(env, &by, "role");
                let until = transpose(until.as_ref().map(|until| self.node(env, until)))?;
                Some(NodeKind::Outcome { effects, at_any_time_by, until })
            }
        }
    }

    /// A node without a kind was reported by another step, or here.
    fn usable(&mut self, kind: Option<NodeKind>) -> Option<NodeKind> {
        if kind.is_none() {
            self.found.mark_broken();
        }
        kind
    }

    fn decision(&mut self, env: Env<'_>, written: &hir::Node, options: &'a [OptionDecl]) -> Option<NodeKind> {
        let owner = self.node_name(env.node?);
        let if_late = match written.if_late.as_ref().map(|late| (&late.value, late.at)) {
            None => None,
            Some((IfLateDecl::Choose(option), _)) => {
                let position = self.option_named(env, &owner, options, option)?;
                if let Some(when) = options.get(usize::from(position)).and_then(|option| option.when.as_ref())
                {
                    let message = format!(
                        "`if late` chooses `{}`, which may not be open: it has a `when`",
                        option.text
                    );
                    let problem =
                        Problem::new(&crate::lint::clause_misplaced::RULE, env.place(option.at), message)
                            .with_related(env.place(when.at), "its condition")
                            .with_help("choose an option that is always open");
                    self.report(env, problem);
                }
                Some(position)
            }
            Some((_, at)) => {
                let message = "a decision that is late can only choose one of its options";
                self.misplaced(env, env.place(at), message, "write `if late choose OPTION`");
                None
            }
        };
        let typed: Vec<Option<DecisionOption>> =
            options.iter().map(|option| self.option(env, option)).collect();
        Some(NodeKind::Decision { options: typed.into_iter().collect::<Option<Vec<_>>>()?, if_late })
    }

    fn option(&mut self, env: Env<'_>, written: &OptionDecl) -> Option<DecisionOption> {
        let when = written.when.as_ref().map(|when| self.condition(env.at_stage(Stage::Ready), when));
        let needs = match &written.needs {
            Some(needs) => self.count(env, needs),
            None => Some(1),
        };
        let redo = written.redo.as_ref().map(|redo| self.redo(env, redo, false));
        let name = written.name.text.clone();
        Some(DecisionOption {
            label: written.label.as_ref().map_or_else(|| name.clone(), |label| label.text.clone()),
            name,
            short: written.short.as_ref().map(|short| short.text.clone()),
            at: env.place(written.name.at),
            when: transpose(when)?,
            when_clause: written.when_clause.map(|at| env.place(at)),
            end: env.place(written.end),
            needs: needs?,
            needs_reason: written.needs_reason,
            redo: transpose(redo)?,
        })
    }

    fn wait_if_late(&mut self, env: Env<'_>, written: &hir::Node) -> Option<Option<IfLate>> {
        let late = written.if_late.as_ref()?;
        Some(match &late.value {
            IfLateDecl::Skip => Some(IfLate::Skip),
            IfLateDecl::GoOn => Some(IfLate::GoOn),
            IfLateDecl::Outcome(outcome) => self.outcome(env, outcome).map(IfLate::Outcome),
            IfLateDecl::Choose(option) => {
                let message = "a wait has nothing to choose from";
                let help = "write `if late skip`, `if late go on` or `if late outcome …`";
                self.misplaced(env, env.place(option.at), message, help);
                None
            }
        })
    }

    fn for_each(&mut self, env: Env<'_>, written: &hir::Placed<ForEachDecl>) -> Option<ForEach> {
        let at = env.place(written.at);
        let each = &written.value;
        let settles = match each.settles.as_ref().map(|settles| (settles.value, settles.at)) {
            None | Some((SettlesDecl::All, _)) => Some(Settles::All),
            Some((SettlesDecl::Any, _)) => Some(Settles::AtLeast(1)),
            Some((SettlesDecl::Count(count), at)) => {
                self.count(env, &hir::Placed { value: count, at }).map(Settles::AtLeast)
            }
        };
        let list = self.expr(env, &each.list, None)?;
        if !list.ty.list {
            let words = self.tables.words(list.ty);
            let problem = type_mismatch::not_for(list.at, "`for each` goes through a list", &words)
                .with_help("declare the field as `list of …`");
            self.report_from(env, problem, &list);
            return None;
        }
        let element = Type { list: false, ..list.ty };
        Some(ForEach { variable: each.variable.text.clone(), element, list, settles: settles?, at })
    }

    fn different_from(&mut self, env: Env<'_>, written: &[Name]) -> Vec<Placed<Separation>> {
        let mut separations = Vec::with_capacity(written.len());
        for name in written {
            let at = env.place(name.at);
            if name.text == "starter" {
                separations.push(Placed { value: Separation::Starter, at });
                continue;
            }
            let Some(node) = self.node(env, name) else { continue };
            if env.node == Some(node) {
                let message =
                    format!("`{}` is done by one person, who cannot differ from themselves", name.text);
                self.misplaced(env, at, message, "name another step or decision");
                continue;
            }
            if !matches!(self.written_kind(node), Some(Written::Step | Written::Decision(_))) {
                let message = format!("nobody does `{}`: it is no step or decision", name.text);
                self.misplaced(env, at, message, "name a step or a decision that a person does");
                continue;
            }
            separations.push(Placed { value: Separation::Node(node), at });
        }
        separations
    }

    fn handlers(&mut self, env: Env<'_>, written: &hir::Node) -> Handlers {
        let mut on = Handlers::default();
        for (event, effects) in &written.handlers {
            let effects = self.effects(env, effects);
            match event.value {
                HandlerEvent::Start => on.start.extend(effects),
                HandlerEvent::Done => on.done.extend(effects),
                HandlerEvent::Skip => on.skip.extend(effects),
                HandlerEvent::Block => on.block.extend(effects),
                HandlerEvent::Overdue => on.overdue.extend(effects),
            }
        }
        on
    }

    fn node_reminders(&mut self, env: Env<'_>, written: &'a hir::Node) -> Vec<Arc<Reminder>> {
        if is_worked_on(&written.kind) {
            let found =
                self.reminders(env, &written.remind, self.source.map_or(&[], |source| &source.remind));
            found
                .into_iter()
                .map(|reminder| shared(&mut self.shared_reminders, reminder.used_at, reminder))
                .collect()
        } else {
            Vec::new()
        }
    }

    fn node_ladders(&mut self, env: Env<'_>, written: &'a hir::Node) -> Vec<Arc<Ladder>> {
        if is_worked_on(&written.kind) {
            let found =
                self.ladders(env, &written.escalate, self.source.map_or(&[], |source| &source.escalate));
            found.into_iter().map(|ladder| shared(&mut self.shared_ladders, ladder.used_at, ladder)).collect()
        } else {
            Vec::new()
        }
    }

    /// What a node cannot do without.
    fn needed_clauses(&mut self, env: Env<'_>, written: &hir::Node, node: &Node) {
        // What `lint::clause_missing` asks for: an owner, and what a converge brings together.
        let owned = matches!(written.kind, Written::Step | Written::Decision(_));
        let unowned = owned && written.owners.is_empty();
        if unowned || (matches!(written.kind, Written::Converge) && written.after.is_none()) {
            self.found.mark_broken();
        }
        if written.damaged {
            return;
        }
        if let (Some(ahead), None) = (&written.heads_up, &written.after) {
            let message =
                format!("`{}` starts with the instance, so there is nothing to announce before", node.name);
            self.misplaced(
                env,
                env.place(ahead.at),
                message,
                "take `heads up` out, or say what it comes `after`",
            );
        }
        if written.owners.len() > 1 && matches!(written.kind, Written::Step) {
            let second =
                written.owners.get(1).and_then(|owner| owner.first()).map_or(written.at, |name| name.at);
            let message = format!("the step `{}` has several owners", node.name);
            let help = "name one role; only a decision may have several owners, who vote";
            self.misplaced(env, env.place(second), message, help);
        }
    }

    pub(super) fn tags(&mut self, env: Env<'_>, written: &[Name]) -> Vec<String> {
        for (index, tag) in written.iter().enumerate() {
            if let Some(first) = written.iter().take(index).find(|first| first.text == tag.text) {
                self.duplicate(env, "tag", tag, first.at);
            }
        }
        written.iter().map(|tag| tag.text.clone()).collect()
    }

    /// Events find their instance by a key, so there must be one.
    fn need_key(&mut self, env: Env<'_>, system: &Name, id: wf_plan::plan::SystemId) {
        let declared = self.inputs.iter().any(|input| input.data.key_of == Some(id));
        if !declared && !self.damaged {
            let message = format!("an event of `{}` finds no instance: no input is its key", system.text);
            let help = format!("mark the input that both know: `id: text key of {}`", system.text);
            self.missing(env, env.place(system.at), message, &help);
        }
    }
}

/// Of different meanings of one clause so many are looked through: of a step, a decision, a wait.
const MOST_MEANINGS: usize = 4;

/// What the clause at this place made of another node before, if it made the same of it.
fn shared<T: Eq>(known: &mut BTreeMap<Place, Vec<Arc<T>>>, at: Place, made: T) -> Arc<T> {
    let before = known.entry(at).or_default();
    if let Some(same) = before.iter().rev().take(MOST_MEANINGS).find(|before| ***before == made) {
        return Arc::clone(same);
    }
    let made = Arc::new(made);
    before.push(Arc::clone(&made));
    made
}

/// Reminders and ladders belong to nodes that somebody or something works on.
fn is_worked_on(kind: &Written) -> bool {
    matches!(kind, Written::Step | Written::Decision(_) | Written::Wait(_) | Written::Run { .. })
}

/// Nothing written is fine; something wrong is not.
pub(super) fn transpose<T>(found: Option<Option<T>>) -> Option<Option<T>> {
    match found {
        None => Some(None),
        Some(None) => None,
        Some(found) => Some(found),
    }
}
