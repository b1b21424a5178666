-- Questions of escalations: what was asked, of whom, with which alternatives, and what became of it.
create table question (
    shard        integer not null check (shard between 0 and 255), -- hash of the tenant, first in every key
    tenant       text    not null check (tenant <> ''),            -- whose instance it is
    instance     text    not null,                                 -- which instance
    number       integer not null check (number >= 1),             -- counts within the instance, in the order of asking
    node         text,                                             -- about which node
    asked_of     text    not null check (json_valid(asked_of)),    -- people and roles asked, JSON list
    words        text    not null,                                 -- the question
    alternatives text    not null check (json_valid(alternatives)),-- written alternatives in order, JSON list
    free_text    integer not null check (free_text in (0, 1)),     -- own words are welcome
    status       text    not null check (status = 'open' or status = 'answered' or status = 'expired' or status = 'withdrawn'),
    answer       text,                                             -- the alternative chosen, or the words
    answered_by  text,                                             -- who answered; none: nobody did
    asked_at_ms  integer not null,                                 -- event time of asking
    closed_at_ms integer,                                          -- event time of the end
    primary key (shard, tenant, instance, number),
    check ((status = 'open') = (closed_at_ms is null)),
    foreign key (shard, tenant, instance) references instance (shard, tenant, id)
) strict;

create index question_open on question (shard, tenant, instance) where status = 'open';

create trigger question_closes_once before update on question
when old.status <> 'open' and new.status = 'open'
begin select raise(abort, 'a question that was closed is never opened again'); end;
