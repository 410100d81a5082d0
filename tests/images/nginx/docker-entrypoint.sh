#!/bin/sh
# Runs what lies in /docker-entrypoint.d, in order, before nginx starts.
set -e

case ${1:-} in
nginx | nginx-debug)
    for file in $(find /docker-entrypoint.d -mindepth 1 -maxdepth 1 -type f | sort -V); do
        case $file in
        *.envsh) [ ! -x "$file" ] || . "$file" ;;
        *.sh) [ ! -x "$file" ] || "$file" ;;
        esac
    done
    ;;
esac
exec "$@"
