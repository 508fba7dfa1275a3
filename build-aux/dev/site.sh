# Servers for development.  A site is a folder with nodes (a cloud, tills), each
# with its fexl.conf, data and sockets, and one supervisor for all.  Sourced.
#
#	.demo/cloud .demo/till-1 .demo/till-2	./dev demo
#	.up/desktop or .up/cloud		./dev up

site_ready_s=60
site_stop_s=60

# What is set in the shell we were called from is not meant for these servers.
site_environment()
{
	for name in $(env | sed -n 's/^\(FEXL_[A-Z_]*\|DB_TYPE\|DATABASE_URL\|PG[A-Z]*\)=.*/\1/p'); do
		case $name in
		FEXL_CONFIGURE | FEXL_PG_BIN) ;;
		*) unset "$name" ;;
		esac
	done
}

# --- ports ---

port_free()
{
	perl "$aux/port.pl" free "$@"
}

# port_take WANTED [TAKEN]…: sets port; says who is in the way
port_take()
{
	port=$(port_free "$@") || exit 1
	[ "$port" = "$1" ] && return 0
	owner=$(perl "$aux/port.pl" owner "$1")
	[ -z "$owner" ] || say port "$1 is held by $owner; $port is taken instead"
}

# --- nodes ---

# node_make SITE NAME ROLE PORT [CONNINFO]
# A cloud works as a role that owns nothing, as it does where it is installed.
node_database()
{
	echo 'db_type = postgres'
	case $1 in
	cloud) printf 'database_url = %s\ndatabase_owner_url = %s\nrequire_wall = yes\n' "$(pg_of_app "$2")" "$2" ;;
	*) echo "database_url = $2" ;;
	esac
}

node_make()
{
	node=$1/$2
	mkdir -p "$node/data" "$node/run"
	chmod 700 "$node/data" "$node/run"
	[ $((${#node} + 14)) -le 107 ] || die "$node/run/apid.sock is too long a path for a socket: clone to a shorter one"
	{
		echo "# Made by ./dev; every option is explained in etc/fexl.conf."
		echo "role = $3"
		echo "listen = 127.0.0.1:$4"
		echo "data_dir = $node/data"
		echo "run_dir = $node/run"
		echo "web_dir = $build/web/dist"
		[ $# -lt 5 ] || node_database "$3" "$5"
	} >"$node/fexl.conf"
}

# The plan's lines for one node: see supervise.pl.
node_plan()
{
	echo "$2.apid - 30 $build/fexl-apid --config $1/$2/fexl.conf"
	echo "$2.realtimed $2.apid 30 $build/fexl-realtimed --config $1/$2/fexl.conf"
	[ "$3" = cloud ] || echo "$2.syncd $2.apid 30 $build/fexl-syncd --config $1/$2/fexl.conf"
}

node_url()
{
	sed -n 's/^listen = /http:\/\//p' "$1/fexl.conf"
}

# --- a PostgreSQL of its own ---

# PostgreSQL will not run as root, and its own user must get to its folder.
site_closed_parent()
{
	folder=$1
	while [ "$folder" != / ]; do
		folder=$(dirname "$folder")
		case $(stat -c %A "$folder") in
		*[xt]) ;;
		*) echo "$folder" && return ;;
		esac
	done
}

# site_postgres_start SITE FLAG…
site_postgres_start()
{
	dir=$1
	shift
	# shellcheck source=../../t/pg.sh
	. "$top/t/pg.sh"
	pg_found || die 'there is no PostgreSQL 15 to run: ./dev deps demo'
	mkdir -p "$dir"
	if [ "$(id -u)" -eq 0 ]; then
		closed=$(site_closed_parent "$dir/pg")
		[ -z "$closed" ] || die "you are root, so PostgreSQL runs as user postgres, who may not pass $closed:" \
			"chmod o+x $closed, or have the checkout elsewhere, or be another user than root"
	fi
	site_postgres_stop "$dir"
	pg_start "$@" "$dir" || die "PostgreSQL does not start: see $dir/pg/log"
}

# site_postgres SITE: starts it; sets conninfo
site_postgres()
{
	site_postgres_start "$1"
	[ -n "$(pg_sql "$1" "SELECT 1 FROM pg_database WHERE datname = 'fexl'")" ] || pg_sql "$1" 'CREATE DATABASE fexl' ||
		die 'PostgreSQL makes no database'
	conninfo=$(pg_conninfo "$1" fexl)
}

# One that a kill -9 of ours left running is found by its pid file.
site_postgres_stop()
{
	[ -e "$1/pg/data/postmaster.pid" ] || return 0
	# shellcheck source=../../t/pg.sh
	. "$top/t/pg.sh"
	pg_stop "$1" fast 2>/dev/null || true
}

# --- running ---

# Its supervisor holds the lock for as long as it lives.
site_is_up()
{
	[ -e "$1/lock" ] && ! flock --nonblock "$1/lock" true
}

site_pid()
{
	cat "$1/lock" 2>/dev/null
}

# name, state, pid, since, restarts, status: lines with tabs
site_state()
{
	cat "$1/state" 2>/dev/null || true
}

# site_start SITE FLAG…: sets supervisor
site_start()
{
	dir=$1
	shift
	rm -f "$dir/state"
	perl "$aux/supervise.pl" "$@" "$dir" &
	supervisor=$!
}

# Until each unit has said that it is ready.
site_wait_ready()
{
	end=$(($(now_s) + site_ready_s))
	while [ "$(now_s)" -lt "$end" ]; do
		site_state "$1" | awk -F'\t' '$2 == "failed" { bad = 1 } $2 != "ready" { waits = 1 } END { exit NR && !waits ? 0 : bad ? 2 : 1 }' &&
			return 0
		[ $? -ne 2 ] || break
		kill -0 "$supervisor" 2>/dev/null || break
		sleep 0.1
	done
	site_say_trouble "$1"
	return 1
}

site_say_trouble()
{
	site_state "$1" | awk -F'\t' '$2 != "ready" { print $1 }' | while read -r name; do
		printf './dev: %s is not ready; the end of %s:\n' "$name" "$1/log/$name.log" >&2
		tail -n 5 "$1/log/$name.log" >&2
	done
}

# Asks its supervisor to stop all, and waits for it.
site_stop()
{
	site_is_up "$1" || return 0
	kill "$(site_pid "$1")" 2>/dev/null || true
	end=$(($(now_s) + site_stop_s))
	while site_is_up "$1"; do
		[ "$(now_s)" -lt "$end" ] || die "$1 does not stop: its supervisor is pid $(site_pid "$1")"
		sleep 0.1
	done
}

# --- ./dev up, down, status ---

up_dir=$top/.up

verb_up()
{
	role=desktop engine=sqlite
	while [ $# -gt 0 ]; do
		case $1 in
		--role) role=${2:-} && shift ;;
		--role=*) role=${1#*=} ;;
		--postgres) engine=postgres ;;
		--yes) yes=1 ;;
		*) usage "up takes no $1" ;;
		esac
		shift
	done
	case $role in
	desktop) wanted=8089 ;;
	cloud) wanted=8088 ;;
	*) usage '--role is desktop or cloud' ;;
	esac
	! site_is_up "$up_dir" || die "it is up already (./dev status, ./dev down)"
	site_environment
	deps_need_for "$engine"
	build_main
	build_console || note 'without its web console: only the API is served'
	up_start
}

