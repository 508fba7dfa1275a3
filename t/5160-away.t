#!/bin/sh
# Deletions are forgotten in the end.  A till that was away longer than that
# repairs instead of loading everything again, its own sales first.
test_description='a till that was away too long comes back without a first load'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/device.sh"

customer_named()	# node phone
{
	api "$1" POST /api/customers "{\"phone\":\"$2\"}" | jq -r .uuid
}

living()	# node phone
{
	rows "$1" "SELECT count(*) FROM customers WHERE phone = '$2' AND deleted_at IS NULL"
}

graves()
{
	rows "$1" "SELECT count(*) FROM customers WHERE deleted_at IS NOT NULL"
}

remember()	# node days: deletions are kept so long, from its next start on
{
	sed -i '/TOMBSTONE/d' "$stage/$1/env"
	printf 'FEXL_TOMBSTONE_MIN_DAYS=%s\nFEXL_TOMBSTONE_MAX_DAYS=%s\n' "$2" "$2" >>"$stage/$1/env"
	stop "$1" && start "$1"
}

gone_too_long()
{
	cloud hub "$engine" && till till1 && till till2 && { pair till1 hub && pair till2 hub; } >/dev/null
	p=$(product till1 Tea 100) && buy till1 "$p" 1000 60 >/dev/null && sold=$(product till1 Salt 50) && gone=$(customer_named till1 0770) &&
		edited=$(customer_named till1 0771) && { sell_many till1 "$sold" 1 && sync_now till1 till2; } >/dev/null
	loaded=$(rows till2 'SELECT loaded_at FROM pairing')
	test_expect 'a till is away: it sells, and edits what somebody deletes meanwhile' '
		ctl till2 sync pause && sell_many till2 "$p" 5 && api till2 PATCH "/api/customers/$edited" "{\"name\":\"Ali\"}" &&
		api till1 DELETE "/api/customers/$gone" && api till1 DELETE "/api/customers/$edited" && api till1 DELETE "/api/products/$sold" &&
		sell_many till1 "$p" 3 && sync_now till1'
	test_expect 'as long as deletions are remembered they stay' 'stop hub && start hub && [ "$(graves hub)" = 2 ]'
	test_expect 'then the cloud forgets them, but for what was sold' '
		remember hub 0 && wait_for "[ \$(graves hub) = 0 ]" &&
		[ "$(rows hub "SELECT count(*) FROM products WHERE name = '"'Salt'"' AND deleted_at IS NOT NULL")" = 1 ]'
	test_expect 'who only pulled would never hear of them, and is told so' '
		since=$(rows till2 "SELECT cursor FROM pairing")
		token=$(device_token till2) && as_device hub "$token" GET "/api/sync/health" && epoch=$(jq -r .epoch "$stage/body") &&
		answer=$(told hub "$token" GET "/api/sync/pull?since=$epoch.$since") && echo "$answer" && [ "$answer" = "410 away" ] &&
		[ "$(as_device hub "$token" GET "/api/sync/pull?since=$epoch.$since&away=1")" = 200 ]'
	test_expect 'it comes back: its sales are in the cloud, the deletions are done here' '
		ctl till2 sync resume && sync_now till2 && wait_for "[ \$(invoices hub) = 9 ] && [ \$(living till2 0770) = 0 ]" &&
		[ "$(living till2 0771)" = 0 ] && [ "$(invoices till2)" = 9 ]'
	test_expect 'it has not loaded everything again' '
		wait_for "[ -z \"\$(rows till2 \"SELECT away FROM pairing\")\" ]" && [ "$(rows till2 "SELECT loaded_at FROM pairing")" = "$loaded" ] &&
		api till2 GET /api/sync/status | tee "$stage/status.json" | jq -e ".worker.detail.repair | .gone == 1 and .sent == 0"'
	test_expect 'the edit of what was deleted is in the journal' '
		ctl hub --json conflicts --tenant "$(jq -r .tenant_uuid "$stage/hub/tenant.json")" | jq -e ".items[] | select(.rule == \"gone\" and .loser.name == \"Ali\")"'
	test_expect 'all are the same' 'sync_now till1 till2 && is_identical till1 till2'
	test_expect 'a till forgets what its cloud has forgotten' 'remember till1 0 && wait_for "[ \$(graves till1) = 0 ]" && is_identical till1'
	test_expect 'and nobody is away any more' '
		sell_many till2 "$p" 1 && sync_now till2 till1 && [ -z "$(rows till1 "SELECT away FROM pairing")" ] && is_identical till1 till2'
}

each_engine gone_too_long
test_done
