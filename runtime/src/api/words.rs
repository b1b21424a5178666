//! Advice that was written for the terminal, said again for callers of the HTTP API.
//!
//! Problems are made where they are found, in words that name commands of `wfrun`; whoever sends requests needs the
//! address or the field instead. Invariant: no advice that goes out names an option of the command line.

/// What the terminal says, and what a caller reads instead. Longer phrases come before the shorter ones in them.
const PHRASES: &[(&str, &str)] = &[
    (
        "act as one of its owners with `--by PERSON`, or as an operator with `--force --reason TEXT`",
        "act with the token of one of its owners; an operator may name somebody in `by`, or give a reason in `force`",
    ),
    ("an operator may, with `--force --reason TEXT`", "an operator may, with a reason in `force`"),
    (
        "name one of them with `--by PERSON`, or use `--force --reason TEXT`",
        "an operator may name one of them in `by`, or give a reason in `force`",
    ),
    (", or as an operator `--force --reason TEXT`", ", or as an operator a reason in `force`"),
    ("give each value of its form with `--field NAME=VALUE`", "give each value of its form in `fields`"),
    ("give each of its values with `--field NAME=VALUE`", "give each of its values in `fields`"),
    (
        "give each input with `--input NAME=VALUE`, or all in a file with `--input-file FILE`",
        "give each input in `inputs`",
    ),
    ("add `--field NAME=VALUE`", "add it to `fields`"),
    ("add `--reason TEXT`", "add a `reason`"),
    ("`--replace`", "`?replace=true`"),
    ("run `wfrun worker --once` and try again", "try again in a moment"),
    (
        "write INSTANCE/qNUMBER, as `wfrun status` shows it",
        "`GET /v1/instances/{instance}` lists the open questions",
    ),
    ("`wfrun status` shows the open decisions", "`GET /v1/instances/{instance}` shows the open decisions"),
    (
        "`wfrun status` shows where each node stands",
        "`GET /v1/instances/{instance}` shows where each node stands",
    ),
    ("`wfrun status` shows what can be done", "`GET /v1/instances/{instance}` shows what can be done"),
    ("`wfrun status` lists", "`GET /v1/instances/{instance}` lists"),
    ("see `wfrun trail` for how", "`GET /v1/instances/{instance}/trail` tells how"),
    ("`wfrun list --all` shows all of them", "`GET /v1/instances` lists them"),
    ("load one with `wfrun load FILE.wfp`", "an operator loads one with `POST /v1/plans`"),
    ("load it with `wfrun load FILE.wfp`", "an operator loads it with `POST /v1/plans`"),
];

/// A text of the program, for whoever sends requests.
#[must_use]
pub fn for_callers(text: &str) -> String {
    let mut text = text.to_owned();
    for (terminal, caller) in PHRASES {
        if text.contains(terminal) {
            text = text.replace(terminal, caller);
        }
    }
    // `use `--by anna`` names whoever may.
    text.replace("use `--by ", "act as `").replace("\n  ", "; ")
}

#[cfg(test)]
mod tests {
    use super::for_callers;
    use crate::audit::fact;
    use wf_plan::plan::NodeId;
    use wf_vm::effect::Refusal;

    #[test]
    fn no_refusal_names_the_command_line() {
        let program = wf_plan::load(include_bytes!("../../tests/plans/order@1.wfp")).unwrap();
        let text = || "x".to_owned();
        for refusal in [
            Refusal::NotStarted,
            Refusal::AlreadyStarted,
            Refusal::AlreadyEnded,
            Refusal::NoSuchPlace,
            Refusal::NotActive,
            Refusal::NotBlocked,
            Refusal::NotForThisKind,
            Refusal::NotYourRole,
            Refusal::ClaimedByAnother { owner: text() },
            Refusal::SamePerson { person: text() },
            Refusal::ReasonMissing,
            Refusal::FieldMissing { field: text() },
            Refusal::WrongType { field: text() },
            Refusal::OptionClosed,
            Refusal::AlreadyVoted,
            Refusal::NotOptional,
            Refusal::QuestionClosed,
            Refusal::NoSuchAlternative,
            Refusal::AlreadySettledAfter { node: NodeId(0) },
            Refusal::TooLate,
            Refusal::ActionImpossible,
            Refusal::CatchingUp,
        ] {
            let (why, help) = fact::refusal(&refusal, program.program());
            let told = for_callers(&format!("{why}; {help}"));
            assert!(!told.contains("wfrun ") && !told.contains("--"), "{told}");
        }
    }

    #[test]
    fn whoever_may_is_named() {
        let told =
            for_callers("it belongs to clerk: use `--by clerk`, or as an operator `--force --reason TEXT`");
        assert_eq!(told, "it belongs to clerk: act as `clerk`, or as an operator a reason in `force`");
    }
}
