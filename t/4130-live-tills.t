#!/bin/sh
test_description='live: a sale on one till is in the other till and on its screens at once; without the socket the cycle brings it'
. "${FEXL_SRC:-.}/t/lib.sh"

AT_ONCE_MS=1000
command -v perl >/dev/null || skip_all 'perl is needed'
FEXL_SYNC_INTERVAL_S=3600

now_ms()
{
	echo $(($(date +%s%N) / 1000000))
}

cloud_socket_is()	# true|false node…
{
	want=$1
	shift
	for n in "$@"; do
		curl -s --max-time 5 --unix-socket "$stage/$n/run/syncd.sock" http://localhost/status |
			jq -e ".cloud_socket == $want" || return 1
	done
}

realtimed_of()	# node jq-expression
{
	curl -s --max-time 5 --unix-socket "$stage/$1/run/realtimed.sock" http://localhost/status | jq -e "$2"
}

# A sale on A is a row in B's database and an event on B's screen.
arrives_at_once()	# from to
{
	u=$(uuid) began=$(now_ms)
	sell "$1" "$tea" 1 100 "$u" >/dev/null &&
		wait_for "grep -q 'invoice:created $u' $stage/$2/heard" &&
		took=$(($(now_ms) - began)) && in_time "$took" $AT_ONCE_MS &&
		[ "$(rows "$2" "SELECT count(*) FROM invoices WHERE lower(hex(uuid)) = '$(echo "$u" | tr -d -)'")" = 1 ]
}

at_once()
{
	test_expect 'a cloud and two tills, all with live updates, and cycles an hour apart' '
		cloud cloud $engine && start_daemon cloud realtimed && till a && till b && pair a cloud && pair b cloud &&
		start_daemon a realtimed && start_daemon b realtimed && wait_for "cloud_socket_is true a b"
	'
	tea=$(product a Tea 100)
	test_expect 'a product made on till A is on till B' '
		wait_for "[ \"\$(rows b \"SELECT count(*) FROM products\")\" = 1 ]"
	'
	test_expect 'screens on both tills' 'listen a && listen b'
	test_expect 'C11: ten sales on A, each at once on B and its screen' '
		for i in 1 2 3 4 5 6 7 8 9 10; do arrives_at_once a b || exit 1; done
	'
	test_expect 'and the other way' 'arrives_at_once b a'
	test_expect 'what a till pushed itself does not make it pull' '
		began=$(curl -s --unix-socket $stage/a/run/syncd.sock http://localhost/status | jq .begun) &&
		sell a $tea 1 100 >/dev/null && wait_for "[ \$(invoices cloud) = 12 ]" && sleep 1 &&
		now=$(curl -s --unix-socket $stage/a/run/syncd.sock http://localhost/status | jq .begun) &&
		echo "$began $now" && [ $((now - began)) -le 2 ]
	'
	test_expect 'a change made in the cloud' '
		api cloud PATCH /api/products/$tea "{\"price\":130}" && wait_for "grep -q \"product:updated $tea\" $stage/a/heard" &&
		[ "$(rows a "SELECT price FROM products")" = 130 ]
	'
	test_expect 'realtimed of the cloud is killed: sales go on, and nothing is lost' '
		stop_daemon cloud realtimed KILL && wait_for "cloud_socket_is false a b" && sell a $tea 1 100 &&
		wait_for "[ \$(pending a) = 0 ]"
	'
	test_expect 'it comes back: the tills find it, and B gets what was sold meanwhile' '
		start_daemon cloud realtimed && wait_for "cloud_socket_is true a b" && wait_for "[ \$(invoices b) = 13 ]"
	'
	test_expect 'apid of the cloud is killed and comes back: as before' '
		stop_daemon cloud apid KILL && start_apid cloud && wait_for "cloud_socket_is true a b" && arrives_at_once a b
	'
	test_expect 'C9: a revoked till is closed out, and goes on selling' '
		revoke b cloud && wait_for "cloud_socket_is false b" && sell b $tea 1 100 && cloud_socket_is true a
	'
	clear_stage
}

by_the_cycle()
{
	test_expect 'without the socket: a cycle a second' '
		cloud cloud && FEXL_SYNC_INTERVAL_S=1 FEXL_CLOUD_SOCKET=no till a && FEXL_SYNC_INTERVAL_S=1 till b &&
		echo FEXL_CLOUD_SOCKET=no >>$stage/b/env && stop_daemon b syncd && start_daemon b syncd &&
		pair a cloud && pair b cloud && start_daemon b realtimed && listen b
	'
	test_expect 'C11: brings the sale all the same' '
		tea=$(product a Tea 100) && u=$(uuid) && sell a $tea 1 100 $u && wait_for "grep -q $u $stage/b/heard" && cloud_socket_is false b
	'
	clear_stage
}

each_engine at_once
by_the_cycle
test_done
