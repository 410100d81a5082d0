# Clients that wait for a list that never gets an element. Argument: how many.
for _ in $(seq "$1"); do redis-cli BLPOP obsboot:never 120 >/dev/null & done
trap 'kill $(jobs -p); exit 0' TERM INT HUP PIPE
for second in $(seq 110); do echo "{\"waiting\": $1}"; sleep 1; done
