# A throw-away PostgreSQL 15 for tests.  Source it:
#
#	. "$FEXL_SRC/t/pg.sh"
#	pg_found || skip		is there a server to run?
#	pg_start [--no-fsync] DIR	makes a cluster in DIR/pg, or starts the one that is there
#	pg_conninfo DIR [DATABASE]	prints how to reach it
#	pg_fresh DIR NAME		makes an empty database, prints how to reach it
#	pg_sql DIR [DATABASE] SQL	prints the rows, columns separated by |
#	pg_standby DIR OF		a cluster in DIR/pg that follows the one in OF/pg, which waits
#					for it with each commit; started like any other
#	pg_promote DIR			it is its own from now on
#	pg_roles DIR			makes the roles below; pg_start does
#	pg_of_app CONNINFO		the same as the role of a server, which owns nothing
#	pg_of_owner CONNINFO		the same as the role that makes the tables
#	pg_env CONNINFO			an environment for a hub there, with both
#	pg_stop DIR [MODE]		immediate, as if the power went; or fast, or smart
#
# There are three roles: postgres, who sees everything; fexl_owner, whose the
# databases of the tests are; fexl_app, as whom a hub of the tests works.
#
# Nothing is kept between the calls, so each may come from a shell of its own.
# pg_start exports FEXL_TEST_PG, which the C tests read.  The server listens on
# a unix socket in DIR/pg and nowhere else, and only its own user and root may
# go in there.  PostgreSQL will not run as root: then it runs as user postgres.
#
# FEXL_PG_BIN	where initdb and pg_ctl are, if not in the usual place

pg_bin=${FEXL_PG_BIN:-/usr/lib/postgresql/15/bin}

pg_found()
{
	[ -x "$pg_bin/initdb" ] || return 1
	[ "$(id -u)" -ne 0 ] || id postgres >/dev/null 2>&1
}

pg_fail()
{
	echo "pg.sh: $*" >&2
	return 1
}

# Runs a command as the server's user.
pg_as()
{
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
	elif command -v setpriv >/dev/null; then
		setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
	else
		runuser -u postgres -- "$@"
	fi
}

pg_conninfo()
{
	printf "host='%s' user=postgres dbname=%s\n" "$(cd "$1" && pwd)/pg" "${2:-postgres}"
}

# No file of a new cluster is synced: before its first start nobody would miss it.
pg_make()
{
	install -d -m 700 "$1/pg" || return 1
	if [ "$(id -u)" -eq 0 ]; then
		chown postgres "$1/pg" && chmod o+x "$1" || return 1
	fi
	pg_as test -x "$1/pg" || pg_fail "user postgres may not go into $1: one of its parents is closed" || return 1
	pg_as "$pg_bin/initdb" --pgdata="$1/pg/data" --username=postgres --auth-local=trust --auth-host=reject \
		--encoding=UTF8 --locale=C --no-sync >"$1/pg-initdb.log" 2>&1 ||
		pg_fail "initdb failed: $(tail -n 3 "$1/pg-initdb.log")" || return 1
	pg_as tee -a "$1/pg/data/postgresql.conf" >/dev/null <<END
listen_addresses = ''
unix_socket_directories = '$1/pg'
shared_buffers = 32MB
max_connections = 200
log_line_prefix = '%m [%p] %d '
END
}

pg_start()
{
	pg_fsync=on
	if [ "$1" = --no-fsync ]; then
		pg_fsync=off
		shift
	fi
	pg_dir=$(cd "$1" && pwd) || return 1
	# A socket's path has 107 bytes at most.
	[ ${#pg_dir} -le 80 ] || pg_fail "$pg_dir is too long a path for a socket" || return 1
	[ -d "$pg_dir/pg/data" ] || pg_make "$pg_dir" || return 1
	(cd "$pg_dir" && pg_as "$pg_bin/pg_ctl" start --silent --wait --timeout=60 --pgdata="$pg_dir/pg/data" \
		--log="$pg_dir/pg/log" --options="-c fsync=$pg_fsync" </dev/null >/dev/null) ||
		pg_fail "no start: $(tail -n 5 "$pg_dir/pg/log")" || return 1
	FEXL_TEST_PG=$(pg_conninfo "$pg_dir")
	export FEXL_TEST_PG
	pg_roles "$pg_dir"
}

pg_roles()
{
	pg_sql "$1" "DO \$\$ BEGIN CREATE ROLE fexl_owner LOGIN; CREATE ROLE fexl_app LOGIN;
		EXCEPTION WHEN duplicate_object OR read_only_sql_transaction THEN NULL; END \$\$"
}

pg_of_app()
{
	echo "$1" | sed 's/user=[^ ]*/user=fexl_app/'
}

pg_of_owner()
{
	echo "$1" | sed 's/user=[^ ]*/user=fexl_owner/'
}

pg_env()
{
	printf 'DB_TYPE=postgres\nDATABASE_URL="%s"\nFEXL_DATABASE_OWNER_URL="%s"\nFEXL_REQUIRE_WALL=yes\n' \
		"$(pg_of_app "$1")" "$(pg_of_owner "$1")"
}

pg_stop()
{
	(cd "$1" && pg_as "$pg_bin/pg_ctl" stop --silent --wait --timeout=60 --mode="${2:-immediate}" \
		--pgdata="$(pwd)/pg/data" >/dev/null)
}

pg_sql()
{
	pg_db=postgres
	[ $# -lt 3 ] || pg_db=$2
	for pg_text; do :; done
	"$pg_bin/psql" -XqAt -v ON_ERROR_STOP=1 -d "$(pg_conninfo "$1" "$pg_db")" -c "$pg_text"
}

pg_fresh()
{
	pg_sql "$1" "CREATE DATABASE \"$2\" OWNER fexl_owner" && pg_conninfo "$1" "$2"
}

# Of two settings of the same name in the file the later one counts.
pg_standby()
{
	pg_dir=$(cd "$1" && pwd) && pg_of=$(cd "$2" && pwd) && install -d -m 700 "$1/pg" || return 1
	if [ "$(id -u)" -eq 0 ]; then
		chown postgres "$1/pg" && chmod o+x "$1" || return 1
	fi
	(cd "$pg_dir" && pg_as "$pg_bin/pg_basebackup" --no-sync --checkpoint=fast --write-recovery-conf --pgdata="$pg_dir/pg/data" \
		--dbname="host=$pg_of/pg user=postgres application_name=standby") || return 1
	pg_as tee -a "$pg_dir/pg/data/postgresql.conf" >/dev/null <<END
unix_socket_directories = '$pg_dir/pg'
wal_retrieve_retry_interval = 500ms
END
	pg_sql "$2" "ALTER SYSTEM SET synchronous_standby_names = '*'" && pg_sql "$2" 'SELECT pg_reload_conf()' >/dev/null
}

pg_promote()
{
	(cd "$1" && pg_as "$pg_bin/pg_ctl" promote --silent --wait --timeout=60 --pgdata="$(pwd)/pg/data" >/dev/null)
}
