# Writes keys that are never read, each with a TTL, so that a full cache has to evict. They go when this ends, one by
# one: a script that takes all of them away would itself be a slow command.
# Arguments: keys a second, bytes a value.
per_second=$1 value=$(head -c "$2" /dev/zero | tr '\0' x)
empty() { redis-cli --scan --pattern 'obsboot:fill:*' | sed 's/^/UNLINK /' | redis-cli >/dev/null; }
trap 'empty; exit 0' TERM INT HUP PIPE
for second in $(seq 300); do
  for i in $(seq "$per_second"); do echo "SET obsboot:fill:$second:$i $value EX 600"; done | redis-cli >/dev/null
  echo "{\"written\": $per_second}"
  sleep 1
done
empty
