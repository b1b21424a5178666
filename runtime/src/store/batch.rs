//! Many transitions as one statement of PostgreSQL.
//!
//! Each table's new rows travel as one array per column; the statement changes or makes the instances under their guards,
//! writes the rest beside those it did, and tells which they were: one that was overtaken, or whose worker lost its lease,
//! writes nothing and is in nobody's way. One round trip a batch, and each row found by its key. Invariant: a transition
//! whose instance has moved on writes no row anywhere.

use super::Tenant;
use super::commit::{self, group};
use super::postgres::Postgres;
use super::row::{QuestionRow, Transition};
use super::statement::{Failure, Statement, Value};
use std::sync::LazyLock;

/// What a column holds.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Whole,
    Text,
    Bytes,
}

use Kind::{Bytes, Text, Whole};

/// Rows of one table on their way: the columns in the order in which [`commit`] gives their values.
struct Table {
    /// Where its rows stand in [`WRITE`].
    place: &'static str,
    columns: &'static [(&'static str, Kind)],
    rows: for<'a> fn(&'a Transition) -> Vec<Statement<'a>>,
}

const TABLES: [Table; 9] = [
    Table {
        place: "{instances}",
        columns: &[
            ("shard", Whole),
            ("tenant", Text),
            ("id", Text),
            ("workflow", Text),
            ("number", Whole),
            ("plan_hash", Text),
            ("reference", Text),
            ("title", Text),
            ("one_per", Text),
            ("start_key", Text),
            ("parent", Text),
            ("parent_place", Text),
            ("status", Text),
            ("outcome", Text),
            ("sequence", Whole),
            ("trail_count", Whole),
            ("outbox_count", Whole),
            ("state", Bytes),
            ("journal_head", Text),
            ("trail_head", Text),
            ("started_at_ms", Whole),
            ("last_event_ms", Whole),
            ("ended_at_ms", Whole),
            ("subject", Text),
            ("was_sequence", Whole),
            ("was_trail_count", Whole),
            ("fence_node", Text),
            ("fence_epoch", Whole),
        ],
        rows: |transition| vec![given(transition)],
    },
    Table {
        place: "{events}",
        columns: &[
            ("shard", Whole),
            ("tenant", Text),
            ("instance", Text),
            ("sequence", Whole),
            ("previous_hash", Text),
            ("hash", Text),
            ("at_ms", Whole),
            ("recorded_at_ms", Whole),
            ("body", Text),
        ],
        rows: |transition| each(transition, &transition.events, commit::insert_event),
    },
    Table {
        place: "{facts}",
        columns: &[
            ("shard", Whole),
            ("tenant", Text),
            ("instance", Text),
            ("sequence", Whole),
            ("previous_hash", Text),
            ("hash", Text),
            ("event_sequence", Whole),
            ("fact", Text),
            ("node", Text),
            ("copy", Whole),
            ("person", Text),
            ("role", Text),
            ("channel", Text),
            ("external_id", Text),
            ("plan_hash", Text),
            ("source", Text),
            ("alternatives_shown", Text),
            ("alternative_chosen", Text),
            ("forced_reason", Text),
            ("at_ms", Whole),
            ("recorded_at_ms", Whole),
            ("detail", Text),
        ],
        rows: |transition| each(transition, &transition.trail, commit::insert_fact),
    },
    Table {
        place: "{disarmed}",
        columns: &[
            ("shard", Whole),
            ("tenant", Text),
            ("instance", Text),
            ("number", Whole),
            ("due_ms", Whole),
        ],
        rows: |transition| each(transition, &transition.disarmed, commit::delete_timer),
    },
    Table {
        place: "{armed}",
        columns: &[
            ("shard", Whole),
            ("tenant", Text),
            ("instance", Text),
            ("number", Whole),
            ("due_ms", Whole),
            ("kind", Text),
            ("rank", Whole),
            ("node", Text),
        ],
        rows: |transition| each(transition, &transition.armed, commit::insert_timer),
    },
    Table {
        place: "{asked}",
        columns: &[
            ("shard", Whole),
            ("tenant", Text),
            ("instance", Text),
            ("number", Whole),
            ("node", Text),
            ("asked_of", Text),
            ("words", Text),
            ("alternatives", Text),
            ("free_text", Whole),
            ("status", Text),
            ("answer", Text),
            ("answered_by", Text),
            ("asked_at_ms", Whole),
            ("closed_at_ms", Whole),
        ],
        rows: asked,
    },
    Table {
        place: "{closed}",
        columns: &[
            ("shard", Whole),
            ("tenant", Text),
            ("instance", Text),
            ("number", Whole),
            ("status", Text),
            ("answer", Text),
            ("answered_by", Text),
            ("closed_at_ms", Whole),
        ],
        rows: closed,
    },
    Table {
        place: "{ordered}",
        columns: &[
            ("shard", Whole),
            ("tenant", Text),
            ("instance", Text),
            ("number", Whole),
            ("kind", Text),
            ("node", Text),
            ("question", Whole),
            ("destination", Text),
            ("body", Text),
            ("event_sequence", Whole),
            ("next_at_ms", Whole),
            ("created_at_ms", Whole),
        ],
        rows: |transition| each(transition, &transition.outbox, commit::insert_order),
    },
    Table {
        place: "{known}",
        columns: &[("shard", Whole), ("tenant", Text), ("instance", Text), ("system", Text), ("key", Text)],
        rows: |transition| each(transition, &transition.keys, commit::put_key),
    },
];

