//! Facts as activities of process mining: a name, and the transition of the standard life cycle.
//!
//! The names follow IEEE 1849 (XES), standard life-cycle model. Invariant: keeping only events with the transition
//! `complete` leaves each node once per time it was done, and the instance's own start and end.

use crate::store::row::TrailRow;

/// What an event is called, and where it stands in its activity's life.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Activity {
    /// The node for steps of its life; with the fact for anything else at a node; the fact alone for the instance.
    pub name: String,
    /// A transition of the standard model.
    pub transition: &'static str,
}

/// The activity of a fact.
#[must_use]
pub fn of(fact: &TrailRow) -> Activity {
    let Some(node) = &fact.node else {
        let own = matches!(
            fact.fact.as_str(),
            "instance started" | "finished" | "ended without outcome" | "instance cancelled"
        );
        return Activity { name: fact.fact.clone(), transition: if own { "complete" } else { "unknown" } };
    };
    match transition(&fact.fact) {
        Some(transition) => Activity { name: node.clone(), transition },
        None => Activity { name: named(fact), transition: "unknown" },
    }
}

/// `pack: deadline set`; the fact alone for the instance.
#[must_use]
pub fn named(fact: &TrailRow) -> String {
    match &fact.node {
        Some(node) => format!("{node}: {}", fact.fact),
        None => fact.fact.clone(),
    }
}

fn transition(fact: &str) -> Option<&'static str> {
    Some(match fact {
        "started" => "start",
        "claimed" => "assign",
        "reassigned" => "reassign",
        "blocked" => "suspend",
        "unblocked" => "resume",
        "completed" | "arrived" | "option chosen" | "nobody chose" | "child ended" | "outcome reached" => {
            "complete"
        }
        "skipped by rule" | "not taken" => "autoskip",
        "skipped by a person" => "manualskip",
        "cancelled" => "withdraw",
        "late" => "ate_abort",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(fact: &str, node: Option<&str>) -> (String, &'static str) {
        let row = TrailRow { fact: fact.to_owned(), node: node.map(str::to_owned), ..TrailRow::default() };
        let activity = of(&row);
        (activity.name, activity.transition)
    }

    #[test]
    fn the_life_of_a_node_bears_its_name() {
        assert_eq!(named("started", Some("pack")), ("pack".to_owned(), "start"));
        assert_eq!(named("completed", Some("pack")), ("pack".to_owned(), "complete"));
        assert_eq!(named("option chosen", Some("check")), ("check".to_owned(), "complete"));
    }

    #[test]
    fn what_else_happens_says_so() {
        assert_eq!(named("deadline set", Some("pack")), ("pack: deadline set".to_owned(), "unknown"));
        assert_eq!(named("instance started", None), ("instance started".to_owned(), "complete"));
        assert_eq!(named("refused", None), ("refused".to_owned(), "unknown"));
    }
}
