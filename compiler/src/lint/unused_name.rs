//! WF007: a declaration or an import that nothing refers to.

use crate::hir::Name;
use crate::place::{Place, Problem};
use crate::resolve::{Item, ItemKind, UseLine};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF007",
    name: "unused-name",
    severity: Severity::Warning,
    summary: "everything that is declared or brought in is used",
};

/// Names that a `use` line brings in for nothing. `is_used` is true for names that did not resolve, too: those are
/// reported for that.
pub fn of_imports(uses: &[UseLine], is_used: impl Fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    for line in uses {
        let unused: Vec<&Name> = line.names.iter().filter(|name| !is_used(&name.text)).collect();
        for name in &unused {
            let at = Place { decl: line.id, at: name.at };
            let message = format!("`{}` is brought in and never used", name.text);
            let whole = Place { decl: line.id, at: line.at };
            let rest: Vec<&Name> = line.names.iter().filter(|other| other.at != name.at).collect();
            let problem = Problem::new(&RULE, at, message).with_label("never used in this file");
            let problem = match rest.is_empty() {
                true => problem.with_help("delete the line").with_fix("delete the line", whole, ""),
                false => problem.with_help("take it out of the line").with_fix(
                    format!("take `{}` out", name.text),
                    whole,
                    written(line, &rest),
                ),
            };
            problems.push(problem);
        }
    }
    problems
}

/// The line with these names only.
fn written(line: &UseLine, names: &[&Name]) -> String {
    let module: Vec<&str> = line.module.iter().map(|name| name.text.as_str()).collect();
    let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
    match names.as_slice() {
        [one] => format!("use {}.{one}", module.join(".")),
        several => format!("use {}.{{{}}}", module.join("."), several.join(", ")),
    }
}

/// Declarations that nothing refers to, of the kinds that are there to be referred to.
pub fn of_declarations(items: &[Item], is_used: impl Fn(&str) -> bool) -> Vec<Problem> {
    let kinds = [ItemKind::Role, ItemKind::Channel, ItemKind::Message, ItemKind::Escalation, ItemKind::Let];
    let unused = items
        .iter()
        .filter(|item| kinds.contains(&item.kind) && item.language.is_none() && !is_used(&item.name));
    unused.map(problem).collect()
}

fn problem(item: &Item) -> Problem {
    let (name, kind) = (&item.name, item.kind.as_str());
    let message = match item.kind {
        ItemKind::Let => format!("the value `{name}` is never used"),
        ItemKind::Channel => format!("no role is reached and nothing is sent via `{name}`"),
        _ => format!("the {kind} `{name}` is never used"),
    };
    let help = match item.kind {
        ItemKind::Role => "give it work (`owner …`), tell it something, or delete it",
        ItemKind::Escalation => "name it with `escalate …` in a workflow or node, or delete it",
        ItemKind::Message => "use it where a text stands, or delete it",
        _ => "use it or delete it",
    };
    Problem::new(&RULE, item.place(), message).with_label("nothing refers to it").with_help(help)
}
