-- Events of systems leave with the instances that got them: once each of these is named in `archived`. Before, what had
-- arrived stayed for ever.
drop trigger inbox_is_never_deleted;
create trigger inbox_is_never_deleted before delete on inbox
when old.status <> 'given'
  or exists (select 1 from json_each(old.given_to) g
             where not exists (select 1 from archived a where a.shard = old.shard and a.tenant = old.tenant
                                                          and a.instance = g.value))
begin select raise(abort, 'an event that arrived is never deleted'); end;
