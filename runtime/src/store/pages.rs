//! Chains of many instances, page by page: what verification and exports read, a bounded number of rows at a time.
//!
//! Pages go by instance and row number, the order of the tables' keys, so that each is one walk along a key; many short
//! chains are read at once by the ids of their instances.
//! Invariant: the order of instances is the database's own; callers compare ids for equality only.

use super::row::{EventRow, InstanceRow, TrailRow};
use super::statement::{Cell, Failure, Row, Statement};
use super::{Store, failed, instance};
use crate::error::Result;
use std::sync::Arc;

/// Consecutive instances: those after one, up to another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stretch {
    /// Only instances after this one.
    pub after: String,
    /// And up to this one; `None`: to the end.
    pub through: Option<String>,
}

impl Stretch {
    /// One instance.
    #[must_use]
    pub fn of(instance: &str) -> Self {
        Self { after: instance.to_owned(), through: Some(instance.to_owned()) }
    }

    /// Those after one, up to another or to the end.
    #[must_use]
    pub fn between(after: &str, through: Option<&str>) -> Self {
        Self { after: after.to_owned(), through: through.map(str::to_owned) }
    }

    /// Before its first row.
    #[must_use]
    pub fn start(&self) -> Place {
        let alone = self.through.as_ref() == Some(&self.after);
        (self.after.clone(), if alone { i64::MIN } else { i64::MAX })
    }
}

/// A row of a chain: instance and number.
pub type Place = (String, i64);

/// Which instances are wanted; everything empty: all of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Only this one.
    pub instance: Option<String>,
    /// Only those of this workflow.
    pub workflow: Option<String>,
    /// Only those that still ran at this moment or later.
    pub from_ms: Option<i64>,
    /// Only those that started before this moment.
    pub to_ms: Option<i64>,
}

macro_rules! of_a_chain {
    ($table:literal, $columns:literal, $end:literal) => {
        concat!(
            "select instance, sequence, previous_hash, hash, at_ms, recorded_at_ms, ",
            $columns,
            " from ",
            $table,
            " where shard = $1 and tenant = $2 and (instance, sequence) > ($3, $4) and ",
            $end,
            " order by instance, sequence limit $6"
        )
    };
}

// Up to an instance, or (an open end must not cost a scan beyond the stretch) to the end of the table.
const EVENTS: &str = of_a_chain!("event", "body", "instance <= $5");
const EVENTS_TO_THE_END: &str = of_a_chain!("event", "body", "$5 is null");
const FACTS: &str = of_a_chain!(
    "trail",
    "event_sequence, fact, node, copy, person, role, channel, external_id, plan_hash, source, alternatives_shown,
     alternative_chosen, forced_reason, detail",
    "instance <= $5"
);
const FACTS_TO_THE_END: &str = of_a_chain!(
    "trail",
    "event_sequence, fact, node, copy, person, role, channel, external_id, plan_hash, source, alternatives_shown,
     alternative_chosen, forced_reason, detail",
    "$5 is null"
);

macro_rules! of_some_chains {
    ($table:literal, $columns:literal, $which:literal) => {
        concat!(
            "select instance, sequence, previous_hash, hash, at_ms, recorded_at_ms, ",
            $columns,
            " from ",
            $table,
            " where shard = $1 and tenant = $2 and ",
            $which,
            " and sequence <= $4 order by instance, sequence"
        )
    };
}

macro_rules! of_events {
    ($which:literal) => {
        of_some_chains!("event", "body", $which)
    };
}

macro_rules! of_facts {
    ($which:literal) => {
        of_some_chains!(
            "trail",
            "event_sequence, fact, node, copy, person, role, channel, external_id, plan_hash, source, alternatives_shown,
     alternative_chosen, forced_reason, detail",
            $which
        )
    };
}

// One walk along the key for each chain, also while the server knows nothing of the tables: else it reads them whole.
macro_rules! chain_by_chain {
    ($rows:expr) => {
        concat!(
            "select chain.* from json_array_elements_text($3::json) as wanted(id) cross join lateral (",
            $rows,
            ") as chain"
        )
    };
}

const EVENTS_OF: &str = of_events!("instance in (select value from json_each($3))");
const EVENTS_OF_ON_POSTGRES: &str = chain_by_chain!(of_events!("instance = wanted.id"));
const FACTS_OF: &str = of_facts!("instance in (select value from json_each($3))");
const FACTS_OF_ON_POSTGRES: &str = chain_by_chain!(of_facts!("instance = wanted.id"));

