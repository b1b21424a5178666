-- Rows of the journal, the trail and the outbox lie in the order in which they were written, and are found by a small
-- index. Before, they lay in the order of their instances: each transition then changed three pages of its own, and a
-- tree of wide rows is deep. A third of what a transition cost is saved; the rows themselves stay as they are.
-- Their texts in JSON are not parsed again on their way in: the program makes them, and the chains hold what it wrote.
pragma legacy_alter_table = on; -- views over a table that is replaced stay as they are

create table event_in_order (
    shard          integer not null check (shard between 0 and 255),    -- hash of the tenant, first in every key
    tenant         text    not null check (tenant <> ''),               -- whose instance it is
    instance       text    not null,                                    -- which instance
    sequence       integer not null check (sequence >= 1),              -- dense from 1 within the instance
    previous_hash  text    not null check (length(previous_hash) = 64), -- hash of the row before; zeros in the first
    hash           text    not null check (length(hash) = 64),          -- SHA-256 over this row's canonical bytes
    at_ms          integer not null,                                    -- event time
    recorded_at_ms integer not null,                                    -- when it was written
    body           text    not null,                                    -- the event as the interpreter takes it, JSON
    primary key (shard, tenant, instance, sequence)
    -- No foreign key: the group that writes a row has just made or changed its instance under a guard, and a check of
    -- each row would cost more than writing it.
) strict;
insert into event_in_order select * from event;
drop table event;
alter table event_in_order rename to event;

create trigger event_is_never_changed before update on event
begin select raise(abort, 'the journal is append-only: a row is never changed'); end;

create trigger event_is_never_deleted before delete on event
when not exists (select 1 from archived a where a.shard = old.shard and a.tenant = old.tenant
                                            and a.instance = old.instance)
begin select raise(abort, 'the journal is append-only: a row is never deleted'); end;

-- `insert or replace` would delete without asking the trigger above.
create trigger event_is_never_replaced before insert on event
when exists (select 1 from event where shard = new.shard and tenant = new.tenant
                                   and instance = new.instance and sequence = new.sequence)
begin select raise(abort, 'the journal is append-only: a row is never replaced'); end;

create table trail_in_order (
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
    alternatives_shown text,                                                -- choices offered, JSON list
    alternative_chosen text,                                                -- the choice taken
    forced_reason      text,                                                -- an operator forced it, for this reason
    at_ms              integer not null,                                    -- event time
    recorded_at_ms     integer not null,                                    -- when it was written
    detail             text    not null,                                    -- the rest, in words
    primary key (shard, tenant, instance, sequence)
) strict;
insert into trail_in_order select * from trail;
drop table trail;
alter table trail_in_order rename to trail;

create trigger trail_is_never_changed before update on trail
begin select raise(abort, 'the trail is append-only: a row is never changed'); end;

create trigger trail_is_never_deleted before delete on trail
when not exists (select 1 from archived a where a.shard = old.shard and a.tenant = old.tenant
                                            and a.instance = old.instance)
begin select raise(abort, 'the trail is append-only: a row is never deleted'); end;

create trigger trail_is_never_replaced before insert on trail
when exists (select 1 from trail where shard = new.shard and tenant = new.tenant
                                   and instance = new.instance and sequence = new.sequence)
begin select raise(abort, 'the trail is append-only: a row is never replaced'); end;

-- Deliveries refer to the outbox: its rows go and come again under one name, and are asked for at the end.
pragma defer_foreign_keys = on;
create table outbox_before as select * from outbox;
drop table outbox;
create table outbox (
    shard            integer not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant           text    not null check (tenant <> ''),            -- whose instance it is
    instance         text    not null,                                 -- which instance
    number           integer not null check (number >= 1),             -- dense within the instance; with it, the idempotency key
    kind             text    not null check (kind = 'message' or kind = 'withdraw' or kind = 'update' or kind = 'agent' or kind = 'child start' or kind = 'child cancel' or kind = 'child end' or kind = 'workflow start'),
    node             text,                                             -- about which node
    question         integer,                                          -- the question it asks or closes
    destination      text    not null,                                 -- receiver, system or workflow, in words
    body             text    not null,                                 -- everything delivery needs, JSON
    event_sequence   integer not null,                                 -- journal row that asked for it
    status           text    not null check (status = 'waiting' or status = 'sending' or status = 'sent' or status = 'dead' or status = 'dropped' or status = 'unknown'),
    route            integer not null default 0 check (route >= 0),    -- which of the receiver's channels is being tried
    attempts         integer not null default 0 check (attempts >= 0), -- attempts on that channel so far
    next_at_ms       integer not null,                                 -- not before this moment
    claimed_until_ms integer,                                          -- while a worker is sending it
    created_at_ms    integer not null,                                 -- event time of the transition
    settled_at_ms    integer,                                          -- when it was sent, given up or dropped
    note             text,                                             -- why it waits again, is dead or was dropped
    begun_at_ms      integer,                                          -- when its sending began, where the channel cannot tell two letters apart
    primary key (shard, tenant, instance, number),
    check ((status = 'sending') = (claimed_until_ms is not null)),
    check ((status = 'sent' or status = 'dead' or status = 'dropped') = (settled_at_ms is not null)),
    check (begun_at_ms is null or status = 'sending' or status = 'unknown')
) strict;
insert into outbox select * from outbox_before;
drop table outbox_before;

create index outbox_due on outbox (shard, tenant, next_at_ms, instance, number) where status in ('waiting', 'sending');
create index outbox_claimed on outbox (shard, tenant, claimed_until_ms) where status = 'sending';
create index outbox_unknown on outbox (shard, tenant) where status = 'unknown';
create index outbox_dead on outbox (shard, tenant) where status = 'dead';

create trigger outbox_is_sent_once before update on outbox
when old.status in ('sent', 'dropped') and new.status <> old.status
begin select raise(abort, 'what was sent or dropped stays so'); end;

pragma legacy_alter_table = off;

delete from sqlite_stat1 where tbl in ('event', 'trail', 'outbox');
insert into sqlite_stat1 (tbl, idx, stat) values
    ('event', 'sqlite_autoindex_event_1', '20000000 20000000 20000000 20 1'),
    ('trail', 'sqlite_autoindex_trail_1', '50000000 50000000 50000000 50 1'),
    ('outbox', 'sqlite_autoindex_outbox_1', '20000000 20000000 20000000 20 1'),
    ('outbox', 'outbox_due', '10000 10000 10000 10 1 1'),
    ('outbox', 'outbox_claimed', '1000 1000 1000 10'),
    ('outbox', 'outbox_unknown', '100 100 100'),
    ('outbox', 'outbox_dead', '100 100 100');
analyze sqlite_schema;
