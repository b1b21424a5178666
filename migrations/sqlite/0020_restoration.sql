-- Backups that were taken of this store. A backup holds the row of itself, unfinished: from when it is.
create table backup (
    number         integer not null primary key check (number >= 1), -- counts from 1
    at_ms          integer not null,                                 -- when it was begun: what came later is not in it
    file           text    not null,                                 -- where it was written
    finished_at_ms integer                                           -- when it was whole and verified; none: not (yet)
) strict;

-- Times when this store was put back from a backup. What happened in between is missing, and says so here.
-- Nothing is sent to anybody from the restoration until an operator releases it.
create table restoration (
    shard          integer not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant         text    not null check (tenant <> ''),            -- whose instances
    number         integer not null check (number >= 1),             -- dense from 1 within the tenant
    taken_at_ms    integer not null,                                 -- from when the backup is
    restored_at_ms integer not null,                                 -- when it was put back
    person         text    not null,                                 -- who put it back
    reason         text    not null,                                 -- why
    public_key     text check (length(public_key) = 64),             -- who signed it, ed25519, in hexadecimal; none: nobody
    signature      text check (length(signature) = 128),             -- over its canonical bytes, in hexadecimal
    released_at_ms integer,                                          -- from when on letters are sent again; none: they wait
    released_by    text,                                             -- who let them go
    release_reason text,                                             -- what was found when they were looked through
    primary key (shard, tenant, number),
    check (restored_at_ms >= taken_at_ms),
    check ((public_key is null) = (signature is null)),
    check ((released_at_ms is null) = (released_by is null)),
    check ((released_at_ms is null) = (release_reason is null))
) strict;

create trigger restoration_is_only_released before update on restoration
when old.released_at_ms is not null
  or (new.shard, new.tenant, new.number, new.taken_at_ms, new.restored_at_ms, new.person, new.reason, new.public_key,
      new.signature)
  is not (old.shard, old.tenant, old.number, old.taken_at_ms, old.restored_at_ms, old.person, old.reason,
          old.public_key, old.signature)
begin select raise(abort, 'a restoration is never changed'); end;

create trigger restoration_is_never_deleted before delete on restoration
begin select raise(abort, 'a restoration is never deleted'); end;
