-- Heads in checkpoints: how far the chains of an instance were, and with which rows they ended. Append-only.
create table checkpoint_head (
    shard        integer not null check (shard between 0 and 255),   -- hash of the tenant, first in every key
    tenant       text    not null check (tenant <> ''),              -- whose instance it is
    instance     text    not null,                                   -- which instance
    sequence     integer not null check (sequence >= 1),             -- rows its journal had
    trail_count  integer not null check (trail_count >= 0),          -- rows its trail had
    journal_head text    not null check (length(journal_head) = 64), -- hash of the last journal row
    trail_head   text    not null check (length(trail_head) = 64),   -- hash of the last trail row
    number       integer not null,                                   -- the checkpoint it is in
    primary key (shard, tenant, instance, sequence, trail_count),
    foreign key (shard, tenant, number) references checkpoint (shard, tenant, number)
) strict, without rowid;

create index checkpoint_head_by_number on checkpoint_head (shard, tenant, number);

create trigger checkpoint_head_is_never_changed before update on checkpoint_head
begin select raise(abort, 'a checkpoint is never changed'); end;

create trigger checkpoint_head_is_never_deleted before delete on checkpoint_head
begin select raise(abort, 'a checkpoint is never deleted'); end;
