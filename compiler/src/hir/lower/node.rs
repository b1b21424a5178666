//! Nodes of a workflow and their clauses.
//!
//! One table says which clause belongs to which kind of node. Invariant: a node is lowered whatever of it is
//! missing, so that the nodes after it still find it by name.

use super::Lowering;
use super::block::{Fits, Inside};
use super::ladder::effect_fits;
use crate::hir::expr::DurationLit;
use crate::hir::node::{
    Escalate, ForEachDecl, HandlerEvent, IfLateDecl, OptionDecl, PauseDecl, RedoDecl, Remind, SettlesDecl,
};
use crate::hir::{At, Name, Node, NodeKind, Placed};
use wf_lang::ast::{self, FlowNodeKind, Kind, View};

impl Lowering {
    pub(super) fn node(&mut self, view: ast::FlowNode<'_>) -> Node {
        let before = std::mem::take(&mut self.damaged);
        let at = self.at(super::header_span(view.node()));
        let mut node = self.empty_node(view, at);
        let name = node.name.as_ref().map_or_else(String::new, |name| name.text.clone());
        let inside = Inside { kind: view.kind().as_str(), name: &name };
        let header_after = view.node().children().find_map(ast::After::cast);
        node.after = header_after.map(|after| self.after(after));
        self.at_any_time(view, &mut node);
        let kind = view.kind();
        let mut clauses = self.sort_out(inside, view.statements(), |clause| node_fits(kind, clause));
        // `settles when` says more about `for each`, wherever it stands.
        clauses.sort_by_key(|clause| clause.kind() != Kind::ForEach);
        let deadlines = clauses.iter().copied().filter(|clause| clause.kind() == Kind::Deadline);
        node.deadlines = self.deadlines(inside, deadlines);
        for clause in clauses {
            match (ast::After::cast(clause), header_after) {
                (Some(after), Some(first)) => self.repeat(inside, after.node(), first.node()),
                (Some(after), None) => node.after = Some(self.after(after)),
                _ => self.node_clause(clause, inside, &mut node),
            }
        }
        node.end = self.behind(view.node());
        node.clauses_end = self.behind_clauses(view.node());
        node.damaged = self.damaged;
        // What is broken inside a node is doubtful there. Only a node without a name casts doubt on the whole.
        self.damaged = before || node.name.is_none();
        node
    }

    fn empty_node(&mut self, view: ast::FlowNode<'_>, at: At) -> Node {
        let kind = match view.kind() {
            FlowNodeKind::Step => NodeKind::Step,
            FlowNodeKind::Decision => NodeKind::Decision(Vec::new()),
            FlowNodeKind::Converge => NodeKind::Converge,
            FlowNodeKind::Wait => NodeKind::Wait(None),
            FlowNodeKind::Pause => NodeKind::Pause(None),
            FlowNodeKind::Run => NodeKind::Run { workflow: None, with: Vec::new() },
            FlowNodeKind::Outcome => NodeKind::Outcome { effects: Vec::new(), at_any_time: None },
        };
        Node {
            name: self.needed(view.name()).map(|name| self.name(name)),
            title: view.title().map(|title| self.title(title)),
            doc: view.doc().unwrap_or_default(),
            at,
            end: at,
            clauses_end: at,
            damaged: false,
            kind,
            after: None,
            when: None,
            when_clause: None,
            tags: Vec::new(),
            was: None,
            owners: Vec::new(),
            form: Vec::new(),
            deadlines: Vec::new(),
            takes: None,
            say: None,
            heads_up: None,
            different_from: Vec::new(),
            optional: None,
            for_each: None,
            redo: None,
            if_late: None,
            remind: Vec::new(),
            escalate: Vec::new(),
            handlers: Vec::new(),
            seen_by: Vec::new(),
        }
    }

    fn at_any_time(&mut self, view: ast::FlowNode<'_>, node: &mut Node) {
        let (Some(clause), NodeKind::Outcome { at_any_time, .. }) = (view.at_any_time(), &mut node.kind)
        else {
            return;
        };
        let roles = self.names(clause.roles());
        let until = self.maybe_name(clause.until());
        *at_any_time = Some(self.placed(clause.span(), (roles, until)));
    }

