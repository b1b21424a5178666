-- Instances: one run of one workflow each, with its state after the last event of its journal.
-- Lists of values are written with `or` here: SQLite would fill a table of its own for each row that `in` checks.
create table instance (
    shard           integer not null check (shard between 0 and 255),   -- hash of the tenant, first in every key
    tenant          text    not null check (tenant <> ''),              -- whose instance it is
    id              text    not null check (id <> ''),                  -- name for people and machines: `onboarding-17`
    workflow        text    not null,                                   -- name of the workflow
    number          integer not null check (number >= 1),               -- counts within the workflow
    plan_hash       text    not null,                                   -- the plan it started with and keeps
    reference       text,                                               -- its `reference`, if the workflow has one
    title           text    not null,                                   -- its `title`, or the workflow's
    one_per         text,                                               -- value of the `one per` field, if there is one
    start_key       text,                                               -- idempotency key of whoever started it
    parent          text,                                               -- instance whose `run` started it
    parent_place    text,                                               -- which `run` node, copy and round, as JSON
    status          text    not null check (status = 'running' or status = 'outcome' or status = 'finished' or status = 'ended without outcome' or status = 'cancelled'),
    outcome         text,                                               -- name of the outcome it reached
    sequence        integer not null check (sequence >= 1),             -- events in its journal
    trail_count     integer not null check (trail_count >= 0),          -- rows in its trail
    outbox_count    integer not null check (outbox_count >= 0),         -- rows it ever put into the outbox
    state           blob    not null,                                   -- the interpreter's state, compact
    journal_head    text    not null check (length(journal_head) = 64), -- hash of its last journal row
    trail_head      text    not null check (length(trail_head) = 64),   -- hash of its last trail row
    started_at_ms   integer not null,                                   -- event time of its start
    last_event_ms   integer not null,                                   -- event time of its last event
    ended_at_ms     integer,                                            -- event time of its end
    primary key (shard, tenant, id),
    check ((status = 'running') = (ended_at_ms is null)),
    check ((status = 'outcome') = (outcome is not null)),
    check (last_event_ms >= started_at_ms),
    check ((parent is null) = (parent_place is null)),
    foreign key (shard, tenant, plan_hash) references plan (shard, tenant, hash)
) strict;

create unique index instance_by_number on instance (shard, tenant, workflow, number);
create unique index instance_by_start_key on instance (shard, tenant, start_key) where start_key is not null;
-- `one per FIELD`: at most one running instance for each value.
create unique index instance_one_per on instance (shard, tenant, workflow, one_per)
    where one_per is not null and status = 'running';
create unique index instance_by_parent on instance (shard, tenant, parent, parent_place) where parent is not null;
create index instance_by_reference on instance (shard, tenant, reference) where reference is not null;

create trigger instance_ends_once before update on instance
when old.status <> 'running' and (new.status <> old.status or new.outcome is not old.outcome)
begin select raise(abort, 'an instance that has ended stays ended'); end;

create trigger instance_goes_forward before update on instance
when new.sequence < old.sequence or new.trail_count < old.trail_count or new.outbox_count < old.outbox_count
begin select raise(abort, 'an instance never goes back'); end;