impl Store {
    /// Instances in the order of their ids, after one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instances_after(
        &self,
        after: &str,
        wanted: &Wanted,
        limit: i64,
    ) -> Result<Vec<InstanceRow>> {
        let page = Statement::new(instance::read!("instance" "instance
             where shard = $1 and tenant = $2 and id > $3 and ($4 is null or id = $4)
               and ($5 is null or workflow = $5) and ($6 is null or coalesce(ended_at_ms, $6) >= $6)
               and ($7 is null or started_at_ms < $7)
             order by id limit $8"))
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(after)
        .with(&wanted.instance)
        .with(&wanted.workflow)
        .with(wanted.from_ms)
        .with(wanted.to_ms)
        .with(limit);
        self.collected(self.database.read_long(page).await)
    }

    /// Journal rows of a stretch, after a row of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn events_page(
        &self,
        stretch: &Stretch,
        after: &Place,
        limit: i64,
    ) -> Result<Vec<(Arc<str>, EventRow)>> {
        let statement = if stretch.through.is_some() { EVENTS } else { EVENTS_TO_THE_END };
        let rows = self.chain_page(statement, stretch, after, limit).await;
        rows.and_then(|rows| with_instance(rows, event))
            .map_err(|cause| failed("the journal was read", cause))
    }

    /// Trail rows of a stretch, after a row of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn facts_page(
        &self,
        stretch: &Stretch,
        after: &Place,
        limit: i64,
    ) -> Result<Vec<(Arc<str>, TrailRow)>> {
        let statement = if stretch.through.is_some() { FACTS } else { FACTS_TO_THE_END };
        let rows = self.chain_page(statement, stretch, after, limit).await;
        rows.and_then(|rows| with_instance(rows, fact)).map_err(|cause| failed("the trail was read", cause))
    }

    /// Journal rows of some instances, up to a number in each; whoever asks knows how many rows that are.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn events_of(&self, instances: &[&str], through: i64) -> Result<Vec<(Arc<str>, EventRow)>> {
        let statement = self.database.either(EVENTS_OF, EVENTS_OF_ON_POSTGRES);
        let rows = self.some_chains(statement, instances, through).await;
        rows.and_then(|rows| with_instance(rows, event))
            .map_err(|cause| failed("the journal was read", cause))
    }

    /// Trail rows of some instances, up to a number in each.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn facts_of(&self, instances: &[&str], through: i64) -> Result<Vec<(Arc<str>, TrailRow)>> {
        let statement = self.database.either(FACTS_OF, FACTS_OF_ON_POSTGRES);
        let rows = self.some_chains(statement, instances, through).await;
        rows.and_then(|rows| with_instance(rows, fact)).map_err(|cause| failed("the trail was read", cause))
    }

    async fn some_chains(
        &self,
        statement: &'static str,
        instances: &[&str],
        through: i64,
    ) -> Result<Vec<Row>, Failure> {
        let rows = Statement::new(statement)
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(serde_json::json!(instances).to_string())
            .with(through);
        self.database.read_long(rows).await
    }

    async fn chain_page(
        &self,
        statement: &'static str,
        stretch: &Stretch,
        after: &Place,
        limit: i64,
    ) -> Result<Vec<Row>, Failure> {
        let page = Statement::new(statement)
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(&after.0)
            .with(after.1)
            .with(&stretch.through)
            .with(limit);
        self.database.read_along_key(page).await
    }
}

/// Rows with their instance, which those of one chain share.
fn with_instance<T>(
    rows: Vec<Row>,
    read: fn(&mut Cells) -> Result<T, Failure>,
) -> Result<Vec<(Arc<str>, T)>, Failure> {
    let mut of: Arc<str> = Arc::from("");
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let mut cells = Cells(row.cells.into_iter());
        let instance = cells.text()?;
        if *of != *instance {
            of = Arc::from(instance);
        }
        all.push((Arc::clone(&of), read(&mut cells)?));
    }
    Ok(all)
}

/// The cells of a row in the order of the columns, given away: texts are many here, and copying them would cost.
struct Cells(std::vec::IntoIter<Cell>);

impl Cells {
    fn text(&mut self) -> Result<String, Failure> {
        self.maybe_text()?.ok_or_else(misread)
    }

    fn maybe_text(&mut self) -> Result<Option<String>, Failure> {
        match self.0.next() {
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(Cell::Null) => Ok(None),
            _ => Err(misread()),
        }
    }

    fn whole(&mut self) -> Result<i64, Failure> {
        self.maybe_whole()?.ok_or_else(misread)
    }

    fn maybe_whole(&mut self) -> Result<Option<i64>, Failure> {
        match self.0.next() {
            Some(Cell::Whole(number)) => Ok(Some(number)),
            Some(Cell::Null) => Ok(None),
            _ => Err(misread()),
        }
    }
}

fn misread() -> Failure {
    Failure::new("a column of a chain is of another type")
}

fn event(cells: &mut Cells) -> Result<EventRow, Failure> {
    Ok(EventRow {
        sequence: cells.whole()?,
        previous_hash: cells.text()?,
        hash: cells.text()?,
        at_ms: cells.whole()?,
        recorded_at_ms: cells.whole()?,
        body: cells.text()?,
    })
}

fn fact(cells: &mut Cells) -> Result<TrailRow, Failure> {
    Ok(TrailRow {
        sequence: cells.whole()?,
        previous_hash: cells.text()?,
        hash: cells.text()?,
        at_ms: cells.whole()?,
        recorded_at_ms: cells.whole()?,
        event_sequence: cells.maybe_whole()?,
        fact: cells.text()?,
        node: cells.maybe_text()?,
        copy: cells.maybe_whole()?,
        person: cells.maybe_text()?,
        role: cells.maybe_text()?,
        channel: cells.maybe_text()?,
        external_id: cells.maybe_text()?,
        plan_hash: cells.text()?,
        source: cells.maybe_text()?,
        alternatives_shown: cells.maybe_text()?,
        alternative_chosen: cells.maybe_text()?,
        forced_reason: cells.maybe_text()?,
        detail: cells.text()?,
    })
}
