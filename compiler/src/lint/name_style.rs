//! WF801: names are written as everywhere: `snake_case` for things, `CamelCase` for types.
//!
//! Fields and events of systems are exempt, and fields of records, which may mirror one: their names are chosen
//! elsewhere. Values of enums are free. Invariant: what is offered instead is in the style that is asked for.

use crate::hir::{Declaration, DeclarationKind, FieldDecl, Name, Node, NodeKind};
use crate::place::{DeclId, Place, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF801",
    name: "name-style",
    severity: Severity::Warning,
    summary: "names are `snake_case` for things and `CamelCase` for types",
};

/// Names of a declaration, and in it, that are written otherwise.
#[must_use]
pub fn find(id: DeclId, declaration: &Declaration) -> Vec<Problem> {
    let mut things: Vec<(&'static str, &Name)> = Vec::new();
    let name = declaration.name.as_ref();
    let mut types = None;
    match &declaration.kind {
        DeclarationKind::Enum(_) => types = name.map(|name| ("enum", name)),
        DeclarationKind::Record(_) => types = name.map(|name| ("record", name)),
        DeclarationKind::Use(_) | DeclarationKind::Test(_) => {}
        kind => things.extend(name.map(|name| (word(kind), name))),
    }
    match &declaration.kind {
        DeclarationKind::Workflow(workflow) => {
            things.extend(fields("input", &workflow.inputs));
            workflow.nodes.iter().for_each(|node| in_node(node, &mut things));
        }
        DeclarationKind::Message(message) => things.extend(fields("value", &message.arguments)),
        _ => {}
    }
    let place = |name: &Name| Place { decl: id, at: name.at };
    let of_type = types.filter(|(_, name)| !is_camel(&name.text));
    let of_type = of_type.map(|(what, name)| camel_wanted(place(name), what, &name.text));
    let things = things.into_iter().filter(|(_, name)| !is_snake(&name.text));
    of_type
        .into_iter()
        .chain(things.map(|(what, name)| snake_wanted(place(name), what, &name.text)))
        .collect()
}

fn fields<'a>(what: &'static str, fields: &'a [FieldDecl]) -> impl Iterator<Item = (&'static str, &'a Name)> {
    fields.iter().map(move |field| (what, &field.name))
}

fn in_node<'a>(node: &'a Node, things: &mut Vec<(&'static str, &'a Name)>) {
    let what = match &node.kind {
        NodeKind::Step => "step",
        NodeKind::Decision(_) => "decision",
        NodeKind::Converge => "converge",
        NodeKind::Wait(_) => "wait",
        NodeKind::Pause(_) => "pause",
        NodeKind::Run { .. } => "run",
        NodeKind::Outcome { .. } => "outcome",
    };
    things.extend(node.name.as_ref().map(|name| (what, name)));
    if let NodeKind::Decision(options) = &node.kind {
        things.extend(options.iter().map(|option| ("option", &option.name)));
    }
    things.extend(fields("field", &node.form));
}

fn snake_wanted(at: Place, what: &str, name: &str) -> Problem {
    let message = format!("the {what} `{name}` is not written like other names");
    let snake = snake(name);
    let help = format!("write small letters and `_` between words: `{snake}`, here and wherever it is named");
    Problem::new(&RULE, at, message).with_help(help)
}

fn camel_wanted(at: Place, what: &str, name: &str) -> Problem {
    let message = format!("the {what} `{name}` is not written like other types");
    let camel = camel(name);
    let help = format!(
        "begin each word with a capital letter, without `_`: `{camel}`, here and wherever it is named"
    );
    Problem::new(&RULE, at, message).with_help(help)
}

fn is_snake(name: &str) -> bool {
    !name.chars().any(char::is_uppercase)
}

fn is_camel(name: &str) -> bool {
    !name.starts_with(char::is_lowercase) && !name.contains('_')
}

/// `dueDate`, `DueDate` and `VATNumber` as `due_date`, `due_date` and `vat_number`.
fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut written = String::with_capacity(name.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let behind = letters.get(at + 1);
        let begins_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                *before != '_'
                    && (!before.is_uppercase() || behind.is_some_and(|behind| behind.is_lowercase()))
            });
        if begins_word {
            written.push('_');
        }
        written.extend(letter.to_lowercase());
    }
    written
}

/// `order_kind` as `OrderKind`.
fn camel(name: &str) -> String {
    let mut written = String::with_capacity(name.len());
    for word in name.split('_') {
        let mut letters = word.chars();
        written.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        written.extend(letters);
    }
    written
}

/// What a name is called in a message; values have no word of their own in the language.
fn word(kind: &DeclarationKind) -> &'static str {
    match kind {
        DeclarationKind::Let(_) => "value",
        _ => kind.keyword(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_by_their_capitals() {
        for (name, wanted) in [
            ("dueDate", "due_date"),
            ("DueDate", "due_date"),
            ("VATNumber", "vat_number"),
            ("checkVAT", "check_vat"),
            ("Level2Check", "level2_check"),
            ("Sign_Off", "sign_off"),
        ] {
            assert_eq!(snake(name), wanted);
        }
        assert_eq!(camel("order_kind"), "OrderKind");
        assert_eq!(camel("region"), "Region");
    }

    #[test]
    fn what_is_usual_is_right() {
        for name in ["contract", "go_live", "step2"] {
            assert!(is_snake(name), "{name}");
        }
        for name in ["Region", "EU", "VATKind"] {
            assert!(is_camel(name), "{name}");
        }
        assert!(!is_snake("goLive") && !is_snake("OK") && !is_camel("region") && !is_camel("Order_kind"));
    }
}
