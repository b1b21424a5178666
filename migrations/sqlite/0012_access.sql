-- Who may ask through the HTTP API: tokens (their hashes), links that are used up, and the key that signs links.
create table access_token (
    shard           integer not null check (shard between 0 and 255),   -- hash of the tenant, first in every key
    tenant          text    not null check (tenant <> ''),              -- to whose rows it lets in
    id              text    not null check (id <> ''),                  -- name for people: the first digits of the hash
    hash            text    not null check (length(hash) = 64),         -- SHA-256 of the token; the token itself is kept nowhere
    role            text    not null check (role = 'operator' or role = 'process-owner' or role = 'owner' or role = 'auditor' or role = 'system'),
    person          text,                                               -- who acts with it
    system          text,                                               -- which system sends events with it
    note            text    not null,                                   -- what it is for
    created_at_ms   integer not null,                                   -- when it was made
    created_by      text    not null,                                   -- who made it
    expires_at_ms   integer,                                            -- from when on it is worth nothing
    revoked_at_ms   integer,                                            -- when it was revoked
    primary key (shard, tenant, hash),
    check ((role = 'system') = (system is not null)),
    check ((role = 'operator' or role = 'process-owner' or role = 'owner') = (person is not null)),
    check (expires_at_ms is null or expires_at_ms > created_at_ms)
) strict;

create unique index access_token_by_id on access_token (shard, tenant, id);

-- Links for decisions and tasks work once. A row may go once its link has expired.
create table link_used (
    shard           integer not null check (shard between 0 and 255),   -- hash of the tenant, first in every key
    tenant          text    not null check (tenant <> ''),              -- whose instance it is
    link            text    not null check (length(link) = 64),         -- SHA-256 of the link
    instance        text    not null,                                   -- what it was about
    used_at_ms      integer not null,                                   -- when
    expires_at_ms   integer not null,                                   -- until when it would have worked
    primary key (shard, tenant, link)
) strict;

-- The key under which a tenant's links are signed (HMAC-SHA256). Changing it makes all links that are out worthless.
create table link_key (
    shard           integer not null check (shard between 0 and 255),   -- hash of the tenant, first in every key
    tenant          text    not null check (tenant <> ''),              -- whose links it signs
    secret          blob    not null check (length(secret) >= 32),      -- random
    created_at_ms   integer not null,                                   -- when it was made
    primary key (shard, tenant)
) strict;

-- The API lists instances page by page, the newest first.
create index instance_by_start on instance (shard, tenant, started_at_ms desc, id);
