//! The past happens again: rows and due timers, in the order of their moments over all cases.
//!
//! The clock stands at what happens next. Timers of a moment come before rows of it, as the interpreter has it; timers of
//! one moment are written together. Invariant: the clock never passes a timer that is due, so that nothing is early or
//! late, and what is committed is counted from what the engine says was committed.

use super::Wanted;
use super::deed::Deed;
use super::event::{Fits, Told, fits, starter};
use super::log::{Row, plain};
use super::misfits::{self, Misfits};
use super::tally::Tally;
use crate::asked;
use crate::config::nearest;
use crate::engine::{Engine, StartRequest, Started, Starter};
use crate::error::{Class, Problem, Result};
use crate::outbox;
use crate::plans::Ready;
use crate::store::row::InstanceRow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError};
use wf_plan::Moment;
use wf_vm::state::next_due;
use wf_vm::{Effect, EventKind, State};

/// Timers of one moment written together.
const TOGETHER: usize = 1_000;
/// Rows between two words about how far it is.
const TOLD_EVERY: usize = 500;

/// An instance that was started.
pub(super) struct Instance {
    pub id: String,
    pub ready: Arc<Ready>,
    pub state: Arc<State>,
    due: Option<Moment>,
    /// The case it stands for; none of another instance's child.
    pub case: Option<usize>,
}

/// How rows came out.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub applied: u64,
    pub left_out: u64,
    pub after_end: u64,
    pub forced: Misfits,
    pub misfits: Misfits,
}

/// The past while it happens.
pub(super) struct Playing<'a> {
    pub engine: Engine,
    pub ready: Arc<Ready>,
    pub wanted: &'a Wanted<'a>,
    /// Where in a row the value of a field stands, by the field's name.
    columns: Arc<[(String, usize)]>,
    pub instances: Vec<Instance>,
    by_id: HashMap<String, usize>,
    /// Per case of the log: its instance, or why it has none.
    cases: Vec<Option<Result<usize, String>>>,
    due: BTreeSet<(Moment, usize)>,
    /// When orders that concern other instances are to be carried out.
    orders: BTreeSet<Moment>,
    pub set_aside: BTreeSet<String>,
    pub tally: Tally,
    pub rows: Rows,
    pub until: Moment,
}

impl<'a> Playing<'a> {
    pub fn new(engine: Engine, ready: Arc<Ready>, wanted: &'a Wanted<'a>) -> Result<Self> {
        let last = wanted.log.rows.last().map_or(Moment(0), |row| row.at);
        let columns = columns(wanted, &ready)?;
        inputs_are_there(&ready, wanted, &columns)?;
        Ok(Self {
            engine,
            wanted,
            columns: columns.into(),
            instances: Vec::new(),
            by_id: HashMap::new(),
            cases: vec![None; wanted.log.cases.len()],
            due: BTreeSet::new(),
            orders: BTreeSet::new(),
            set_aside: BTreeSet::new(),
            tally: Tally::default(),
            rows: Rows::default(),
            until: wanted.until.unwrap_or(last),
            ready,
        })
    }

    /// Plays everything, and lets the time after the last row pass.
    pub async fn play(&mut self, told: &mut dyn FnMut(usize)) -> Result<()> {
        let wanted = self.wanted;
        for (at, row) in wanted.log.rows.iter().enumerate() {
            if row.at > self.until {
                self.rows.after_end += 1;
                continue;
            }
            if at % TOLD_EVERY == 0 {
                told(at);
            }
            self.pass_time(row.at).await?;
            self.engine.clock.move_to(row.at);
            self.row(row).await?;
        }
        self.pass_time(self.until).await?;
        self.engine.clock.move_to(self.until);
        let ends: Vec<_> =
            self.instances.iter().map(|one| (one.id.clone(), one.ready.hash.clone())).collect();
        self.tally.end(self.until, &ends);
        Ok(())
    }

    /// Lets everything happen that is due until a moment, each at its own.
    async fn pass_time(&mut self, until: Moment) -> Result<()> {
        loop {
            let timer = self.due.first().map(|(due, _)| *due);
            let order = self.orders.first().copied();
            let Some(next) = timer.into_iter().chain(order).min().filter(|next| *next <= until) else {
                return Ok(());
            };
            self.engine.clock.move_to(next);
            if order.is_some_and(|order| order <= next) {
                self.orders.retain(|order| *order > next);
                outbox::carry_out_orders(&self.engine).await?;
                self.absorb();
            }
            let now = self.due.range(..=(next, usize::MAX)).take(TOGETHER).copied();
            let now: Vec<(Moment, usize)> = now.collect();
            let ids =
                now.iter().filter_map(|(_, at)| self.instances.get(*at)).map(|one| one.id.clone()).collect();
            for (id, came) in self.engine.catch_up_all(ids).await? {
                match came {
                    Ok(()) => {}
                    // The engine has set it aside; the others go on.
                    Err(problem) if problem.class() == Class::Damaged => drop(self.set_aside.insert(id)),
                    Err(problem) => return Err(problem),
                }
            }
            self.absorb();
            // What is still due now has been set aside, and is not asked for again.
            for one in now {
                self.due.remove(&one);
            }
        }
    }

