-- What the writer's statement asks at its end: fewer instances changed or made than were given takes all of it back.
create function must_be_all(held bigint, given bigint) returns bigint language plpgsql as $$
begin
    if held <> given then
        raise exception 'of % instances % are where they were expected', given, held using errcode = 'WF001';
    end if;
    return held;
end $$;
