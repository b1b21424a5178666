-- When the first claim of a letter runs out: asked whenever a worker comes to rest, and few letters are claimed at a time.
-- Sends that began are found among them.
drop index outbox_begun;
create index outbox_claimed on outbox (shard, tenant, claimed_until_ms) where status = 'sending';

delete from sqlite_stat1 where idx in ('outbox_begun', 'outbox_claimed');
insert into sqlite_stat1 (tbl, idx, stat) values ('outbox', 'outbox_claimed', '1000 1000 1000 10');
analyze sqlite_schema;
