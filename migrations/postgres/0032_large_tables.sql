-- One tenant often owns nearly every row: its due letters and timers are found by tenant and moment together.
-- PostgreSQL keeps its own picture of how large things are; SQLite is told one in the file of this number.
drop index outbox_due;
create index outbox_due on outbox (shard, tenant, next_at_ms) where status in ('waiting', 'sending');

drop index timer_due;
create index timer_due on timer (shard, tenant, due_ms, rank);
