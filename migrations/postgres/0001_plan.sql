-- What append-only tables say to a change; the words are the trigger's argument.
create function refuse() returns trigger language plpgsql as
$$ begin raise exception '%', tg_argv[0]; end $$;

-- Loaded plans: one version of one workflow each, as bytes. A plan is never changed; instances refer to its hash.
create table plan (
    shard        bigint  not null check (shard between 0 and 255),      -- hash of the tenant, first in every key
    tenant       text    not null check (tenant <> ''),                 -- whose plan it is
    hash         text    not null check (length(hash) = 64),            -- meaning hash of the plan, in hexadecimal
    workflow     text    not null check (workflow <> ''),               -- name of the workflow
    version      bigint  not null check (version >= 0),                 -- number after `version` in its source
    label        text    not null,                                      -- title for people
    bytes        bytea   not null check (length(bytes) > 0),            -- the plan as `wfc build` wrote it
    loaded_at_ms bigint  not null,                                      -- when it was loaded, in ms since 1970 UTC
    loaded_by    text    not null,                                      -- who loaded it
    primary key (shard, tenant, hash)
);

create index plan_by_workflow on plan (shard, tenant, workflow, version, loaded_at_ms);

create trigger plan_is_kept before update on plan for each row
    execute function refuse('a loaded plan is never changed');

create trigger plan_is_never_deleted before delete on plan for each row
    execute function refuse('a loaded plan is never deleted: instances refer to it');
