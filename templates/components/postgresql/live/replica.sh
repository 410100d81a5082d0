# Starts a replica inside the server's own container, which receives WAL but does not replay it. Argument: bytes of WAL that it
# then has to catch up with.
set -e
bytes=$1 folder=/tmp/obsboot-replica
own() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }
own pg_basebackup -U postgres -D "$folder" -X stream -c fast -R
own pg_ctl -D "$folder" -w -l "$folder/log" -o "-p 5433 -c config_file=$folder/postgresql.conf -c shared_buffers=16MB \
  -c max_connections=100 -c shared_preload_libraries= -c cluster_name=obsboot-replica" start >/dev/null
psql -X -q -U postgres -p 5433 -c 'SELECT pg_wal_replay_pause()' >/dev/null
psql -X -q -U postgres >/dev/null -c "
  SELECT count(pg_logical_emit_message(false, 'obsboot', repeat('x', 1000000))) FROM generate_series(1, $bytes / 1000000)"
