#!/bin/sh
# Starts Redis as its own user, whatever the command line of the official image looks like.
set -eu

case ${1:-redis-server} in
-* | *.conf) set -- redis-server "$@" ;;
esac

# setpriv keeps the process the first one, so signals reach the server.  Without the capabilities that it needs it fails, as older
# official images do (newer ones go on as root): a pack that drops them has to name the user itself.
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis '{}' +
    exec setpriv --reuid redis --regid redis --clear-groups "$0" "$@"
fi

if [ "$1" = redis-server ]; then
    # The official build starts with protected mode off, Debian's with it on (other containers would be refused).  What the
    # command line or its configuration file says about it comes later and wins.
    shift
    file=
    case ${1:-} in
    '' | -*) ;;
    *) file=$1; shift ;;
    esac
    if [ -n "$file" ] && grep -qi '^[[:space:]]*protected-mode' "$file" 2>/dev/null; then
        set -- redis-server "$file" "$@"
    else
        set -- redis-server ${file:+"$file"} --protected-mode no "$@"
    fi
fi

# Data files are the server's own business, as in the official image.
if [ "$(umask)" = 0022 ]; then umask 0077; fi
exec "$@"
