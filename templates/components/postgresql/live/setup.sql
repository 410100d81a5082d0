-- The workloads' own database, so that its counters are theirs alone.
SELECT 'CREATE DATABASE obsboot_bench' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'obsboot_bench') \gexec
-- An archive that takes everything; the fault breaks it.
ALTER SYSTEM SET archive_command = '/bin/true';
SELECT pg_reload_conf();
\connect obsboot_bench

-- 131 MB, twice the server's buffers, one row a page: a random row is a block of its own, and misses about every second time.
CREATE UNLOGGED TABLE IF NOT EXISTS pages (id integer PRIMARY KEY, filler text STORAGE PLAIN) WITH (autovacuum_enabled = off);
TRUNCATE pages;
INSERT INTO pages SELECT n, repeat('x', 7000) FROM generate_series(1, 16000) n;
VACUUM (FREEZE) pages;
CREATE TABLE IF NOT EXISTS entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL);
CREATE TABLE IF NOT EXISTS pair (id integer PRIMARY KEY, number integer NOT NULL);
INSERT INTO pair VALUES (1, 0), (2, 0) ON CONFLICT DO NOTHING;
