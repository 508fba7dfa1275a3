#!/bin/sh
# What the operator of a machine does beside its shop: people, tills.
test_description='the operator looks after people and tills'
. "${FEXL_SRC:-.}/t/lib.sh"

sign_in()	# node pin -> status
{
	status "$1" POST /api/session -H 'Content-Type: application/json' -d "{\"user\":\"Yusuf\",\"pin\":\"$2\"}"
}

ends()	# status command…
{
	wanted=$1
	shift
	"$@"
	[ $? -eq "$wanted" ]
}

people()
{
	test_expect 'somebody who may sign in' '
		echo 1111 | ctl hub user add Amal --role owner --pin-file - && echo 2222 | ctl hub user add Yusuf --role cashier --pin-file - &&
		[ "$(sign_in hub 2222)" = 201 ]'
	test_expect 'user disable: no more, and no session is left' '
		token=$(curl -s -X POST "$(url_of hub)/api/session" -H "Content-Type: application/json" -d "{\"user\":\"Yusuf\",\"pin\":\"2222\"}" | jq -r .token) &&
		[ "$(status hub GET /api/products -H "Authorization: Bearer $token")" = 200 ] && ctl hub user disable Yusuf &&
		[ "$(status hub GET /api/products -H "Authorization: Bearer $token")" = 401 ] && [ "$(sign_in hub 2222)" = 401 ] &&
		ctl hub --json user list | jq -e ".items[] | select(.name == \"Yusuf\") | .active == false"'
	test_expect 'the last owner stays: exit 6' 'ends 6 ctl hub user disable Amal'
	test_expect 'user enable takes it back' 'ctl hub user enable Yusuf && [ "$(sign_in hub 2222)" = 201 ]'
	test_expect 'who guessed too often waits; user unlock ends that' '
		for i in 1 2 3 4 5; do sign_in hub 9999; done; [ "$(sign_in hub 2222)" = 429 ] &&
		ctl hub --json user unlock Yusuf | jq -e .was_locked && [ "$(sign_in hub 2222)" = 201 ] &&
		ctl hub --json user unlock Yusuf | jq -e ".was_locked == false"'
	test_expect 'nobody of that name: exit 5' 'ends 5 ctl hub user unlock Nobody'
}

tills()
{
	till till1 && ask_to_pair till1 hub
	d=$(device_of till1)
	test_expect 'devices show: all of one, by name or code' '
		ctl hub --json devices show till1 | jq -e ".uuid == \"$d\" and .status == \"pending\"" &&
		ctl hub devices show "$(ctl hub --json devices show till1 | jq -r .code)" 2>&1 | grep "fexlctl devices approve $d"'
	test_expect 'devices reject turns it away' '
		ctl hub devices reject till1 --yes && ctl hub --json devices show till1 | jq -e ".status == \"revoked\""'
	test_expect 'only who waits can be rejected: exit 6, and what to do instead' '
		ends 6 ctl hub devices reject till1 --yes 2>"$stage/err" && grep "devices revoke" "$stage/err"'
	stop till1
}

load_of()
{
	ctl till2 --json status | jq -r .sync.pairing.loaded_at
}

spoiled_till()
{
	till till2 && pair till2 hub && p=$(product hub Tea 100) && product till2 Coffee 200 && sync_now till2
	before=$(load_of)
	stop till2
	sqlite3 "$stage/till2/data/fexl.db" "UPDATE products SET price = 1 WHERE name = 'Tea'"
	start till2
	test_expect 'a till that is not what it should be' '[ "$(api till2 GET "/api/products/$p" | jq .price)" = 1 ] && ends 6 ctl till2 verify'
	test_expect 'devices resync asks, and tells it to load again' '
		ends 6 ctl hub devices resync till2 </dev/null && ctl hub devices resync till2 --yes &&
		ctl hub --json devices show till2 | jq -e .loads_again'
	test_expect 'it sells meanwhile, and has everything again' '
		sell till2 "$p" 1 100 && sync_now till2 && wait_for "[ \$(load_of) != $before ]" && sync_now till2 && is_identical till2 &&
		[ "$(api till2 GET "/api/products/$p" | jq .price)" = 100 ] && [ "$(invoices hub)" = 1 ]'
	test_expect 'once' '
		after=$(load_of) && wait_for "ctl hub --json devices show till2 | jq -e \".loads_again == false\"" &&
		sync_now till2 && sync_now till2 && [ "$(load_of)" = "$after" ]'
	test_expect 'only who is approved: exit 6' 'ctl hub devices revoke till2 --yes && ends 6 ctl hub devices resync till2 --yes'
	stop till2
}

at_a_hub()
{
	cloud hub "$engine"
	people
	tills
	spoiled_till
	stop hub
}

each_engine at_a_hub
test_done
