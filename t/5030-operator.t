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

a_shop()
{
	tenant=$(jq -r .tenant_uuid "$stage/hub/tenant.json")
	test_expect 'tenant show: people, tills, rows' '
		ctl hub --json tenant show "$tenant" | jq -e ".name == \"Corner shop\" and .users == 2 and .devices.revoked == 2 and .rows > 20" &&
		ctl hub tenant show | grep "^products *2$" && ends 5 ctl hub tenant show "$(uuid)"'
	test_expect 'tenant export --output: only its owner may read it, and it is there once' '
		(umask 0 && cd "$stage" && ctl hub --json tenant export "$tenant" -o shop.fexl >"$stage/said") && file=$(jq -r .path "$stage/said") &&
		[ "$file" = "$stage/shop.fexl" ] && [ "$(stat -c %a "$file")" = 600 ] && (cd "$stage" && sha256sum -c --quiet shop.fexl.sha256) &&
		[ "$(find "$stage/hub/data/exports" -type f)" = "" ] && [ "$(sqlite3 "$file" "SELECT count(*) FROM tenants")" = 1 ]'
	test_expect 'what is there stays: exit 6, and what to do; --force replaces it' '
		echo precious >"$stage/precious" && ends 6 ctl hub tenant export "$tenant" -o "$stage/precious" 2>"$stage/err" &&
		grep "→ .*--force" "$stage/err" && [ "$(cat "$stage/precious")" = precious ] &&
		ctl hub tenant export "$tenant" -o "$stage/precious" --force && [ "$(stat -c %a "$stage/precious")" = 600 ] &&
		[ "$(sqlite3 "$stage/precious" "SELECT count(*) FROM tenants")" = 1 ]'
	test_expect 'a folder that is not there, a shop that is not: nothing is left' '
		ends 1 ctl hub tenant export "$tenant" -o "$stage/nowhere/shop" && ends 5 ctl hub tenant export "$(uuid)" -o "$stage/none" && [ ! -e "$stage/none" ]'
	test_expect 'tenant export: this shop and no other, without who may come in' '
		ctl hub --json tenant create "Other shop" >"$stage/other" && api hub POST "/api/products?tenant=$(jq -r .tenant_uuid "$stage/other")" \
			"{\"name\":\"Foreign\",\"price\":1}" && file=$(ctl hub --json tenant export "$tenant" | jq -r .path) &&
		[ "$(stat -c %a "$file")" = 600 ] && (cd "$(dirname "$file")" && sha256sum -c --quiet "$(basename "$file").sha256") &&
		[ "$(sqlite3 "$file" "SELECT group_concat(name) FROM (SELECT name FROM products ORDER BY name)")" = Coffee,Tea ] &&
		[ "$(sqlite3 "$file" "SELECT count(*) || ( SELECT count(*) FROM sessions) FROM tenants WHERE license_hash IS NULL")" = 10 ]'
}

a_row()
{
	i=$(api hub GET "/api/invoices?tenant=$tenant" | jq -r ".items[0].uuid")
	test_expect 'why: who stored a row, and who has it' '
		ctl hub --json why "$i" --tenant "$tenant" >"$stage/why" && jq -e ".table == \"invoices\" and .pending == false" "$stage/why" &&
		jq -e "[.items[].where] | index(\"till2\") != null" "$stage/why"'
	test_expect 'a row that nobody has: exit 5' 'ends 5 ctl hub why "$(uuid)" --tenant "$tenant"'
	test_expect 'at a till: what has not gone up, and why' '
		till till3 && p=$(product till3 Salt 100) && ctl till3 why "$p" 2>"$stage/err" | grep "not in the cloud yet" &&
		grep "sync now" "$stage/err" && stop till3'
}

why()	# uuid: what the till and its cloud know
{
	ctl till5 --json why "$1" >"$stage/why"
}

# Paused, so that nothing comes or goes behind our back.
both_sides()
{
	till till5 && pair till5 hub && ctl till5 sync pause && p=$(product till5 Oil 500)
	test_expect 'at a till: both sides of a row in one call, here not sent yet' '
		why "$p" && jq -e ".pending and .cloud == null and (.cloud_said | test(\"no record\"))" "$stage/why"'
	ctl till5 sync resume && sync_now till5 && ctl till5 sync pause
	test_expect 'the same on both' 'why "$p" && jq -e ".seq > 0 and .seq == .cloud.seq and .row == .cloud.row and .differ == []" "$stage/why"'
	test_expect 'where the versions differ, and what to do' '
		api hub PATCH "/api/products/$p?tenant=$tenant" "{\"price\":900}" && why "$p" &&
		jq -e ".differ[] | select(.field == \"price\") | .here == 500 and .cloud == 900" "$stage/why" &&
		ctl till5 why "$p" 2>"$stage/err" | grep "^price  *500  *900" && grep "→ fexlctl sync now" "$stage/err"'
	test_expect 'a row that only the cloud has; one that nobody has: exit 5' '
		q=$(api hub POST "/api/products?tenant=$tenant" "{\"name\":\"Soap\",\"price\":5}" | jq -r .uuid) &&
		why "$q" && jq -e ".table == null and .cloud.table == \"products\"" "$stage/why" &&
		ctl till5 why "$q" 2>"$stage/err" | grep "^At the cloud:" && grep "→ fexlctl sync now" "$stage/err" && ends 5 ctl till5 why "$(uuid)"'
	stop hub
	test_expect 'a cloud that cannot be reached is said; what is here is shown' '
		why "$p" && jq -e ".table == \"products\" and .cloud == null and (.cloud_said | test(\"does not answer\"))" "$stage/why" &&
		ctl till5 why "$p" 2>"$stage/err" | grep "^At the cloud: .*does not answer" && grep "→ fexlctl doctor cloud" "$stage/err" &&
		ends 7 ctl till5 why "$(uuid)"'
	stop till5
}

the_database()
{
	test_expect 'db info, db migrate' '
		ctl hub --json db | jq -e ".engine == \"$engine\" and .schema_version == .schema_newest and .bytes > 0" && ctl hub db migrate'
	test_expect 'db check finds it well' 'ctl hub --json db check | jq -e .well'
	test_expect 'db vacuum, while somebody writes' '
		ctl hub --json db vacuum --yes | jq -e ".bytes > 0" && [ "$(api hub GET "/api/products?tenant=$tenant" | jq ".items | length")" = 2 ]'
}

damage()
{
	till till4 && for n in 1 2 3 4 5 6 7 8 9; do product till4 "Goods $n" 100 >/dev/null; done
	stop till4
	sqlite3 "$stage/till4/data/fexl.db" "PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = replace(sql, '(tenant, sku)', '(tenant, name)') WHERE name = 'products_0'"
	start till4
	test_expect 'db check finds an index that is not its table: exit 1, and what to do' '
		ends 1 ctl till4 db check 2>"$stage/err" && grep "fexlctl restore" "$stage/err"'
	stop till4
}

at_a_hub()
{
	cloud hub "$engine"
	people
	tills
	spoiled_till
	a_shop
	a_row
	the_database
	both_sides
}

each_engine at_a_hub
damage
test_done
