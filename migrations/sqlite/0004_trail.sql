-- The trail: one row per fact, for auditors. Append-only; each row carries the hash of the row before it.
create table trail (
    shard              integer not null check (shard between 0 and 255),    -- hash of the tenant, first in every key
    tenant             text    not null check (tenant <> ''),               -- whose instance it is
    instance           text    not null,                                    -- which instance
    sequence           integer not null check (sequence >= 1),              -- dense from 1 within the instance
    previous_hash      text    not null check (length(previous_hash) = 64), -- hash of the row before; zeros in the first
    hash               text    not null check (length(hash) = 64),          -- SHA-256 over this row's canonical bytes
    event_sequence     integer,                                             -- journal row that caused it; none for deliveries
    fact               text    not null check (fact <> ''),                 -- what happened, in words
    node               text,                                                -- at which node
    copy               integer,                                             -- which copy of a `for each`, from 1
    person             text,                                                -- who did it; none: the process itself
    role               text,                                                -- on whose behalf: the role acted in
    channel            text,                                                -- through which channel or system
    external_id        text,                                                -- the channel's or system's own number for it
    plan_hash          text    not null,                                    -- plan in force
    source             text,                                                -- file and line of the rule that caused it
    alternatives_shown text check (alternatives_shown is null or json_valid(alternatives_shown)), -- choices offered, JSON list
    alternative_chosen text,                                                -- the choice taken
    forced_reason      text,                                                -- an operator forced it, for this reason
    at_ms              integer not null,                                    -- event time
    recorded_at_ms     integer not null,                                    -- when it was written
    detail             text    not null,                                    -- the rest, in words
    primary key (shard, tenant, instance, sequence)
    -- No foreign key: the group that writes a row has just made or changed its instance under a guard, and a check of
    -- each row would cost more than writing it.
) strict, without rowid;

create trigger trail_is_never_changed before update on trail
begin select raise(abort, 'the trail is append-only: a row is never changed'); end;

create trigger trail_is_never_deleted before delete on trail
begin select raise(abort, 'the trail is append-only: a row is never deleted'); end;

-- `insert or replace` would delete without asking the trigger above.
create trigger trail_is_never_replaced before insert on trail
when exists (select 1 from trail where shard = new.shard and tenant = new.tenant
                                   and instance = new.instance and sequence = new.sequence)
begin select raise(abort, 'the trail is append-only: a row is never replaced'); end;
