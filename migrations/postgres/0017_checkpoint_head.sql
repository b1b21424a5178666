-- Heads in checkpoints: how far the chains of an instance were, and with which rows they ended. Append-only.
create table checkpoint_head (
    shard        bigint  not null check (shard between 0 and 255),   -- hash of the tenant, first in every key
    tenant       text    not null check (tenant <> ''),              -- whose instance it is
    instance     text    not null,                                   -- which instance
    sequence     bigint  not null check (sequence >= 1),             -- rows its journal had
    trail_count  bigint  not null check (trail_count >= 0),          -- rows its trail had
    journal_head text    not null check (length(journal_head) = 64), -- hash of the last journal row
    trail_head   text    not null check (length(trail_head) = 64),   -- hash of the last trail row
    number       bigint  not null,                                   -- the checkpoint it is in
    primary key (shard, tenant, instance, sequence, trail_count),
    foreign key (shard, tenant, number) references checkpoint (shard, tenant, number)
);

create index checkpoint_head_by_number on checkpoint_head (shard, tenant, number);

create trigger checkpoint_head_is_never_changed before update on checkpoint_head for each row
    execute function refuse('a checkpoint is never changed');

create trigger checkpoint_head_is_never_deleted before delete on checkpoint_head for each row
    execute function refuse('a checkpoint is never deleted');

create trigger checkpoint_head_is_never_emptied before truncate on checkpoint_head for each statement
    execute function refuse('a checkpoint is never deleted');
