#!/bin/sh
test_description='a till joins a cloud, is shut out, comes back, leaves'
FEXL_SYNC_INTERVAL_S=2	# how soon a till hears that it was revoked
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/device.sh"

WRONG_KEY=FEXL-AAAA-BBBB-CCCC-DDDD

state_of()	# till
{
	api "$1" GET /api/sync/status | jq -r .state
}

in_roster()	# cloud till expression
{
	ctl "$1" --json devices | jq -r ".items[] | select(.uuid == \"$(device_of "$2")\") | $3"
}

pair_with_key()	# till cloud key
{
	echo "$3" | ctl "$1" --json pair --url "$(url_of "$2")" --tenant "$(jq -r .tenant_uuid "$stage/$2/tenant.json")" \
		--license-file - --name "$1"
}

# Credentials as another machine would ask that knows a till's UUID and the licence key.
ask_as_somebody_else()	# till cloud
{
	other=$(openssl genpkey -algorithm ed25519 | openssl pkey -pubout -outform DER | tail -c 32 | base64url)
	status "$2" POST /api/sync/credentials -H 'Content-Type: application/json' --data-binary "$(jq -c \
		"{tenant_uuid, license_key, device_uuid: \"$(device_of "$1")\", name: \"copy\", incarnation: 1, public_key: \"$other\"}" \
		"$stage/$2/tenant.json")"
}

ms()
{
	date +%s%3N
}

# How long it takes until the cloud refuses the device, in milliseconds.
ms_until_refused()	# cloud token
{
	began=$(ms)
	until [ "$(told "$1" "$2" GET '/api/sync/snapshot')" = '403 device_revoked' ]; do
		[ $(($(ms) - began)) -lt 10000 ] || break
		sleep 0.02
	done
	echo $(($(ms) - began))
}

a_record()	# uuid: a customer as a push carries it
{
	printf '{"rows":[{"table":"customers","uuid":"%s","updated_at":"2026-01-02T03:04:05.000000Z","origin":"%s","row":%s}]}' \
		"$1" "$(uuid)" '{"name":"In flight","archived":false}'
}

# The head and half of the body before the revocation, the rest behind it.
push_across_a_revocation()	# till cloud
{
	token=$(device_token "$1") && a_record "$(uuid)" >"$stage/push" || return 1
	half=$(($(wc -c <"$stage/push") / 2))
	rm -f "$stage/half_sent" "$stage/revoked"
	{
		head -c $half "$stage/push" && : >"$stage/half_sent"
		wait_for "[ -e $stage/revoked ]"
		tail -c +$((half + 1)) "$stage/push"
	} | curl -sS -T - -X POST --max-time 30 -o "$stage/late" -w '%{http_code}' -H "Authorization: Bearer $token" \
		-H 'Fexl-Protocol: 1' -H 'Content-Type: application/json' -H 'Expect:' "$(url_of "$2")/api/sync/push" >"$stage/late_status" &
	wait_for "[ -e $stage/half_sent ]" && revoke "$1" "$2" && : >"$stage/revoked" && wait $! &&
		cat "$stage/late_status" "$stage/late"
}

