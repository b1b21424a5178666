-- Archives: ended instances that have left the store for a signed file. Append-only.
create table archive (
    shard         integer not null check (shard between 0 and 255),    -- hash of the tenant, first in every key
    tenant        text    not null check (tenant <> ''),               -- whose instances
    number        integer not null check (number >= 1),                -- counts within the tenant
    file          text    not null,                                    -- name of its file, without a folder: it may move
    made_at_ms    integer not null,                                    -- when it was made
    instances     integer not null check (instances >= 1),             -- how many are in it
    first_end_ms  integer not null,                                    -- when the first of them ended
    last_end_ms   integer not null,                                    -- when the last of them ended
    content_hash  text    not null check (length(content_hash) = 64),  -- SHA-256 over its lines but the last
    ends_hash     text    not null check (length(ends_hash) = 64),     -- SHA-256 over the ends of its chains
    public_key    text    not null check (length(public_key) = 64),    -- who signed, ed25519, in hexadecimal
    signature     text    not null check (length(signature) = 128),    -- over the canonical bytes, in hexadecimal
    primary key (shard, tenant, number)
) strict;

-- What is left of an instance in an archive: how its chains ended, so that checkpoints still hold. Append-only. Its row
-- is what lets the rows of its instance go; nothing else does.
create table archived (
    shard         integer not null check (shard between 0 and 255),    -- hash of the tenant, first in every key
    tenant        text    not null check (tenant <> ''),               -- whose instance it was
    instance      text    not null,                                    -- which instance
    archive       integer not null,                                    -- in which archive it is
    workflow      text    not null,                                    -- name of its workflow
    number        integer not null,                                    -- its number, never given out again
    sequence      integer not null,                                    -- rows its journal had
    journal_head  text    not null check (length(journal_head) = 64),  -- hash of the last of them
    trail_count   integer not null,                                    -- rows its trail had
    trail_head    text    not null check (length(trail_head) = 64),    -- hash of the last of them
    ended_at_ms   integer not null,                                    -- event time of its end
    primary key (shard, tenant, instance),
    foreign key (shard, tenant, archive) references archive (shard, tenant, number)
) strict, without rowid;

create index archived_by_number on archived (shard, tenant, workflow, number);
create index archived_by_archive on archived (shard, tenant, archive);
create index instance_by_end on instance (shard, tenant, ended_at_ms, id) where ended_at_ms is not null;

create trigger archive_is_never_changed before update on archive
begin select raise(abort, 'an archive is never changed'); end;

create trigger archive_is_never_deleted before delete on archive
begin select raise(abort, 'an archive is never forgotten'); end;

create trigger archived_is_never_changed before update on archived
begin select raise(abort, 'what is archived is never changed'); end;

create trigger archived_is_never_deleted before delete on archived
begin select raise(abort, 'what is archived is never forgotten'); end;

-- Rows leave only after their instance is named above, in the same transaction.
drop trigger event_is_never_deleted;
create trigger event_is_never_deleted before delete on event
when not exists (select 1 from archived a where a.shard = old.shard and a.tenant = old.tenant
                                            and a.instance = old.instance)
begin select raise(abort, 'the journal is append-only: a row is never deleted'); end;

drop trigger trail_is_never_deleted;
create trigger trail_is_never_deleted before delete on trail
when not exists (select 1 from archived a where a.shard = old.shard and a.tenant = old.tenant
                                            and a.instance = old.instance)
begin select raise(abort, 'the trail is append-only: a row is never deleted'); end;

drop trigger delivery_is_never_deleted;
create trigger delivery_is_never_deleted before delete on delivery
when not exists (select 1 from archived a where a.shard = old.shard and a.tenant = old.tenant
                                            and a.instance = old.instance)
begin select raise(abort, 'deliveries are append-only: a row is never deleted'); end;

create trigger instance_is_never_deleted before delete on instance
when not exists (select 1 from archived a where a.shard = old.shard and a.tenant = old.tenant and a.instance = old.id)
begin select raise(abort, 'an instance is never deleted'); end;
