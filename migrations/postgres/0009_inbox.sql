-- Events that systems sent, kept per system and key, also from before an instance starts.
create table inbox (
    shard          bigint  not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant         text    not null check (tenant <> ''),            -- whose event it is
    number         bigint  not null check (number >= 1),             -- order of arrival within the tenant
    system         text    not null,                                 -- which system
    key            text    not null,                                 -- the record's key there
    name           text    not null,                                 -- the event's name
    fields         text    not null check (fields::json is not null),      -- what it carries, JSON object
    external_id    text,                                             -- the sender's own number: the same one twice is one event
    status         text    not null check (status in ('new', 'kept', 'given')), -- kept for an instance to come, or given to one
    given_to       text check (given_to is null or given_to::json is not null), -- instances that got it, JSON list
    at_ms          bigint  not null,                                 -- event time
    recorded_at_ms bigint  not null,                                 -- when it was written
    primary key (shard, tenant, number),
    check (status <> 'given' or given_to is not null),
    check (status <> 'kept' or given_to is null)
);

create unique index inbox_once on inbox (shard, tenant, system, external_id) where external_id is not null;
create index inbox_kept on inbox (shard, tenant, system, key, number) where status = 'kept';

create index inbox_new on inbox (shard, tenant, number) where status = 'new';

create trigger inbox_is_never_deleted before delete on inbox for each row
    execute function refuse('an event that arrived is never deleted');
