-- Keys of data subjects. Personal values of an instance are stored sealed under the key of the person it is about;
-- erasing the person destroys the key, and the row stays as a tombstone.
create table subject_key (
    shard         integer not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant        text    not null check (tenant <> ''),            -- whose data subject
    id            text    not null check (length(id) = 32),         -- random; instances refer to it
    mark          text    check (length(mark) = 32),                -- keyed hash of who it is, so that the next start finds it
    key           text    check (length(key) > 64),                 -- how it is kept (`plain`, or the master key's name), `:`, the key in hexadecimal
    created_at_ms integer not null,                                 -- when it was made
    erased_at_ms  integer,                                          -- when it was destroyed
    erased_by     text,                                             -- who erased the person
    reason        text,                                             -- why
    primary key (shard, tenant, id),
    check ((key is null) = (erased_at_ms is not null)),
    check ((key is null) = (mark is null)),
    check ((erased_by is null) = (erased_at_ms is null) and (reason is null) = (erased_at_ms is null))
) strict;

create unique index subject_key_by_mark on subject_key (shard, tenant, mark) where mark is not null;

create trigger subject_key_stays_erased before update on subject_key
when old.key is null or new.id <> old.id
begin select raise(abort, 'a person who was erased stays erased'); end;

create trigger subject_key_is_never_deleted before delete on subject_key
begin select raise(abort, 'the key of a person is destroyed by erasing them, its row stays'); end;

-- The tenant's secret under which marks are made: without it no guess at a person can be tried.
create table subject_secret (
    shard         integer not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant        text    not null check (tenant <> ''),            -- whose
    secret        text    not null check (length(secret) > 64),     -- kept as keys are
    created_at_ms integer not null,                                 -- when it was made
    primary key (shard, tenant)
) strict;

-- Under whose key its personal values are sealed; none: its workflow has no personal fields, or it is older than this.
alter table instance add column subject text;

create index instance_by_subject on instance (shard, tenant, subject) where subject is not null;
