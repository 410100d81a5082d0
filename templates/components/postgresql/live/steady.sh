# A light load of known outcome, which says once a second what it did. Arguments: the exporter's database, the share of the reads
# that go to the hot tenth of the pages, roll-backs a second. Ends after 15 minutes.
#
# Everything is counted on this side: blocks and times by EXPLAIN's own sums, WAL by what is sent, sizes by du, calls by what is
# asked; never by the server's counters.
shared=$1 hot=$2 rollbacks=$3
reads=20 blocks=200 rows=40 message=500000 idle=6 calls=5 lookups=9 scanned=2000

in_database() { name=$1; shift; psql -X -q -A -t -U postgres -d "$name" "$@"; }
bench() { in_database obsboot_bench "$@"; }
file_of() { in_database "$shared" -c "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('$1')"; }
bytes() { du -b "$@" 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }

# Idle sessions, and one that holds a temporary slot, for only a slot tells the exporter the WAL position. They end with this
# script, for it holds the only writer of their standard input.
hold=$(mktemp -d)/hold
mkfifo "$hold"
for _ in $(seq "$idle"); do
  bench <"$hold" >/dev/null 2>&1 &
done
{ echo "SELECT pg_create_physical_replication_slot('obsboot_$$', false, true);"; cat; } <"$hold" |
  in_database postgres >/dev/null 2>&1 &
exec 3>"$hold"

database=$PGDATA/base/$(bench -c "SELECT oid FROM pg_database WHERE datname = current_database()")
table=$(file_of obsboot_small) index=$(file_of obsboot_small_pkey)
# What the settings leave to applications; the panel has it from the exporter.
limit=$(bench -c "SELECT sum(setting::integer * CASE name WHEN 'max_connections' THEN 1 ELSE -1 END) FROM pg_settings
  WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')")

in_bench() {
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

# A database in which only this one statement runs.
in_single() {
  for _ in $(seq "$calls"); do
    echo "EXPLAIN (ANALYZE, COSTS OFF) SELECT pg_sleep(0.04);"
  done
}

in_shared() {
  echo "SELECT count(*) FROM obsboot_small WHERE number >= 0;"
  for number in $(seq "$lookups"); do
    echo "SELECT number FROM obsboot_small WHERE id = $number;"
  done
}

# The first Buffers and I/O Timings of a plan are its sums; PostgreSQL 16 and older spell the timings differently.
tally='
  function number(name) { return match($0, name "=[0-9.]+") ? substr($0, RSTART + length(name) + 1, RLENGTH - length(name) - 1) : 0 }
  /^(Aggregate|Result|Insert|Delete)/ { fresh = timed = 1; statements++ }
  /^Planning:/ { fresh = timed = 1 }
  /Buffers:/ { if (fresh && sub(/.*shared/, "")) { sub(/(local|temp).*/, ""); hits += number("hit"); reads += number("read") } fresh = 0 }
  /I\/O Timings:/ { if (timed) io += number("read"); timed = 0 }
  /^(Planning|Execution) Time:/ { busy += $3 }
  /^Single:/ { called++; call += $2 }
  /^message/ { sent++ }
  END {
    # A session begins with a transaction of its own.
    transactions = statements + sent + rollbacks + 1
    printf "{\"requests\": %d, \"transactions\": %d, \"rollbacks\": %d, ", transactions + called + lookups + 1, transactions, rollbacks
    printf "\"hits\": %d, \"reads\": %d, \"io_ms\": %.3f, \"busy_ms\": %.3f, ", hits, reads, io, busy
    printf "\"rows\": %d, \"wal_bytes\": %d, \"idle\": %d, \"limit\": %d, ", statements ? 2 * rows : 0, message * sent, idle, slots
    printf "\"calls\": %d, \"call_ms\": %.3f, \"lookups\": %d, \"scans\": 1, \"scanned\": %d, ", called, call, lookups, scanned
    printf "\"database_bytes\": %d, \"wal_size\": %d, \"table_bytes\": %d, \"index_bytes\": %d}\n", database, wal, table, index_
  }'

for _ in $(seq 900); do
  { in_bench | bench; in_single | in_database obsboot_single | sed -n 's/^Execution Time/Single/p'; in_shared | in_database "$shared" >/dev/null; } |
    awk -v rollbacks="$rollbacks" -v rows="$rows" -v message="$message" -v idle="$idle" -v slots="$limit" \
      -v lookups="$lookups" -v scanned="$scanned" \
      -v database="$(bytes -s "$database")" -v wal="$(bytes "$PGDATA"/pg_wal/0*)" \
      -v table="$(bytes "$table" "${table}_fsm" "${table}_vm")" -v index_="$(bytes "$index")" "$tally"
  sleep 0.35
done
