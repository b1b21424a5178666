//! WF011: a clause without which a declaration or node says nothing.

use crate::hir::ladder::EscalationDecl;
use crate::hir::node::{Escalate, Remind};
use crate::hir::{At, Declaration, DeclarationKind, Node, NodeKind, ReminderDecl, WorkflowDecl};
use crate::place::{DeclId, Place, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF011",
    name: "clause-missing",
    severity: Severity::Error,
    summary: "nothing is left out that the line cannot do without",
};

/// What a declaration cannot do without and does not say. Where something did not parse, it may be just that.
pub fn find(decl: DeclId, declaration: &Declaration) -> Vec<Problem> {
    let mut missing = Missing { decl, problems: Vec::new() };
    let name = declaration.name.as_ref().map_or("", |name| name.text.as_str());
    match &declaration.kind {
        DeclarationKind::Workflow(workflow) => missing.in_workflow(workflow),
        _ if declaration.damaged => {}
        DeclarationKind::Calendar(calendar)
            if calendar.working.is_empty() && calendar.holidays_of.is_empty() =>
        {
            missing.push(
                declaration.at,
                format!("the calendar `{name}` has no working time"),
                "say when people work: `working monday to friday 09:00 to 17:00`",
            );
        }
        DeclarationKind::Reminder(reminder) => missing.in_reminder(reminder, declaration.at, name),
        DeclarationKind::Escalation(escalation) => missing.in_escalation(escalation, declaration.at, name),
        DeclarationKind::Policy(policy) => {
            if policy.applies.is_none() {
                missing.push(
                    declaration.at,
                    format!("the policy `{name}` does not say which workflows it is for"),
                    "begin it with `applies to workflows a, b`, `applies to workflows tagged t` or `applies to all workflows`",
                );
            }
            if policy.rules.is_empty() {
                missing.push(
                    declaration.at,
                    format!("the policy `{name}` has no rule"),
                    "write what must hold, such as `always a before b`",
                );
            }
        }
        DeclarationKind::Test(test) if test.start.is_none() => missing.push(
            declaration.at,
            "this test starts no workflow".to_owned(),
            "begin it with `start WORKFLOW at 2026-03-02 09:00 with { … }`",
        ),
        _ => {}
    }
    missing.problems
}

struct Missing {
    decl: DeclId,
    problems: Vec<Problem>,
}

impl Missing {
    fn push(&mut self, at: At, message: String, help: &str) {
        let at = Place { decl: self.decl, at };
        self.problems.push(Problem::new(&RULE, at, message).with_help(help));
    }

    fn in_workflow(&mut self, workflow: &WorkflowDecl) {
        self.in_ladders(&workflow.remind, &workflow.escalate);
        for node in workflow.nodes.iter().filter(|node| !node.damaged) {
            self.in_node(node);
            self.in_ladders(&node.remind, &node.escalate);
        }
    }

    fn in_node(&mut self, node: &Node) {
        let name = node.name.as_ref().map_or("", |name| name.text.as_str());
        let missing = match &node.kind {
            NodeKind::Step if node.owners.is_empty() => {
                Some((format!("nobody owns the step `{name}`"), "say whose work it is: `owner ROLE`"))
            }
            NodeKind::Decision(_) if node.owners.is_empty() => {
                Some((format!("nobody owns the decision `{name}`"), "say who chooses: `owner ROLE`"))
            }
            NodeKind::Converge if node.after.is_none() => {
                Some((format!("`{name}` brings nothing together"), "say what meets here: `after a, b`"))
            }
            NodeKind::Wait(None) => Some((
                format!("`{name}` does not say what it waits for"),
                "say which event of which system: `for crm \"deal.won\"`; for time that must pass there is `pause`",
            )),
            NodeKind::Pause(None) => Some((
                format!("`{name}` does not say how long it lasts"),
                "write `for 2 days`, or `until` and a moment",
            )),
            NodeKind::Run { workflow: None, .. } => {
                Some((format!("`{name}` does not say which workflow it runs"), "write `workflow NAME`"))
            }
            _ => None,
        };
        if let Some((message, help)) = missing {
            self.push(node.at, message, help);
        }
    }

    fn in_ladders(&mut self, remind: &[Remind], escalate: &[Escalate]) {
        for remind in remind {
            if let Remind::Inline(reminder) = remind {
                self.in_reminder(&reminder.value, reminder.at, "");
            }
        }
        for escalate in escalate {
            if let Escalate::Inline(escalation) = escalate {
                self.in_escalation(&escalation.value, escalation.at, "");
            }
        }
    }

    fn in_reminder(&mut self, reminder: &ReminderDecl, at: At, name: &str) {
        if reminder.start.is_none() && reminder.repeat.is_none() {
            let message = format!("{} does not say when it comes", called("reminder", name));
            self.push(
                at,
                message,
                "write `start 2 business days before deadline`, `repeat every 1 business day`, or both",
            );
        }
    }

    fn in_escalation(&mut self, escalation: &EscalationDecl, at: At, name: &str) {
        let called = called("escalation", name);
        if escalation.on_silence.is_none() && escalation.on_block.is_none() && escalation.on_overdue.is_none()
        {
            let help = "write `on overdue`, `on silence of 3 business days` or `on block of 1 business day`";
            self.push(at, format!("{called} does not say when it begins"), help);
        }
        if escalation.levels.is_empty() {
            self.push(
                at,
                format!("{called} has no level"),
                "write what happens: `level 1 { tell owner \"…\" }`",
            );
        }
    }
}

fn called(kind: &str, name: &str) -> String {
    if name.is_empty() { format!("this {kind}") } else { format!("the {kind} `{name}`") }
}
