-- Safe to repeat: it runs again after the server was restarted.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
-- A table that is large enough to mind when it is read from end to end.
CREATE TABLE IF NOT EXISTS obsboot_large AS SELECT n AS number FROM generate_series(1, 150000) n;
ANALYZE obsboot_large;
CREATE TABLE IF NOT EXISTS obsboot_small (id integer PRIMARY KEY, number integer NOT NULL);
INSERT INTO obsboot_small SELECT n, n FROM generate_series(1, 2000) n ON CONFLICT DO NOTHING;
VACUUM (ANALYZE) obsboot_small;
-- An archive that takes everything; a fault breaks it.
ALTER SYSTEM SET archive_command = '/bin/true';
SELECT pg_reload_conf() \g /dev/null
-- Some WAL to begin with: it grows by a whole segment at a time, which in a folder with few is a large step.
SELECT count(pg_logical_emit_message(false, 'obsboot', repeat('x', 1000000))) FROM generate_series(1, 160)
  WHERE (SELECT sum(size) FROM pg_ls_waldir()) < 160000000 \g /dev/null

-- The workloads' own databases, so that the counters are theirs alone.
SELECT 'CREATE DATABASE obsboot_bench' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'obsboot_bench') \gexec
SELECT 'CREATE DATABASE obsboot_single' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'obsboot_single') \gexec
\connect obsboot_bench
SET client_min_messages = warning;
-- 125 MB, twice the server's buffers, and one row a page: a row at random is a block of its own, and every second one is
-- not in memory.
CREATE UNLOGGED TABLE IF NOT EXISTS pages (id integer PRIMARY KEY, filler text) WITH (autovacuum_enabled = off);
ALTER TABLE pages ALTER COLUMN filler SET STORAGE PLAIN;
TRUNCATE pages;
INSERT INTO pages SELECT n, repeat('x', 7000) FROM generate_series(1, 16000) n;
VACUUM (FREEZE) pages;
CREATE TABLE IF NOT EXISTS entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL);
CREATE TABLE IF NOT EXISTS pair (id integer PRIMARY KEY, number integer NOT NULL);
INSERT INTO pair VALUES (1, 0), (2, 0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS held (id integer);
