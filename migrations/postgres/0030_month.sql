-- Journal and trail in a table for each month in which rows are written, so that a month whose instances have all left
-- for archives is dropped as a whole and its room is free at once. What was there before is the first part. A row's key is
-- unique within its month; that none comes twice is the guard of its instance, as before. Rows of a clock that is far ahead
-- go where no month was made: nothing is ever refused for want of one.

-- Which part holds which moments (`recorded_at_ms`); of both tables. The parts for what is elsewhere are not in it.
create table month_of_chain (
    leaf     text   not null primary key,                              -- name of the table
    parent   text   not null check (parent = 'event' or parent = 'trail'),
    from_ms  bigint,                                                   -- its first moment; none: from the beginning
    until_ms bigint not null check (until_ms > from_ms),               -- the first moment that is not in it any more
    unique (parent, until_ms)
);

create function month_begin_ms(month timestamp) returns bigint language sql immutable parallel safe as
$$ select (extract(epoch from month at time zone 'UTC') * 1000)::bigint $$;

-- What every part has of its own: keys that are unique in it, and that it is never emptied. Rows are never changed and
-- never deleted by the triggers of the whole.
create function guard_leaf(leaf text, parent text, index_too boolean) returns void language plpgsql as
$$
begin
    if index_too then
        execute format('alter table %I add primary key (shard, tenant, instance, sequence)', leaf);
    end if;
    execute format('create trigger %I before truncate on %I for each statement execute function refuse(%L)',
                   parent || '_is_never_emptied', leaf,
                   case parent when 'event' then 'the journal' else 'the trail' end
                       || ' is append-only: rows are never deleted');
end
$$;

-- Makes what is missing of the present month and of those to come. Whoever is in the way is not waited for long: the
-- next call makes what is still missing, and until then rows go to the part for everything else.
create function prepare_months(ahead integer) returns integer language plpgsql as
$$
declare
    made   integer := 0;
    whole  text;
    leaf   text;
    month  timestamp;
    begins bigint;
    ends   bigint;
begin
    perform set_config('lock_timeout', '2s', true);
    for step in 0 .. ahead loop
        month := date_trunc('month', clock_timestamp() at time zone 'UTC') + make_interval(months => step);
        begins := month_begin_ms(month);
        ends := month_begin_ms(month + interval '1 month');
        foreach whole in array array['event', 'trail'] loop
            continue when exists (select 1 from month_of_chain m where m.parent = whole and m.until_ms > begins
                                                                   and coalesce(m.from_ms, begins) <= begins);
            leaf := whole || to_char(month, '"_"YYYY"_"MM');
            begin
                execute format('create table %I (like %I including defaults including constraints)', leaf, whole);
                perform guard_leaf(leaf, whole, true);
                execute format('alter table %I attach partition %I for values from (%s) to (%s)', whole, leaf, begins, ends);
                insert into month_of_chain (leaf, parent, from_ms, until_ms) values (leaf, whole, begins, ends);
                made := made + 1;
            exception
                -- Another program made it; rows of a clock that was ahead are elsewhere already; somebody is in the way.
                when duplicate_table or unique_violation or duplicate_object or check_violation
                     or invalid_object_definition or lock_not_available or deadlock_detected then null;
            end;
        end loop;
    end loop;
    return made;
end
$$;

-- Drops each month that ended by a moment and in which nothing is left, and tells which.
create function drop_empty_months(until bigint) returns setof text language plpgsql as
$$
declare
    part   record;
    filled boolean;
begin
    perform set_config('lock_timeout', '2s', true);
    for part in select m.leaf, m.parent from month_of_chain m where m.until_ms <= until order by m.until_ms, m.parent loop
        execute format('select exists (select 1 from %I)', part.leaf) into filled;
        continue when filled;
        begin
            execute format('lock table %I in access exclusive mode', part.parent);
            execute format('lock table %I in access exclusive mode', part.leaf);
            -- Once more, now that nobody can write.
            execute format('select exists (select 1 from %I)', part.leaf) into filled;
            continue when filled;
            execute format('alter table %I detach partition %I', part.parent, part.leaf);
            execute format('drop table %I', part.leaf);
            delete from month_of_chain m where m.leaf = part.leaf;
            return next part.leaf;
        exception
            when lock_not_available or deadlock_detected then null;
        end;
    end loop;
end
$$;

-- What is there becomes the first part.
alter table event rename to event_before;
alter table event_before rename constraint event_pkey to event_before_pkey;
drop trigger event_is_never_changed on event_before;
drop trigger event_is_never_deleted on event_before;
create table event (like event_before including defaults including constraints) partition by range (recorded_at_ms);

create trigger event_is_never_changed before update on event for each row
    execute function refuse('the journal is append-only: a row is never changed');
create trigger event_is_never_deleted before delete on event for each row
    execute function refuse_unless_archived('instance', 'the journal is append-only: a row is never deleted');
create trigger event_is_never_emptied before truncate on event for each statement
    execute function refuse('the journal is append-only: rows are never deleted');

alter table trail rename to trail_before;
alter table trail_before rename constraint trail_pkey to trail_before_pkey;
drop trigger trail_is_never_changed on trail_before;
drop trigger trail_is_never_deleted on trail_before;
create table trail (like trail_before including defaults including constraints) partition by range (recorded_at_ms);

create trigger trail_is_never_changed before update on trail for each row
    execute function refuse('the trail is append-only: a row is never changed');
create trigger trail_is_never_deleted before delete on trail for each row
    execute function refuse_unless_archived('instance', 'the trail is append-only: a row is never deleted');
create trigger trail_is_never_emptied before truncate on trail for each statement
    execute function refuse('the trail is append-only: rows are never deleted');

do $$
declare
    whole  text;
    newest bigint;
    ends   bigint;
    given  record;
begin
    foreach whole in array array['event', 'trail'] loop
        execute format('select max(recorded_at_ms) from %I', whole || '_before') into newest;
        ends := month_begin_ms(date_trunc('month', to_timestamp(greatest(newest, database_ms()) / 1000) at time zone 'UTC')
                               + interval '1 month');
        execute format('alter table %I attach partition %I for values from (minvalue) to (%s)',
                       whole, whole || '_before', ends);
        insert into month_of_chain (leaf, parent, until_ms) values (whole || '_before', whole, ends);
        execute format('create table %I partition of %I default', whole || '_elsewhere', whole);
        perform guard_leaf(whole || '_elsewhere', whole, true);
        -- Who was allowed what.
        for given in
            select a.grantee::regrole::text as role, a.privilege_type as what
            from pg_class c, aclexplode(c.relacl) a
            where c.oid = (whole || '_before')::regclass and a.grantee <> 0 and a.grantee <> c.relowner
        loop
            execute format('grant %s on %I to %s', given.what, whole, given.role);
        end loop;
    end loop;
end
$$;

-- The views of 0024 once more, over the whole.

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
create or replace view audit_checkpoint with (security_barrier = true) as
select c.*
from checkpoint c
where ((select has_table_privilege('trail'::regclass, 'select'))
       or exists (select 1 from auditor_tenant a where a.role = current_user and a.tenant is null)
       or c.tenant in (select a.tenant from auditor_tenant a where a.role = current_user));

-- Their heads.
create or replace view audit_checkpoint_head with (security_barrier = true) as
select c.*
from checkpoint_head c
where ((select has_table_privilege('trail'::regclass, 'select'))
       or exists (select 1 from auditor_tenant a where a.role = current_user and a.tenant is null)
       or c.tenant in (select a.tenant from auditor_tenant a where a.role = current_user));
