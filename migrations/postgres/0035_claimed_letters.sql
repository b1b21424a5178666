-- When the first claim of a letter runs out: asked whenever a worker comes to rest, and few letters are claimed at a time.
-- Sends that began are found among them.
drop index outbox_begun;
create index outbox_claimed on outbox (shard, tenant, claimed_until_ms) where status = 'sending';

-- Letters that are due at one moment are many on a Monday morning: they are claimed in the order of the index. SQLite's
-- has instance and number at its end by itself.
drop index outbox_due;
create index outbox_due on outbox (shard, tenant, next_at_ms, instance, number) where status in ('waiting', 'sending');
