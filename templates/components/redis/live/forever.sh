# Writes small keys without a TTL, and takes them away again when this ends. Argument: how many.
# A hundred at a time: a script that works on all of them would itself be a slow command.
each() {
  for first in $(seq 1 100 "$2"); do
    redis-cli EVAL "for i = $first, $first + 99 do redis.call('$1', 'obsboot:ever:' .. i$3) end" 0 >/dev/null
  done
}
trap 'each UNLINK "$keys" ""; exit 0' TERM INT HUP PIPE
keys=$1
each SET "$keys" ", 1"
for _ in $(seq 300); do echo "{\"kept\": $keys}"; sleep 1; done
each UNLINK "$keys" ""