    /// Clauses that many kinds share; the rest is for [`Self::own_clause`].
    fn node_clause(&mut self, clause: ast::Node<'_>, inside: Inside<'_>, node: &mut Node) {
        let span = clause.span();
        if let Some(view) = ast::When::cast(clause) {
            node.when = Some(self.maybe_expression(span, view.condition()));
            node.when_clause = Some(self.at(span));
        } else if let Some(view) = ast::Tags::cast(clause) {
            node.tags = self.names(view.names());
        } else if let Some(view) = ast::Was::cast(clause) {
            node.was = self.maybe_name(view.name());
        } else if let Some(view) = ast::HeadsUp::cast(clause) {
            node.heads_up = self.placed_duration(span, view.duration());
        } else if let Some(view) = ast::Remind::cast(clause) {
            node.remind = self.remind(view, inside.name);
        } else if let Some(view) = ast::Escalate::cast(clause) {
            node.escalate = self.escalate(view, inside.name);
        } else if let Some(view) = ast::OnEvent::cast(clause) {
            self.handler(view, inside, node);
        } else if let Some(view) = ast::SeenBy::cast(clause) {
            node.seen_by = self.names(view.roles());
        } else {
            self.work_clause(clause, node);
            self.own_clause(clause, inside, node);
        }
    }

    /// Clauses of work that people do.
    fn work_clause(&mut self, clause: ast::Node<'_>, node: &mut Node) {
        let span = clause.span();
        if let Some(view) = ast::Owner::cast(clause) {
            node.owners = view.people().map(|who| self.who_path(who)).collect();
        } else if let Some(view) = ast::Form::cast(clause) {
            node.form = self.fields(view.fields(), view.unparsed());
        } else if let Some(view) = ast::Takes::cast(clause) {
            node.takes = self.takes(view);
        } else if let Some(view) = ast::Say::cast(clause) {
            node.say = Some(self.text_value(span, view.text()));
        } else if clause.kind() == Kind::DifferentPerson {
            let others =
                clause.children().filter(|part| matches!(part.kind(), Kind::Name | Kind::StarterWord));
            node.different_from =
                others.map(|part| Name { text: part.text().to_owned(), at: self.at(part.span()) }).collect();
        } else if clause.kind() == Kind::Optional {
            node.optional = Some(self.at(span));
        }
    }

    /// Clauses that only one or two kinds have.
    fn own_clause(&mut self, clause: ast::Node<'_>, inside: Inside<'_>, node: &mut Node) {
        let span = clause.span();
        if let Some(view) = ast::ForEach::cast(clause) {
            if let Some(variable) = self.needed(view.variable()) {
                let variable = self.name(variable);
                let list = self.maybe_expression(span, view.list());
                let settles = view.settles_when().and_then(|settles| self.settles(settles));
                node.for_each = Some(self.placed(span, ForEachDecl { variable, list, settles }));
            }
        } else if let Some(view) = ast::SettlesWhen::cast(clause) {
            match &mut node.for_each {
                Some(for_each) => for_each.value.settles = self.settles(view),
                None => self.misplace(inside, clause),
            }
        } else if let Some(view) = ast::Redo::cast(clause) {
            node.redo = self.redo(view);
        } else if let Some(view) = ast::IfLate::cast(clause) {
            self.if_late(view, inside, node);
        } else {
            self.kind_clause(clause, inside, node);
        }
    }

