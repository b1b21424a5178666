//! A text made ready for exploration: the last workflow of a file, typed, emitted and prepared for the interpreter.
//!
//! The draft is emitted without a verdict, so that unsound workflows run, too. What costs time and changes no state
//! (messages, reminders) is taken out of the program. Invariant: `None` where names or types are wrong.

use std::collections::BTreeMap;
use wf_compiler::db::{self, Database, Queries};
use wf_compiler::emit::{Surroundings, emit};
use wf_compiler::place::DeclId;
use wf_compiler::typed::{NodeKind, Typed, TypedPolicy};
use wf_plan::node::Handlers;
use wf_plan::plan::{MeaningHash, NodeId};
use wf_vm::Prepared;

/// A workflow that can be explored.
pub struct Subject {
    pub typed: Typed,
    pub prepared: Prepared,
    pub policies: Vec<TypedPolicy>,
    /// Per run node: which outcomes of its child some run of the child ends in.
    pub child_outcomes: BTreeMap<NodeId, Vec<bool>>,
    /// The line each policy's rule stands in, in the order of `policies`.
    pub rule_lines: Vec<Vec<u32>>,
}

/// What the compiler says of a text, and the workflow in it.
pub struct Checked {
    /// Code and line of each finding.
    pub findings: Vec<Finding>,
    /// `None`: names or types are wrong.
    pub subject: Option<Subject>,
}

/// One finding of the compiler.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Finding {
    pub code: &'static str,
    /// Its line, from 1, and the line's text.
    pub line: u32,
    /// Lines of what it relates to.
    pub related: Vec<u32>,
    pub message: String,
    /// Whether a run is told with it.
    pub is_shown: bool,
}

/// Checks a text as a file of its own.
pub fn check(text: &str) -> Checked {
    let mut db = Database::default();
    db.set_files([("main.wf", text)]);
    let file = db.file_at("main.wf").unwrap();
    let line = |offset: u32| line_of(text, offset);
    let found = db::diagnostics(&db, file).iter().map(|finding| Finding {
        code: finding.rule.code,
        line: line(finding.at.span.start),
        related: finding.related.iter().map(|related| line(related.at.span.start)).collect(),
        message: finding.message.clone(),
        is_shown: finding.run.is_some(),
    });
    let findings: Vec<Finding> = found.collect();
    let broken = findings.iter().any(|finding| finding.code < "WF100");
    let subject = if broken { None } else { subject(&db, text) };
    Checked { findings, subject }
}

fn line_of(text: &str, offset: u32) -> u32 {
    let newlines = text.bytes().take(offset as usize).filter(|byte| *byte == b'\n').count();
    u32::try_from(newlines).unwrap() + 1
}

fn subject(db: &Database, text: &str) -> Option<Subject> {
    let index = db::index(db, Queries::project(db), false);
    let last = *index.workflows.last()?;
    let mut outcomes = BTreeMap::new();
    let typed = typed_of(db, last)?;
    for child in children(typed) {
        let child_typed = typed_of(db, child)?;
        let prepared = prepared(child_typed)?;
        let child_subject = Subject {
            typed: child_typed.clone(),
            prepared,
            policies: Vec::new(),
            child_outcomes: BTreeMap::new(),
            rule_lines: Vec::new(),
        };
        outcomes.insert(child, super::space::reachable_outcomes(&child_subject));
    }
    let child_outcomes = (0u16..)
        .zip(&typed.nodes)
        .filter_map(|(id, node)| match &node.kind {
            NodeKind::Run { decl, .. } => Some((NodeId(id), outcomes.get(decl)?.clone())),
            _ => None,
        })
        .collect();
    let of = |id: &DeclId| db::policy(db, Queries::file(db, id.file)?, id.key).0.clone();
    let policies: Vec<TypedPolicy> =
        index.policies.iter().filter_map(of).filter(|policy| policy.workflows.contains(&last)).collect();
    let line = |place| line_of(text, db::span_of(db, place).span.start);
    let rule_lines =
        policies.iter().map(|policy| policy.rules.iter().map(|rule| line(rule.at)).collect()).collect();
    Some(Subject { typed: typed.clone(), prepared: prepared(typed)?, policies, child_outcomes, rule_lines })
}

fn typed_of(db: &Database, id: DeclId) -> Option<&Typed> {
    let file = Queries::file(db, id.file)?;
    db::workflow(db, file, id.key).0.as_ref()
}

fn children(typed: &Typed) -> Vec<DeclId> {
    let child = |kind: &NodeKind| match kind {
        NodeKind::Run { decl, .. } if *decl != typed.decl => Some(*decl),
        _ => None,
    };
    typed.nodes.iter().filter_map(|node| child(&node.kind)).collect()
}

/// The workflow's program, without what a state never shows.
fn prepared(typed: &Typed) -> Option<Prepared> {
    let plan_of = |_| Some(MeaningHash([7; 32]));
    let around = Surroundings { locate: &|_| None, plan_of: &plan_of, policies: &[] };
    let mut program = emit(typed, &around).ok()?.program;
    for node in &mut program.nodes {
        node.reminders.clear();
        node.heads_up = None;
        node.say = None;
        node.on = Handlers::default();
    }
    for role in &mut program.roles {
        role.reach.clear();
    }
    program.summaries.clear();
    program.deadlines.clear();
    Some(Prepared::new(&program))
}