up_start()
{
	mkdir -p "$up_dir"
	port_take "$wanted"
	if [ "$engine" = postgres ]; then
		site_postgres "$up_dir"
		node_make "$up_dir" "$role" "$role" "$port" "$conninfo"
	else
		node_make "$up_dir" "$role" "$role" "$port"
	fi
	node_plan "$up_dir" "$role" "$role" >"$up_dir/plan"
	mkdir -p "$up_dir/log"
	site_start "$up_dir" </dev/null >>"$up_dir/log/supervise.log" 2>&1
	site_wait_ready "$up_dir" || {
		site_stop "$up_dir"
		site_postgres_stop "$up_dir"
		exit 1
	}
	say up "$(node_url "$up_dir/$role")/, role $role on $engine"
	note "./dev ctl status    ./dev status    ./dev down    logs: .up/log/"
}

verb_down()
{
	[ $# -eq 0 ] || usage 'down takes nothing'
	site_is_up "$up_dir" || {
		site_postgres_stop "$up_dir"
		say down 'nothing was up'
		return 0
	}
	site_stop "$up_dir"
	site_postgres_stop "$up_dir"
	say down 'stopped; the data stay in .up/'
}

site_print()
{
	site_state "$1" | awk -F'\t' -v now="$(now_s)" '
		BEGIN { printf "%-14s %-9s %7s %8s %8s  %s\n", "UNIT", "STATE", "PID", "FOR", "RESTARTS", "STATUS" }
		{ printf "%-14s %-9s %7s %6d s %8d  %s\n", $1, $2, $3, now - $4, $5, $6 }'
}

verb_status()
{
	[ $# -eq 0 ] || usage 'status takes nothing'
	up=0
	for dir in "$up_dir" "$demo_dir"; do
		if site_is_up "$dir"; then
			up=1
			echo "$(basename "$dir")/, supervised by pid $(site_pid "$dir")"
			site_print "$dir"
		fi
	done
	[ "$up" = 1 ] || {
		echo 'Nothing is up. ./dev up starts a till, ./dev demo a cloud and two tills.'
		return 3
	}
}

# --- ./dev ctl ---

# ctl [@NODE] …: @cloud, @till-1, @till-2 of the demo; without, what is up
verb_ctl()
{
	[ -x "$build/fexlctl" ] || die 'fexlctl is not built yet: ./dev build'
	node=$demo_dir/till-1
	! site_is_up "$up_dir" || node=$up_dir/$(sed 's/\..*//; q' "$up_dir/plan")
	case ${1:-} in
	@*)
		node=$demo_dir/${1#@}
		shift
		;;
	esac
	[ -d "$node/run" ] || die "there is no $node: ./dev demo makes cloud, till-1 and till-2, ./dev up a till"
	site_environment
	exec "$build/fexlctl" --run-dir "$node/run" "$@"
}
