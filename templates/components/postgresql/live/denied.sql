-- What the exporter's role must not be able to do: each line, run alone as obsboot_exporter in the exporter's database, has to fail.
-- Run them with PGOPTIONS='-c default_transaction_read_only=off', so that it is the lack of a right that refuses them.
SELECT * FROM obsboot_large
INSERT INTO obsboot_large VALUES (1)
UPDATE obsboot_large SET number = 0
DELETE FROM obsboot_large
TRUNCATE obsboot_large
DROP TABLE obsboot_large
ALTER TABLE obsboot_large ADD COLUMN more text
COPY obsboot_large TO STDOUT
CREATE TABLE public.obsboot_denied (id integer)
CREATE SCHEMA obsboot_denied
CREATE ROLE obsboot_denied
CREATE DATABASE obsboot_denied
ALTER ROLE obsboot_exporter SUPERUSER
GRANT pg_read_all_data TO obsboot_exporter
INSERT INTO obsboot_large VALUES (1)
SET ROLE postgres
SET SESSION AUTHORIZATION postgres
ALTER SYSTEM SET log_min_duration_statement = -1
SELECT pg_reload_conf()
SELECT pg_read_file('postgresql.conf')
SELECT lo_import('/etc/passwd')
COPY (SELECT 1) TO PROGRAM 'true'
COPY (SELECT 1) TO '/tmp/obsboot_denied'
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' AND backend_type = 'client backend'
SELECT pg_stat_statements_reset()
SELECT pg_create_physical_replication_slot('obsboot_denied')
SELECT rolpassword FROM pg_authid
