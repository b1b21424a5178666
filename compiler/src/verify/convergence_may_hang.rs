//! WF103: a join that has begun to fill is reached, or the run ends in an outcome.

use crate::after_text::{self, after};
use crate::dead_end::{gone_elsewhere, last};
use crate::model::{Case, Model};
use crate::place::Problem;
use crate::proof_words::{in_case, listed, name, result, shown, under};
use crate::rejoin;
use crate::scene::{Came, Missing, Scene};
use crate::subject::Subject;
use crate::typed::{Join, Typed};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::Needed;
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF103",
    name: "convergence-may-hang",
    severity: Severity::Error,
    summary: "a join that has begun to fill is reached, or the run ends in an outcome",
};

/// Joins that wait for ever in some run, although something that they wait for has come.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(model) = subject.model else { return Vec::new() };
    let verdicts = model.verdicts();
    let is_alike = |id: NodeId| verdicts.hanging_alike.iter().any(|(_, other)| *other == id);
    let hanging = verdicts.hanging.iter().filter_map(|(id, found)| Some((*id, found.sure()?)));
    let hanging = hanging.filter(|(id, _)| !is_alike(*id));
    hanging
        .filter_map(|(id, case)| {
            let alike = verdicts.hanging_alike.iter().filter(|(first, _)| *first == id);
            let alike: Vec<NodeId> = alike.map(|(_, other)| *other).collect();
            told(subject.typed, model, (id, &alike), case)
        })
        .collect()
}

/// `alike`: joins of the same decisions that hang in the same runs.
fn told(typed: &Typed, model: &Model, (id, alike): (NodeId, &[NodeId]), case: &Case) -> Option<Problem> {
    let scene = &Scene::of(model, case);
    let join = typed.nodes.get(id.index())?.after.as_ref()?;
    let missing = scene.missing(id, join);
    let Some((first, others)) = missing.split_first() else {
        let waits = in_case(typed, case, "it waits for ever");
        let message = format!("`{}` may never be reached: {waits}", name(typed, id));
        return Some(shown(typed, case, Problem::new(&RULE, join.at, message)));
    };
    let named: Vec<String> = missing.iter().map(|one| words(typed, *one)).collect();
    let last_word = if missing.iter().all(|one| one.is_one_of_several) { "or" } else { "and" };
    let waits = match alike {
        [] => format!("it waits for {} for ever", listed(&named, last_word)),
        _ => {
            let others: Vec<String> = alike.iter().map(|id| format!("`{}`", name(typed, *id))).collect();
            format!("neither it nor {} is", listed(&others, "nor"))
        }
    };
    let message = format!("`{}` may never be reached: {}", name(typed, id), in_case(typed, case, &waits));
    let elsewhere = gone_elsewhere(typed, scene, id, &missing).zip(last(typed, model, case));
    let help = match elsewhere {
        Some((way, end)) => dead_end_help(typed, way, end, stuck(typed, model, scene)),
        None => forgotten(typed, join, case).unwrap_or_else(|| help(typed, join, &missing)),
    };
    let mut problem =
        Problem::new(&RULE, first.at, message).with_label(under(typed, case, why(*first))).with_help(help);
    for one in others {
        problem = problem.with_related(one.at, format!("this {} then", why(*one)));
    }
    for join in alike.iter().filter_map(|id| Some((*id, typed.nodes.get(id.index())?.after.as_ref()?))) {
        for one in scene.missing(join.0, join.1) {
            problem = problem.with_related(one.at, format!("this {} then", why(one)));
        }
    }
    // Where the run stops elsewhere, this join is not what has to be changed.
    let cures = if elsewhere.is_some() { Vec::new() } else { cures(join, &missing) };
    for (title, cured) in cures {
        problem = problem.with_fix(title, join.at, after(typed, &cured));
    }
    Some(shown(typed, case, problem))
}

/// What to do where the run goes on by another result, and stops there.
fn dead_end_help(
    typed: &Typed,
    way: (NodeId, Needed),
    end: (NodeId, Needed),
    stuck: Option<NodeId>,
) -> String {
    if let Some(stuck) = stuck {
        let (way, stuck) = (result(typed, way.0, way.1), name(typed, stuck));
        return format!("this run goes on after {way}, where `{stuck}` waits for ever: mend that first");
    }
    let end = after_text::named(typed, end.0, end.1);
    format!(
        "this run goes on after {} and stops after `{end}`: let an outcome, or what follows, come `after {end}`",
        result(typed, way.0, way.1)
    )
}

