//! Policies as written: what they apply to and their rules.
//!
//! Made by lowering, read by `check`. Invariant: a rule that did not parse is absent, and its declaration is marked as damaged.

use super::expr::{DurationLit, Expr};
use super::{Name, Placed};

/// `policy NAME "…" { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct PolicyDecl {
    /// `applies to …`.
    pub applies: Option<Placed<AppliesTo>>,
    /// `unless E`.
    pub unless: Option<Expr>,
    /// The rules.
    pub rules: Vec<Placed<PolicyRule>>,
}

/// What a policy applies to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum AppliesTo {
    /// `workflows a, b`.
    Workflows(Vec<Name>),
    /// `workflows tagged t, u`.
    Tagged(Vec<Name>),
    /// `all workflows`.
    All,
}

/// A node, `decision.option`, or `step tagged t`, in a policy.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum PolicyNode {
    /// `a` or `d.option`.
    Path(Vec<Name>),
    /// `step tagged t`, `decision tagged t`.
    Tagged(Name),
}

/// A rule of a policy.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // each variant is a line of the language's policy block
pub enum PolicyRule {
    AlwaysBefore {
        first: PolicyNode,
        then: PolicyNode,
        or_skipped: bool,
        or_late: bool,
    },
    Never {
        a: PolicyNode,
        b: PolicyNode,
    },
    LeadsTo {
        a: PolicyNode,
        b: PolicyNode,
    },
    /// `every step|decision [tagged t] has deadline|escalation|reminder|owner r|form f`.
    EveryHas {
        decisions: bool,
        tagged: Option<Name>,
        what: Name,
        argument: Option<Name>,
    },
    FinishesWithin(DurationLit),
    EndsIn(Vec<Name>),
    EscalationReaches {
        role: Name,
        within: DurationLit,
    },
    DifferentPeople {
        a: PolicyNode,
        b: PolicyNode,
    },
    NoPersonalData {
        via: Name,
    },
}
