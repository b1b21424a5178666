-- How much each program that stays (`wfrun serve`, `api`, `worker`) has just committed: what `wfrun top` shows as the rate
-- of the whole store. Told about once a second while something happens; nothing depends on it.
create table pulse (
    program    text    not null primary key check (program <> ''), -- machine and process, with a random part
    counted    integer not null check (counted >= 0),              -- transitions committed since it told the last time
    during_ms  integer not null check (during_ms > 0),             -- how long that was
    told_at_ms integer not null                                    -- when it told, by the database's clock
) strict;
