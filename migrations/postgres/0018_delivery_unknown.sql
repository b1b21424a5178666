-- A letter whose sending had begun and whose end nobody knows is `unknown`: it may have arrived, so it is not sent again
-- before somebody decides. `sending -> unknown -> waiting | sent | dropped`. That a send begins is written down before
-- it does, where the channel cannot tell a second letter from the first.

-- When a send that must not be repeated began.
alter table outbox add column begun_at_ms bigint check (begun_at_ms is null or status in ('sending', 'unknown'));

alter table outbox drop constraint outbox_status_check;
alter table outbox add constraint outbox_status_check
    check (status in ('waiting', 'sending', 'sent', 'dead', 'dropped', 'unknown'));

alter table delivery drop constraint delivery_result_check;
alter table delivery add constraint delivery_result_check
    check (result in ('sent', 'try again', 'refused', 'unknown'));

-- Sends that began: few at any time.
create index outbox_begun on outbox (shard, claimed_until_ms) where begun_at_ms is not null and status = 'sending';
