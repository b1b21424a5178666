-- Armed timers: when to wake which instance. A waiting instance is its row here and nothing else.
create table timer (
    shard    integer not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant   text    not null check (tenant <> ''),            -- whose instance it is
    instance text    not null,                                 -- which instance
    number   integer not null check (number >= 0),             -- the timer's number within the instance, never used twice
    due_ms   integer not null,                                 -- when it is due
    kind     text    not null check (kind = 'deadline' or kind = 'pause' or kind = 'clock' or kind = 'escalation' or kind = 'heads up' or kind = 'reminder' or kind = 'summary'),
    rank     integer not null check (rank between 0 and 6),    -- order among timers of one moment: escalations before reminders
    node     text,                                             -- for which node; none: for the instance
    primary key (shard, tenant, instance, number)
    -- No foreign key: the group that writes a row has just made or changed its instance under a guard, and a check of
    -- each row would cost more than writing it.
) strict, without rowid;

create index timer_due on timer (shard, due_ms, rank);
