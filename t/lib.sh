# The stage on which stories are told: clouds and tills as real processes, each
# with its own folder, sockets and ports.  A story is a shell script:
#
#	test_description='a till sells while the cloud is away'
#	. "${FEXL_SRC:-.}/t/lib.sh"
#	test_expect 'the sale is taken locally' 'stop cloud && sell till1 && …'
#	test_done
#
# Every test starts from nothing, waits for a condition and never for a time,
# and leaves nothing behind.  FEXL_SRC and FEXL_BUILD say where source and
# programs are.  With FEXL_TEST_PG set (t/pg.sh) `cloud postgres` is possible.

src=$(cd "${FEXL_SRC:-.}" && pwd)
build=$(cd "${FEXL_BUILD:-.}" && pwd)
. "$src/t/pg.sh"

stage=$(mktemp -d "${TMPDIR:-/tmp}/fexl-story-XXXXXX") || exit 1
chmod 755 "$stage"
test_n=0
test_failed=0
PATIENCE_S=${FEXL_PATIENCE_S:-30}

# --- telling ---

# Says what happens, as a TAP comment.
note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

# test_expect WHAT COMMANDS: one promise.
test_expect()
{
	test_n=$((test_n + 1))
	if (eval "$2") >"$stage/out" 2>&1; then
		echo "ok $test_n - ${test_prefix:-}$1"
		return
	fi
	test_failed=$((test_failed + 1))
	echo "not ok $test_n - ${test_prefix:-}$1"
	tail -n 40 "$stage/out" | sed 's/^/# /'
	for log in "$stage"/*/log.*; do
		[ -s "$log" ] && note "$log:" && tail -n 5 "$log" | cut -c1-300 | sed 's/^/#   /'
	done
}

test_skip()
{
	test_n=$((test_n + 1))
	echo "ok $test_n - ${test_prefix:-}$1 # SKIP $2"
}

skip_all()
{
	echo "1..0 # SKIP $*"
	exit 0
}

test_done()
{
	echo "1..$test_n"
	[ "$test_failed" -eq 0 ]
	exit
}

# each_engine STORY: the same story with the cloud on either engine.
each_engine()
{
	test_prefix='sqlite: '
	engine=sqlite
	"$@"
	clear_stage
	test_prefix='postgres: '
	engine=postgres
	if [ -n "${FEXL_TEST_PG:-}" ]; then
		"$@"
		clear_stage
	else
		test_skip "$*" 'FEXL_TEST_PG is not set'
	fi
	test_prefix=
}

# wait_for COMMANDS: until they succeed, at most PATIENCE_S.
wait_for()
{
	deadline=$(($(date +%s) + PATIENCE_S))
	until eval "$1" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$deadline" ] || {
			echo "never came true: $1"
			eval "$1"
			return 1
		}
		sleep 0.05
	done
}

# in_time MS PROMISED_MS: says what it took.  A machine that has other work too is
# five times as slow: what is measured here is that somebody told, not how fast.
in_time()
{
	echo "$1 ms of the $2 promised" && [ "$1" -lt $(($2 * 5)) ]
}

# --- processes ---

pid_of()	# node daemon
{
	cat "$stage/$1/pid.$2" 2>/dev/null
}

is_running()	# node daemon
{
	kill -0 "$(pid_of "$1" "$2")" 2>/dev/null
}

# Extra environment for one node stands in $stage/NODE/env.
start_daemon()	# node daemon [wrapper…]
{
	node=$1 daemon=$2
	shift 2
	(
		cd "$stage/$node" || exit 1
		set -a
		. ./env
		set +a
		exec "$@" "$build/fexl-$daemon" >>"log.$daemon" 2>&1 </dev/null
	) &
	echo $! >"$stage/$node/pid.$daemon"
}

stop_daemon()	# node daemon [signal]
{
	pid=$(pid_of "$1" "$2")
	[ -n "$pid" ] || return 0
	kill "-${3:-TERM}" "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	wait_for "has_ended $pid"
	rm -f "$stage/$1/pid.$2"
}

# A process that only waits for somebody to ask how it ended has ended; but while
# another thread of it is still on its way out it holds its files.
has_ended()	# pid
{
	! kill -0 "$1" 2>/dev/null ||
		awk '/^State:/ { zombie = $2 == "Z" } /^Threads:/ { alone = $2 <= 1 } END { exit !zombie || !alone }' "/proc/$1/status" 2>/dev/null
}

make_node()	# node role
{
	mkdir -p "$stage/$1/data" "$stage/$1/run"
	cat >"$stage/$1/env" <<END
FEXL_ROLE=$2
FEXL_DATA_DIR=$stage/$1/data
FEXL_RUN_DIR=$stage/$1/run
FEXL_LISTEN=127.0.0.1:0
FEXL_SYNC_INTERVAL_S=${FEXL_SYNC_INTERVAL_S:-30}
FEXL_WEB_DIR=${web_dir:-}
END
}

start_apid()	# node [wrapper…]
{
	node_name=$1
	shift
	rm -f "$stage/$node_name/run/apid.port"
	start_daemon "$node_name" apid "$@"
	wait_for "[ -s $stage/$node_name/run/apid.port ] && api $node_name GET /status"
}

# A port once given stays: the tills know it.
keep_port()	# node
{
	sed -i "s/^FEXL_LISTEN=.*/FEXL_LISTEN=127.0.0.1:$(port_of "$1")/" "$stage/$1/env"
}

