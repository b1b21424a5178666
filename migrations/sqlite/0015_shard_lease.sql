-- Nodes that work on this store, and which of them works on which shard. A node that stops renewing loses its shards;
-- the epoch counts who held a shard, so that a node that comes back from the dead is known by its old number.
-- One file has one machine: SQLite needs no leases, the tables are here so that both databases are the same.
create table node (
    name     text    not null primary key check (name <> ''), -- machine and process, with a random part
    until_ms integer not null                                 -- alive until then, by the database's clock
) strict;

create table shard_lease (
    shard    integer not null primary key check (shard between 0 and 255), -- which shard
    node     text    not null,                                             -- who holds it
    epoch    integer not null check (epoch >= 1),                          -- counts its holders
    until_ms integer not null                                              -- held until then, by the database's clock
) strict;

create trigger shard_lease_goes_forward before update on shard_lease
when new.epoch < old.epoch or (new.node <> old.node and new.epoch = old.epoch)
begin select raise(abort, 'a shard that changes hands counts its epoch up'); end;
