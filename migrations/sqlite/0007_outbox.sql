-- What an instance asked of the world, written with the transition that asked for it, carried out afterwards
-- at least once. `waiting -> sending -> sent | waiting | dead`; a dead letter may be dropped or go back to waiting. A
-- letter whose sending had begun and whose end nobody knows is `unknown`: it may have arrived, so it is not sent again
-- before somebody decides; `sending -> unknown -> waiting | sent | dropped`.
create table outbox (
    shard            integer not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant           text    not null check (tenant <> ''),            -- whose instance it is
    instance         text    not null,                                 -- which instance
    number           integer not null check (number >= 1),             -- dense within the instance; with it, the idempotency key
    kind             text    not null check (kind = 'message' or kind = 'withdraw' or kind = 'update' or kind = 'agent' or kind = 'child start' or kind = 'child cancel' or kind = 'child end' or kind = 'workflow start'),
    node             text,                                             -- about which node
    question         integer,                                          -- the question it asks or closes
    destination      text    not null,                                 -- receiver, system or workflow, in words
    body             text    not null check (json_valid(body)),        -- everything delivery needs
    event_sequence   integer not null,                                 -- journal row that asked for it
    status           text    not null check (status = 'waiting' or status = 'sending' or status = 'sent' or status = 'dead' or status = 'dropped' or status = 'unknown'),
    route            integer not null default 0 check (route >= 0),    -- which of the receiver's channels is being tried
    attempts         integer not null default 0 check (attempts >= 0), -- attempts on that channel so far
    next_at_ms       integer not null,                                 -- not before this moment
    claimed_until_ms integer,                                          -- while a worker is sending it
    created_at_ms    integer not null,                                 -- event time of the transition
    settled_at_ms    integer,                                          -- when it was sent, given up or dropped
    note             text,                                             -- why it waits again, is dead or was dropped
    primary key (shard, tenant, instance, number),
    check ((status = 'sending') = (claimed_until_ms is not null)),
    check ((status = 'sent' or status = 'dead' or status = 'dropped') = (settled_at_ms is not null))
    -- No foreign key: the group that writes a row has just made or changed its instance under a guard, and a check of
    -- each row would cost more than writing it.
) strict, without rowid;

create index outbox_due on outbox (shard, next_at_ms) where status in ('waiting', 'sending');

create trigger outbox_is_sent_once before update on outbox
when old.status in ('sent', 'dropped') and new.status <> old.status
begin select raise(abort, 'what was sent or dropped stays so'); end;
