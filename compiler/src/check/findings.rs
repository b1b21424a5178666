//! What the checks of one declaration found so far.
//!
//! A named ladder or message is checked at each place of use, so the same finding can come many times; it is kept
//! once, and the further places of use go beside the first. Invariant: `broken` is true as soon as any error was
//! found, also a muted one, so that nothing unusable is handed on.

use crate::place::{Place, Problem};
use wf_lang::diagnostic::Severity;

/// Places of use shown for one finding; more would bury it.
const MOST_PLACES: usize = 4;

/// Findings, and whether they make the declaration unusable.
#[derive(Default)]
pub(super) struct Findings {
    problems: Vec<Problem>,
    muted: u32,
    broken: bool,
}

impl Findings {
    /// Takes a finding that stands by itself.
    pub(super) fn report(&mut self, problem: Problem) {
        self.broken |= problem.severity == Severity::Error;
        if self.muted == 0 {
            self.merge(problem);
        }
    }

    /// Takes a finding in something that is used elsewhere, and shows where.
    pub(super) fn report_used(&mut self, problem: Problem, used: Option<Place>) {
        match used.filter(|used| *used != problem.at) {
            Some(used) => self.report(problem.with_related(used, "used here")),
            None => self.report(problem),
        }
    }

    /// Something is wrong that another step has reported already: a line that did not parse.
    pub(super) fn mark_broken(&mut self) {
        self.broken = true;
    }

    /// From here on findings are another declaration's and reported there; ends with [`Self::unmute`].
    pub(super) fn mute(&mut self) {
        self.muted += 1;
    }

    /// Ends one [`Self::mute`].
    pub(super) fn unmute(&mut self) {
        self.muted = self.muted.saturating_sub(1);
    }

    /// Whether an error was found.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// The findings in the order they were made.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    fn merge(&mut self, problem: Problem) {
        let same = |known: &&mut Problem| {
            known.at == problem.at && known.rule.code == problem.rule.code && known.message == problem.message
        };
        let Some(known) = self.problems.iter_mut().find(same) else {
            self.problems.push(problem);
            return;
        };
        for place in problem.related {
            if known.related.len() < MOST_PLACES && !known.related.contains(&place) {
                known.related.push(place);
            }
        }
    }
}