// `n` numbers the transitions; rows beside the instances are those whose transition is in `held` ([`HELD`]). An instance
// is named by all that its indexes begin with, a timer not by its moment, which thousands may share: while the server
// knows nothing of the tables, any index will do for it.
const WRITE: &str = "
with given as materialized (
    select r.* from {instances}
), leases as materialized (
    select l.shard, l.node, l.epoch from shard_lease l
    where (l.shard, l.node, l.epoch) in (select shard, fence_node, fence_epoch from given)
    for share
), allowed as materialized (
    select g.* from given g
    where g.fence_node is null
       or exists (select 1 from leases l where l.shard = g.shard and l.node = g.fence_node and l.epoch = g.fence_epoch)
), moved as (
    update instance i
    set reference = g.reference, title = g.title, status = g.status, outcome = g.outcome, sequence = g.sequence,
        trail_count = g.trail_count, outbox_count = g.outbox_count, state = g.state, journal_head = g.journal_head,
        trail_head = g.trail_head, last_event_ms = g.last_event_ms, ended_at_ms = g.ended_at_ms
    from allowed g
    where i.shard = g.shard and i.tenant = g.tenant and i.id = g.id
      and i.workflow = g.workflow and i.number = g.number and i.started_at_ms = g.started_at_ms
      and i.sequence = g.was_sequence and i.trail_count = g.was_trail_count
    returning g.n
), born as (
    insert into instance (shard, tenant, id, workflow, number, plan_hash, reference, title, one_per, start_key,
        parent, parent_place, status, outcome, sequence, trail_count, outbox_count, state, journal_head, trail_head,
        started_at_ms, last_event_ms, ended_at_ms, subject)
    select shard, tenant, id, workflow, number, plan_hash, reference, title, one_per, start_key, parent, parent_place,
        status, outcome, sequence, trail_count, outbox_count, state, journal_head, trail_head, started_at_ms,
        last_event_ms, ended_at_ms, subject
    from allowed where was_sequence is null
    on conflict do nothing
    returning shard, tenant, id
), held as materialized (
    select n from moved
    union all
    select g.n from allowed g
    where g.was_sequence is null and ((g.shard, g.tenant, g.id) in (select shard, tenant, id from born)) is true
), events as (
    insert into event ({events.columns})
    select {events.columns} from {events}
), facts as (
    insert into trail ({facts.columns})
    select {facts.columns} from {facts}
), disarmed as (
    delete from timer t using {disarmed}
    where t.shard = r.shard and t.tenant = r.tenant and t.instance = r.instance and t.number = r.number
), armed as (
    insert into timer ({armed.columns})
    select {armed.columns} from {armed}
), asked as (
    insert into question ({asked.columns})
    select {asked.columns} from {asked}
    on conflict (shard, tenant, instance, number) do update
    set asked_of = excluded.asked_of, words = excluded.words, alternatives = excluded.alternatives,
        status = excluded.status, answer = excluded.answer, answered_by = excluded.answered_by,
        closed_at_ms = excluded.closed_at_ms
), closed as (
    update question q
    set status = r.status, answer = r.answer, answered_by = r.answered_by, closed_at_ms = r.closed_at_ms
    from {closed}
    where q.shard = r.shard and q.tenant = r.tenant and q.instance = r.instance and q.number = r.number
      and q.status = 'open'
), ordered as (
    insert into outbox ({ordered.columns}, status)
    select {ordered.columns}, 'waiting' from {ordered}
), known as (
    insert into instance_key ({known.columns})
    select {known.columns} from {known}
    on conflict (shard, tenant, instance, system) do update set key = excluded.key
)
select n from held";

/// Rows of transitions that are written. Put so that the planner keeps the numbers in a hash and makes no join of it.
const HELD: &str = "(select * from {rows} where (r.n in (select n from held)) is true) as r";