    /// A row happens to its case.
    async fn row(&mut self, row: &Row) -> Result<()> {
        let log = self.wanted.log;
        let activity = log.activity_of(row);
        let columns = Arc::clone(&self.columns);
        let values: HashMap<&str, &str> = columns
            .iter()
            .filter_map(|(field, column)| Some((field.as_str(), row.cells.get(*column)?.as_str())))
            .chain(self.wanted.constants.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            .collect();
        let told =
            Told { line: row.line, activity, person: row.person.as_deref(), at: row.at, values: &values };
        let is_first = matches!(self.cases.get(row.case), Some(None));
        if is_first {
            let started = self.start(log.case_of(row), row.case, &told).await?;
            if let Some(case) = self.cases.get_mut(row.case) {
                *case = Some(started);
            }
        }
        let at = match self.cases.get(row.case).and_then(Option::as_ref) {
            Some(Ok(at)) => *at,
            Some(Err(why)) => {
                let why = format!("its case could not start: {why}");
                self.rows.misfits.count(activity, why, row.line);
                return Ok(());
            }
            None => return Ok(()),
        };
        match self.wanted.map.deed(row.activity) {
            None => self.rows.misfits.count(activity, "nothing says what it stands for".to_owned(), row.line),
            Some(Deed::LeftOut) => self.rows.left_out += 1,
            Some(Deed::Start) if is_first => self.rows.applied += 1,
            Some(Deed::Start) => {
                self.rows.misfits.count(activity, "its case has started already".to_owned(), row.line);
            }
            Some(deed) => self.act(at, deed, &told).await?,
        }
        Ok(())
    }

    async fn act(&mut self, at: usize, deed: &Deed, told: &Told<'_>) -> Result<()> {
        let Some(instance) = self.instances.get(at) else { return Ok(()) };
        let fits = fits(&instance.ready, &instance.state, deed, told);
        let why_not = misfits::reason(&instance.ready, &instance.state, &fits);
        let forced = match &fits {
            Fits::Forced(_, refusal) => Some(misfits::forced(&instance.ready, refusal)),
            _ => None,
        };
        let (Fits::Yes(kind) | Fits::Forced(kind, _) | Fits::No(kind, _)) = fits else {
            self.rows.misfits.count(told.activity, why_not.unwrap_or_default(), told.line);
            return Ok(());
        };
        match self.apply(at, kind).await {
            Ok(()) => {}
            Err(problem) if problem.class() == Class::Damaged => {
                self.rows.misfits.count(told.activity, "its instance was set aside".to_owned(), told.line);
                return Ok(());
            }
            Err(problem) => return Err(problem),
        }
        match why_not {
            Some(why) => self.rows.misfits.count(told.activity, why, told.line),
            None => self.rows.applied += 1,
        }
        if let Some(why) = forced {
            self.rows.forced.count(told.activity, why, told.line);
        }
        Ok(())
    }

    async fn apply(&mut self, at: usize, kind: EventKind) -> Result<()> {
        let Some(instance) = self.instances.get(at) else { return Ok(()) };
        let applied = self.engine.apply(&instance.id, kind, None).await;
        if let Err(problem) = &applied
            && problem.class() == Class::Damaged
        {
            self.set_aside.insert(instance.id.clone());
        }
        applied?;
        self.absorb();
        Ok(())
    }

    /// Starts a case; why it cannot start is no failure of the replay.
    async fn start(&mut self, case: &str, number: usize, told: &Told<'_>) -> Result<Result<usize, String>> {
        let program = self.ready.program();
        let given = |name: &String| Some((name.clone(), (*told.values.get(name.as_str())?).into()));
        let given: Vec<(String, serde_json::Value)> = program
            .inputs
            .iter()
            .filter_map(|field| given(&field.name))
            .filter(|(_, value)| *value != "")
            .collect();
        let inputs = match asked::inputs(&self.ready, &given) {
            Ok(inputs) => inputs,
            Err(problem) => return Ok(Err(problem.to_string())),
        };
        let request = StartRequest {
            ready: Arc::clone(&self.ready),
            inputs,
            starter: Starter::Person(starter(&self.ready, told.person)),
            key: Some(case.to_owned()),
            settles: None,
            event: None,
        };
        let started = match self.engine.start(&request).await {
            Ok(started) => started,
            Err(problem) if problem.class() == Class::Refused => return Ok(Err(problem.to_string())),
            Err(problem) => return Err(problem),
        };
        self.absorb();
        let at = self.by_id.get(&started.instance().id).copied();
        let at = at.ok_or_else(|| Problem::damaged(format!("case `{case}` has started and is not there")))?;
        if let (Started::New(_), Some(instance)) = (&started, self.instances.get_mut(at)) {
            instance.case = Some(number);
        }
        Ok(Ok(at))
    }

    /// Takes note of everything that was committed meanwhile.
    fn absorb(&mut self) {
        let Some(watch) = &self.engine.watched else { return };
        let committed = std::mem::take(&mut *watch.lock().unwrap_or_else(PoisonError::into_inner));
        for one in committed {
            let at = match self.by_id.get(&one.instance) {
                Some(at) => *at,
                None => {
                    self.by_id.insert(one.instance.clone(), self.instances.len());
                    self.instances.push(Instance {
                        id: one.instance.clone(),
                        ready: Arc::clone(&one.ready),
                        state: Arc::clone(&one.state),
                        due: None,
                        case: None,
                    });
                    self.instances.len() - 1
                }
            };
            self.tally.count(at, &one.instance, &one.ready, &one.effects);
            self.note_orders(&one.ready, &one.effects);
            let Some(instance) = self.instances.get_mut(at) else { continue };
            if let Some(due) = instance.due.take() {
                self.due.remove(&(due, at));
            }
            instance.due = next_due(&one.state);
            instance.state = one.state;
            self.due.extend(instance.due.map(|due| (due, at)));
        }
    }

    /// Children are started, cancelled and answered as soon as that is asked for.
    fn note_orders(&mut self, ready: &Arc<Ready>, effects: &[Effect]) {
        let now = self.engine.clock.now();
        // A child that ends tells its parent.
        if ready.hash != self.ready.hash {
            self.orders.insert(now);
        }
        for effect in effects {
            match effect {
                Effect::StartChild { .. } | Effect::CancelChild { .. } => drop(self.orders.insert(now)),
                Effect::StartWorkflow { at, .. } => drop(self.orders.insert((*at).max(now))),
                _ => {}
            }
        }
    }

    /// All instances of the store, in the order of their ids.
    pub async fn stored(&self) -> Result<Vec<InstanceRow>> {
        let (mut all, mut after) = (Vec::<InstanceRow>::new(), String::new());
        loop {
            let rows =
                self.engine.store.instances_after(&after, &crate::store::Wanted::default(), 1_000).await?;
            let Some(last) = rows.last() else { return Ok(all) };
            after.clone_from(&last.id);
            all.extend(rows);
        }
    }

    /// How many cases could not start.
    pub fn not_started(&self) -> usize {
        self.cases.iter().flatten().filter(|case| case.is_err()).count()
    }
}

/// Where values of fields stand: columns of the same names, and those that are told.
fn columns(wanted: &Wanted<'_>, ready: &Ready) -> Result<Vec<(String, usize)>> {
    let names = || wanted.log.columns.iter().map(String::as_str);
    let mut columns: Vec<(String, usize)> =
        wanted.log.columns.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
    let program = ready.program();
    let fields = program.inputs.iter().chain(program.nodes.iter().flat_map(|node| &node.form));
    let fields: BTreeSet<&str> = fields.map(|field| field.name.as_str()).collect();
    let known = |name: &str| {
        let misses = !fields.contains(name);
        misses.then(|| {
            let problem = Problem::input(format!("the workflow has no field `{name}`"));
            match nearest(name, fields.iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            }
        })
    };
    for (field, column) in &wanted.columns {
        if let Some(problem) = known(field) {
            return Err(problem);
        }
        let at = names().position(|name| name == plain(column)).ok_or_else(|| {
            Problem::input(format!("the log has no column `{column}`"))
                .help(format!("there are {}", names().collect::<Vec<_>>().join(", ")))
        })?;
        columns.retain(|(name, _)| name != field);
        columns.push((field.clone(), at));
    }
    match wanted.constants.iter().find_map(|(name, _)| known(name)) {
        Some(problem) => Err(problem),
        None => Ok(columns),
    }
}

/// Every input that a start needs must come from somewhere.
fn inputs_are_there(ready: &Ready, wanted: &Wanted<'_>, columns: &[(String, usize)]) -> Result<()> {
    let given = |name: &str| {
        columns.iter().any(|(known, _)| known == name)
            || wanted.constants.iter().any(|(known, _)| known == name)
    };
    let inputs = ready.program().inputs.iter();
    let missing = inputs.filter(|field| !field.optional && field.from.is_none() && !given(&field.name));
    let missing: Vec<&str> = missing.map(|field| field.name.as_str()).collect();
    let Some(first) = missing.first() else { return Ok(()) };
    Err(Problem::input(format!("no column gives the input {}", quoted(&missing))).help(format!(
        "say which one does with `--column {first}=COLUMN`, or give every case the same with `--input {first}=VALUE`; there are the columns {}",
        wanted.log.columns.join(", ")
    )))
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
