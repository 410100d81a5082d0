# Sends the same transaction again and again. Arguments: database, clients, transactions a second, the transaction as pgbench
# reads it. Ends after 15 minutes.
database=$1 clients=$2 per_second=$3 transaction=$4
file=$(mktemp)
printf '%s\n' "$transaction" >"$file"
PGOPTIONS='-c max_parallel_workers_per_gather=0' \
  pgbench -n -U postgres -c "$clients" -j 1 -T 900 -R "$per_second" -f "$file" "$database" >/dev/null 2>&1 &
while kill -0 $! 2>/dev/null; do
  echo '{"ticks": 1}'
  sleep 1
done
