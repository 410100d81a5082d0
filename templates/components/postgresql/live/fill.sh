# Opens idle connections until a share of those that the server leaves to applications is taken. Arguments: database, share.
# Ends after 15 minutes. Where others come first, pgbench gives up all that it has opened, so it is asked again.
database=$1 share=$2
file=$(mktemp)
printf '%s\n' '\sleep 1 s' >"$file"
wanted() {
  psql -X -q -A -t -U postgres -d "$database" -c "
    SELECT floor($share * sum(setting::integer * CASE name WHEN 'max_connections' THEN 1 ELSE -1 END))
      - (SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend')
    FROM pg_settings WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')"
}
for _ in $(seq 60); do
  clients=$(wanted)
  pgbench -n -U postgres -c "$clients" -j 1 -T 900 -f "$file" "$database" >/dev/null 2>&1 &
  while kill -0 $! 2>/dev/null; do
    echo "{\"ticks\": 1, \"opened\": $clients}"
    sleep 1
  done
  sleep 0.5
done
