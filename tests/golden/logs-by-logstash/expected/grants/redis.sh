#!/bin/sh
# Creates the exporter's user with the least it needs: it may ask for the server's state, and can neither read nor
# write a key. Safe to repeat. Arguments go to redis-cli:
#
#   set -a; . observability/.env; sh observability/grants/redis.sh -h HOST
#
# Or in the server's own container, whose service is called SERVICE:
#
#   set -a; . observability/.env
#   docker compose exec -T -e REDIS_EXPORTER_PASSWORD SERVICE sh -s < observability/grants/redis.sh
#
# The user lives until the server restarts, unless an aclfile is configured (then: redis-cli ACL SAVE).
set -eu
redis-cli "$@" ACL SETUSER obsboot_exporter reset on ">${REDIS_EXPORTER_PASSWORD:?}" \
  -@all +ping +info +config'|get' +client'|list' +client'|setname' +slowlog'|len' +slowlog'|get' \
  +latency'|histogram' +latency'|latest' +command
