-- Nodes that work on this store, and which of them works on which shard. A node that stops renewing loses its shards;
-- the epoch counts who held a shard, so that a node that comes back from the dead is known by its old number.
create table node (
    name     text   not null primary key check (name <> ''), -- machine and process, with a random part
    until_ms bigint not null                                 -- alive until then, by the database's clock
);

create table shard_lease (
    shard    bigint not null primary key check (shard between 0 and 255), -- which shard
    node     text   not null,                                             -- who holds it
    epoch    bigint not null check (epoch >= 1),                          -- counts its holders
    until_ms bigint not null                                              -- held until then, by the database's clock
);

create trigger shard_lease_goes_forward before update on shard_lease for each row
    when (new.epoch < old.epoch or (new.node <> old.node and new.epoch = old.epoch))
    execute function refuse('a shard that changes hands counts its epoch up');

create function database_ms() returns bigint language sql volatile as
$$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$;
