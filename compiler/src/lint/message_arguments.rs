//! WF604: a `message` is used without an argument it asks for, or with one it does not know.

use crate::place::{Place, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF604",
    name: "message-arguments",
    severity: Severity::Error,
    summary: "a message gets exactly the arguments it asks for",
};

/// An argument that is not given. `declared` is where the message asks for it.
pub fn missing(at: Place, message: &str, argument: &str, declared: Place) -> Problem {
    Problem::new(&RULE, at, format!("the message `{message}` needs `{argument}`"))
        .with_related(declared, format!("`{argument}` is asked for here"))
        .with_help(format!("give it a value: `{message}({argument} = …)`"))
}

/// An argument the message does not have.
pub fn unknown(at: Place, message: &str, argument: &str, known: &[String]) -> Problem {
    let problem = Problem::new(&RULE, at, format!("the message `{message}` has no argument `{argument}`"));
    if known.is_empty() {
        return problem.with_help(format!("it takes none: write `{message}()`"));
    }
    problem.with_help(format!("it takes {}", known.join(", ")))
}

/// An argument given twice.
pub fn repeated(at: Place, argument: &str, first: Place) -> Problem {
    Problem::new(&RULE, at, format!("`{argument}` is given twice")).with_related(first, "first given here")
}
