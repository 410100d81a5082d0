# What can happen to an index, on one of its own. Arguments: lose, block, or forget and which of the two.
ask() {
  login="${ELASTIC_PASSWORD:+elastic:$ELASTIC_PASSWORD}${OPENSEARCH_INITIAL_ADMIN_PASSWORD:+admin:$OPENSEARCH_INITIAL_ADMIN_PASSWORD}"
  curl -fsS -o /dev/null -u "$login" -H 'Content-Type: application/json' -X "$1" "http://127.0.0.1:9200/$2" ${3:+-d "$3"}
}
plain='"number_of_shards": 1, "number_of_replicas": 0'
case $1 in
  lose) ask PUT 'obsboot-lose?wait_for_active_shards=0' "{\"settings\": {$plain, \"index.routing.allocation.require._name\": \"nowhere\"}}" ;;
  block) ask PUT obsboot-block "{\"settings\": {$plain}}" && ask PUT obsboot-block/_settings '{"index.blocks.read_only_allow_delete": true}' ;;
  forget) ask DELETE "obsboot-$2" ;;
esac
