-- That a send begins is written down before it does, where the channel cannot tell a second letter from the first: what
-- had begun when its worker was lost is `unknown`.
alter table outbox add column begun_at_ms integer check (begun_at_ms is null or status in ('sending', 'unknown'));

-- Sends that began: few at any time.
create index outbox_begun on outbox (shard, claimed_until_ms) where begun_at_ms is not null and status = 'sending';
