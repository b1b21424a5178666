-- The views of 0011 once more, with `[personal]` for what is stored sealed. A file has no roles: whoever may read it reads
-- all of it, and one tenant alone is given out by an export. On PostgreSQL they also show a reader's tenants only.

drop view audit_trail;
drop view instance_status;
drop view step_history;
drop view decision_log;

-- Every fact in order: who did what, when, in which role, and the line of the workflow's source that asked for it.
create view audit_trail as
select t.instance,
       case when i.subject is not null and i.reference like '~%' then '[personal]' else i.reference end as reference,
       t.sequence as row_number,
       strftime('%Y-%m-%d %H:%M:%S', t.at_ms / 1000, 'unixepoch') as happened_at,
       t.fact, t.node, t.copy,
       coalesce(case when i.subject is not null and t.person like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else t.person end, 'the process') as who,
       t.role, t.channel, t.external_id,
       case when i.subject is not null and t.alternatives_shown like '{"sealed"%'
            then case when k.erased_at_ms is null then '["[personal]"]' else '["[erased]"]' end else t.alternatives_shown end as alternatives_shown,
       case when i.subject is not null and t.alternative_chosen like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else t.alternative_chosen end as alternative_chosen,
       case when i.subject is not null and t.forced_reason like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else t.forced_reason end as forced_reason,
       case when i.subject is not null and t.detail like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else t.detail end as detail,
       t.source,
       i.workflow || '@' || p.version || '#' || substr(t.plan_hash, 1, 8) as plan,
       strftime('%Y-%m-%d %H:%M:%S', t.recorded_at_ms / 1000, 'unixepoch') as recorded_at,
       t.event_sequence, t.hash, t.tenant
from trail t
join instance i on i.shard = t.shard and i.tenant = t.tenant and i.id = t.instance
join plan p on p.shard = t.shard and p.tenant = t.tenant and p.hash = t.plan_hash
left join subject_key k on k.shard = i.shard and k.tenant = i.tenant and k.id = i.subject;

-- One row per instance: where it stands, when it started and ended, what is still open, and whether its person was erased.
create view instance_status as
select i.id as instance,
       case when i.subject is not null and i.reference like '~%' then '[personal]' else i.reference end as reference,
       case when i.subject is not null and i.title like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else i.title end as title,
       i.workflow, p.version, i.status, i.outcome,
       strftime('%Y-%m-%d %H:%M:%S', i.started_at_ms / 1000, 'unixepoch') as started_at,
       strftime('%Y-%m-%d %H:%M:%S', i.ended_at_ms / 1000, 'unixepoch') as ended_at,
       round((coalesce(i.ended_at_ms, i.last_event_ms) - i.started_at_ms) / 86400000.0, 1) as days,
       (select count(*) from question q where q.shard = i.shard and q.tenant = i.tenant
                                          and q.instance = i.id and q.status = 'open') as open_questions,
       (select count(*) from outbox o where o.shard = i.shard and o.tenant = i.tenant
                                        and o.instance = i.id and o.status = 'dead') as undelivered,
       i.parent, i.tenant,
       strftime('%Y-%m-%d %H:%M:%S', k.erased_at_ms / 1000, 'unixepoch') as erased_at
from instance i
join plan p on p.shard = i.shard and p.tenant = i.tenant and p.hash = i.plan_hash
left join subject_key k on k.shard = i.shard and k.tenant = i.tenant and k.id = i.subject;

-- What happened to each step: one row per fact that started, changed or settled it.
create view step_history as
select t.instance,
       case when i.subject is not null and i.reference like '~%' then '[personal]' else i.reference end as reference,
       t.node, t.copy,
       strftime('%Y-%m-%d %H:%M:%S', t.at_ms / 1000, 'unixepoch') as happened_at,
       t.fact,
       coalesce(case when i.subject is not null and t.person like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else t.person end, 'the process') as who,
       t.role,
       case when i.subject is not null and t.detail like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else t.detail end as detail,
       case when i.subject is not null and t.forced_reason like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else t.forced_reason end as forced_reason,
       t.source, t.sequence as row_number, t.tenant
from trail t
join instance i on i.shard = t.shard and i.tenant = t.tenant and i.id = t.instance
left join subject_key k on k.shard = i.shard and k.tenant = i.tenant and k.id = i.subject
where t.node is not null
  and t.event_sequence is not null;

-- Every decision and every answer: what was offered, what was chosen, by whom, and when nobody chose.
create view decision_log as
select t.instance,
       case when i.subject is not null and i.reference like '~%' then '[personal]' else i.reference end as reference,
       t.node,
       strftime('%Y-%m-%d %H:%M:%S', t.at_ms / 1000, 'unixepoch') as happened_at,
       t.fact,
       coalesce(case when i.subject is not null and t.person like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else t.person end, 'nobody') as who,
       t.role,
       case when i.subject is not null and t.alternatives_shown like '{"sealed"%'
            then case when k.erased_at_ms is null then '["[personal]"]' else '["[erased]"]' end else t.alternatives_shown end as offered,
       case when i.subject is not null and t.alternative_chosen like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else t.alternative_chosen end as chosen,
       case when i.subject is not null and t.detail like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else t.detail end as detail,
       case when i.subject is not null and t.forced_reason like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else t.forced_reason end as forced_reason,
       t.source, t.sequence as row_number, t.tenant
from trail t
join instance i on i.shard = t.shard and i.tenant = t.tenant and i.id = t.instance
left join subject_key k on k.shard = i.shard and k.tenant = i.tenant and k.id = i.subject
where (t.alternative_chosen is not null
       or t.fact in ('question asked', 'question answered', 'question expired', 'option chosen', 'nobody chose', 'vote cast'));
