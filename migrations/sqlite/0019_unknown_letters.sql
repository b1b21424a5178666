-- Letters of which nobody knows whether they arrived: looked for on every scrape, and there are few of them.
create index outbox_unknown on outbox (shard, tenant) where status = 'unknown';
