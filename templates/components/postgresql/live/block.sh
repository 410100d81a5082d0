# One session locks a table and then does nothing; others wait for it. Argument: how many wait. Ends after 15 minutes.
waiters=$1
query() { psql -X -q -A -t -U postgres -d obsboot_bench "$@"; }
{ echo 'BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE;'; sleep 900; } | query &
sleep 1
for _ in $(seq "$waiters"); do
  query -c 'SELECT count(*) FROM held' >/dev/null &
done
for _ in $(seq 900); do
  echo "{\"ticks\": 1, \"waiters\": $waiters}"
  sleep 1
done
