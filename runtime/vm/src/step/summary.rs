//! Summaries: what is open, at fixed times of the week, to the process owner.
//!
//! Invariant: one timer per summary while the instance runs; each firing arms the next.

use super::messages::Letter;
use super::turn::Turn;
use crate::effect::Purpose;
use crate::phrases::{self, Language};
use crate::state::Task;
use wf_plan::Moment;
use wf_plan::people::Who;
use wf_plan::plan::Summary;

impl Turn<'_> {
    pub(super) fn arm_summaries(&mut self) {
        for at in 0..u16::try_from(self.program.summaries.len()).unwrap_or(u16::MAX) {
            self.arm_summary(at);
        }
    }

    fn arm_summary(&mut self, at: u16) {
        let summary = self.program.summaries.get(usize::from(at));
        if let Some(due) = summary.and_then(|summary| self.next_summary(summary)) {
            self.arm(None, due, Task::Summary(at));
        }
    }

    /// The first of its times after now, on the clocks of the workflow's calendar.
    fn next_summary(&self, summary: &Summary) -> Option<Moment> {
        let calendar = self.prepared.workflow_calendar()?;
        let today = calendar.local(self.at)?.date;
        // Eight days reach the same weekday again, when today's time is over.
        (0..=7).find_map(|ahead| {
            let date = today.plus_days(ahead)?;
            let wanted = summary.weekdays.get(date.weekday()).copied().unwrap_or(false);
            let due = calendar.from_local(date, summary.minute)?;
            Some(due).filter(|due| wanted && *due > self.at)
        })
    }

    pub(super) fn send_summary(&mut self, at: u16) {
        let Some(summary) = self.program.summaries.get(usize::from(at)) else { return };
        let to: &[Who] = if summary.to.is_empty() { &[Who::ProcessOwner] } else { &summary.to };
        let letter = Letter { via: summary.via, ..Letter::plain(Purpose::Summary, None) };
        self.send_text(to, &letter, |_, _, _| Vec::new(), |turn, language| turn.summary_text(language));
        self.arm_summary(at);
    }

    fn summary_text(&self, language: Option<&str>) -> String {
        let tongue = Language::of(language);
        let mut text = phrases::summary(tongue, &self.title(language));
        for node in crate::view::view(self.prepared, self.state).nodes {
            let whole = node.place.copy.is_none()
                && self.node(node.place.node).is_some_and(|declared| declared.for_each.is_some());
            if !node.state.is_live() || whole {
                continue;
            }
            let due = match node.due {
                crate::view::Due::Never => None,
                crate::view::Due::Paused => Some(phrases::paused(language).to_owned()),
                crate::view::Due::At(due) => Some(crate::eval::show::deadline(self.prepared, due, language)),
            };
            let label = match &node.element {
                Some(element) => format!("{}, {element}", node.label),
                None => node.label.clone(),
            };
            text.push_str("\n- ");
            text.push_str(&phrases::summary_line(&label, &node.owner, due.as_deref()));
        }
        text
    }
}