    /// What makes a decision, wait, pause, run or outcome what it is.
    fn kind_clause(&mut self, clause: ast::Node<'_>, inside: Inside<'_>, node: &mut Node) {
        let span = clause.span();
        match &mut node.kind {
            NodeKind::Decision(options) => {
                let option = ast::OptionClause::cast(clause).and_then(|view| self.option(view));
                options.extend(option);
            }
            NodeKind::Wait(wait) => {
                let Some(view) = ast::WaitFor::cast(clause) else { return };
                let Some((system, event)) = self.needed(view.system().zip(view.event())) else { return };
                let (system, event) = (self.name(system), self.label(event));
                let condition = view.condition().map(|condition| self.expression(condition));
                *wait = Some(self.placed(span, (system, event, condition)));
            }
            NodeKind::Pause(pause) => {
                let written = self.pause_clause(clause);
                match (&pause, written) {
                    (None, written) => *pause = written,
                    (Some(_), Some(_)) => self.misplace(inside, clause),
                    (Some(_), None) => {}
                }
            }
            NodeKind::Run { workflow, with } => {
                if let Some(view) = ast::RunWorkflow::cast(clause) {
                    *workflow = self.maybe_name(view.name());
                } else if let Some(view) = ast::WithClause::cast(clause) {
                    *with = self.with(view.with());
                }
            }
            NodeKind::Outcome { effects, .. } if effect_fits(clause.kind()) == Fits::Often => {
                effects.extend(self.actions(std::iter::once(clause)));
            }
            _ => {}
        }
    }

    fn pause_clause(&mut self, clause: ast::Node<'_>) -> Option<PauseDecl> {
        if let Some(view) = ast::PauseFor::cast(clause) {
            return self.duration(view.duration()).map(PauseDecl::For);
        }
        let until = ast::PauseUntil::cast(clause)?;
        Some(PauseDecl::Until(self.maybe_expression(clause.span(), until.moment())))
    }

    fn takes(&mut self, view: ast::Takes<'_>) -> Option<Placed<TakesRange>> {
        let (least, most) = self.needed(view.min().zip(view.max()))?;
        let least = self.duration_with_unit(least, most.unit())?;
        let most = self.duration(Some(most))?;
        Some(self.placed(view.span(), (least, most)))
    }

    fn settles(&mut self, view: ast::SettlesWhen<'_>) -> Option<Placed<SettlesDecl>> {
        let settles = if view.is_all() {
            SettlesDecl::All
        } else if view.is_any() {
            SettlesDecl::Any
        } else {
            let count = self.count(view.count());
            SettlesDecl::Count(self.needed(count)?.value)
        };
        Some(self.placed(view.span(), settles))
    }

    pub(super) fn redo(&mut self, view: ast::Redo<'_>) -> Option<Placed<RedoDecl>> {
        let to = self.needed(view.node_name()).map(|to| self.name(to))?;
        let at_most = self.count(view.times());
        let otherwise = self.maybe_name(view.otherwise_outcome());
        Some(self.placed(view.span(), RedoDecl { to, at_most, otherwise }))
    }

    fn option(&mut self, view: ast::OptionClause<'_>) -> Option<OptionDecl> {
        let name = self.needed(view.name()).map(|name| self.name(name))?;
        Some(OptionDecl {
            name,
            label: view.title().map(|title| self.label(title)),
            short: view.short().map(|short| self.label(short)),
            when: view.when().map(|when| self.expression(when)),
            when_clause: view.node().child(Kind::WhenClause).map(|clause| self.at(clause.span())),
            needs: self.count(view.needs()),
            needs_reason: view.needs_reason(),
            redo: view.redo().and_then(|redo| self.redo(redo)),
            end: self.behind(view.node()),
        })
    }

    /// A decision chooses; a wait is skipped, ends the instance, or goes on.
    fn if_late(&mut self, view: ast::IfLate<'_>, inside: Inside<'_>, node: &mut Node) {
        let decides = matches!(node.kind, NodeKind::Decision(_));
        let late = if let Some(option) = view.choose() {
            (decides, IfLateDecl::Choose(self.name(option)))
        } else if let Some(outcome) = view.outcome() {
            (!decides, IfLateDecl::Outcome(self.name(outcome)))
        } else if view.is_skip() {
            (!decides, IfLateDecl::Skip)
        } else {
            (!decides, IfLateDecl::GoOn)
        };
        match late {
            (true, late) => node.if_late = Some(self.placed(view.span(), late)),
            (false, _) => self.misplace(inside, view.node()),
        }
    }

