//! WF112: a test that the proofs do not look into takes part in what may go wrong.
//!
//! Its answer is assumed, both ways, so nothing that only follows from it is told as certain. This says what would
//! follow, so that a person can look.

use crate::model::{Case, Verdicts};
use crate::place::{Place, Problem};
use crate::proof_words::{listed, name};
use crate::subject::Subject;
use crate::typed::{Expr, ExprKind, NodeKind, Typed};
use std::collections::BTreeMap;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF112",
    name: "undecided",
    severity: Severity::Note,
    summary: "no verdict hangs on a test that the proofs do not look into",
};

/// Consequences that are told of one test; more would bury it.
const MOST: usize = 3;

/// What would follow, and the other tests that would have to answer so as well.
type Followings = Vec<(String, Vec<(Place, bool)>)>;

/// One note for each test, with what would follow from it.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(model) = subject.model else { return Vec::new() };
    let mut by_test: BTreeMap<(Place, bool), Followings> = BTreeMap::new();
    for (follows, case) in assuming(subject.typed, model.verdicts()) {
        if let Some((first, others)) = case.assumed.split_first() {
            by_test.entry(*first).or_default().push((follows, others.to_vec()));
        }
    }
    by_test.iter().map(|((at, holds), follows)| told(subject.typed, (*at, *holds), follows)).collect()
}

fn told(typed: &Typed, (at, holds): (Place, bool), follows: &Followings) -> Problem {
    let answer = |holds: bool| if holds { "true" } else { "false" };
    let mut words: Vec<String> = Vec::new();
    for (one, _) in follows {
        if !words.contains(one) {
            words.push(one.clone());
        }
    }
    words.truncate(MOST);
    let message = format!(
        "{} is not looked into: if it can be {}, {}",
        whose(typed, at),
        answer(holds),
        listed(&words, "and")
    );
    let mut problem = Problem::new(&RULE, at, message)
        .with_label(format!("assumed to be {}", answer(holds)))
        .with_help(format!(
            "see whether it can be {}; comparisons of a field with fixed values are looked into",
            answer(holds)
        ));
    let mut told = vec![at];
    for (other, holds) in follows.iter().flat_map(|(_, others)| others) {
        if !told.contains(other) {
            told.push(*other);
            problem = problem.with_related(*other, format!("assumed to be {} as well", answer(*holds)));
        }
    }
    problem
}

/// What a test is part of.
fn whose(typed: &Typed, at: Place) -> String {
    for node in &typed.nodes {
        let of = |when: &Option<Expr>| when.as_ref().and_then(|when| part(when, at));
        if let Some(part) = of(&node.when) {
            return format!("{part} of `{}`", node.name);
        }
        if let NodeKind::Decision { options, .. } = &node.kind {
            let found = options.iter().find_map(|option| Some((option, of(&option.when)?)));
            if let Some((option, part)) = found {
                return format!("{part} of the option `{}` of `{}`", option.name, node.name);
            }
        }
        if node.for_each.as_ref().is_some_and(|each| each.list.at == at) {
            return format!("whether the list of `{}` is empty", node.name);
        }
    }
    "this test".to_owned()
}

/// The whole of a condition, or a part of it.
fn part(when: &Expr, at: Place) -> Option<&'static str> {
    let stands_in = |inner: &Expr| part(inner, at).map(|_| "a part of the `when`");
    if when.at == at {
        return Some("the `when`");
    }
    match &when.kind {
        ExprKind::Not(inner) => stands_in(inner),
        ExprKind::Binary(_, one, other) => stands_in(one).or_else(|| stands_in(other)),
        ExprKind::OneOf(of, _) | ExprKind::IsMissing(of) => stands_in(of),
        _ => None,
    }
}

/// Everything that is not certain, in a few words, with its run.
fn assuming<'v>(typed: &Typed, verdicts: &'v Verdicts) -> Vec<(String, &'v Case)> {
    use crate::model::Found::{self, Assuming};
    let of = |words: String, found: &'v Found| match found {
        Assuming(case) => Some((words, case)),
        Found::Sure(_) => None,
    };
    let name = |id| name(typed, id);
    let mut all = Vec::new();
    for (id, found) in &verdicts.hanging {
        all.extend(of(format!("`{}` may never be reached", name(*id)), found));
    }
    if let Some(found) = &verdicts.no_outcome {
        all.extend(of("a run may end without outcome".to_owned(), found));
    }
    for (id, found) in &verdicts.gaps {
        all.extend(of(format!("`{}` may have no option to choose", name(*id)), found));
    }
    for race in &verdicts.races {
        let words = format!("`{}` and `{}` may both come", name(race.comes), name(race.instead));
        all.extend(of(words, &race.found));
    }
    for (id, outcome, found) in &verdicts.left_open {
        let words = format!("`{}` may still be open when `{}` is reached", name(*id), name(*outcome));
        all.extend(of(words, found));
    }
    for (id, _, _, found) in &verdicts.not_exclusive {
        all.extend(of(format!("several sources of `{}` may come", name(*id)), found));
    }
    for (id, _, found) in &verdicts.dropped {
        all.extend(of(format!("what was done for `{}` may be dropped", name(*id)), found));
    }
    all
}
