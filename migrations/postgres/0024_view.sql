-- Who may read the views, and of which tenants: what `wfrun audit grant ROLE [--tenant NAME]` writes. Whoever may read
-- the tables themselves (the owner, `wfrun sql`) sees everything; a role that is not listed here sees nothing.
create table auditor_tenant (
    role   text not null check (role <> ''), -- role of the database
    tenant text check (tenant <> '')         -- whose rows it sees; none: everybody's
);

create unique index auditor_tenant_once on auditor_tenant (role, coalesce(tenant, ''));

-- The views of 0011 once more: of the tenants a reader may see, and with `[personal]` for what is stored sealed.

-- Every fact in order: who did what, when, in which role, and the line of the workflow's source that asked for it.
create or replace view audit_trail with (security_barrier = true) as
select t.instance,
       case when i.subject is not null and i.reference like '~%' then '[personal]' else i.reference end as reference,
       t.sequence as row_number,
       shown_utc(t.at_ms) as happened_at,
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
       shown_utc(t.recorded_at_ms) as recorded_at,
       t.event_sequence, t.hash, t.tenant
from trail t
join instance i on i.shard = t.shard and i.tenant = t.tenant and i.id = t.instance
join plan p on p.shard = t.shard and p.tenant = t.tenant and p.hash = t.plan_hash
left join subject_key k on k.shard = i.shard and k.tenant = i.tenant and k.id = i.subject
where ((select has_table_privilege('trail'::regclass, 'select'))
       or exists (select 1 from auditor_tenant a where a.role = current_user and a.tenant is null)
       or t.tenant in (select a.tenant from auditor_tenant a where a.role = current_user));

-- One row per instance: where it stands, when it started and ended, what is still open, and whether its person was erased.
create or replace view instance_status with (security_barrier = true) as
select i.id as instance,
       case when i.subject is not null and i.reference like '~%' then '[personal]' else i.reference end as reference,
       case when i.subject is not null and i.title like 'sealed:%'
            then case when k.erased_at_ms is null then '[personal]' else '[erased]' end else i.title end as title,
       i.workflow, p.version, i.status, i.outcome,
       shown_utc(i.started_at_ms) as started_at,
       shown_utc(i.ended_at_ms) as ended_at,
       round((coalesce(i.ended_at_ms, i.last_event_ms) - i.started_at_ms) / 86400000.0, 1)::float8 as days,
       (select count(*) from question q where q.shard = i.shard and q.tenant = i.tenant
                                          and q.instance = i.id and q.status = 'open') as open_questions,
       (select count(*) from outbox o where o.shard = i.shard and o.tenant = i.tenant
                                        and o.instance = i.id and o.status = 'dead') as undelivered,
       i.parent, i.tenant,
       shown_utc(k.erased_at_ms) as erased_at
from instance i
join plan p on p.shard = i.shard and p.tenant = i.tenant and p.hash = i.plan_hash
left join subject_key k on k.shard = i.shard and k.tenant = i.tenant and k.id = i.subject
where ((select has_table_privilege('trail'::regclass, 'select'))
       or exists (select 1 from auditor_tenant a where a.role = current_user and a.tenant is null)
       or i.tenant in (select a.tenant from auditor_tenant a where a.role = current_user));

-- What happened to each step: one row per fact that started, changed or settled it.
create or replace view step_history with (security_barrier = true) as
select t.instance,
       case when i.subject is not null and i.reference like '~%' then '[personal]' else i.reference end as reference,
       t.node, t.copy,
       shown_utc(t.at_ms) as happened_at,
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
  and t.event_sequence is not null
  and ((select has_table_privilege('trail'::regclass, 'select'))
       or exists (select 1 from auditor_tenant a where a.role = current_user and a.tenant is null)
       or t.tenant in (select a.tenant from auditor_tenant a where a.role = current_user));

-- Every decision and every answer: what was offered, what was chosen, by whom, and when nobody chose.
create or replace view decision_log with (security_barrier = true) as
select t.instance,
       case when i.subject is not null and i.reference like '~%' then '[personal]' else i.reference end as reference,
       t.node,
       shown_utc(t.at_ms) as happened_at,
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
       or t.fact in ('question asked', 'question answered', 'question expired', 'option chosen', 'nobody chose', 'vote cast'))
  and ((select has_table_privilege('trail'::regclass, 'select'))
       or exists (select 1 from auditor_tenant a where a.role = current_user and a.tenant is null)
       or t.tenant in (select a.tenant from auditor_tenant a where a.role = current_user));

-- Checkpoints, of the tenants a reader may see.
create view audit_checkpoint with (security_barrier = true) as
select c.*
from checkpoint c
where ((select has_table_privilege('trail'::regclass, 'select'))
       or exists (select 1 from auditor_tenant a where a.role = current_user and a.tenant is null)
       or c.tenant in (select a.tenant from auditor_tenant a where a.role = current_user));

-- Their heads.
create view audit_checkpoint_head with (security_barrier = true) as
select c.*
from checkpoint_head c
where ((select has_table_privilege('trail'::regclass, 'select'))
       or exists (select 1 from auditor_tenant a where a.role = current_user and a.tenant is null)
       or c.tenant in (select a.tenant from auditor_tenant a where a.role = current_user));
