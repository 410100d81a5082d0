# Searches that need memory, while requests are allowed none.
ask() {
  login="${ELASTIC_PASSWORD:+elastic:$ELASTIC_PASSWORD}${OPENSEARCH_INITIAL_ADMIN_PASSWORD:+admin:$OPENSEARCH_INITIAL_ADMIN_PASSWORD}"
  curl -sS -o /dev/null -u "$login" -H 'Content-Type: application/json' -X "$1" "http://127.0.0.1:9200/$2" -d "$3"
}
allow() { ask PUT _cluster/settings "{\"persistent\": {\"indices.breaker.request.limit\": $1}}"; }
trap 'allow null; exit 0' TERM INT HUP PIPE
allow '"10b"'
for _ in $(seq 300); do
  ask POST 'logs-*/_search' '{"size": 0, "aggs": {"all": {"terms": {"field": "@timestamp"}}}}'
  echo '{"searches": 1}'
  sleep 1
done
allow null
