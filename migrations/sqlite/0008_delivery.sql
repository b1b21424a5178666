-- What became of each attempt to deliver a row of the outbox. Append-only.
create table delivery (
    shard         integer not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant        text    not null check (tenant <> ''),            -- whose instance it is
    instance      text    not null,                                 -- which instance
    number        integer not null,                                 -- row of the outbox
    attempt       integer not null check (attempt >= 1),            -- counts over all channels tried
    channel       text    not null,                                 -- channel or system, as the plan names it
    adapter       text    not null,                                 -- what carried it: console, file, webhook
    result        text    not null check (result = 'sent' or result = 'try again' or result = 'refused' or result = 'unknown'),
    external_id   text,                                             -- the receiver's own number for it
    detail        text    not null,                                 -- what the receiver said
    started_at_ms integer not null,                                 -- when the attempt began
    ended_at_ms   integer not null,                                 -- when its result was known
    primary key (shard, tenant, instance, number, attempt),
    foreign key (shard, tenant, instance, number) references outbox (shard, tenant, instance, number)
) strict;

create trigger delivery_is_never_changed before update on delivery
begin select raise(abort, 'deliveries are append-only: a row is never changed'); end;

create trigger delivery_is_never_deleted before delete on delivery
begin select raise(abort, 'deliveries are append-only: a row is never deleted'); end;
