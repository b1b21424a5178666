//! Workflows: their clauses, inputs and nodes.
//!
//! Invariant: nodes keep the order of the file, which decides ties when the workflow runs.

use super::Lowering;
use super::block::{Fits, Inside};
use super::calendar::weekday;
use crate::hir::{AgentDecl, Name, StartsEvery, StartsOn, SummaryDecl, WorkflowDecl};
use wf_lang::ast::{self, Kind, View};

impl Lowering {
    pub(super) fn workflow(&mut self, view: ast::Workflow<'_>, name: &str) -> WorkflowDecl {
        let mut workflow = WorkflowDecl::default();
        let inside = Inside { kind: "workflow", name };
        let statements = self.sort_out(inside, view.statements(), workflow_fits);
        let deadlines = statements.iter().copied().filter(|clause| clause.kind() == Kind::Deadline);
        workflow.deadlines = self.deadlines(inside, deadlines);
        for statement in statements {
            match ast::FlowNode::cast(statement) {
                Some(node) => workflow.nodes.push(self.node(node)),
                None => self.workflow_clause(statement, inside, &mut workflow),
            }
        }
        workflow
    }

    fn workflow_clause(&mut self, clause: ast::Node<'_>, inside: Inside<'_>, workflow: &mut WorkflowDecl) {
        let span = clause.span();
        if let Some(view) = ast::Version::cast(clause) {
            workflow.version = self.counted(span, view.number());
        } else if let Some(view) = ast::RunningInstances::cast(clause) {
            workflow.moves = Some(self.placed(span, view.move_when_compatible()));
        } else if let Some(view) = ast::TitleClause::cast(clause) {
            workflow.title = self.needed(view.text()).map(|text| self.text(text));
        } else if let Some(view) = ast::Reference::cast(clause) {
            workflow.reference = self.needed(view.text()).map(|text| self.text(text));
        } else if let Some(view) = ast::OnePer::cast(clause) {
            workflow.one_per = self.maybe_name(view.field());
        } else if let Some(view) = ast::CalendarClause::cast(clause) {
            workflow.calendar = view.name().map(|name| vec![self.name(name)]);
        } else if let Some(view) = ast::ProcessOwner::cast(clause) {
            workflow.process_owner = self.maybe_name(view.role());
        } else if let Some(view) = ast::Tags::cast(clause) {
            workflow.tags = self.names(view.names());
        } else if let Some(view) = ast::SeenBy::cast(clause) {
            workflow.seen_by = self.names(view.roles());
        } else if let Some(view) = ast::Remind::cast(clause) {
            workflow.remind = self.remind(view, inside.name);
        } else if let Some(view) = ast::Escalate::cast(clause) {
            workflow.escalate = self.escalate(view, inside.name);
        } else if let Some(view) = ast::Input::cast(clause) {
            workflow.inputs = self.fields(view.fields(), view.unparsed());
        } else if let Some(view) = ast::Agent::cast(clause) {
            let agent = self.agent(view, inside.name);
            workflow.agent = Some(self.placed(super::header_span(clause), agent));
        } else {
            self.list_clause(clause, inside, workflow);
        }
    }

    /// Clauses that may stand several times.
    fn list_clause(&mut self, clause: ast::Node<'_>, inside: Inside<'_>, workflow: &mut WorkflowDecl) {
        let span = clause.span();
        if let Some(view) = ast::StartsBy::cast(clause) {
            workflow.starts_by.extend(self.names(view.roles()));
        } else if let Some(view) = ast::StartsOn::cast(clause) {
            let Some((system, event)) = self.needed(view.system().zip(view.event())) else { return };
            let (system, event) = (self.name(system), self.label(event));
            let condition = view.condition().map(|condition| self.expression(condition));
            let with = self.with(view.with());
            workflow.starts_on.push(self.placed(span, StartsOn { system, event, condition, with }));
        } else if let Some(view) = ast::StartsEvery::cast(clause) {
            let Some(every) = self.duration(view.every()) else { return };
            let Some(from) = self.start_date(view) else { return self.misplace(inside, clause) };
            let with = self.with(view.with());
            workflow.starts_every.push(self.placed(span, StartsEvery { every, from, with }));
        } else if let Some(view) = ast::Summary::cast(clause) {
            self.summary(view, inside, workflow);
        }
    }

    /// The calendar counts from a day that is written down.
    fn start_date(&mut self, view: ast::StartsEvery<'_>) -> Option<Name> {
        match view.from()?.bare()? {
            ast::Expr::Date(date) => Some(self.name(date)),
            _ => None,
        }
    }

    /// Summaries come on weekdays; `every day` and `every business day` are several of them.
    fn summary(&mut self, view: ast::Summary<'_>, inside: Inside<'_>, workflow: &mut WorkflowDecl) {
        let period = view.period().map_or_else(String::new, |period| {
            period.text().split_whitespace().collect::<Vec<_>>().join(" ")
        });
        let weekdays = match period.as_str() {
            "day" => (0..7).collect(),
            "business day" => (0..5).collect(),
            word => weekday(word).into_iter().collect::<Vec<_>>(),
        };
        if weekdays.is_empty() {
            return self.misplace(inside, view.node());
        }
        let Some(time) = self.needed(view.time()) else { return };
        let time = self.name(time);
        let to = self.people(view.to());
        let via = self.maybe_name(view.via());
        workflow.summaries.push(self.placed(view.span(), SummaryDecl { weekdays, time, to, via }));
    }

    fn agent(&mut self, view: ast::Agent<'_>, name: &str) -> AgentDecl {
        let mut agent = AgentDecl::default();
        let inside = Inside { kind: "agent", name };
        for clause in self.sort_out(inside, view.statements(), agent_fits) {
            match clause.kind() {
                Kind::AgentDrafts => agent.drafts = true,
                Kind::AgentSuggests => agent.suggests = true,
                Kind::Carries => Self::carries(clause, &mut agent.carries),
                _ => {}
            }
            if let Some(view) = ast::AgentTopics::cast(clause) {
                agent.topics.extend(view.topics().filter_map(ast::Text::plain));
            } else if let Some(view) = ast::AgentLimit::cast(clause) {
                match view.period().map(ast::Token::text) {
                    Some("day") | None => agent.calls_per_day = self.counted(clause.span(), view.calls()),
                    Some(_) => self.misplace(inside, clause),
                }
            }
        }
        agent
    }
}

fn workflow_fits(kind: Kind) -> Fits {
    match kind {
        Kind::StartsBy | Kind::StartsOn | Kind::StartsEvery | Kind::Deadline | Kind::Summary => Fits::Often,
        Kind::Version
        | Kind::RunningInstances
        | Kind::TitleClause
        | Kind::Reference
        | Kind::OnePer
        | Kind::CalendarClause
        | Kind::ProcessOwner
        | Kind::Tags
        | Kind::SeenBy
        | Kind::Remind
        | Kind::Escalate
        | Kind::Agent
        | Kind::Input => Fits::Once,
        node if node.is_flow_node() => Fits::Often,
        _ => Fits::Never,
    }
}

fn agent_fits(kind: Kind) -> Fits {
    match kind {
        Kind::AgentTopics => Fits::Often,
        Kind::AgentDrafts | Kind::AgentSuggests | Kind::AgentLimit | Kind::Carries => Fits::Once,
        _ => Fits::Never,
    }
}
