//! WF403: an escalation does not wait until long after the deadline.

use crate::firing::{Judged, Timing, judged, threshold_is_beyond};
use crate::place::{Place, Problem};
use crate::reach::has_if_late;
use crate::subject::Subject;
use crate::typed::{Ladder, Placed};
use crate::uses::{Use, User, also_at, called, names};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::calendar::Duration;
use wf_plan::plan::ClockPause;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF403",
    name: "threshold-past-deadline",
    severity: Severity::Error,
    summary: "an escalation on silence or a block is set going before the deadline passes, or by its passing",
};

/// Thresholds beyond the deadline, where nothing else hears of the deadline.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let timing = Timing::of(subject.typed);
    subject.uses.ladders.iter().flat_map(|used| in_use(&timing, used)).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Threshold {
    Silence,
    Block,
}

type Late<'a> = (User<'a, Ladder>, Judged<'a>);

fn in_use(timing: &Timing<'_>, used: &Use<'_, Ladder>) -> Vec<Problem> {
    let mut found = Vec::new();
    for threshold in [Threshold::Silence, Threshold::Block] {
        for severity in [Severity::Error, Severity::Warning] {
            let late = used.by.iter().filter_map(|user| Some((*user, late(timing, *user, threshold)?)));
            let late: Vec<Late<'_>> = late.filter(|(_, judged)| judged.severity == severity).collect();
            found.extend(used.told(late).iter().filter_map(|(at, late)| {
                let problem = problem(timing, late, threshold, *at)?.with_severity(severity);
                Some(also_at(problem, used.at, "it is asked for here"))
            }));
        }
    }
    found
}

fn length(ladder: &Ladder, threshold: Threshold) -> Option<&Placed<Duration>> {
    match threshold {
        Threshold::Silence => ladder.on_silence.as_ref(),
        Threshold::Block => ladder.on_block.as_ref(),
    }
}

fn late<'a>(timing: &Timing<'_>, user: User<'a, Ladder>, threshold: Threshold) -> Option<Judged<'a>> {
    let node = user.node;
    let heard = node.ladders.iter().any(|ladder| ladder.on_overdue) || !node.on.overdue.is_empty();
    if heard || has_if_late(node) {
        return None;
    }
    let length = length(user.used, threshold)?.value;
    let clocks = timing.clocks(node)?;
    judged(&node.deadlines, |line, bound| {
        // While blocked, a clock that stands is passed by nothing.
        let stands = threshold == Threshold::Block && line.pause != ClockPause::Never;
        if stands { None } else { threshold_is_beyond(&clocks, length, bound) }
    })
}

fn problem(timing: &Timing<'_>, late: &[Late<'_>], threshold: Threshold, at: Place) -> Option<Problem> {
    let (user, judged) = late.first()?;
    let ladder = called(&user.used.name, "escalation");
    let nodes = names(late.iter().map(|(user, _)| user.node));
    let length = length(user.used, threshold)?;
    let what = match threshold {
        Threshold::Silence => "of silence",
        Threshold::Block => "of a block",
    };
    let mut message = format!(
        "{ladder} begins only after {} {what}, when the deadline of {nodes} has passed and nobody was told",
        length.value
    );
    if let Some(worst) = judged.worst {
        message += &format!(
            ", if the work starts at the wrong time, such as {}",
            timing.clocks(user.node)?.workflow.words(worst)
        );
    }
    let problem = Problem::new(&RULE, at, message)
        .with_help("add `on overdue` to the escalation, or choose a shorter time");
    let problem = also_at(problem, length.at, "this long");
    Some(also_at(problem, judged.line.at, "the deadline passes before"))
}
