-- The trail: one row per fact, for auditors. Append-only; each row carries the hash of the row before it.
create table trail (
    shard              bigint  not null check (shard between 0 and 255),    -- hash of the tenant, first in every key
    tenant             text    not null check (tenant <> ''),               -- whose instance it is
    instance           text    not null,                                    -- which instance
    sequence           bigint  not null check (sequence >= 1),              -- dense from 1 within the instance
    previous_hash      text    not null check (length(previous_hash) = 64), -- hash of the row before; zeros in the first
    hash               text    not null check (length(hash) = 64),          -- SHA-256 over this row's canonical bytes
    event_sequence     bigint,                                              -- journal row that caused it; none for deliveries
    fact               text    not null check (fact <> ''),                 -- what happened, in words
    node               text,                                                -- at which node
    copy               bigint,                                              -- which copy of a `for each`, from 1
    person             text,                                                -- who did it; none: the process itself
    role               text,                                                -- on whose behalf: the role acted in
    channel            text,                                                -- through which channel or system
    external_id        text,                                                -- the channel's or system's own number for it
    plan_hash          text    not null,                                    -- plan in force
    source             text,                                                -- file and line of the rule that caused it
    alternatives_shown text check (alternatives_shown is null or alternatives_shown::json is not null), -- choices offered, JSON list
    alternative_chosen text,                                                -- the choice taken
    forced_reason      text,                                                -- an operator forced it, for this reason
    at_ms              bigint  not null,                                    -- event time
    recorded_at_ms     bigint  not null,                                    -- when it was written
    detail             text    not null,                                    -- the rest, in words
    primary key (shard, tenant, instance, sequence)
    -- No foreign key: the statement that writes a row joins the instance it has just made or changed, and a check of
    -- each row would cost more than writing it.
);

create trigger trail_is_never_changed before update on trail for each row
    execute function refuse('the trail is append-only: a row is never changed');

create trigger trail_is_never_deleted before delete on trail for each row
    execute function refuse('the trail is append-only: a row is never deleted');

create trigger trail_is_never_emptied before truncate on trail for each statement
    execute function refuse('the trail is append-only: rows are never deleted');
