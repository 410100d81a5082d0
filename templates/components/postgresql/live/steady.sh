# Keeps a database of its own busy, and says once a second what it did. Arguments: share of the reads that go to the hot
# tenth of the pages, roll-backs a second. Ends after 15 minutes.
#
# Everything is counted on this side: blocks by EXPLAIN's own sums, WAL bytes by what is sent, sizes by du, never by the
# server's counters. The one number taken from the start of a session is its own transaction (see `transactions`).
hot=$1 rollbacks=$2
reads=20 blocks=200 rows=40 message=100000 idle=6

query() { psql -X -q -A -t -U postgres -d obsboot_bench "$@"; }

# Idle sessions, and one that holds a temporary slot, for only a slot tells the exporter the WAL position. All end with this
# script, for it holds the only writer of their standard input.
hold=$(mktemp -d)/hold
mkfifo "$hold"
for _ in $(seq "$idle"); do
  query <"$hold" >/dev/null 2>&1 &
done
{ echo "SELECT pg_create_physical_replication_slot('obsboot_$$', false, true);"; cat; } <"$hold" | PGAPPNAME=obsboot-slot query >/dev/null 2>&1 &
exec 3>"$hold"

database=$PGDATA/base/$(query -c "SELECT oid FROM pg_database WHERE datname = current_database()")
# What the settings leave to applications; the panel has it from the exporter.
limit=$(query -c "SELECT sum(setting::integer * CASE name WHEN 'max_connections' THEN 1 ELSE -1 END) FROM pg_settings
  WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')")

second() {
  for _ in $(seq "$reads"); do
    echo "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) SELECT sum(length(filler)) FROM pages WHERE ctid = ANY (ARRAY(
      SELECT format('(%s,1)', floor(random() * CASE WHEN random() < $hot THEN 1600 ELSE 16000 END))::tid
      FROM generate_series(1, $blocks)));"
  done
  for _ in $(seq "$rollbacks"); do
    echo "BEGIN; SELECT 1; ROLLBACK;"
  done
  echo "EXPLAIN (ANALYZE, COSTS OFF) SELECT pg_sleep(0.2);
    EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) INSERT INTO entries (body) SELECT md5(random()::text) FROM generate_series(1, $rows);
    EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) DELETE FROM entries WHERE id <= (SELECT max(id) FROM entries) - $rows;
    SELECT 'message', length(pg_logical_emit_message(false, 'obsboot', repeat('x', $message))::text);"
}

# PostgreSQL 16 and older say `I/O Timings: shared/local read=` or `read=`; the first Buffers of a statement is its sum.
tally='
  function number(name) { return match($0, name "=[0-9.]+") ? substr($0, RSTART + length(name) + 1, RLENGTH - length(name) - 1) : 0 }
  /^(Aggregate|Result|Insert|Delete)/ { fresh = timed = 1; statements++ }
  /^Planning:/ { fresh = timed = 1 }
  /Buffers:/ { if (fresh && /shared/) { part = $0; sub(/.*shared/, "", $0); sub(/(local|temp).*/, "", $0); hits += number("hit"); reads += number("read"); $0 = part } fresh = 0 }
  /I\/O Timings:/ { if (timed) io += number("read"); timed = 0 }
  /^(Planning|Execution) Time:/ { busy += $3 }
  /^message/ { sent++ }
  END {
    printf "{\"ticks\": 1, \"statements\": %d, \"rollbacks\": %d, \"transactions\": %d, ", statements, rollbacks, statements + sent + rollbacks + 1
    printf "\"hits\": %d, \"reads\": %d, \"io_ms\": %.3f, \"busy_ms\": %.3f, ", hits, reads, io, busy
    printf "\"rows\": %d, \"wal_bytes\": %d, \"idle\": %d, \"limit\": %d, \"database_bytes\": %d, \"wal_size\": %d}\n", 2 * rows * (statements > 0), message * sent, idle, slots, size, wal
  }'

for _ in $(seq 900); do
  second | query -F ' ' | awk -v rollbacks="$rollbacks" -v rows="$rows" -v message="$message" -v idle="$idle" -v slots="$limit" \
    -v size="$(du -sb "$database" | cut -f 1)" -v wal="$(du -b "$PGDATA"/pg_wal/0* | awk '{ s += $1 } END { print s }')" "$tally"
  sleep 0.6
done
