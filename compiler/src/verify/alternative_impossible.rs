//! WF408: every alternative of an escalation can be taken.

use crate::place::{Place, Problem};
use crate::subject::Subject;
use crate::typed::{ActionKind, Alternative, Ladder, Node, NodeKind, Typed};
use crate::uses::{Use, User, also_at};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::RoleId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF408",
    name: "alternative-impossible",
    severity: Severity::Error,
    summary: "every alternative of an escalation can be taken on the node it stands for",
};

/// Alternatives that the interpreter would always refuse: an alternative is taken whole or not at all.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    subject.uses.ladders.iter().flat_map(|used| in_use(typed, used)).collect()
}

/// Why an action cannot be taken.
struct Refused {
    action: Place,
    why: String,
    help: &'static str,
    /// What else explains it.
    shown: Option<(Place, &'static str)>,
}

fn in_use(typed: &Typed, used: &Use<'_, Ladder>) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    for user in &used.by {
        let levels = user.used.levels.iter();
        let alternatives = levels.filter_map(|level| level.ask.as_ref()).flat_map(|ask| &ask.alternatives);
        for alternative in alternatives {
            if let Some(refused) = refused(typed, user.node, alternative) {
                add(&mut found, problem(typed, used, user, alternative, refused), user.node);
            }
        }
    }
    found
}

/// The same action at several nodes is one finding where it is told at the action, and shows the other nodes.
fn add(found: &mut Vec<Problem>, problem: Problem, node: &Node) {
    match found.iter_mut().find(|known| known.at == problem.at) {
        Some(known) if known.message == problem.message => {}
        Some(known) => *known = also_at(known.clone(), node.at, "nor can it be here"),
        None => found.push(problem),
    }
}

fn problem(
    typed: &Typed,
    used: &Use<'_, Ladder>,
    user: &User<'_, Ladder>,
    alternative: &Alternative,
    refused: Refused,
) -> Problem {
    // A ladder of another declaration may serve other nodes well: the fault is its use here.
    let at = match (refused.action.decl == typed.decl, used.is_own()) {
        (true, _) => refused.action,
        (false, true) => used.at,
        (false, false) => user.node.at,
    };
    let message =
        format!("“{}” can never be chosen for `{}`: {}", alternative.label, user.node.name, refused.why);
    let mut problem = Problem::new(&RULE, at, message).with_help(refused.help);
    problem = also_at(problem, refused.action, "the action that is impossible");
    problem = also_at(problem, used.at, "the escalation is used here");
    match refused.shown {
        Some((place, words)) => also_at(problem, place, words),
        None => problem,
    }
}

fn refused(typed: &Typed, node: &Node, alternative: &Alternative) -> Option<Refused> {
    let mut settled_by = None;
    for action in &alternative.actions {
        let own = is_on_node(&action.kind);
        if let Some(settled_by) = settled_by.filter(|_| own) {
            return Some(Refused {
                action: action.at,
                why: "the line before it settles the node, and nothing can be done to it afterwards"
                    .to_owned(),
                help: "keep one of the two lines",
                shown: Some((settled_by, "it is settled here")),
            });
        }
        let refused = |(why, help, shown)| Refused { action: action.at, why, help, shown };
        if let Some(found) = why_not(typed, node, &action.kind) {
            return Some(refused(found));
        }
        if matches!(action.kind, ActionKind::Complete | ActionKind::Skip | ActionKind::Choose(_)) {
            settled_by = Some(action.at);
        }
    }
    None
}

fn is_on_node(action: &ActionKind) -> bool {
    matches!(
        action,
        ActionKind::Resume
            | ActionKind::Complete
            | ActionKind::Skip
            | ActionKind::Extend(_)
            | ActionKind::Reassign(_)
            | ActionKind::Choose(_)
    )
}

type WhyNot = (String, &'static str, Option<(Place, &'static str)>);

/// Why a node can never take an action; `choose` was held against the decision's options with their names.
fn why_not(typed: &Typed, node: &Node, action: &ActionKind) -> Option<WhyNot> {
    let keyword = keyword(node);
    match action {
        ActionKind::Complete if !matches!(node.kind, NodeKind::Step) => Some((
            format!("a {keyword} cannot be completed by somebody's word"),
            match node.kind {
                NodeKind::Decision { .. } => "write `choose OPTION` for a decision",
                _ => "write `skip`, or `outcome …` to end the instance",
            },
            None,
        )),
        ActionKind::Complete => {
            let field = node.form.iter().find(|field| !field.data.optional)?;
            let why = format!("`complete` leaves the field `{}` of its form empty", field.data.name);
            let help = "make the field one that may be missing (`TYPE?`), or write `skip` or `reassign to …` instead";
            Some((why, help, Some((field.at, "this field must be filled in"))))
        }
        ActionKind::Skip if matches!(node.kind, NodeKind::Decision { .. }) => Some((
            "a decision cannot be skipped".to_owned(),
            "write `choose OPTION`: one of its options is what happens instead",
            None,
        )),
        ActionKind::Extend(_) if node.deadlines.is_empty() => Some((
            format!("the {keyword} has no deadline that could be extended"),
            "give it a `deadline`, or use another escalation here",
            None,
        )),
        ActionKind::Reassign(role) if !matches!(node.kind, NodeKind::Step | NodeKind::Decision { .. }) => {
            Some((reassigned(typed, keyword, *role), "tell or ask them instead", None))
        }
        _ => None,
    }
}

fn reassigned(typed: &Typed, keyword: &str, role: RoleId) -> String {
    let role = crate::reach::role_name(typed, role);
    format!("nobody works at a {keyword}, so it cannot be reassigned to `{role}`")
}

fn keyword(node: &Node) -> &'static str {
    match node.kind {
        NodeKind::Decision { .. } => "decision",
        NodeKind::Wait { .. } => "wait",
        NodeKind::Run { .. } => "run",
        _ => "step",
    }
}
