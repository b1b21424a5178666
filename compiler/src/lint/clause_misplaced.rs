//! WF006: a clause that does not belong where it stands, or not in this form.

use crate::hir::{Declaration, Misplaced};
use crate::place::{DeclId, Place, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF006",
    name: "clause-misplaced",
    severity: Severity::Error,
    summary: "every clause stands where it has a meaning",
};

/// The clauses of a declaration that lowering set aside because they do not belong where they stand.
pub fn find(decl: DeclId, declaration: &Declaration) -> Vec<Problem> {
    let misplaced = declaration.misplaced.iter().filter(|clause| clause.first.is_none());
    misplaced.map(|clause| problem(decl, clause)).collect()
}

fn problem(decl: DeclId, clause: &Misplaced) -> Problem {
    let at = Place { decl, at: clause.at };
    let message = format!("`{}` does not belong in {}", clause.clause, inside(clause));
    let problem = Problem::new(&RULE, at, message).with_label("not here");
    match cure(&clause.clause, clause.inside_kind) {
        Some(help) => problem.with_help(help),
        None => problem.with_fix("delete it", at, ""),
    }
}

fn inside(clause: &Misplaced) -> String {
    let kind = clause.inside_kind;
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    match kind {
        "remind" | "escalate" => format!("`{kind} {{ … }}`"),
        "expression" => "a condition or value in this form".to_owned(),
        _ if clause.inside.is_empty() => format!("{article} `{kind}`"),
        "level" | "ask" | "alternative" | "agent" => format!("{article} `{kind}` of `{}`", clause.inside),
        "test" => "a `test`".to_owned(),
        _ => format!("the {kind} `{}`", clause.inside),
    }
}

/// Where the clause belongs instead, for what people mix up most.
fn cure(clause: &str, inside: &str) -> Option<&'static str> {
    Some(match (clause, inside) {
        ("total" | "total of", "expression") => {
            "write `total of step.field`, without `where`: it adds up every copy"
        }
        ("any" | "every" | "count" | "count of", "expression") => {
            "name the step, and its fields in the condition: `any review where score < 3`"
        }
        (_, "expression") => "a time needs its date: `2026-03-02 09:00`",
        ("if late choose", _) => {
            "a wait can `skip`, go to an `outcome` or `go on` when it is late; only a decision can choose"
        }
        (clause, "decision") if clause.starts_with("if late") => {
            "a decision that is late chooses one of its options: `if late choose OPTION`"
        }
        (clause, _) if clause.starts_with("if late") => {
            "only decisions and waits know `if late`; what a late step does is said by its escalation"
        }
        ("option", _) => "options stand in a `decision`",
        ("redo", "decision") => "write `redo` behind the option that sends the work back",
        ("redo", _) => "steps and waits can be redone, and options of a decision",
        ("settles when", _) => {
            "it says when the copies of a `for each` are enough: write it in a node with `for each`"
        }
        ("for each", _) => "steps and runs can be done for each element of a list",
        ("optional", _) => "only a step can be skipped by people; other nodes have `when`",
        ("owner", "converge" | "wait" | "pause" | "run" | "outcome") => {
            "only steps and decisions have owners"
        }
        ("owner", "workflow") => "a workflow has a `process owner`; steps and decisions have an `owner`",
        ("deadline", "converge" | "pause" | "outcome") => {
            "steps, decisions, waits, runs and the workflow itself have deadlines"
        }
        ("after" | "when", "workflow") => "write it in the node that waits",
        ("claim" | "release", "test") => {
            "a test says what people achieve: whoever completes a step also claims it"
        }
        ("summary every", _) => "a summary comes on a weekday, every `day` or every `business day`",
        ("starts every", _) => "the first start is a date that is written down: `from 2026-01-05`",
        ("at most", "agent") => "the limit counts calls per day: `at most 20 calls per day`",
        ("resume" | "complete" | "skip" | "extend deadline by" | "reassign to" | "choose" | "outcome", _) => {
            "what happens to the step is written in an `alternative`, because a person has to choose it"
        }
        ("for" | "until", "pause") => "a pause lasts `for` a time or `until` a moment, not both",
        _ => return None,
    })
}
