-- How many instances run, for whoever watches: counted often, and few of all that ever were.
create index instance_running on instance (shard, tenant, workflow) where status = 'running';
