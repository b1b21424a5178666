-- A letter whose sending had begun and whose end nobody knows is `unknown`: it may have arrived, so it is not sent again
-- before somebody decides. `sending -> unknown -> waiting | sent | dropped`. That a send begins is written down before
-- it does, where the channel cannot tell a second letter from the first.

-- When a send that must not be repeated began.
alter table outbox add column begun_at_ms integer check (begun_at_ms is null or status in ('sending', 'unknown'));

-- Checks of a table are changed in its text, as section 7 of https://www.sqlite.org/lang_altertable.html describes it;
-- making the table anew would cut it from the rows that refer to it. No row is touched.
pragma writable_schema = on;

update sqlite_schema
set sql = replace(sql, '''sending'', ''sent'', ''dead'', ''dropped''))', '''sending'', ''sent'', ''dead'', ''dropped'', ''unknown''))')
where type = 'table' and name = 'outbox';

update sqlite_schema
set sql = replace(sql, '''try again'', ''refused''))', '''try again'', ''refused'', ''unknown''))')
where type = 'table' and name = 'delivery';

pragma writable_schema = reset;

-- Sends that began: few at any time.
create index outbox_begun on outbox (shard, claimed_until_ms) where begun_at_ms is not null and status = 'sending';