port_of()
{
	cat "$stage/$1/run/apid.port"
}

url_of()
{
	echo "http://127.0.0.1:$(port_of "$1")"
}

# cloud NAME [sqlite|postgres]: a hub with one tenant and its owner.
cloud()
{
	make_node "$1" cloud
	if [ "${2:-sqlite}" = postgres ]; then
		story_db="story_$$_$(echo "$1" | tr -c 'a-z0-9\n' _)"
		pg_make_story && pg_env "$(pg_named "$story_db")" >>"$stage/$1/env" && echo FEXL_LANES=4 >>"$stage/$1/env" || return 1
	fi
	start_apid "$1" && keep_port "$1" &&
		ctl "$1" --json tenant create 'Corner shop' >"$stage/$1/tenant.json"
}

pg_of_node()	# node: as who sees everything in its database
{
	sed -n 's/^DATABASE_URL="\(.*\)"$/\1/p' "$stage/$1/env" | sed 's/user=[^ ]*/user=postgres/'
}

pg_named()	# the conninfo of FEXL_TEST_PG with another database
{
	echo "$FEXL_TEST_PG" | sed "s/dbname=[^ ]*/dbname=$1/"
}

pg_make_story()	# the database of $story_db
{
	pg_admin "DROP DATABASE IF EXISTS $story_db" && pg_admin "CREATE DATABASE $story_db OWNER fexl_owner"
}

pg_admin()
{
	psql -qAtX -v ON_ERROR_STOP=1 "$FEXL_TEST_PG" -c "SET client_min_messages = error" -c "$1"
}

# till NAME: a till that nobody has paired yet.
till()
{
	make_node "$1" desktop
	start_apid "$1" && keep_port "$1" && start_daemon "$1" syncd &&
		wait_for "[ -S $stage/$1/run/syncd.sock ]"
}

# pair TILL CLOUD: asked, approved, first load taken.
pair()
{
	ask_to_pair "$1" "$2" && approve "$1" "$2" && sync_now "$1"
}

ask_to_pair()
{
	jq -r .license_key "$stage/$2/tenant.json" |
		ctl "$1" --json pair --url "$(url_of "$2")" --tenant "$(jq -r .tenant_uuid "$stage/$2/tenant.json")" \
			--license-file - --name "$1" >"$stage/$1/pair.json" &&
		wait_for "ctl $2 --json devices | jq -e '.items[] | select(.uuid == \"$(device_of "$1")\")'"
}

device_of()
{
	jq -r .device_uuid "$stage/$1/pair.json"
}

approve()
{
	ctl "$2" devices approve "$(device_of "$1")" --yes
}

revoke()
{
	ctl "$2" devices revoke "$(device_of "$1")" --yes
}

sync_now()
{
	for t in "$@"; do
		ctl "$t" --timeout "$PATIENCE_S" sync now --wait || return 1
	done
}

stop_node()	# node [signal]
{
	stop_daemon "$1" syncd "${2:-TERM}"
	stop_daemon "$1" apid "${2:-TERM}"
}

stop()
{
	for n in "$@"; do
		stop_node "$n"
	done
}

# A node that was stopped comes back as it was.
start()
{
	for n in "$@"; do
		start_apid "$n" || return 1
		grep -q 'FEXL_ROLE=desktop' "$stage/$n/env" || continue
		start_daemon "$n" syncd
		wait_for "[ -S $stage/$n/run/syncd.sock ] && ctl $n --json sync history" || return 1
	done
}

# A cloud that was stopped comes back, and the tills reach it in this order,
# whoever would have tried first by himself; then each has everything.
rejoin()	# cloud till…
{
	back=$1
	shift
	for t in "$@"; do
		ctl "$t" sync pause || return 1
	done
	start "$back" && for t in "$@"; do
		ctl "$t" sync resume && sync_now "$t" || return 1
	done && sync_now "$@"
}

