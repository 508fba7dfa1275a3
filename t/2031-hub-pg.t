#!/bin/sh
# What 2030-hub.t promises, kept on PostgreSQL as well.
. "${FEXL_SRC:-.}/t/pg.sh"

pg_found || {
	echo "1..0 # SKIP no PostgreSQL 15 server in $pg_bin"
	exit 0
}
dir=$(mktemp -d) || exit 1
trap 'pg_stop "$dir"; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
pg_start --no-fsync "$dir" || exit 1
FEXL_TEST_PG=$(pg_fresh "$dir" hub) || exit 1
export FEXL_TEST_PG
eval "$(pg_env "$FEXL_TEST_PG" | sed -n 's/^FEXL_DATABASE_\|^DATABASE_/export TEST_DATABASE_/p')"
perl "${FEXL_SRC:-.}/t/2030-hub.t"
