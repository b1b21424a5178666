-- PostgreSQL alone keeps journal and trail in a table for each month: SQLite knows no such parts, and uses the room of rows
-- that left for archives again by itself.
select 1;
