//! Rounds that repeat each other are told once: a process owner reads what a round is, and how often it comes.
//!
//! Invariant: what is left out is what stands right before it, but for its dates.

use super::tell::Told;
use wf_plan::Moment;

/// So many rounds that are all the same are told one by one.
const TOLD_IN_FULL: usize = 2;

/// What is told of a play, in order.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Line {
    /// Something that happened.
    Told(Told),
    /// What happened since the round before came so many times more, the last time until this moment.
    Same(usize, Moment),
}

/// What happened, without rounds that only say once more what the round before said.
pub(super) fn shortened(told: &[Told]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rounds = rounds(told).into_iter().peekable();
    while let Some(round) = rounds.next() {
        let mut same = Vec::new();
        while let Some(next) = rounds.next_if(|next| is_same(round, next)) {
            same.push(next);
        }
        lines.extend(round.iter().copied().map(Line::Told));
        match same.last().and_then(|last| last.last()) {
            Some(last) if same.len() >= TOLD_IN_FULL => lines.push(Line::Same(same.len(), last.at())),
            _ => lines.extend(same.concat().into_iter().map(Line::Told)),
        }
    }
    lines
}

/// Parts that end with a redo each, and what follows the last one; the start is a part of its own.
fn rounds(told: &[Told]) -> Vec<&[Told]> {
    told.split_inclusive(|one| matches!(one, Told::Again(..) | Told::Started(_))).collect()
}

fn is_same(one: &[Told], other: &[Told]) -> bool {
    let undated = |told: &Told| told.at_moment(Moment(0));
    one.iter().map(undated).eq(other.iter().map(undated))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::How;
    use crate::witness::ways::Way;
    use wf_plan::plan::NodeId;

    fn round(at: i64, how: How) -> [Told; 2] {
        [Told::Finished(Moment(at), NodeId(0), how, Way::ByHand), Told::Again(Moment(at + 1), NodeId(1), 0)]
    }

    fn told(hows: &[How]) -> Vec<Told> {
        let rounds = hows.iter().enumerate().flat_map(|(at, how)| round(10 * at as i64, *how));
        [Told::Started(Moment(0))].into_iter().chain(rounds).collect()
    }

    #[test]
    fn a_round_that_comes_again_and_again_is_told_once() {
        let all = told(&[How::Completed; 50]);
        let lines = shortened(&all);
        let first = all.iter().take(3).copied().map(Line::Told);
        assert_eq!(lines, first.chain([Line::Same(49, Moment(491))]).collect::<Vec<_>>());
    }

    #[test]
    fn what_differs_is_told() {
        for hows in
            [vec![How::Completed; 2], vec![How::Completed, How::Skipped, How::Completed, How::Skipped]]
        {
            let all = told(&hows);
            assert_eq!(shortened(&all), all.iter().copied().map(Line::Told).collect::<Vec<_>>());
        }
    }
}
