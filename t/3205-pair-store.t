#!/bin/sh
# Pairing a store that has sold for years: its rows become the shop's while it sells.
test_description='an established store joins a cloud and never stops selling'
export FEXL_BACKOFF_MIN_MS=100 FEXL_BACKOFF_MAX_MS=500
. "${FEXL_SRC:-.}/t/lib.sh"

CUSTOMERS=5000		# with their words and their places in the outbox more than 20,000 rows
PROMISED_MS=500		# the longest wait of a sale meanwhile

fill()	# till
{
	{
		echo name,phone
		awk -v n=$CUSTOMERS 'BEGIN { for (i = 1; i <= n; i++) printf "Customer number %d,05%08d\n", i, i }'
	} >"$stage/customers.csv"
	curl -sS --max-time 120 --unix-socket "$stage/$1/run/apid.sock" -X POST -H 'Content-Type: text/csv' \
		--data-binary "@$stage/customers.csv" http://till/api/import/customers
}

# As fast as one cashier can, each sale once, until $stage/closed is there.
sell_on()	# till product
{
	while [ ! -e "$stage/closed" ]; do
		u=$(uuid) began=$(date +%s%3N)
		if sell "$1" "$2" 1 100 "$u" >/dev/null 2>"$stage/said"; then
			echo $(($(date +%s%3N) - began)) >>"$stage/waits"
		else
			echo "$u: $(cat "$stage/said")" >>"$stage/lost"
		fi
	done
}

open_shop()	# till product
{
	rm -f "$stage/closed"
	sell_on "$1" "$2" &
	selling=$!
}

close_shop()
{
	touch "$stage/closed"
	wait "$selling"
}

of_status()	# till expression
{
	api "$1" GET /api/sync/status | jq -r "$2"
}

moved()	# till: rows, while it moves
{
	of_status "$1" '.pairing.move.done // 0'
}

ask()	# till cloud: begins, and does not wait
{
	api "$1" PUT /api/sync/pairing "$(jq -c --arg url "$(url_of "$2")" '{url: $url, tenant_uuid, license_key, name: "till1"}' \
		"$stage/$2/tenant.json")" >"$stage/$1/pair.json"
}

write_to()	# till SQL: as nobody should
{
	sqlite3 -cmd '.timeout 5000' "$stage/$1/data/fexl.db" "$2"
}

# As if the disk had room for all but the copies of the second half of the customers.
spoil()	# till
{
	write_to "$1" "CREATE TRIGGER spoilt BEFORE INSERT ON customers
		WHEN NEW.tenant = (SELECT tenant FROM moving) AND NEW.name = 'Customer number $((CUSTOMERS / 2))' BEGIN
		SELECT RAISE(ABORT, 'no room for customers'); END"
}

says_trouble()	# till
{
	of_status "$1" .pairing.move.trouble | grep -q "no room for customers"
}

tenants_in()	# till table
{
	rows "$1" "SELECT count(DISTINCT tenant) FROM $2"
}

test_expect 'a store of more than 20,000 rows' '
	cloud cloud sqlite && till till1 && product till1 Tea 100 >$stage/tea && fill till1 &&
	[ "$(rows till1 "SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM words)")" -gt 20000 ]
'
tea=$(cat "$stage/tea")
open_shop till1 "$tea"
test_expect 'pairing begins to move its rows, and says so' '
	spoil till1 && ask till1 cloud && [ "$(jq -r .status $stage/till1/pair.json)" = moving ] &&
	[ "$(of_status till1 .state)" = moving ]
'
test_expect 'a slice that fails is tried again, status says why, and the shop sells on' '
	wait_for "says_trouble till1 && [ \"\$(moved till1)\" -gt 100 ]" && of_status till1 .text | grep -q "no room for customers" &&
	n=$(wc -l <$stage/waits) && wait_for "[ \$(wc -l <$stage/waits) -gt $((n + 5)) ]" && [ "$(of_status till1 .state)" = moving ]
'
close_shop
test_expect 'killed in the middle, it goes on where it was' '
	stop_daemon till1 apid KILL && [ "$(rows till1 "SELECT count(*) FROM moving WHERE source IS NOT NULL")" = 1 ] &&
	done=$(rows till1 "SELECT done FROM moving") && [ "$done" -gt 100 ] && start_apid till1 &&
	[ "$(moved till1)" -ge "$done" ] && wait_for "says_trouble till1"
'
open_shop till1 "$tea"
test_expect 'when there is room it goes on by itself, and asks the cloud' '
	write_to till1 "DROP TRIGGER spoilt" && wait_for "[ \"\$(of_status till1 .state)\" = pending ]"
'
test_expect 'the old rows go, and all that is here is the shop'"'"'s' '
	wait_for "[ \"\$(rows till1 \"SELECT count(*) FROM moving\")\" = 0 ]" && [ "$(tenants_in till1 customers)" = 1 ] &&
	[ "$(tenants_in till1 words)" = 1 ] && [ "$(tenants_in till1 outbox)" = 1 ] && [ "$(tenants_in till1 invoices)" = 1 ]
'
close_shop
sold=$(wc -l <"$stage/waits")
longest=$(sort -n "$stage/waits" | tail -1)
echo "# $sold sales meanwhile; the longest wait was $longest ms"
test_expect 'each sale was answered at its first try, and soon' '
	[ ! -e $stage/lost ] || { cat $stage/lost; false; } && [ "$sold" -gt 10 ] && in_time "$longest" $PROMISED_MS &&
	[ "$(invoices till1)" = "$sold" ]
'
test_expect 'the cloud has it all' '
	approve till1 cloud && sync_now till1 && is_identical till1 && [ "$(invoices cloud)" = "$sold" ] &&
	[ "$(rows cloud "SELECT count(*) FROM customers")" = "$(rows till1 "SELECT count(*) FROM customers")" ]
'
test_done
