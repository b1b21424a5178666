-- PostgreSQL alone needs a function here; SQLite writes row by row and sees each guard.
select 1;
