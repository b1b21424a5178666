-- SQLite chooses its way by how many rows it thinks share a key's first columns, and it thinks few. Here one tenant often
-- owns nearly every row: a look for the next letter or timer would read them all. So it is told once how a large store
-- looks. Whoever runs `analyze` replaces this by what is there, which is as good.
analyze migration;
delete from sqlite_stat1;
insert into sqlite_stat1 (tbl, idx, stat) values
    ('instance', 'sqlite_autoindex_instance_1', '1000000 1000000 1000000 1'),
    ('instance', 'instance_by_number', '1000000 1000000 1000000 100000 1'),
    ('instance', 'instance_by_start_key', '1000000 1000000 1000000 1'),
    ('instance', 'instance_one_per', '100000 100000 100000 10000 1'),
    ('instance', 'instance_by_parent', '100000 100000 100000 2 1'),
    ('instance', 'instance_by_reference', '1000000 1000000 1000000 2'),
    ('instance', 'instance_by_start', '1000000 1000000 1000000 2 1'),
    ('instance', 'instance_by_subject', '1000000 1000000 1000000 4'),
    ('instance', 'instance_by_end', '900000 900000 900000 2 1'),
    ('instance', 'instance_running', '100000 100000 100000 10000'),
    ('event', 'event', '20000000 20000000 20000000 20 1'),
    ('trail', 'trail', '50000000 50000000 50000000 50 1'),
    ('timer', 'timer', '1000000 1000000 1000000 2 1'),
    ('timer', 'timer_due', '1000000 1000000 1000000 2 2'),
    ('question', 'sqlite_autoindex_question_1', '2000000 2000000 2000000 2 1'),
    ('question', 'question_open', '100000 100000 100000 1'),
    ('outbox', 'outbox', '20000000 20000000 20000000 20 1'),
    ('outbox', 'outbox_due', '10000 10000 10000 10'),
    ('outbox', 'outbox_begun', '1000 1000 10'),
    ('outbox', 'outbox_unknown', '100 100 100'),
    ('outbox', 'outbox_dead', '100 100 100'),
    ('delivery', 'sqlite_autoindex_delivery_1', '20000000 20000000 20000000 20 1 1'),
    ('inbox', 'sqlite_autoindex_inbox_1', '1000000 1000000 1000000 1'),
    ('inbox', 'inbox_once', '1000000 1000000 1000000 1000000 1'),
    ('inbox', 'inbox_kept', '10000 10000 10000 10000 2 1'),
    ('inbox', 'inbox_new', '1000 1000 1000 1'),
    ('incident', 'sqlite_autoindex_incident_1', '100 100 100 2 1'),
    ('incident', 'incident_open', '10 10 10 1');

drop index outbox_due;
create index outbox_due on outbox (shard, tenant, next_at_ms) where status in ('waiting', 'sending');

drop index timer_due;
create index timer_due on timer (shard, tenant, due_ms, rank);

analyze sqlite_schema;
