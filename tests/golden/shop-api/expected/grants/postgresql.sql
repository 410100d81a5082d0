-- Creates the exporter's role with the least it needs: it may read the server's statistics and settings, and can neither read
-- nor write a row of a table. Safe to repeat. Run it on the primary as a superuser, with psql 14 or newer:
--
--   set -a; . observability/.env; set +a
--   psql -h HOST -U postgres -d shop -f observability/grants/postgresql.sql
--
-- Or in the server's own container, whose service is called SERVICE and its superuser SUPERUSER:
--
--   docker compose exec -T -e POSTGRESQL_EXPORTER_PASSWORD SERVICE \
--     psql -U SUPERUSER -d shop < observability/grants/postgresql.sql
--
-- What every role may do (PUBLIC) this one may do as well: a table that was granted to PUBLIC is open to it.
\set ON_ERROR_STOP on
\getenv exporter_password POSTGRESQL_EXPORTER_PASSWORD
\if :{?exporter_password}
\else
  \warn 'POSTGRESQL_EXPORTER_PASSWORD is not set: load observability/.env first.'
  -- psql leaves with an error only for a statement that fails.
  DO $$ BEGIN RAISE EXCEPTION 'no password for obsboot_exporter'; END $$;
\endif

-- The password must be in no log and in no statistics.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SET pg_stat_statements.track = 'none';

SELECT 'CREATE ROLE obsboot_exporter' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'obsboot_exporter') \gexec
ALTER ROLE obsboot_exporter
  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 10
  PASSWORD :'exporter_password';
ALTER ROLE obsboot_exporter SET default_transaction_read_only = on;
-- A statistics query that takes longer would be late for its scrape anyway.
ALTER ROLE obsboot_exporter SET statement_timeout = '10s';
GRANT pg_monitor TO obsboot_exporter;
-- PostgreSQL 16 and newer keep connections (`reserved_connections`) for members of this role: the exporter still gets in when
-- applications have taken all others, which is when it is needed.
SELECT 'GRANT pg_use_reserved_connections TO obsboot_exporter'
WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = 'pg_use_reserved_connections') \gexec

-- Needs the setting shared_preload_libraries (observability/settings/postgresql.conf) and a restart before it counts.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
