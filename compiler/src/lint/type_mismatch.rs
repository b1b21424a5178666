//! WF004: something of one type stands where another is wanted.

use crate::place::{Place, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF004",
    name: "type-mismatch",
    severity: Severity::Error,
    summary: "what stands here is of another type than what is wanted",
};

/// `expected` and `found` are types in the user's words; `subject` says what has the type that was found.
pub fn found(at: Place, subject: &str, found: &str, expected: &str) -> Problem {
    Problem::new(
        &RULE,
        at,
        format!("{subject} is {}, but {} is expected here", article(found), article(expected)),
    )
    .with_label(format!("this is {}", article(found)))
}

/// Two values that cannot be compared or calculated with each other.
pub fn two_sides(at: Place, what: &str, left: &str, right: &str) -> Problem {
    Problem::new(&RULE, at, format!("cannot {what} {} and {}", article(left), article(right)))
}

/// Something that the type does not allow.
pub fn not_for(at: Place, what: &str, ty: &str) -> Problem {
    Problem::new(&RULE, at, format!("{what}, but this is {}", article(ty)))
}

/// Any other wording of the same rule.
pub fn other(at: Place, message: impl Into<String>) -> Problem {
    Problem::new(&RULE, at, message)
}

/// "a number", "an email", "money EUR", "a list of text", `` a `Region` ``.
fn article(ty: &str) -> String {
    let uncounted = ["money", "text"].iter().any(|word| ty.starts_with(word)) || ty.starts_with("a ");
    if uncounted {
        return ty.to_owned();
    }
    let vowel = ty.trim_start_matches('`').starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']);
    format!("{} {ty}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::article;

    #[test]
    fn types_read_as_english() {
        assert_eq!(article("number"), "a number");
        assert_eq!(article("email"), "an email");
        assert_eq!(article("money EUR"), "money EUR");
        assert_eq!(article("`Region`"), "a `Region`");
    }
}
