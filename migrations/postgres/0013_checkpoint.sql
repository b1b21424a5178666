-- Signed checkpoints: what the chains of a tenant were at a moment. Append-only; each follows the one before it.
create table checkpoint (
    shard          bigint  not null check (shard between 0 and 255),    -- hash of the tenant, first in every key
    tenant         text    not null check (tenant <> ''),               -- whose instances
    number         bigint  not null check (number >= 1),                -- dense from 1 within the tenant
    previous_hash  text    not null check (length(previous_hash) = 64), -- hash of the one before; zeros in the first
    at_ms          bigint  not null,                                    -- when it was made
    head_count     bigint  not null check (head_count >= 0),            -- instances that moved since the one before
    heads_hash     text    not null check (length(heads_hash) = 64),    -- SHA-256 over their heads
    hash           text    not null check (length(hash) = 64),          -- SHA-256 over this row's canonical bytes
    public_key     text    not null check (length(public_key) = 64),    -- who signed, ed25519, in hexadecimal
    signature      text    not null check (length(signature) = 128),    -- over the canonical bytes, in hexadecimal
    anchored_at_ms bigint,                                              -- when it was put outside; none: not yet
    primary key (shard, tenant, number)
);

create index checkpoint_to_anchor on checkpoint (shard, tenant, number) where anchored_at_ms is null;

create trigger checkpoint_is_only_anchored before update on checkpoint for each row
    when ((new.shard, new.tenant, new.number, new.previous_hash, new.at_ms, new.head_count, new.heads_hash, new.hash,
           new.public_key, new.signature)
          is distinct from
          (old.shard, old.tenant, old.number, old.previous_hash, old.at_ms, old.head_count, old.heads_hash, old.hash,
           old.public_key, old.signature)
          or old.anchored_at_ms is not null)
    execute function refuse('a checkpoint is never changed');

create trigger checkpoint_is_never_deleted before delete on checkpoint for each row
    execute function refuse('a checkpoint is never deleted');

create trigger checkpoint_is_never_emptied before truncate on checkpoint for each statement
    execute function refuse('a checkpoint is never deleted');
