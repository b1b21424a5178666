//! WF401: a reminder comes between the start of the work and its deadline.

use crate::firing::{Judged, Timing, judged, reminder_is_silent};
use crate::place::Problem;
use crate::subject::Subject;
use crate::typed::{NodeKind, Reminder};
use crate::uses::{Use, User, also_at, called, names};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF401",
    name: "reminder-never-fires",
    severity: Severity::Error,
    summary: "a reminder comes between the start of the work and its deadline",
};

/// Reminders that are due before their work starts, or when its deadline has passed.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let timing = Timing::of(subject.typed);
    subject.uses.reminders.iter().flat_map(|used| in_use(&timing, used)).collect()
}

type Silent<'a> = (User<'a, Reminder>, Judged<'a>);

fn in_use(timing: &Timing<'_>, used: &Use<'_, Reminder>) -> Vec<Problem> {
    let mut found = without_deadline(used);
    for severity in [Severity::Error, Severity::Warning] {
        let silent = used.by.iter().filter_map(|user| Some((*user, silent(timing, *user)?)));
        let silent: Vec<Silent<'_>> = silent.filter(|(_, judged)| judged.severity == severity).collect();
        found.extend(used.told(silent).iter().filter_map(|(at, silent)| {
            let problem = problem(timing, silent, *at)?.with_severity(severity);
            Some(also_at(problem, used.at, "it is asked for here"))
        }));
    }
    found
}

fn silent<'a>(timing: &Timing<'_>, user: User<'a, Reminder>) -> Option<Judged<'a>> {
    let clocks = timing.clocks(user.node)?;
    judged(&user.node.deadlines, |_, bound| reminder_is_silent(&clocks, user.used, bound))
}

fn problem(timing: &Timing<'_>, silent: &[Silent<'_>], at: crate::place::Place) -> Option<Problem> {
    let (user, judged) = silent.first()?;
    let reminder = called(&user.used.name, "reminder");
    let nodes = names(silent.iter().map(|(user, _)| user.node));
    let message = match judged.worst {
        Some(worst) => {
            let when = timing.clocks(user.node)?.workflow.words(worst);
            format!(
                "{reminder} does not come for {nodes} where the work starts at the wrong time, such as {when}"
            )
        }
        None if judged.severity == Severity::Error => format!("{reminder} never comes for {nodes}"),
        None => format!(
            "{reminder} never comes for {nodes} while the first of its deadlines that fits is this one"
        ),
    };
    let too_early = user.used.start.as_ref();
    let why = match (too_early, &user.used.repeat) {
        (Some(start), None) => format!("{} before it, the work has not started yet", start.value),
        (Some(start), Some(_)) => {
            format!(
                "{} before it, the work has not started yet, and the next repeat comes too late",
                start.value
            )
        }
        (None, Some(repeat)) => format!("the first message comes {} after the start", repeat.value),
        (None, None) => String::new(),
    };
    let help = "let it start later, give the work more time, or say `remind never` for this node";
    let problem = Problem::new(&RULE, at, message).with_help(help);
    Some(also_at(problem, judged.line.at, format!("the deadline: {why}")))
}

/// A wait or run that asks for a reminder before a deadline it does not have; for steps and decisions the deadline
/// itself is missed.
fn without_deadline(used: &Use<'_, Reminder>) -> Vec<Problem> {
    let mut found = Vec::new();
    for user in used.by.iter().filter(|_| used.is_own()) {
        let waits = matches!(user.node.kind, NodeKind::Wait { .. } | NodeKind::Run { .. });
        if !waits || !user.node.deadlines.is_empty() || user.used.start.is_none() {
            continue;
        }
        let reminder = called(&user.used.name, "reminder");
        let message = format!(
            "{reminder} counts back from a deadline, and `{}` has none, so it never comes",
            user.node.name
        );
        let help = "give the node a `deadline`, or let the reminder only `repeat every …`";
        found.push(Problem::new(&RULE, used.at, message).with_help(help));
    }
    found
}
