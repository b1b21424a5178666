//! The earliest end of a workflow against its own deadline.
//!
//! Invariant: late only where no run, however quick everybody is, ends in any outcome that the work leads to before
//! the deadline, whichever of its lines holds.

use super::finish::{surely_fits, workflow_due};
use super::pass::{Measure, Origin, Pass, Times};
use super::path::earliest_end;
use super::schedule::{NEVER, Schedule};
use super::sweep::Sweep;
use wf_plan::Moment;

/// From which starts the workflow cannot end by its deadline, however quick everybody is.
#[must_use]
pub fn cannot_end(schedule: &Schedule<'_>) -> Sweep {
    if schedule.typed.deadlines.is_empty() || surely_fits(schedule, Measure::Least) {
        return Sweep::Fits;
    }
    let pass = Pass::earliest(schedule);
    let mut times = Times::default();
    schedule.years.sweep(|start| {
        pass.run(Origin::Start, start, &mut times);
        let (_, end) = earliest_end(&pass, &times).filter(|(_, end)| *end != NEVER)?;
        Some((end, due(schedule, start)?))
    })
}

/// The moment by which a workflow that starts at a moment is to end; where working time counts, anything up to the
/// next opening is as good.
#[must_use]
pub fn due(schedule: &Schedule<'_>, start: Moment) -> Option<Moment> {
    let due = workflow_due(schedule, start)?;
    Some(if schedule.counts_working_time() { schedule.when_work_goes_on(due) } else { due })
}