    fn handler(&mut self, view: ast::OnEvent<'_>, inside: Inside<'_>, node: &mut Node) {
        let Some(event) = self.needed(view.event()) else { return };
        let event = match event {
            ast::NodeEvent::Start => HandlerEvent::Start,
            ast::NodeEvent::Done => HandlerEvent::Done,
            ast::NodeEvent::Skip => HandlerEvent::Skip,
            ast::NodeEvent::Block => HandlerEvent::Block,
            ast::NodeEvent::Overdue => HandlerEvent::Overdue,
        };
        let first = node.handlers.iter().find(|(other, _)| other.value == event).map(|(other, _)| other.at);
        let event = self.placed(super::header_span(view.node()), event);
        if first.is_some() {
            return self.note_misplaced(inside, view.node(), event.at, first);
        }
        let block = view.node().child(Kind::Block).into_iter();
        let statements = block.flat_map(ast::Node::children).filter(|part| part.kind().is_statement());
        let effects = self.sort_out(inside, statements, effect_fits);
        let actions = self.actions(effects.into_iter());
        node.handlers.push((event, actions));
    }

    pub(super) fn remind(&mut self, view: ast::Remind<'_>, name: &str) -> Vec<Remind> {
        if view.is_never() {
            return vec![Remind::Never(self.at(view.span()))];
        }
        let mut reminders: Vec<Remind> = self.names(view.names()).into_iter().map(Remind::Named).collect();
        if let Some(body) = view.inline() {
            let reminder = self.reminder(Some(body), name, "remind");
            reminders.push(Remind::Inline(self.placed(super::header_span(view.node()), reminder)));
        }
        self.damaged |= reminders.is_empty();
        reminders
    }

    pub(super) fn escalate(&mut self, view: ast::Escalate<'_>, name: &str) -> Vec<Escalate> {
        if view.is_never() {
            return vec![Escalate::Never(self.at(view.span()))];
        }
        let mut ladders: Vec<Escalate> = self.names(view.names()).into_iter().map(Escalate::Named).collect();
        if let Some(body) = view.inline() {
            let escalation = self.escalation(Some(body), name, "escalate");
            ladders.push(Escalate::Inline(self.placed(super::header_span(view.node()), escalation)));
        }
        self.damaged |= ladders.is_empty();
        ladders
    }
}

type TakesRange = (DurationLit, DurationLit);

/// Which clauses belong to which kind of node, and how often.
fn node_fits(node: FlowNodeKind, clause: Kind) -> Fits {
    use FlowNodeKind::{Decision, Outcome, Pause, Run, Step, Wait};
    let belongs = match clause {
        Kind::After | Kind::When | Kind::Was | Kind::Tags => true,
        Kind::Deadline | Kind::HeadsUp | Kind::Remind | Kind::Escalate | Kind::OnEvent | Kind::SeenBy => {
            matches!(node, Step | Decision | Wait | Run)
        }
        Kind::Owner | Kind::Form | Kind::Takes | Kind::Say | Kind::DifferentPerson => {
            matches!(node, Step | Decision)
        }
        Kind::Optional => node == Step,
        Kind::ForEach | Kind::SettlesWhen => matches!(node, Step | Run),
        Kind::Redo => matches!(node, Step | Wait),
        Kind::OptionClause => node == Decision,
        Kind::IfLate => matches!(node, Decision | Wait),
        Kind::WaitFor => node == Wait,
        Kind::PauseFor | Kind::PauseUntil => node == Pause,
        Kind::RunWorkflow | Kind::WithClause => node == Run,
        effect => node == Outcome && effect_fits(effect) == Fits::Often,
    };
    let repeatable = matches!(clause, Kind::Deadline | Kind::OnEvent | Kind::OptionClause)
        || effect_fits(clause) == Fits::Often;
    match (belongs, repeatable) {
        (false, _) => Fits::Never,
        (true, true) => Fits::Often,
        (true, false) => Fits::Once,
    }
}
