#!/bin/sh
test_description='several hosts on one PostgreSQL: what one commits, clients of the other hear; a revoke bites on both'
. "${FEXL_SRC:-.}/t/lib.sh"

pg_found || skip_all 'no PostgreSQL 15 server to run'
command -v perl >/dev/null || skip_all 'perl is needed'

# A host of the cloud: its own folders, ports and realtimed, the same database.
host()	# name
{
	make_node "$1" cloud
	{
		pg_env "$(pg_conninfo "$stage/pg" hosts)"
		echo "FEXL_LANES=2"
	} >>"$stage/$1/env"
	start_apid "$1" && keep_port "$1" && start_daemon "$1" realtimed
}

has_live_updates()	# node
{
	curl -s --max-time 5 --unix-socket "$stage/$1/run/realtimed.sock" http://localhost/status | jq -e .apid
}

mkdir -p "$stage/pg" && chmod 755 "$stage/pg"
trap 'pg_stop "$stage/pg"; clear_stage; rm -rf "$stage"' EXIT

test_expect 'a database, two hosts on it, a shop' '
	pg_start --no-fsync "$stage/pg" && pg_fresh "$stage/pg" hosts && host north && host south &&
	ctl north --json tenant create "Corner shop" >$stage/north/tenant.json && cp $stage/north/tenant.json $stage/south/ &&
	wait_for "has_live_updates north" && wait_for "has_live_updates south"
'
test_expect 'somebody listens at each' 'listen north heard.north && listen south heard.south'
test_expect 'what is sold at one is heard at the other, once' '
	tea=$(product north Tea 100) && u=$(uuid) && sell north $tea 1 100 $u >/dev/null &&
	wait_for "grep -q \"invoice:created $u\" $stage/heard.south" && wait_for "grep -q \"invoice:created $u\" $stage/heard.north" &&
	grep -q "product:created $tea" $stage/heard.south &&
	v=$(uuid) && sell south $tea 1 100 $v >/dev/null && wait_for "grep -q \"invoice:created $v\" $stage/heard.north" &&
	[ "$(grep -c $u $stage/heard.south)" = 1 ] && [ "$(grep -c $v $stage/heard.south)" = 1 ]
'
test_expect 'two hundred sales at once: none is missing at the other' '
	seq 200 | while read i; do uuid; done >$stage/many && tea=$(rows north "SELECT uuid FROM products") &&
	xargs -P 8 -I @ curl -sS --fail -o /dev/null --unix-socket $stage/north/run/apid.sock -H "Content-Type: application/json" --data-binary \
		"{\"uuid\":\"@\",\"lines\":[{\"product\":\"$tea\",\"qty\":1000,\"unit_price\":100}],\"payments\":[{\"method\":\"cash\",\"amount\":100}]}" \
		http://localhost/api/invoices <$stage/many &&
	wait_for "[ \"\$(grep -cFf $stage/many $stage/heard.south)\" = 200 ]" && [ "$(sort $stage/heard.south | uniq -d | grep -c invoice)" = 0 ]
'
test_expect 'a till that listens at the south is revoked at the north: closed out there' '
	till till1 && pair till1 south && wait_for "curl -s --unix-socket $stage/till1/run/syncd.sock http://localhost/status | jq -e .cloud_socket" &&
	began=$(date +%s%N) && revoke till1 north &&
	wait_for "curl -s --unix-socket $stage/till1/run/syncd.sock http://localhost/status | jq -e \".cloud_socket == false\"" &&
	took=$((($(date +%s%N) - began) / 1000000)) && in_time $took 2000
'
test_expect 'the database is restarted: both go on, and who listens is told to look himself' '
	pg_stop "$stage/pg" fast && pg_start --no-fsync "$stage/pg" && wait_for "api north GET /api/products" &&
	wait_for "grep -q resync $stage/heard.north && grep -q resync $stage/heard.south" &&
	tea=$(rows north "SELECT uuid FROM products") && w=$(uuid) && wait_for "sell north $tea 1 100 $w" &&
	wait_for "grep -q \"invoice:created $w\" $stage/heard.south"
'
test_expect 'one host is killed: the other does not notice' '
	stop_node north KILL && tea=$(rows south "SELECT uuid FROM products") && x=$(uuid) && sell south $tea 1 100 $x >/dev/null &&
	wait_for "grep -q \"invoice:created $x\" $stage/heard.south"
'
stop south
test_done
