-- The journal: every event of every instance, in order. Replaying it gives the stored state. Append-only.
create table event (
    shard          integer not null check (shard between 0 and 255),    -- hash of the tenant, first in every key
    tenant         text    not null check (tenant <> ''),               -- whose instance it is
    instance       text    not null,                                    -- which instance
    sequence       integer not null check (sequence >= 1),              -- dense from 1 within the instance
    previous_hash  text    not null check (length(previous_hash) = 64), -- hash of the row before; zeros in the first
    hash           text    not null check (length(hash) = 64),          -- SHA-256 over this row's canonical bytes
    at_ms          integer not null,                                    -- event time
    recorded_at_ms integer not null,                                    -- when it was written
    body           text    not null check (json_valid(body)),           -- the event as the interpreter takes it
    primary key (shard, tenant, instance, sequence)
    -- No foreign key: the group that writes a row has just made or changed its instance under a guard, and a check of
    -- each row would cost more than writing it.
) strict, without rowid;

create trigger event_is_never_changed before update on event
begin select raise(abort, 'the journal is append-only: a row is never changed'); end;

create trigger event_is_never_deleted before delete on event
begin select raise(abort, 'the journal is append-only: a row is never deleted'); end;

-- `insert or replace` would delete without asking the trigger above.
create trigger event_is_never_replaced before insert on event
when exists (select 1 from event where shard = new.shard and tenant = new.tenant
                                   and instance = new.instance and sequence = new.sequence)
begin select raise(abort, 'the journal is append-only: a row is never replaced'); end;
