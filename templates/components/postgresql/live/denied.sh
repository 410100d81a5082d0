# Shows that the exporter's role can neither read nor write what is not its own: each statement has to be refused for want of a
# right (SQLSTATE 42501), not for another reason. Argument: the exporter's database. Ends with 1 where one is not refused.
database=$1
# Not even where the role's own default, to write nothing, is lifted.
export PGOPTIONS='-c default_transaction_read_only=off'
ask() {
  {
    while read -r statement; do
      printf '%s;\n\\echo :SQLSTATE %s\n' "$statement" "$statement"
    done
    printf '\\echo all asked\n'
  } | psql -X -q -A -t -U obsboot_exporter -d "$database" 2>/dev/null
}

answers=$(ask <<'STATEMENTS'
SELECT * FROM obsboot_large
INSERT INTO obsboot_large VALUES (1)
UPDATE obsboot_large SET number = 0
DELETE FROM obsboot_large
TRUNCATE obsboot_large
DROP TABLE obsboot_large
ALTER TABLE obsboot_large ADD COLUMN more text
COPY obsboot_large TO STDOUT
COPY (SELECT 1) TO PROGRAM 'true'
COPY (SELECT 1) TO '/tmp/obsboot_denied'
CREATE TABLE public.obsboot_denied (id integer)
CREATE SCHEMA obsboot_denied
CREATE DATABASE obsboot_denied
CREATE ROLE obsboot_denied
ALTER ROLE obsboot_exporter SUPERUSER
GRANT pg_read_all_data TO obsboot_exporter
SET ROLE postgres
SET SESSION AUTHORIZATION postgres
SELECT rolpassword FROM pg_authid
ALTER SYSTEM SET log_min_duration_statement = -1
SELECT pg_reload_conf()
SELECT pg_read_file('PG_VERSION')
SELECT lo_import('/etc/passwd')
SELECT pg_create_physical_replication_slot('obsboot_denied')
SELECT pg_stat_statements_reset()
STATEMENTS
)
allowed=$(printf '%s\n' "$answers" | grep -v -e '^42501 ' -e '^all asked$')
case $answers in
  *'all asked') ;;
  *) allowed="the session ended early: $answers" ;;
esac
[ -z "$allowed" ] || { printf 'obsboot_exporter was not refused:\n%s\n' "$allowed"; exit 1; }
