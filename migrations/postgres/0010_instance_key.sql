-- Under which key each instance is known in each system (`deal: text key of crm`), so that events find it.
create table instance_key (
    shard    bigint  not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant   text    not null check (tenant <> ''),            -- whose instance it is
    system   text    not null,                                 -- which system, as the plan names it
    key      text    not null,                                 -- the record's key there
    instance text    not null,                                 -- which instance
    primary key (shard, tenant, instance, system),
    foreign key (shard, tenant, instance) references instance (shard, tenant, id)
);

create index instance_key_of on instance_key (shard, tenant, system, key);
