//! What stays the same while a case is tried: the program, its calendar, the values, and when it may begin.
//!
//! Invariant: nothing here changes during a play.

use super::{assumed, values::Values};
use crate::emit::{self, Surroundings};
use crate::model::case::{Case, How};
use crate::typed::Typed;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wf_plan::calendar::Calendar;
use wf_plan::node::{Node, NodeKind};
use wf_plan::plan::{MeaningHash, NodeId, Program};
use wf_plan::value::Constant;
use wf_plan::{Date, Moment, Value};
use wf_vm::Prepared;
use wf_vm::calendar::CompiledCalendar;

/// Minute of the day at which runs begin, where that is working time.
const MORNING: u16 = 9 * 60;
/// How long before the first date of the text a run begins that must see it come.
const AHEAD_DAYS: i64 = 60;

/// So many nodes and events are copied while one case is tried, two seconds of work at worst as far as was seen; a run of a
/// thousand nodes takes a million.
const MOST_COPIES: usize = 20_000_000;

/// A case on the program it speaks of.
pub(super) struct Stage<'a> {
    pub typed: &'a Typed,
    pub case: &'a Case,
    pub prepared: Rc<Prepared>,
    pub values: Values<'a>,
    hows: BTreeMap<NodeId, How>,
    /// How many nodes and events may still be copied: every move is tried on a copy of the instance and its past.
    copies_left: Cell<usize>,
}

thread_local! {
    /// The workflow that was last asked about, with its program: one with many findings is made ready once.
    static LAST: RefCell<Option<(Typed, Rc<Prepared>)>> = const { RefCell::new(None) };
}

/// The program of a workflow; `None` where it is too large for a plan.
fn prepared(typed: &Typed) -> Option<Rc<Prepared>> {
    LAST.with_borrow_mut(|last| {
        if let Some((known, prepared)) = last
            && known == typed
        {
            return Some(Rc::clone(prepared));
        }
        let surroundings =
            Surroundings { locate: &|_| None, plan_of: &|_| Some(MeaningHash([1; 32])), policies: &[] };
        let draft = emit::emit(typed, &surroundings).ok()?;
        let prepared = Rc::new(Prepared::new(&draft.program));
        *last = Some((typed.clone(), Rc::clone(&prepared)));
        Some(prepared)
    })
}

impl<'a> Stage<'a> {
    /// `None` where the workflow is too large for a plan.
    pub fn new(typed: &'a Typed, case: &'a Case) -> Option<Self> {
        let prepared = prepared(typed)?;
        let begin = first_start(typed, prepared.workflow_calendar()?)?;
        let about = prepared.workflow_calendar()?.local(begin)?.date;
        let mut values = Values::new(typed, case, about, begin);
        assumed::suppose(typed, case, &mut values);
        let hows = case.finished.iter().copied().collect();
        Some(Self { typed, case, prepared, values, hows, copies_left: Cell::new(MOST_COPIES) })
    }

    pub fn program(&self) -> &Program {
        self.prepared.program()
    }

    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.prepared.node(id)
    }

    /// Every node that somebody or something finishes: neither converges nor outcomes.
    pub fn worked(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        let nodes = (0u16..).map(NodeId).zip(&self.program().nodes);
        nodes.filter(|(_, node)| !matches!(node.kind, NodeKind::Converge | NodeKind::Outcome(_)))
    }

    /// Whether one more move may be tried behind so many events.
    pub fn goes_on(&self, events: usize) -> bool {
        let left = self.copies_left.get().checked_sub(self.program().nodes.len().saturating_add(events));
        left.is_some_and(|left| {
            self.copies_left.set(left);
            true
        })
    }

    /// How the case says that a node finished.
    pub fn how(&self, id: NodeId) -> Option<How> {
        self.hows.get(&id).copied()
    }

    /// Other ways to try through the rounds of a `redo` that the last round does not go.
    pub fn detours(&self) -> u16 {
        if self.case.used_up.is_empty() { 0 } else { 3 }
    }

    /// When a run may begin: a Monday in March 2026, and before the first date that the workflow names.
    pub fn starts(&self) -> Vec<Moment> {
        let Some(calendar) = self.prepared.workflow_calendar() else { return Vec::new() };
        let Some(usual) = first_start(self.typed, calendar) else { return Vec::new() };
        let mut starts = vec![usual];
        let moment = |constant: &Constant| match constant {
            Constant::Date(date) => calendar.from_local(*date, 0),
            Constant::Moment(moment) => Some(*moment),
            _ => None,
        };
        let named = self.program().constants.iter().filter_map(moment).min();
        let local = named.and_then(|named| calendar.local(named));
        let ahead = local.and_then(|local| local.date.plus_days(-AHEAD_DAYS));
        let early = ahead.and_then(|date| morning(calendar, date));
        starts.extend(early.filter(|early| *early < usual));
        starts
    }

    /// The value of a field that the case names, as far as it does.
    pub fn inputs(&self) -> Vec<Value> {
        self.values.inputs()
    }
}

/// Monday 2 March 2026 at nine, or the first working time of the years that the calendar speaks of.
fn first_start(typed: &Typed, calendar: &CompiledCalendar) -> Option<Moment> {
    let data: &Calendar = &typed.calendars.get(typed.calendar.index())?.data;
    let (year, month, day) = match data.dated_years {
        Some((first, last)) if !(first..=last).contains(&2026) => (i32::from(first), 1, 1),
        _ => (2026, 3, 2),
    };
    morning(calendar, Date::from_ymd(year, month, day)?)
}

fn morning(calendar: &CompiledCalendar, date: Date) -> Option<Moment> {
    let morning = calendar.from_local(date, MORNING)?;
    if calendar.is_working(morning) {
        return Some(morning);
    }
    Some(calendar.next_opening(morning).unwrap_or(morning))
}