joining()
{
	test_expect 'a till asks: the same code stands on both screens' '
		cloud cloud $engine && product cloud Tea 250 >$stage/tea && till till1 && ask_to_pair till1 cloud &&
		[ "$(jq -r .status $stage/till1/pair.json)" = pending ] &&
		code=$(jq -r .code $stage/till1/pair.json) && [ ${#code} -ge 8 ] && [ "$(in_roster cloud till1 .code)" = "$code" ]
	'
	test_expect 'C9: closed: a pending device gets no row in, and none out' '
		shut_out cloud "$(device_token till1)" device_pending
	'
	test_expect 'closed: health tells it how it stands, and nothing of the shop' '
		[ "$(as_device cloud "$(device_token till1)" GET /api/sync/health)" = 200 ] &&
		[ "$(jq -r .device.status $stage/body)" = pending ] &&
		[ "$(jq "[.hub, .epoch, .seq, .limits, .device.prefix] | map(select(. != null)) | length" $stage/body)" = 0 ]
	'
	test_expect 'the till says that it waits, and sells meanwhile' '
		[ "$(state_of till1)" = pending ] && jam=$(product till1 Jam 500) && sell till1 "$jam" 1 500
	'
	test_expect 'C9: approved: the shop comes down by itself, and what was sold goes up' '
		approve till1 cloud && wait_for "api till1 GET /api/products/$(cat $stage/tea)" && sync_now till1 &&
		[ "$(invoices cloud)" = 1 ] && [ "$(pending till1)" = 0 ] && is_identical till1
	'
	test_expect 'it has a series of numbers: T1' '
		[ "$(in_roster cloud till1 .prefix)" = T1 ] &&
		sell till1 "$(cat $stage/tea)" 1 250 | jq -r .number | grep -qx "T1-[0-9]*"
	'
	test_expect 'a wrong licence key is refused, and the till says why' '
		till till2 && pair_with_key till2 cloud $WRONG_KEY; [ $? -eq 6 ] && [ "$(state_of till2)" = refused ] &&
		api till2 GET /api/sync/status | jq -r .text | grep -q "refused this till: licence key and tenant do not fit" &&
		[ "$(ctl cloud --json devices | jq ".items | length")" = 1 ]
	'
	test_expect 'the key itself is nowhere on the till any more' '[ ! -e $stage/till2/data/license ]'
	test_expect 'with the right key it may try again' '
		pair till2 cloud && [ "$(in_roster cloud till2 .prefix)" = T2 ] && is_identical till2
	'
	test_expect 'the same device by another key is an alarm, and gets nothing' '
		[ "$(ask_as_somebody_else till1 cloud)" = 409 ] && [ "$(jq -r .code $stage/body)" = device_key_differs ] &&
		in_roster cloud till1 .alarm | grep -q "another key" && [ "$(in_roster cloud till1 .status)" = approved ]
	'
	test_expect 'the till itself goes on' 'sync_now till1 && [ "$(pending till1)" = 0 ]'
}

shut_out_and_back()
{
	test_expect 'a number printed while the cloud is away is the number in the cloud' '
		stop cloud && u=$(uuid) &&
		printed=$(api till1 POST /api/numbers "{\"uuid\":\"$u\",\"kind\":\"invoice\"}" | jq -r .number) &&
		sell till1 "$(cat $stage/tea)" 2 250 $u | jq -r .number | grep -qx "$printed" && start cloud && sync_now till1 &&
		[ "$(api cloud GET /api/invoices/$u | jq -r .number)" = "$printed" ] && echo "$printed" | grep -q "^T1-"
	'
	test_expect 'revoked: shut out within 2 s' '
		token=$(device_token till1) && [ "$(as_device cloud "$token" GET /api/sync/snapshot)" = 200 ] && revoke till1 cloud &&
		took=$(ms_until_refused cloud "$token") && in_time "$took" 2000 && shut_out cloud "$token" device_revoked
	'
	test_expect 'C9: the till knows, says so, and goes on selling; its rows stay' '
		wait_for "[ \"\$(state_of till1)\" = revoked ]" && sell till1 "$(cat $stage/tea)" 1 250 &&
		sell till1 "$(cat $stage/tea)" 1 250 && [ "$(pending till1)" = 2 ] && [ "$(invoices till1)" = 5 ] && [ "$(invoices cloud)" = 3 ]
	'
	test_expect 'sync now says that it was refused: exit 6' 'ctl till1 sync now --wait; [ $? -eq 6 ]'
	test_expect 'the other till notices nothing' 'sync_now till2 && is_identical till2'
	test_expect 'it pairs again: pending, as if it were new' '
		before=$(rows till1 "SELECT incarnation FROM server") && ask_to_pair till1 cloud &&
		[ "$(in_roster cloud till1 .status)" = pending ] &&
		[ "$(rows till1 "SELECT incarnation FROM server")" = $((before + 1)) ] && shut_out cloud "$(device_token till1)" device_pending
	'
	test_expect 'C9: approved: what it sold meanwhile goes up, nothing is doubled' '
		approve till1 cloud && sync_now till1 till2 && [ "$(pending till1)" = 0 ] &&
		for n in cloud till1 till2; do [ "$(invoices $n)" = 5 ] || exit 1; done && is_identical till1 till2
	'
	test_expect 'its numbers go on in a series of their own' '
		[ "$(in_roster cloud till1 .prefix)" = T3 ] &&
		sell till1 "$(cat $stage/tea)" 1 250 | jq -r .number | grep -q "^T3-" && sync_now till1 &&
		[ "$(rows cloud "SELECT count(*) - count(DISTINCT number) FROM invoices")" = 0 ]
	'
	test_expect 'C9: a push that was half sent when the till was revoked stores nothing' '
		push_across_a_revocation till1 cloud && [ "$(cat $stage/late_status)" = 403 ] &&
		[ "$(jq -r .code $stage/late)" = device_revoked ] &&
		[ "$(rows cloud "SELECT count(*) FROM customers WHERE name = '"'In flight'"'")" = 0 ]
	'
	test_expect 'and the same push by a till that is let in stores it' '
		[ "$(as_device cloud "$(device_token till2)" POST /api/sync/push "$(a_record $(uuid))")" = 200 ] && cat $stage/body &&
		[ "$(rows cloud "SELECT count(*) FROM customers WHERE name = '"'In flight'"'")" = 1 ]
	'
	test_expect 'it leaves: sync is off, the data stays, it sells on' '
		ctl till1 unpair --yes && [ "$(state_of till1)" = off ] && [ "$(invoices till1)" = 6 ] &&
		sell till1 "$(cat $stage/tea)" 1 250 && [ "$(invoices till1)" = 7 ] && [ "$(invoices cloud)" = 6 ]
	'
	test_expect 'and may come back to the same shop' '
		pair till1 cloud && sync_now till2 && for n in cloud till1 till2; do [ "$(invoices $n)" = 7 ] || exit 1; done &&
		is_identical till1 till2
	'
}

story()
{
	joining
	shut_out_and_back
}

opened_without_a_cloud()	# till product
{
	till "$1" && p=$(product "$1" "$2" 400) && buy "$1" "$p" 10 150 && sell "$1" "$p" 3 400 &&
		sell "$1" "$p" 1 400 | jq -r .number >"$stage/printed.$1"
}

strangers()
{
	test_expect 'two tills sell for a while that were never paired' '
		opened_without_a_cloud till1 Tea && opened_without_a_cloud till2 Jam &&
		[ "$(state_of till1)" = off ] && [ "$(pending till1)" -gt 0 ] &&
		[ "$(cut -c1-6 $stage/printed.till1)" != "$(cut -c1-6 $stage/printed.till2)" ]
	'
	test_expect 'then both join one shop' 'cloud cloud $engine && pair till1 cloud && pair till2 cloud && sync_now till1'
	for n in cloud till1 till2; do
		test_expect "one chart of accounts on $n, each code once" "
			[ \"\$(rows $n 'SELECT count(*) - count(DISTINCT code) FROM accounts')\" = 0 ] &&
			[ \"\$(rows $n 'SELECT count(*) FROM accounts')\" = \"\$(rows cloud 'SELECT count(*) FROM accounts')\" ] &&
			[ \"\$(rows $n 'SELECT count(DISTINCT tenant) FROM accounts')\" = 1 ]
		"
		test_expect "nothing is doubled and nothing is missing on $n" "
			[ \"\$(invoices $n)\" = 4 ] && [ \"\$(rows $n 'SELECT count(*) FROM purchases')\" = 2 ] &&
			[ \"\$(rows $n 'SELECT count(*) FROM products')\" = 2 ]
		"
		test_expect "the books of $n add up: 4 units by each till" '
			api $n GET /api/reports/trial-balance >$stage/books &&
			[ "$(jq "[.items[] | .debit - .credit] | add" $stage/books)" = 0 ] &&
			[ "$(jq ".items[] | select(.code == \"4010\") | .credit - .debit" $stage/books)" = 3200 ] &&
			[ "$(jq ".items[] | select(.code == \"1200\") | .debit - .credit" $stage/books)" = 1800 ] &&
			[ "$(api $n GET /api/reports/valuation | jq .total)" = 1800 ]
		'
	done
	test_expect 'the receipts of before are in the cloud under their numbers' '
		for n in till1 till2; do
			[ "$(rows cloud "SELECT count(*) FROM invoices WHERE number = '"'\$(cat \$stage/printed.\$n)'"'")" = 1 ] || exit 1
		done
	'
	test_expect 'same: digests prove that all three are identical' 'is_identical till1 till2'
}

each_engine story
each_engine strangers
test_done
