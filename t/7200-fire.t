#!/bin/sh
test_description='five tills and a cloud under fire: nothing is lost, doubled, changed or different when it is over'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/link.sh"

pg_found || skip_all 'no PostgreSQL 15 server to run'
for tool in perl psql; do
	command -v $tool >/dev/null || skip_all "$tool is needed"
done
SHORT_S=12 LONG_S=300		# FEXL_FIRE_MINUTES says otherwise
if [ -n "${FEXL_FIRE_MINUTES:-}" ]; then
	fire_s=$((FEXL_FIRE_MINUTES * 60))
elif [ -n "${FEXL_LONG:-}" ]; then
	fire_s=$LONG_S
else
	fire_s=$SHORT_S
fi
seed=${FEXL_FIRE_SEED:-$$}
PATIENCE_S=${FEXL_PATIENCE_S:-300}
REST_MAX_S=$((1800 + 10 * fire_s))
TILLS='till1 till2 till3 till4 till5'
SMALL_DISK_MIB=$((48 + fire_s / 4))	# too small for a day with its log, not for the day alone
faketime=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1
export FEXL_SYNC_INTERVAL_S=2 FEXL_BACKOFF_MIN_MS=100 FEXL_BACKOFF_MAX_MS=2000
# On a small disk a stopped reader may not hold up much of the log.
export FEXL_WAL_PINNED_BYTES=$((8 << 20)) FEXL_WAL_PINNED_MS=1000

burnt_down()
{
	for p in $(cat "$stage"/*/pid.cashier 2>/dev/null); do
		kill -9 "$p" 2>/dev/null
	done
	clear_stage_but_disk
	mountpoint -q "$stage/till3/data" && wait_for 'umount "$stage/till3/data"'	# once who was killed is gone
	for d in db1 db2; do
		[ -d "$stage/$d" ] && pg_stop "$stage/$d"
	done
	rm -rf "$stage"
}

# The folder of a mounted disk cannot be removed.
clear_stage_but_disk()
{
	for pidfile in "$stage"/*/pid.*; do
		[ -f "$pidfile" ] && kill -CONT "$(cat "$pidfile")" 2>/dev/null && kill -9 "$(cat "$pidfile")" 2>/dev/null
	done
}
trap 'burnt_down >/dev/null 2>&1' EXIT

# --- who and what ---

databases()
{
	mkdir -p "$stage/db1" "$stage/db2" && pg_start --no-fsync "$stage/db1" && pg_fresh "$stage/db1" fire &&
		pg_standby "$stage/db2" "$stage/db1" && pg_start --no-fsync "$stage/db2"
}

fire_cloud()
{
	make_node cloud cloud
	pg_env "host=$stage/db1/pg,$stage/db2/pg user=postgres dbname=fire" >>"$stage/cloud/env"
	cat >>"$stage/cloud/env" <<END
FEXL_LANES=4
FEXL_CONNECT_TIMEOUT_S=2
FEXL_STATEMENT_TIMEOUT_MS=4000
END
	start_apid cloud && keep_port cloud && ctl cloud --json tenant create 'Corner shop' >"$stage/cloud/tenant.json" &&
		echo 1234 | ctl cloud user add Amal --role owner --pin-file -
}

# What the cashiers deal in, and the pass of those who sell at the cloud first.
furnish()
{
	for i in 1 2 3 4 5 6; do
		product cloud "Tea $i" 100 >>"$stage/products" || return 1
	done
	# As many as a shop has by its sales: a payment sums its customer's whole account up.
	for i in $(seq 101 $((103 + fire_s / 12))); do
		customer cloud "0770000$i" >>"$stage/customers" || return 1
	done
	curl -sS --fail-with-body -H 'Content-Type: application/json' "$(url_of cloud)/api/session" \
		-d "{\"tenant\":\"$(jq -r .tenant_uuid "$stage/cloud/tenant.json")\",\"user\":\"Amal\",\"pin\":\"1234\"}" |
		jq -er .token >"$stage/cloud/token"
}

fire_till()	# number
{
	make_node "till$1" desktop
	[ "$1" != 3 ] || small_disk
	[ "$1" != 4 ] || own_clock
	start_apid "till$1" && keep_port "till$1" && start_daemon "till$1" syncd && wait_for "[ -S $stage/till$1/run/syncd.sock ]" &&
		link "line$1" cloud fire/line.pl && pair "till$1" "line$1"
}

small_disk()
{
	mount -t tmpfs -o size=${SMALL_DISK_MIB}m,mode=0700 tmpfs "$stage/till3/data" 2>/dev/null && : >"$stage/till3/small"
	return 0
}

own_clock()
{
	LD_PRELOAD=$faketime "$build/fexl-apid" --version >/dev/null 2>&1 || return 0
	echo +0 >"$stage/till4/clock"
	cat >>"$stage/till4/env" <<END
LD_PRELOAD=$faketime
FAKETIME_TIMESTAMP_FILE=$stage/till4/clock
FAKETIME_CACHE_DURATION=1
FAKETIME_DONT_FAKE_MONOTONIC=1
END
}

# --- the day ---

open_shop()
{
	n=0
	for t in $TILLS; do
		n=$((n + 1))
		console=
		[ $n -gt 2 ] || console="cloud line$n"
		# shellcheck disable=SC2086 # words
		perl "$src/t/fire/cashier.pl" "$stage" "$t" "$((seed + n))" $console 2>"$stage/$t/log.cashier" &
		echo $! >"$stage/$t/pid.cashier"
	done
}

close_shop()
{
	for t in $TILLS; do
		kill "$(cat "$stage/$t/pid.cashier")" || return 1
	done
	for t in $TILLS; do
		wait_for "has_ended $(cat "$stage/$t/pid.cashier")" && [ ! -s "$stage/$t/log.cashier" ] || return 1
	done
}

# --- the quiet after it ---

# How far everybody is: while this changes, it goes on.
positions()
{
	for t in $TILLS; do
		rows "$t" 'SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM parked), cursor, away FROM pairing' || echo "$t is not to be read"
	done
}

# Until the commands succeed; given up when nothing has moved for PATIENCE_S.  A
# machine that has other work takes its time, and what was sold in an hour has to go up.
while_it_moves()	# COMMANDS
{
	moving_since=$(date +%s) moved_at=$moving_since was=
	until eval "$1" >/dev/null 2>&1; do
		is=$(positions 2>/dev/null) now=$(date +%s)
		[ "$is" = "$was" ] || moved_at=$now
		was=$is
		[ $((now - moved_at)) -lt "$PATIENCE_S" ] || { echo "nothing has moved for $PATIENCE_S s: $1"; return 1; }
		[ $((now - moving_since)) -lt $REST_MAX_S ] || { echo "no end after $REST_MAX_S s: $1"; return 1; }
		sleep 0.5
	done
}

# Whoever wrote last is heard by all.
settle()
{
	resting_since=$(date +%s)
	for t in $TILLS; do
		while_it_moves "[ \$(pending $t) = 0 ]" || return 1
	done
	for round in 1 2; do
		for t in $TILLS; do
			while_it_moves "ctl $t --timeout 30 sync now --wait" || return 1
		done
	done
	for t in $TILLS; do
		while_it_moves "[ \$(pending $t) = 0 ]" || return 1
	done
	echo $(($(date +%s) - resting_since)) >"$stage/rested"
}

# What is still on its way, where, and why.
say_what_waits()
{
	for t in $TILLS; do
		note "$t: $(ctl "$t" --json pending | jq -r '"\(.total) rows wait: " + ([.tables[] | select(.rows > 0) | "\(.rows) \(.table)" +
			(if .refused > 0 then ", \(.refused) refused" else "" end) + (if .waiting > 0 then ", \(.waiting) for others" else "" end) +
			(if .last_error then " (\(.last_error))" else "" end)] | join("; "))' 2>&1)"
		note "  $(curl -s --max-time 5 --unix-socket "$stage/$t/run/syncd.sock" http://localhost/status |
			jq -r '"\(.status_text); it is at \(.doing), attempt \(.begun), \(.cycles) complete; in this one \(.last_cycle.pushed) rows taken of those sent"' 2>&1)"
		note "  $(ls -s --block-size=K "$stage/$t/data" 2>&1 | tr '\n' ' ')"
	done
}