/// The join that hangs on the way on which the run went on.
fn stuck(typed: &Typed, model: &Model, scene: &Scene<'_>) -> Option<NodeId> {
    let mut hanging = model.verdicts().hanging.iter().map(|(id, _)| *id);
    hanging.find(|id| {
        let join = typed.nodes.get(id.index()).and_then(|node| node.after.as_ref());
        let missing = join.map(|join| scene.missing(*id, join)).unwrap_or_default();
        let hangs = !missing.is_empty() && !scene.is_reached(*id);
        hangs && gone_elsewhere(typed, scene, *id, &missing).is_none()
    })
}

/// What to do where several decisions came to results that nobody thought of together.
fn forgotten(typed: &Typed, join: &Join, case: &Case) -> Option<String> {
    let chosen = |decision: NodeId| {
        let (_, how) = case.finished.iter().find(|(node, _)| *node == decision)?;
        Some(after_text::named(typed, decision, Needed::Option(how.option()?)))
    };
    let combination: Vec<String> = join.decisions()?.into_iter().map(chosen).collect::<Option<_>>()?;
    Some(format!("say what follows then: a node or an outcome `after {}`", combination.join(", ")))
}

/// A source as the message names it; that a node must be done is said where it was skipped.
fn words(typed: &Typed, missing: Missing) -> String {
    match (missing.came, missing.needed) {
        (Came::Otherwise, Needed::Done) => format!("`{}.done`", name(typed, missing.node)),
        _ => result(typed, missing.node, missing.needed),
    }
}

/// Why a source does not come: what stands under its name.
fn why(missing: Missing) -> &'static str {
    match (missing.came, missing.needed) {
        (Came::NotTaken, _) => "never starts",
        (Came::Otherwise, Needed::Option(_)) => "is not chosen",
        (Came::Otherwise, Needed::Done) => "is skipped, and so never done,",
        (Came::Otherwise, Needed::Skipped) => "is not skipped",
        (Came::Otherwise, Needed::Late) => "is not late",
        (Came::Otherwise, Needed::Arrived) => "does not arrive",
        (Came::Otherwise, _) => "ends otherwise",
        (Came::Unfinished, _) => "never ends",
        (Came::Waiting | Came::Yes, _) => "waits for ever itself",
    }
}

fn help(typed: &Typed, join: &Join, missing: &[Missing]) -> String {
    let cures = cures(join, missing);
    match cures.first() {
        Some((_, cured))
            if missing.iter().any(|one| one.came == Came::Otherwise && is_choice(one.needed)) =>
        {
            format!(
                "say what follows when {} does not come: an outcome or a node `after` the other result; or wait only \
                 for what was taken: `{}`",
                listed(
                    &missing.iter().map(|one| result(typed, one.node, one.needed)).collect::<Vec<_>>(),
                    "and"
                ),
                after(typed, cured)
            )
        }
        Some((_, cured)) => format!("wait only for what was started: `{}`", after(typed, cured)),
        None => {
            "make sure that what it waits for always comes, or end the run in an outcome before".to_owned()
        }
    }
}

fn is_choice(needed: Needed) -> bool {
    matches!(needed, Needed::Option(_) | Needed::Outcome(_))
}

/// What a process owner would write instead, the likeliest first.
fn cures(join: &Join, missing: &[Missing]) -> Vec<(&'static str, Join)> {
    if join.decisions().is_some() {
        // To go on with fewer of them would drop somebody's consent.
        return Vec::new();
    }
    if rejoin::is_about_one_choice(join) {
        return vec![("wait for one of them", rejoin::any_of(join))];
    }
    let mut found = Vec::new();
    let skipped = missing.iter().filter(|one| one.came == Came::Otherwise && one.needed == Needed::Done);
    let bare = skipped.fold(join.clone(), |join, one| rejoin::whatever_came(&join, one.at));
    if bare != *join {
        found.push(("go on when it is skipped as well", bare));
    }
    let places: Vec<_> = missing.iter().map(|one| one.at).collect();
    let inside = rejoin::all_taken(join, &places);
    let whole = rejoin::whole_taken(join);
    // A group inside of which nothing comes can only be left out by the group around it.
    let both = if rejoin::is_group_lost(join, &places) { [whole, inside] } else { [inside, whole] };
    for taken in both {
        let is_new = taken != *join && found.iter().all(|(_, known)| *known != taken);
        if is_new && join.sources.len() > 1 {
            found.push(("wait only for what was started", taken));
        }
    }
    found
}
