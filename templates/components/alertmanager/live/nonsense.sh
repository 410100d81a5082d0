# Sends what is no alert, so often a second, and counts what is refused.
per_second=$1
for _ in $(seq 900); do
    refused=0
    for _ in $(seq "$per_second"); do
        wget -q -O /dev/null --header 'Content-Type: application/json' --post-data '[{"labels":{}}]' \
            http://127.0.0.1:9093/api/v2/alerts 2>/dev/null || refused=$((refused + 1))
    done
    echo "{\"refused\": $refused}"
    sleep 1
done