# Replicas that are on their way differ, and that says nothing.
test_at_rest()	# WHAT COMMANDS
{
	if [ -e "$stage/rested" ]; then
		test_expect "$@"
	else
		test_skip "$1" 'it has not come to rest: nothing can be compared'
	fi
}

conninfo="host=$stage/db1/pg,$stage/db2/pg user=postgres dbname=fire target_session_attrs=read-write"
test_expect 'a cloud on PostgreSQL with a standby' 'databases && fire_cloud && furnish'
test_expect 'five tills, each behind a line of its own' 'for i in 1 2 3 4 5; do fire_till $i || return 1; done'
[ -e "$stage/till3/small" ] || note 'no disk will be full: file systems cannot be mounted here'
[ -e "$stage/till4/clock" ] || note 'no clock will be wrong: libfaketime is not to be had here'
stop_daemon cloud apid
for t in $TILLS; do
	stop_node "$t"
done
open_shop
test_expect "$fire_s s of kills, stops, bad lines, wrong clocks, full disks and dead databases (seed $seed): no daemon crashes" \
	'perl $src/t/fire/fire.pl "$stage" "$build" $fire_s $seed'
test_expect 'the cashiers get their last answers' 'close_shop'
test_expect 'then all comes to rest' 'settle'
if [ -e "$stage/rested" ]; then
	note "after $(cat "$stage/rested") s"
else
	say_what_waits
fi
test_at_rest 'same: digests prove that all tills have what the cloud has' 'is_identical $TILLS'
test_at_rest 'kept, once, immutable, sums, balanced, same: a checker that knows nothing of the engine agrees' \
	'perl $src/t/fire/check.pl "$stage" "$conninfo" $TILLS >$stage/checked || { tail -n 40 $stage/checked; false; }'
note "MiB of database and log: $(for t in $TILLS; do echo "$t $(($(stat -c %s "$stage/$t/data/fexl.db") >> 20))+$(($(stat -c %s "$stage/$t/data/fexl.db-wal") >> 20))"; done | paste -sd ' ')"
note "faults: $(awk '{ n[$2]++ } END { for (f in n) printf "%s%d %s", c++ ? ", " : "", n[f], f }' "$stage/faults")"
note "$(tail -n 1 "$stage/checked" 2>/dev/null)"
test_done
