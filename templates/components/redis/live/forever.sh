# Writes small keys without a TTL, and takes them away again when this ends. Argument: how many.
each() { redis-cli EVAL "for i = 1, $2 do redis.call('$1', 'obsboot:ever:' .. i$3) end" 0 >/dev/null; }
trap 'each UNLINK "$keys" ""; exit 0' TERM INT HUP PIPE
keys=$1
each SET "$keys" ", 1"
for _ in $(seq 300); do echo "{\"kept\": $keys}"; sleep 1; done
each UNLINK "$keys" ""
