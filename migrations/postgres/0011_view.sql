-- What auditors read. Times are UTC; every view starts with the instance.

create function shown_utc(ms bigint) returns text language sql immutable parallel safe as
$$ select to_char(to_timestamp(ms / 1000) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') $$;

-- Every fact in order: who did what, when, in which role, and the line of the workflow's source that asked for it.
create view audit_trail as
select t.instance, i.reference, t.sequence as row_number,
       shown_utc(t.at_ms) as happened_at,
       t.fact, t.node, t.copy, coalesce(t.person, 'the process') as who, t.role, t.channel, t.external_id,
       t.alternatives_shown, t.alternative_chosen, t.forced_reason, t.detail, t.source,
       i.workflow || '@' || p.version || '#' || substr(t.plan_hash, 1, 8) as plan,
       shown_utc(t.recorded_at_ms) as recorded_at,
       t.event_sequence, t.hash, t.tenant
from trail t
join instance i on i.shard = t.shard and i.tenant = t.tenant and i.id = t.instance
join plan p on p.shard = t.shard and p.tenant = t.tenant and p.hash = t.plan_hash;

-- One row per instance: where it stands, when it started and ended, what is still open.
create view instance_status as
select i.id as instance, i.reference, i.title, i.workflow, p.version, i.status, i.outcome,
       shown_utc(i.started_at_ms) as started_at,
       shown_utc(i.ended_at_ms) as ended_at,
       round((coalesce(i.ended_at_ms, i.last_event_ms) - i.started_at_ms) / 86400000.0, 1)::float8 as days,
       (select count(*) from question q where q.shard = i.shard and q.tenant = i.tenant
                                          and q.instance = i.id and q.status = 'open') as open_questions,
       (select count(*) from outbox o where o.shard = i.shard and o.tenant = i.tenant
                                        and o.instance = i.id and o.status = 'dead') as undelivered,
       i.parent, i.tenant
from instance i
join plan p on p.shard = i.shard and p.tenant = i.tenant and p.hash = i.plan_hash;

-- What happened to each step: one row per fact that started, changed or settled it.
create view step_history as
select t.instance, i.reference, t.node, t.copy,
       shown_utc(t.at_ms) as happened_at,
       t.fact, coalesce(t.person, 'the process') as who, t.role, t.detail, t.forced_reason, t.source, t.sequence as row_number, t.tenant
from trail t
join instance i on i.shard = t.shard and i.tenant = t.tenant and i.id = t.instance
where t.node is not null
  and t.event_sequence is not null;

-- Every decision and every answer: what was offered, what was chosen, by whom, and when nobody chose.
create view decision_log as
select t.instance, i.reference, t.node,
       shown_utc(t.at_ms) as happened_at,
       t.fact, coalesce(t.person, 'nobody') as who, t.role, t.alternatives_shown as offered,
       t.alternative_chosen as chosen, t.detail, t.forced_reason, t.source, t.sequence as row_number, t.tenant
from trail t
join instance i on i.shard = t.shard and i.tenant = t.tenant and i.id = t.instance
where t.alternative_chosen is not null
   or t.fact in ('question asked', 'question answered', 'question expired', 'option chosen', 'nobody chose', 'vote cast');
