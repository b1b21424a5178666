-- Events of systems leave with the instances that got them: once each of these is named in `archived`. Before, what had
-- arrived stayed for ever.
create function refuse_unless_given_to_archived() returns trigger language plpgsql as
$$
begin
    if old.status = 'given'
       and not exists (select 1 from json_array_elements_text(old.given_to::json) g(instance)
                       where not exists (select 1 from archived a where a.shard = old.shard and a.tenant = old.tenant
                                                                    and a.instance = g.instance)) then
        return old;
    end if;
    raise exception 'an event that arrived is never deleted';
end
$$;

drop trigger inbox_is_never_deleted on inbox;
create trigger inbox_is_never_deleted before delete on inbox for each row
    execute function refuse_unless_given_to_archived();
