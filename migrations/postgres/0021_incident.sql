-- Instances that were set aside because they cannot be stepped: their plan or state is damaged, or the step broke off.
-- Timers and events of systems pass them by until an operator releases them.
create table incident (
    shard          bigint  not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant         text    not null check (tenant <> ''),            -- whose instance it is
    instance       text    not null,                                 -- which instance
    number         bigint  not null check (number >= 1),             -- counts within the instance
    what           text    not null,                                 -- what is wrong, in words
    missed         text    not null default '[]' check (missed::json is not null), -- events of systems that passed it by: their numbers in the inbox, JSON list
    opened_at_ms   bigint  not null,                                 -- when it was set aside
    released_at_ms bigint,                                           -- when it went on; none: it is aside
    released_by    text,                                             -- who released it
    release_reason text,                                             -- what was done about it
    primary key (shard, tenant, instance, number),
    check ((released_at_ms is null) = (released_by is null)),
    check ((released_at_ms is null) = (release_reason is null)),
    foreign key (shard, tenant, instance) references instance (shard, tenant, id)
);

-- At most one at a time.
create unique index incident_open on incident (shard, tenant, instance) where released_at_ms is null;

create trigger incident_closes_once before update on incident for each row
    when (old.released_at_ms is not null)
    execute function refuse('an incident that was closed is never changed');

-- What waits for a person: looked for on every scrape, and there are few of them.
create index outbox_dead on outbox (shard, tenant) where status = 'dead';
