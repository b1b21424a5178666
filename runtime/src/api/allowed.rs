//! What each role may do: one table, and the only place that decides it.
//!
//! The table says who may send a request at all. Whether an act is right now, and this person's, is the workflow's
//! to say: the interpreter refuses and records it. Invariant: what is not in the table is not allowed.

use std::fmt;

/// The role of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Runs the installation: loads plans, acts for others, forces, cancels.
    Operator,
    /// Answers for processes: starts them, acts as their person, reads everything.
    ProcessOwner,
    /// Owns steps: acts as their person.
    Owner,
    /// Reads everything, changes nothing.
    Auditor,
    /// A system: sends its own events.
    System,
}

/// All roles, in the order of the columns of [`ALLOWED`].
pub const ROLES: [Role; 5] = [Role::Operator, Role::ProcessOwner, Role::Owner, Role::Auditor, Role::System];

impl Role {
    /// Its name, as it is stored and typed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::ProcessOwner => "process-owner",
            Self::Owner => "owner",
            Self::Auditor => "auditor",
            Self::System => "system",
        }
    }

    /// The role of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ROLES.into_iter().find(|role| role.name() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// What a request asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// Load a plan.
    LoadPlan,
    /// List the loaded plans.
    ReadPlans,
    /// Start an instance.
    Start,
    /// List and search instances, and see where one stands.
    Look,
    /// Read a trail.
    ReadTrail,
    /// Act on a node, answer a question, correct, reopen, end.
    Act,
    /// Act in another person's name.
    ActForOthers,
    /// Force an act against the workflow, with a reason.
    Force,
    /// Cancel an instance.
    Cancel,
    /// Send an event of a system.
    SendEvent,
    /// Make a link with which a person decides or does a task without a token.
    MakeLink,
    /// Take the records out.
    Export,
    /// Read the measurements.
    ReadMetrics,
}

const YES: bool = true;
const NO: bool = false;

/// Who may do what: a row per request, in words for messages, and a column per role of [`ROLES`].
#[rustfmt::skip]
pub const ALLOWED: &[(What, &str, [bool; 5])] = &[
    //                                                      operator  process  owner  auditor  system
    //                                                                 owner
    (What::LoadPlan,     "load plans",                     [YES,      NO,      NO,    NO,      NO ]),
    (What::ReadPlans,    "list the loaded plans",          [YES,      YES,     YES,   YES,     NO ]),
    (What::Start,        "start instances",                [YES,      YES,     YES,   NO,      NO ]),
    (What::Look,         "see instances",                  [YES,      YES,     YES,   YES,     NO ]),
    (What::ReadTrail,    "read trails",                    [YES,      YES,     NO,    YES,     NO ]),
    (What::Act,          "act on instances",               [YES,      YES,     YES,   NO,      NO ]),
    (What::ActForOthers, "act in another person's name",   [YES,      NO,      NO,    NO,      NO ]),
    (What::Force,        "force an act",                   [YES,      NO,      NO,    NO,      NO ]),
    (What::Cancel,       "cancel instances",               [YES,      NO,      NO,    NO,      NO ]),
    (What::SendEvent,    "send events of systems",         [YES,      NO,      NO,    NO,      YES]),
    (What::MakeLink,     "make links",                     [YES,      NO,      NO,    NO,      NO ]),
    (What::Export,       "take records out",               [YES,      YES,     NO,    YES,     NO ]),
    (What::ReadMetrics,  "read the measurements",          [YES,      NO,      NO,    YES,     NO ]),
];

/// Whether a role may do something.
#[must_use]
pub fn may(role: Role, what: What) -> bool {
    let row = ALLOWED.iter().find(|(listed, _, _)| *listed == what);
    let column = ROLES.iter().position(|listed| *listed == role);
    row.zip(column).and_then(|((_, _, may), column)| may.get(column).copied()).unwrap_or(false)
}

/// What a request asks for, in words.
#[must_use]
pub fn in_words(what: What) -> &'static str {
    ALLOWED.iter().find(|(listed, _, _)| *listed == what).map_or("do that", |(_, words, _)| words)
}

/// The roles that may do something.
#[must_use]
pub fn who_may(what: What) -> Vec<&'static str> {
    ROLES.into_iter().filter(|role| may(*role, what)).map(Role::name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_by_its_name() {
        for role in ROLES {
            assert_eq!(Role::named(role.name()), Some(role));
        }
        assert_eq!(Role::named("root"), None);
    }

    #[test]
    fn every_request_has_one_row() {
        for (at, (what, words, _)) in ALLOWED.iter().enumerate() {
            assert_eq!(ALLOWED.iter().position(|(other, _, _)| other == what), Some(at));
            assert!(!words.is_empty());
        }
        assert_eq!(who_may(What::SendEvent), ["operator", "system"]);
    }
}
