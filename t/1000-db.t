#!/bin/sh
# The database's unit tests on both engines, with a PostgreSQL of their own;
# and that server itself: a promise about losing nothing needs fsync on.
. "${FEXL_SRC:-.}/t/pg.sh"
build=${FEXL_BUILD:-.}

pg_found || {
	echo "1..0 # SKIP no PostgreSQL 15 server in $pg_bin"
	exit 0
}
dir=$(mktemp -d) || exit 1
trap 'pg_stop "$dir"; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
pg_start "$dir" || exit 1

n=0
ok()	# what command...
{
	what=$1
	shift
	n=$((n + 1))
	if "$@" >"$dir/out" 2>&1; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		sed 's/^/# /' "$dir/out"
	fi
}

# Passes only if every case was run.
all_of()
{
	"$build/t/unit/$1" >"$dir/tap" 2>&1
	passed=$?
	cat "$dir/tap"
	[ $passed -eq 0 ] && ! grep -q '# SKIP' "$dir/tap"
}

is()	# want sql
{
	got=$(pg_sql "$dir" "$2") && echo "$got, not $1" && [ "$got" = "$1" ]
}

kept_over_a_crash()
{
	pg_fresh "$dir" shop && pg_sql "$dir" shop 'CREATE TABLE t AS SELECT 42 AS n' || return 1
	pg_stop "$dir" && pg_start "$dir" && [ "$(pg_sql "$dir" shop 'SELECT n FROM t')" = 42 ]
}

for program in test-db test-dbval test-pgsql test-pglost test-pgcut; do
	ok "$program" all_of $program
done
ok 'the server listens on no port' is '' 'SHOW listen_addresses'
ok 'fsync is on' is on 'SHOW fsync'
ok 'what was committed outlives the server' kept_over_a_crash
ok 'fsync can be had off' eval 'pg_stop "$dir" && pg_start --no-fsync "$dir" && is off "SHOW fsync"'
echo "1..$n"