clear_stage()
{
	for pidfile in "$stage"/*/pid.*; do
		[ -f "$pidfile" ] || continue
		kill -CONT "$(cat "$pidfile")" 2>/dev/null
		kill -9 "$(cat "$pidfile")" 2>/dev/null
		wait "$(cat "$pidfile")" 2>/dev/null
	done
	if [ -n "${story_db:-}" ]; then
		pg_admin "DROP DATABASE IF EXISTS $story_db WITH (FORCE)"
		story_db=
	fi
	rm -rf "${stage:?}"/*
}

trap 'clear_stage; rm -rf "$stage"' EXIT
trap 'exit 1' HUP INT TERM

# --- asking ---

ctl()	# node command…
{
	ctl_node=$1
	shift
	"$build/fexlctl" --run-dir "$stage/$ctl_node/run" "$@"
}

# api NODE METHOD PATH [JSON]: as the operator of that machine; fails on 4xx, 5xx.
api()
{
	curl -sS --fail-with-body --max-time "$PATIENCE_S" --unix-socket "$stage/$1/run/apid.sock" -X "$2" \
		${4:+-H 'Content-Type: application/json' --data-binary "$4"} "http://localhost$3"
}

# The status alone, through the public port: status NODE METHOD PATH [curl options…].
status()
{
	status_url=$(url_of "$1")$3 status_method=$2
	shift 3
	curl -s -o "$stage/body" -w '%{http_code}' --max-time "$PATIENCE_S" -X "$status_method" "$@" "$status_url"
}

# listen NODE [FILE]: what a screen there hears, a line each; in $stage/NODE/heard, or in that file.
listen()
{
	heard=$stage/${2:-$1/heard}
	perl -I"$src/t/lib" -MWs -e '
		$| = 1;
		my $ws = Ws->open({ dir => $ARGV[0] }, "/ws", local => 1);
		print "listening\n";
		while (my $e = $ws->event(undef, 600)) { print "$e->{event} ", $e->{uuid} // "-", "\n" }
		print "closed ", $ws->{code} // "eof", "\n"' "$stage/$1" >"$heard" 2>&1 &
	echo $! >"$stage/$1/pid.listener"
	wait_for "grep -q listening $heard"
}

uuid()
{
	cat /proc/sys/kernel/random/uuid
}

# --- a day in a shop ---

product()	# node name price -> uuid
{
	api "$1" POST /api/products "{\"name\":\"$2\",\"price\":$3}" | jq -r .uuid
}

customer()	# node phone -> uuid
{
	api "$1" POST /api/customers "{\"phone\":\"$2\"}" | jq -r .uuid
}

buy()	# node product units unit_cost
{
	api "$1" POST /api/purchases "{\"lines\":[{\"product\":\"$2\",\"qty\":$(($3 * 1000)),\"unit_cost\":$4}]}"
}

# sell NODE PRODUCT UNITS PRICE [UUID]
sell()
{
	api "$1" POST /api/invoices "{\"uuid\":\"${5:-$(uuid)}\",\"lines\":[{\"product\":\"$2\",\"qty\":$(($3 * 1000)),\
\"unit_price\":$4}],\"payments\":[{\"method\":\"cash\",\"amount\":$(($3 * $4))}]}"
}

# sell_many NODE PRODUCT N: as fast as one cashier can; writes the uuids acknowledged to $stage/sold.
sell_many()
{
	many=0
	while [ $many -lt "$3" ]; do
		u=$(uuid)
		if sell "$1" "$2" 1 100 "$u" >/dev/null 2>&1; then
			echo "$u" >>"$stage/sold"
			many=$((many + 1))
		else
			sleep 0.05
		fi
	done
}

# rows NODE SQL: straight from its database, behind everybody's back.
rows()
{
	if grep -q '^DB_TYPE=postgres' "$stage/$1/env"; then
		psql -qAtX "$(pg_of_node "$1")" -c "$2"
	else
		# A daemon killed a moment ago may just be recovering its log.
		sqlite3 -readonly -cmd '.timeout 5000' "$stage/$1/data/fexl.db" "$2"
	fi
}

invoices()
{
	rows "$1" 'SELECT count(*) FROM invoices'
}

pending()
{
	ctl "$1" --json pending | jq -r .total
}

is_identical()
{
	for t in "$@"; do
		ctl "$t" --json verify | tee "$stage/verify.json" | jq -e .identical || return 1
	done
}

command -v jq >/dev/null && command -v curl >/dev/null && command -v sqlite3 >/dev/null ||
	skip_all 'jq, curl and sqlite3 are needed'
[ -x "$build/fexl-apid" ] && [ -x "$build/fexl-syncd" ] && [ -x "$build/fexlctl" ] || skip_all 'the suite is not built'
