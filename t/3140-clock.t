#!/bin/sh
test_description='a till with a wrong clock: it syncs, and does not win for a day; one answered 401 sells on'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/link.sh"

command -v perl >/dev/null || skip_all 'perl is needed'
faketime=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1
[ -r "$faketime" ] || skip_all 'libfaketime is missing (package libfaketime)'
LD_PRELOAD=$faketime "$build/fexl-apid" --version >/dev/null 2>&1 ||
	skip_all 'this build does not run under libfaketime: sanitizers want to be first'
DAY_US=86400000000
export FEXL_BACKOFF_MIN_MS=100 FEXL_BACKOFF_MAX_MS=500

# till_at NAME OFFSET: a till whose wall clock goes wrong by so much; the clock
# that counts since boot goes right, as on a machine whose battery is empty.
till_at()
{
	make_node "$1" desktop
	cat >>"$stage/$1/env" <<END
LD_PRELOAD=$faketime
FAKETIME=$2
FAKETIME_DONT_FAKE_MONOTONIC=1
END
	start_apid "$1" && keep_port "$1" && start_daemon "$1" syncd && wait_for "[ -S $stage/$1/run/syncd.sock ]"
}

# Switched off and on again, somewhere without a cloud: what it knew of time is void.
reboot()
{
	stop "$1" && sqlite3 "$stage/$1/data/fexl.db" "UPDATE pairing SET boot_id = 'another boot'" && start "$1"
}

now_us()
{
	echo "$(date +%s)000000"
}

# is_about US REFERENCE: within half an hour.
is_about()
{
	[ "$1" -gt $(($2 - 1800000000)) ] && [ "$1" -lt $(($2 + 1800000000)) ]
}

stamp_of()	# node customer
{
	rows "$1" "SELECT updated_at FROM customers WHERE phone = '$2'"
}

name_of()	# node customer
{
	api "$1" GET "/api/customers/$2" | jq -r .name
}

rename()	# node customer name
{
	api "$1" PATCH "/api/customers/$2" "{\"name\":\"$3\"}"
}

ahead()
{
	test_expect 'a till whose clock is one day ahead sells before it was ever paired' '
		cloud cloud $engine && till_at till1 +1d && till till2 && pair till2 cloud &&
		customer till1 0770 >$stage/ali && tea=$(product till1 Tea 100) && echo $tea >$stage/tea && sell till1 $tea 1 100 &&
		is_about $(stamp_of till1 0770) $(($(now_us) + DAY_US))
	'
	test_expect 'C8: it pairs and syncs: nothing stays pending' '
		pair till1 cloud && [ "$(pending till1)" = 0 ] && sync_now till2 && [ "$(invoices till2)" = 1 ]
	'
	test_expect 'its records carry the time of the cloud, on all three' '
		for n in cloud till1 till2; do is_about $(stamp_of $n 0770) $(now_us) || exit 1; done
	'
	test_expect 'a sale now has the right time, and says how wrong the clock was' '
		at=$(sell till1 $(cat $stage/tea) 1 100 | tee $stage/sale | jq -r .at) && is_about $(date -d "$at" +%s)000000 $(now_us) &&
		is_about $(jq .clock_offset $stage/sale) -$DAY_US
	'
	test_expect 'C8: the cloud is away, till1 edits, then till2: till2 wins, nobody waits a day' '
		ali=$(cat $stage/ali) && sync_now till1 till2 && stop cloud && rename till1 $ali Earlier && rename till2 $ali Later &&
		start cloud && sync_now till1 till2 till1 &&
		for n in cloud till1 till2; do [ "$(name_of $n $ali)" = Later ] || exit 1; done
	'
	test_expect 'it is switched off and on without a cloud: its edit is stamped tomorrow' '
		ali=$(cat $stage/ali) && stop cloud && reboot till1 && rename till1 $ali Tomorrow &&
		is_about $(stamp_of till1 0770) $(($(now_us) + DAY_US))
	'
	test_expect 'the other till edits after it, the cloud comes back: that later edit wins on all three' '
		ali=$(cat $stage/ali) && rename till2 $ali Today && start cloud && sync_now till2 till1 till2 &&
		for n in cloud till1 till2; do
			[ "$(name_of $n $ali)" = Today ] && is_about $(stamp_of $n 0770) $(now_us) || exit 1
		done && [ "$(pending till1)" = 0 ]
	'
	test_expect 'and the next edit, on the till with the wrong clock, wins in its turn' '
		ali=$(cat $stage/ali) && rename till1 $ali Right && sync_now till1 till2 &&
		for n in cloud till1 till2; do [ "$(name_of $n $ali)" = Right ] || exit 1; done
	'
	test_expect 'undo: each loser is kept' '[ "$(rows cloud "SELECT count(*) FROM conflicts")" = 2 ]'
	test_expect 'same: all three are identical' 'is_identical till1 till2'
}

behind()
{
	test_expect 'C8: a till whose clock is one day behind pairs and syncs' '
		cloud cloud $engine && till till2 && pair till2 cloud && till_at till1 -1d && ali=$(customer till1 0780) &&
		echo $ali >$stage/ali && tea=$(product till1 Tea 100) && sell till1 $tea 1 100 && pair till1 cloud && sync_now till2 &&
		[ "$(pending till1)" = 0 ] && [ "$(invoices till2)" = 1 ] && [ "$(name_of till2 $ali)" = null ]
	'
	test_expect 'C8: it edits after the other till, which it has not heard: its edit wins' '
		ali=$(cat $stage/ali) && stop cloud && rename till2 $ali Earlier && rename till1 $ali Later && start cloud &&
		sync_now till2 till1 till2 && for n in cloud till1 till2; do [ "$(name_of $n $ali)" = Later ] || exit 1; done
	'
	test_expect 'switched off and on without a cloud: an edit is never older than what it was made from' '
		ali=$(cat $stage/ali) && stop cloud && reboot till1 && before=$(stamp_of till1 0780) && rename till1 $ali Last &&
		[ "$(stamp_of till1 0780)" -gt $before ] && start cloud && sync_now till1 till2 && [ "$(name_of till2 $ali)" = Last ]
	'
	test_expect 'same: all three are identical' 'is_identical till1 till2'
}

refused()
{
	test_expect 'a till whose cloud answers 401 goes on selling' '
		cloud cloud $engine && link line cloud && till till1 && pair till1 line && tea=$(product till1 Tea 100) &&
		sync_now till1 && link_mode line answer 401 /api/sync && sell till1 $tea 1 100 && link_saw line "answer GET /api/sync/health" &&
		for i in 1 2 3; do sell till1 $tea 1 100 || exit 1; done && [ "$(pending till1)" = 4 ]
	'
	test_expect 'it tries again by itself, and says what is wrong' '
		link_forget line && link_saw line "answer GET /api/sync/health" 2 &&
		wait_for "ctl till1 --json status | grep -q 401"
	'
	test_expect 'the cloud takes it again: all goes up unasked' '
		link_mode line pass && wait_for "[ \$(pending till1) = 0 ]" && [ "$(invoices cloud)" = 4 ] && is_identical till1
	'
}

each_engine ahead
each_engine behind
each_engine refused
test_done
