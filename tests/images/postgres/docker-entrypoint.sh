#!/usr/bin/env bash
# Prepares the data folder at the first start and runs PostgreSQL as its own user; environment, order and messages that callers
# rely on are those of the official image.
set -Eeuo pipefail
shopt -s nullglob

fail() { printf 'Error: %s\n' "$*" >&2; exit 1; }

# A value comes from NAME or from the file that NAME_FILE names, never from both.
from_file() {
    local name=$1 file_name=${1}_FILE
    [[ -z ${!name:-} || -z ${!file_name:-} ]] || fail "both $name and $file_name are set (but are exclusive)"
    if [[ -n ${!file_name:-} ]]; then printf -v "$name" '%s' "$(<"${!file_name}")"; fi
    printf -v "$name" '%s' "${!name:-${2:-}}"
    # shellcheck disable=SC2163
    export "$name"
    unset "$file_name"
}

make_folders() {
    mkdir -p "$PGDATA" /var/run/postgresql
    chmod 700 "$PGDATA" || true
    chmod 3777 /var/run/postgresql || true
    if [[ $(id -u) == 0 ]]; then
        find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
        find /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
    fi
}

check_settings() {
    from_file POSTGRES_PASSWORD
    from_file POSTGRES_USER postgres
    from_file POSTGRES_DB "$POSTGRES_USER"
    from_file POSTGRES_INITDB_ARGS
    : "${POSTGRES_HOST_AUTH_METHOD:=}"
    if [[ -z $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
        fail 'Database is uninitialized and superuser password is not specified (set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE).'
    fi
}

make_cluster() {
    local method
    # Through a pipe, so the password is in no argument list and in no file; eval, because the arguments may be quoted.
    eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"$POSTGRES_INITDB_ARGS"
    method=${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption "$@" 2>/dev/null || echo scram-sha-256)}
    printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

run_sql() {
    psql -v ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$POSTGRES_USER" --dbname "${PGDATABASE:-$POSTGRES_DB}" "$@"
}

run_scripts() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        printf '%s: running %s\n' "$0" "$file"
        case $file in
        *.sh)
            if [[ -x $file ]]; then
                "$file"
            else
                # shellcheck source=/dev/null
                . "$file"
            fi
            ;;
        *.sql) run_sql -f "$file" ;;
        *.sql.gz) gunzip -c "$file" | run_sql ;;
        *) printf '%s: ignoring %s\n' "$0" "$file" ;;
        esac
    done
}

first_start() {
    check_settings
    make_cluster "$@"
    # Only on the socket: nobody may find a half prepared server over the network.
    PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -w start -o "$(printf '%q ' "$@" -c listen_addresses=)"
    export PGPASSWORD=$POSTGRES_PASSWORD
    if [[ $POSTGRES_DB != postgres ]]; then
        PGDATABASE=postgres run_sql -v name="$POSTGRES_DB" <<<'CREATE DATABASE :"name";'
    fi
    # In a process of its own scripts could not define the functions that sourced ones of the official image may use.
    run_scripts
    unset PGPASSWORD
    PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop
    printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

[[ ${1:-} != -* ]] || set -- postgres "$@"
if [[ ${1:-} == postgres ]]; then
    make_folders
    if [[ $(id -u) == 0 ]]; then
        # No process in between, so signals reach the server.
        exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
    fi
    if [[ ! -s $PGDATA/PG_VERSION ]]; then
        first_start "${@:2}"
    else
        printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
    fi
fi
exec "$@"