/// [`WRITE`] with its rows in their places.
static STATEMENT: LazyLock<String> = LazyLock::new(|| {
    let mut number = 0;
    TABLES.iter().fold(WRITE.to_owned(), |text, table| {
        let mut array = |kind: Kind| {
            number += 1;
            format!("${number}::{}[]", kind.name())
        };
        let mut arrays: Vec<String> = table.columns.iter().map(|(_, kind)| array(*kind)).collect();
        arrays.push(array(Whole));
        let names = table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let columns = table.place.replace('}', ".columns}");
        let rows = format!("unnest({}) as r({names}, n)", arrays.join(", "));
        let place = if table.place == "{instances}" { rows } else { HELD.replace("{rows}", &rows) };
        text.replace(&columns, &names).replace(table.place, &place)
    })
});

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Whole => "bigint",
            Text => "text",
            Bytes => "bytea",
        }
    }
}

/// Writes transitions; tells for each whether it was written.
pub(super) async fn write(postgres: &Postgres, transitions: &[Transition]) -> Result<Vec<bool>, Failure> {
    // What also changes another instance's order, the inbox, or somebody's key has guards of its own.
    let (mut plain, others): (Vec<usize>, Vec<usize>) =
        (0..transitions.len()).partition(|at| transitions.get(*at).is_some_and(is_plain));
    let mut written = vec![false; transitions.len()];
    // All who write several instances do so in this order, so that none waits for one that waits for it.
    plain.sort_by_key(|at| {
        transitions.get(*at).map(|transition| (&transition.tenant.name, &transition.instance.id))
    });
    let chosen: Vec<&Transition> = plain.iter().filter_map(|at| transitions.get(*at)).collect();
    if !chosen.is_empty() {
        for row in postgres.write_batch(statement(&chosen)).await? {
            let at = usize::try_from(row.get::<i64>("n")?).ok().and_then(|n| plain.get(n));
            at.and_then(|at| written.get_mut(*at)).into_iter().for_each(|written| *written = true);
        }
    }
    if !others.is_empty() {
        let groups = others.iter().filter_map(|at| transitions.get(*at)).map(group).collect();
        for (at, held) in others.iter().zip(postgres.write_groups(groups).await?) {
            written.splice(at..=at, [held]);
        }
    }
    Ok(written)
}

fn is_plain(transition: &Transition) -> bool {
    transition.settles.is_none() && transition.taken.is_empty() && transition.subject.is_none()
}

fn statement<'a>(transitions: &[&'a Transition]) -> Statement<'a> {
    let mut all = Statement::new(&STATEMENT);
    for table in &TABLES {
        let mut columns: Vec<Value<'a>> = table
            .columns
            .iter()
            .map(|(_, kind)| match kind {
                Whole => Value::Wholes(Vec::new()),
                Text => Value::Texts(Vec::new()),
                Bytes => Value::Blobs(Vec::new()),
            })
            .collect();
        let mut numbers = Vec::new();
        for (n, transition) in (0..).zip(transitions) {
            for row in (table.rows)(transition) {
                numbers.push(Some(n));
                for (column, value) in columns.iter_mut().zip(row.values) {
                    column.push(value);
                }
            }
        }
        all.values.append(&mut columns);
        all.values.push(Value::Wholes(numbers));
    }
    all
}

fn each<'a, T>(
    transition: &'a Transition,
    rows: &'a [T],
    statement: impl Fn(&'a Tenant, &'a str, &'a T) -> Statement<'a>,
) -> Vec<Statement<'a>> {
    rows.iter().map(|row| statement(&transition.tenant, &transition.instance.id, row)).collect()
}

/// An instance as it is afterwards, where it must stand before, and under which lease.
fn given(transition: &Transition) -> Statement<'_> {
    commit::insert_instance(&transition.tenant, &transition.instance)
        .with(transition.before.map(|before| before.sequence))
        .with(transition.before.map(|before| before.trail_count))
        .with(transition.fence.as_ref().map(|fence| fence.node.as_str()))
        .with(transition.fence.as_ref().map(|fence| fence.epoch))
}

/// Questions asked; one that is closed in the same transition is written as closed, because no statement of PostgreSQL
/// changes a row twice.
fn asked(transition: &Transition) -> Vec<Statement<'_>> {
    let asked = transition.asked.iter().map(|question| {
        let closed = transition.closed.iter().find(|closed| closed.number == question.number);
        let asked = question.clone();
        match closed {
            None => asked,
            Some(closed) => QuestionRow {
                status: closed.status.clone(),
                answer: closed.answer.clone(),
                answered_by: closed.answered_by.clone(),
                closed_at_ms: Some(closed.closed_at_ms),
                ..asked
            },
        }
    });
    let id = &transition.instance.id;
    asked.map(|question| commit::insert_question(&transition.tenant, id, &question).owned()).collect()
}

fn closed(transition: &Transition) -> Vec<Statement<'_>> {
    let asked_here = |number| transition.asked.iter().any(|question| question.number == number);
    let closed = transition.closed.iter().filter(|closed| !asked_here(closed.number));
    let id = &transition.instance.id;
    closed.map(|closed| commit::close_question(&transition.tenant, id, closed)).collect()
}
