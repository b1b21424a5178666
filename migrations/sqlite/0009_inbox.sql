-- Events that systems sent, kept per system and key, also from before an instance starts.
create table inbox (
    shard          integer not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant         text    not null check (tenant <> ''),            -- whose event it is
    number         integer not null check (number >= 1),             -- order of arrival within the tenant
    system         text    not null,                                 -- which system
    key            text    not null,                                 -- the record's key there
    name           text    not null,                                 -- the event's name
    fields         text    not null check (json_valid(fields)),      -- what it carries, JSON object
    external_id    text,                                             -- the sender's own number: the same one twice is one event
    status         text    not null check (status = 'new' or status = 'kept' or status = 'given'), -- kept for an instance to come, or given to one
    given_to       text check (given_to is null or json_valid(given_to)), -- instances that got it, JSON list
    at_ms          integer not null,                                 -- event time
    recorded_at_ms integer not null,                                 -- when it was written
    primary key (shard, tenant, number),
    check (status <> 'given' or given_to is not null),
    check (status <> 'kept' or given_to is null)
) strict;

create unique index inbox_once on inbox (shard, tenant, system, external_id) where external_id is not null;
create index inbox_kept on inbox (shard, tenant, system, key, number) where status = 'kept';

create index inbox_new on inbox (shard, tenant, number) where status = 'new';

create trigger inbox_is_never_deleted before delete on inbox
begin select raise(abort, 'an event that arrived is never deleted'); end;
