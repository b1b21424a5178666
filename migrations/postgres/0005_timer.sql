-- Armed timers: when to wake which instance. A waiting instance is its row here and nothing else.
create table timer (
    shard    bigint  not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant   text    not null check (tenant <> ''),            -- whose instance it is
    instance text    not null,                                 -- which instance
    number   bigint  not null check (number >= 0),             -- the timer's number within the instance, never used twice
    due_ms   bigint  not null,                                 -- when it is due
    kind     text    not null check (kind in ('deadline', 'pause', 'clock', 'escalation', 'heads up', 'reminder', 'summary')),
    rank     bigint  not null check (rank between 0 and 6),    -- order among timers of one moment: escalations before reminders
    node     text,                                             -- for which node; none: for the instance
    primary key (shard, tenant, instance, number)
    -- No foreign key: the statement that writes a row joins the instance it has just made or changed, and a check of
    -- each row would cost more than writing it.
) with (
    -- Its head dies fast: each timer is written once and deleted once. Vacuum after thousands of rows, not a fifth of it.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0
);

create index timer_due on timer (shard, due_ms, rank);
