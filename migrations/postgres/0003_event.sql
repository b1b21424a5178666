-- The journal: every event of every instance, in order. Replaying it gives the stored state. Append-only.
create table event (
    shard          bigint  not null check (shard between 0 and 255),    -- hash of the tenant, first in every key
    tenant         text    not null check (tenant <> ''),               -- whose instance it is
    instance       text    not null,                                    -- which instance
    sequence       bigint  not null check (sequence >= 1),              -- dense from 1 within the instance
    previous_hash  text    not null check (length(previous_hash) = 64), -- hash of the row before; zeros in the first
    hash           text    not null check (length(hash) = 64),          -- SHA-256 over this row's canonical bytes
    at_ms          bigint  not null,                                    -- event time
    recorded_at_ms bigint  not null,                                    -- when it was written
    body           text    not null check (body::json is not null),           -- the event as the interpreter takes it
    primary key (shard, tenant, instance, sequence)
    -- No foreign key: the statement that writes a row joins the instance it has just made or changed, and a check of
    -- each row would cost more than writing it.
);

create trigger event_is_never_changed before update on event for each row
    execute function refuse('the journal is append-only: a row is never changed');

create trigger event_is_never_deleted before delete on event for each row
    execute function refuse('the journal is append-only: a row is never deleted');

create trigger event_is_never_emptied before truncate on event for each statement
    execute function refuse('the journal is append-only: rows are never deleted');
