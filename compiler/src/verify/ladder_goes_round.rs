//! WF406: every level of a ladder reaches somebody new.

use crate::place::{Place, Problem};
use crate::reach::{Reached, asked, can_begin, ends_with_nobody, reached, role_name};
use crate::subject::Subject;
use crate::typed::{Ladder, Typed};
use crate::uses::{Use, User, also_at};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF406",
    name: "ladder-goes-round",
    severity: Severity::Error,
    summary: "no two levels of an escalation ask the same role, and each reaches somebody new",
};

/// Levels that come back to people who have been reached. A ladder that several nodes use is judged by all of them:
/// that the owner of one of them happens to stand on a level is no fault of the ladder.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    subject.uses.declared_ladders.iter().filter_map(|used| in_ladder(typed, used)).collect()
}

/// A level that goes round.
#[derive(Clone, Copy)]
struct Round {
    level: usize,
    /// The level that has reached its people.
    before: usize,
    /// The role that both ask; `None`: the level reaches nobody new.
    asks: Option<wf_plan::plan::RoleId>,
}

fn in_ladder(typed: &Typed, used: &Use<'_, Ladder>) -> Option<Problem> {
    let told = |user: &User<'_, Ladder>| {
        can_begin(user.node, user.used) && ends_with_nobody(typed, user.node).is_none()
    };
    let users = used.faulty(|user| told(user).then(|| goes_round(typed, user)));
    let rounds: Option<Vec<Round>> = users.iter().map(|(_, round)| *round).collect();
    let round = *rounds.as_ref()?.first()?;
    let (user, _) = users.first()?;
    let level = user.used.levels.get(round.level)?;
    let before = user.used.levels.get(round.before)?;
    let message = match round.asks {
        Some(role) => format!(
            "level {} asks `{}` again, whom level {} has asked",
            level.number,
            role_name(typed, role),
            before.number
        ),
        None => format!("level {} reaches only people who have been reached before", level.number),
    };
    let at: Place = level.at;
    let problem = Problem::new(&RULE, at, message)
        .with_help("go one person further up with each level, or take the level out");
    let problem = also_at(problem, before.at, "they are reached here");
    Some(also_at(problem, user.used.used_at, "used here"))
}

fn goes_round(typed: &Typed, user: &User<'_, Ladder>) -> Option<Round> {
    let (node, levels) = (user.node, &user.used.levels);
    for (at, level) in levels.iter().enumerate().skip(1) {
        let earlier = || levels.iter().enumerate().take(at);
        for person in asked(typed, node, level) {
            let Reached::Role(role) = person else { continue };
            let again = earlier().find(|(_, before)| asked(typed, node, before).contains(&person));
            if let Some((before, _)) = again {
                return Some(Round { level: at, before, asks: Some(role) });
            }
        }
        let people = reached(typed, node, level);
        let by =
            |person: &Reached<'_>| earlier().find(|(_, level)| reached(typed, node, level).contains(person));
        let before: Option<Vec<usize>> = people.iter().map(|person| by(person).map(|(at, _)| at)).collect();
        if let Some(before) = before.and_then(|before| before.into_iter().max()) {
            return Some(Round { level: at, before, asks: None });
        }
    }
    None
}
