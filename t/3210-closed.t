#!/bin/sh
test_description='closed (P10): who is not of the shop reads nothing, writes nothing, learns nothing'
FEXL_LOG_LEVEL=debug	# the most that a log may ever say
export FEXL_LOG_LEVEL
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/device.sh"

# What must never be seen in a log, a status or a command line.
PIN=739154 WRONG_PIN=846207 PASSWORD='canary correct horse' PHONE=07700900461 ODD_PHONE=07700900462

# --- people who sign in ---

sign_in()	# node JSON -> token, or the code of the refusal
{
	status "$1" POST /api/session -H 'Content-Type: application/json' --data-binary "$2" >"$stage/status"
	jq -r '.token // .code' "$stage/body"
}

as()	# node token METHOD path [JSON]: the status alone
{
	if [ -n "${5:-}" ]; then
		status "$1" "$3" "$4" -H "Authorization: Bearer $2" -H 'Content-Type: application/json' --data-binary "$5"
	else
		status "$1" "$3" "$4" -H "Authorization: Bearer $2"
	fi
}

# What one is told, without what differs between any two answers.
said()	# node token METHOD path [JSON]
{
	as "$@"
	echo
	sed -E 's/"instance":"[^"]*"/"instance":"-"/; s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g' "$stage/body"
}

# --- a second shop at the same cloud ---

in_shop()	# tenant METHOD path [JSON]
{
	curl -sS --fail-with-body --max-time 30 --unix-socket "$stage/cloud/run/apid.sock" -X "$2" -H "Fexl-Tenant: $1" \
		${4:+-H 'Content-Type: application/json' --data-binary "$4"} "http://localhost$3"
}

made_in()	# tenant path JSON -> uuid
{
	in_shop "$1" POST "$2" "$3" | jq -r .uuid
}

open_shop()	# name: its tenant, its owner and something of everything
{
	ctl cloud --json tenant create "$1" >"$stage/$1.json" && t=$(jq -r .tenant_uuid "$stage/$1.json") &&
		made_in "$t" /api/users "{\"name\":\"owner\",\"role\":\"owner\",\"password\":\"$PASSWORD\"}" >"$stage/$1.users" &&
		made_in "$t" /api/products "{\"name\":\"Tea of the $1\",\"price\":250}" >"$stage/$1.products" &&
		made_in "$t" /api/customers "{\"name\":\"Ali of the $1\"}" >"$stage/$1.customers" &&
		made_in "$t" /api/categories "{\"name\":\"Food of the $1\"}" >"$stage/$1.categories" &&
		made_in "$t" /api/tax-rates "{\"name\":\"Rate of the $1\",\"rate\":1900}" >"$stage/$1.tax-rates" &&
		made_in "$t" /api/suppliers "{\"name\":\"Supplier of the $1\"}" >"$stage/$1.suppliers" &&
		made_in "$t" /api/accounts "{\"name\":\"Account of the $1\",\"code\":\"9999\",\"kind\":\"asset\"}" >"$stage/$1.accounts" &&
		made_in "$t" /api/purchases "{\"lines\":[{\"product\":\"$(cat "$stage/$1.products")\",\"qty\":5000,\"unit_cost\":9}]}" \
			>"$stage/$1.purchases" &&
		made_in "$t" /api/invoices "{\"lines\":[{\"product\":\"$(cat "$stage/$1.products")\",\"qty\":1000}],\
\"payments\":[{\"method\":\"cash\",\"amount\":250}]}" >"$stage/$1.invoices"
}

owner_of()	# shop -> token
{
	sign_in cloud "{\"tenant\":\"$(jq -r .tenant_uuid "$stage/$1.json")\",\"user\":\"owner\",\"password\":\"$PASSWORD\"}"
}

KINDS='products customers categories tax-rates suppliers accounts users purchases invoices'

# Everything of the north that has a UUID, asked for by the south, is as if it were not there.
not_there()	# token METHOD [JSON]
{
	for kind in $KINDS; do
		case $2-$kind in
		PATCH-purchases | PATCH-invoices | DELETE-purchases | DELETE-invoices) continue ;;
		esac
		yours=$(said cloud "$1" "$2" "/api/$kind/$(cat "$stage/north.$kind")" "${3:-}")
		nowhere=$(said cloud "$1" "$2" "/api/$kind/$(uuid)" "${3:-}")
		echo "$2 $kind: $yours"
		[ "$yours" = "$nowhere" ] && [ "$(echo "$yours" | head -n 1)" = 404 ] || return 1
	done
}

# A name or a UUID of the north's.  What was pushed under one of them is the south's own.
holds_the_north()	# file
{
	for kind in customers users purchases invoices; do
		! grep -q "$(cat "$stage/north.$kind")" "$1" || return 0
	done
	grep -q 'of the north' "$1"
}

lists_nothing_of_the_north()	# token
{
	for path in products customers categories tax-rates suppliers accounts users purchases invoices settings inventory \
		journal-entries reports/trial-balance reports/valuation devices; do
		[ "$(as cloud "$1" GET "/api/$path")" = 200 ] || return 1
		! holds_the_north "$stage/body" || { echo "$path"; return 1; }
		[ "$(as cloud "$1" GET "/api/$path?tenant=$north")" = 422 ] || return 1
	done
}

# A sum over all that the north has: whatever was tried, it stays.
north_now()
{
	for path in products customers categories tax-rates suppliers accounts users purchases invoices settings inventory \
		journal-entries reports/valuation; do
		in_shop "$north" GET "/api/$path" || return 1
	done | sha256sum
}

a_product()	# uuid: as a push carries it
{
	printf '{"rows":[{"table":"products","uuid":"%s","updated_at":"2030-01-02T03:04:05.000000Z","origin":"%s","row":%s}]}' \
		"$1" "$(uuid)" '{"name":"Stolen","price":1,"tracked":true,"archived":false}'
}

pair_with_shop()	# till shop
{
	jq -r .license_key "$stage/$2.json" | ctl "$1" --json pair --url "$(url_of cloud)" \
		--tenant "$(jq -r .tenant_uuid "$stage/$2.json")" --license-file - --name "$1" >"$stage/$1/pair.json" &&
		approve "$1" cloud && sync_now "$1"
}

another_tenant()
{
	test_expect 'a cloud with two shops, a till of each' '
		make_node cloud cloud && cloud_engine cloud $engine && start_apid cloud && keep_port cloud && open_shop north && open_shop south &&
		till till1 && till till2 && pair_with_shop till1 north && pair_with_shop till2 south
	'
	north=$(jq -r .tenant_uuid "$stage/north.json")
	test_expect 'not yours and not there are one answer: reading' 'not_there "$(owner_of south)" GET'
	north_now >"$stage/north.before"
	test_expect 'changing' 'not_there "$(owner_of south)" PATCH "{\"name\":\"Stolen\"}"'
	test_expect 'deleting' 'not_there "$(owner_of south)" DELETE'
	test_expect 'and lists show one shop, whatever is asked' 'lists_nothing_of_the_north "$(owner_of south)"'
	test_expect 'nothing of the north can be sold, bought or referred to' '
		token=$(owner_of south) && p=$(cat $stage/north.products) &&
		[ "$(as cloud "$token" POST /api/invoices "{\"lines\":[{\"product\":\"$p\",\"qty\":1000}],\"payments\":[{\"method\":\"cash\",\"amount\":250}]}")" = 422 ] &&
		[ "$(as cloud "$token" POST /api/purchases "{\"lines\":[{\"product\":\"$p\",\"qty\":1000,\"unit_cost\":1}]}")" = 422 ] &&
		[ "$(as cloud "$token" GET /api/inventory/$p/moves)" = "$(as cloud "$token" GET /api/inventory/$(uuid)/moves)" ] &&
		[ "$(as cloud "$token" GET /api/inventory/$p/layers)" = "$(as cloud "$token" GET /api/inventory/$(uuid)/layers)" ] &&
		[ "$(as cloud "$token" POST /api/devices/$(device_of till1)/revoke)" = "$(as cloud "$token" POST /api/devices/$(uuid)/revoke)" ]
	'
	test_expect 'a UUID of the north, pushed by the south, becomes a row of the south' '
		[ "$(as_device cloud "$(device_token till2)" POST /api/sync/push "$(a_product $(cat $stage/north.products))")" = 200 ] &&
		[ "$(in_shop $north GET /api/products/$(cat $stage/north.products) | jq -r .name)" = "Tea of the north" ]
	'
	test_expect 'a till of the south that names the north is unknown there' '
		token=$(device_token till2 $north) &&
		for ask in "GET /api/sync/snapshot" "GET /api/sync/pull?since=x" "GET /api/sync/rows/x" "POST /api/sync/push {\"rows\":[]}" \
			"POST /api/sync/digest {\"seq\":1,\"without\":[]}" "GET /api/sync/health"; do
			[ "$(told cloud "$token" $ask)" = "401 device_unknown" ] || exit 1
		done
	'
	test_expect 'its snapshot and its pull hold no row of the north' '
		token=$(device_token till2) && [ "$(as_device cloud "$token" GET /api/sync/snapshot)" = 200 ] &&
		! holds_the_north $stage/body && grep -q "of the south" $stage/body && [ "$(jq .more $stage/body)" = false ] &&
		epoch=$(jq -r .epoch $stage/body) && [ "$(as_device cloud "$token" GET "/api/sync/pull?since=$epoch.0")" = 200 ] &&
		! holds_the_north $stage/body && grep -q "of the south" $stage/body
	'
	test_expect 'a user of the south, vouched for by its till, is nobody in the north' '
		claims=$(claims_of till2 $north user $(cat $stage/north.users)) &&
		[ "$(as cloud "$(signed_by till2 "$claims")" GET /api/products)" = 401 ]
	'
	test_expect 'after all that the north is what it was' 'north_now | diff $stage/north.before -'
}

# As cloud() of lib.sh has it, without a tenant.
cloud_engine()	# node engine
{
	[ "$2" = postgres ] || return 0
	story_db="story_$$_$1"
	pg_make_story && pg_env "$(pg_named "$story_db")" >>"$stage/$1/env" && echo FEXL_LANES=4 >>"$stage/$1/env"
}

# --- pages, people and the machine ---

foreign_pages()
{
	test_expect 'a name that is not ours is answered 421, at a till and at the cloud' '
		for n in till1 cloud; do
			for host in evil.example "evil.example:$(port_of $n)" 10.0.0.1; do
				[ "$(status $n GET /api/products -H "Host: $host")" = 421 ] || exit 1
			done
		done
	'
	test_expect 'a page of another site does not write at a till, nor read' '
		till_user=$(sign_in till1 "{\"user\":\"Olga\",\"pin\":\"$PIN\"}") &&
		for origin in https://evil.example http://localhost:3000 null; do
			[ "$(as till1 "$till_user" POST /api/categories "{\"name\":\"x\"}")" = 201 ] || [ "$(jq -r .code $stage/body)" = taken ]
			[ "$(status till1 POST /api/categories -H "Authorization: Bearer $till_user" -H "Origin: $origin" \
				-H "Content-Type: application/json" --data-binary "{\"name\":\"y\"}")" = 403 ] || exit 1
			! curl -s -D - -o /dev/null -H "Origin: $origin" "$(url_of till1)/api/products" | grep -qi "^access-control" || exit 1
		done
	'
	test_expect 'the cloud opens CORS for pages of a loopback address: with a token, no cookies' '
		for origin in http://127.0.0.1:8089 http://localhost:5173; do
			curl -s -D $stage/head -o /dev/null -X OPTIONS -H "Origin: $origin" -H "Access-Control-Request-Method: POST" \
				"$(url_of cloud)/api/products" &&
			grep -qi "^access-control-allow-origin: $origin" $stage/head && grep -qi "^access-control-allow-headers:.*authorization" $stage/head &&
			! grep -qi "allow-credentials" $stage/head || exit 1
		done
	'
	test_expect 'and for no other page' '
		for origin in https://evil.example http://127.0.0.1.evil.example http://localhost.evil.example null; do
			curl -s -D $stage/head -o /dev/null -X OPTIONS -H "Origin: $origin" -H "Access-Control-Request-Method: POST" \
				"$(url_of cloud)/api/products" && ! grep -qi "^access-control" $stage/head &&
			[ "$(status cloud POST /api/session -H "Origin: $origin" -H "Content-Type: application/json" -d "{}")" = 403 ] || exit 1
		done
	'
}

people()
{
	test_expect 'a till with an owner and a cashier' '
		till till1 && printf %s $PIN | ctl till1 user add Olga --role owner --pin-file - &&
		printf %s $PIN | ctl till1 user add Carl --role cashier --pin-file - && product till1 Tea 250 >$stage/tea &&
		customer till1 $PHONE
	'
	test_expect 'a cashier sells, and may not buy, hire, price, pair or look at costs' '
		carl=$(sign_in till1 "{\"user\":\"Carl\",\"pin\":\"$PIN\"}") && tea=$(cat $stage/tea) &&
		[ "$(as till1 "$carl" POST /api/invoices "{\"lines\":[{\"product\":\"$tea\",\"qty\":1000}],\"payments\":[{\"method\":\"cash\",\"amount\":250}]}")" = 201 ] &&
		[ "$(as till1 "$carl" POST /api/purchases "{\"lines\":[{\"product\":\"$tea\",\"qty\":1000,\"unit_cost\":1}]}")" = 403 ] &&
		[ "$(as till1 "$carl" POST /api/users "{\"name\":\"x\",\"role\":\"owner\",\"pin\":\"1234\"}")" = 403 ] &&
		[ "$(as till1 "$carl" PATCH /api/products/$tea "{\"price\":1}")" = 403 ] &&
		[ "$(as till1 "$carl" DELETE /api/sync/pairing)" = 403 ] && [ "$(as till1 "$carl" PUT /api/settings/low_stock "{\"value\":1}")" = 403 ] &&
		for path in purchases inventory journal-entries reports/valuation reports/trial-balance accounts; do
			[ "$(as till1 "$carl" GET /api/$path)" = 403 ] || exit 1
		done
	'
	test_expect 'after signing out the token opens nothing' '
		t=$(sign_in till1 "{\"user\":\"Carl\",\"pin\":\"$PIN\"}") && [ "$(as till1 "$t" GET /api/products)" = 200 ] &&
		[ "$(as till1 "$t" DELETE /api/session)" = 204 ] && [ "$(as till1 "$t" GET /api/products)" = 401 ]
	'
	test_expect 'five misses lock Carl out, with the right PIN too; Olga is not' '
		for i in 1 2 3 4 5; do [ "$(sign_in till1 "{\"user\":\"Carl\",\"pin\":\"$WRONG_PIN\"}")" = pin_wrong ] || exit 1; done
		[ "$(sign_in till1 "{\"user\":\"Carl\",\"pin\":\"$PIN\"}")" = locked_out ] && [ "$(cat $stage/status)" = 429 ] &&
		sign_in till1 "{\"user\":\"Olga\",\"pin\":\"$PIN\"}" | grep -q "^fxs_"
	'
	test_expect 'no PIN and no hash of one comes out of the API' '
		olga=$(sign_in till1 "{\"user\":\"Olga\",\"pin\":\"$PIN\"}") && [ "$(as till1 "$olga" GET /api/users)" = 200 ] &&
		! grep -qE "$PIN|hash|\\\$y\\\$" $stage/body
	'
}

# --- the machine ---

mode()
{
	stat -c %a "$1"
}

# No file of a daemon is open to others; its sockets at most to its group.
files_are_closed()	# node
{
	for socket in apid.sock syncd.sock; do
		[ "$(mode "$stage/$1/run/$socket")" = 660 ] || { echo "$socket: $(mode "$stage/$1/run/$socket")"; return 1; }
	done
	[ "$(mode "$stage/$1/run/apid.wire")" = 600 ] || return 1
	for file in "$stage/$1"/data/*; do
		[ "$(mode "$file")" = 600 ] || { echo "$file: $(mode "$file")"; return 1; }
	done
}

# The folders that the story made before are not the daemon's own.
start_without_folders()	# node
{
	make_node "$1" desktop && rmdir "$stage/$1/data" "$stage/$1/run" && (umask 022 && start_apid "$1") && start_daemon "$1" syncd &&
		wait_for "[ -S $stage/$1/run/syncd.sock ]"
}

# Another user, with a folder that is open to him: the kernel says who asks.
ask_as_nobody()	# socket path
{
	setpriv --reuid=65534 --regid=65534 --clear-groups -- curl -s -o /dev/null -w '%{http_code}' --max-time 10 --unix-socket "$1" \
		"http://localhost$2"
}

the_machine()
{
	test_expect 'sockets and files are for the daemons only, and so are the folders that they make' '
		files_are_closed till1 && start_without_folders till2 && files_are_closed till2 &&
		for d in data run; do
			case $(mode $stage/till2/$d) in 7[05]0) ;; *) mode $stage/till2/$d; exit 1 ;; esac
		done
	'
	if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
		test_expect 'another user of the machine does not get to the sockets' '
			[ "$(ask_as_nobody $stage/till1/run/apid.sock /api/products)" = 000 ] &&
			[ "$(ask_as_nobody $stage/till1/run/syncd.sock /status)" = 000 ]
		'
		test_expect 'and is told no even if somebody opened them to him' '
			chmod 711 $stage/till1/run && chmod 666 $stage/till1/run/*.sock &&
			[ "$(ask_as_nobody $stage/till1/run/apid.sock /api/products)" = 403 ] &&
			[ "$(ask_as_nobody $stage/till1/run/apid.sock /internal/setup-code)" = 403 ] &&
			[ "$(ask_as_nobody $stage/till1/run/syncd.sock /status)" = 403 ]
		'
	else
		test_skip 'another user of the machine does not get to the sockets' 'not root: nobody else to ask as'
	fi
}

# Tokens of this story, licence keys, PINs, passwords, phone numbers: as a list of fixed strings.
canaries()
{
	printf '%s\n' $PIN $WRONG_PIN "$PASSWORD" $PHONE $ODD_PHONE 'fxs_' 'eyJhbGciOiJFZERTQSI'
	jq -r .license_key "$stage"/cloud/tenant.json
}

seen_in()	# files…
{
	grep -aFf "$stage/canaries" "$@"
}

no_secret_was_told()
{
	test_expect 'trouble that has a secret in it: bad bodies, bad tokens, bad keys' '
		as till1 "fxs_canary_token_that_is_wrong" GET "/api/customers?q=$ODD_PHONE" &&
		as till1 "x" POST "/api/session" "{\"user\":\"Olga\",\"pin\":\"$WRONG_PIN\",\"pin\":\"$PIN\"}" &&
		as till1 "x" POST "/api/session?pin=$PIN" "{\"user\":" &&
		api till1 POST /api/customers "{\"phone\":\"$PHONE\"}"; api till1 POST /api/customers "{\"phone\":[\"$ODD_PHONE\"]}";
		as cloud "$(device_token till1)" GET /api/nothing; sync_now till1
	'
	canaries >"$stage/canaries"
	test_expect 'the list of secrets is no empty list' '
		[ "$(wc -l <$stage/canaries)" -ge 8 ] && ! grep -q "^$" $stage/canaries && echo "$PIN" >$stage/planted && seen_in $stage/planted
	'
	test_expect 'no log has one' '! seen_in $stage/*/log.*'
	test_expect 'no status and no metric has one' '
		for n in cloud till1; do
			for d in apid syncd; do
				[ -S $stage/$n/run/$d.sock ] || continue
				for path in /status /metrics; do
					curl -s --max-time 10 --unix-socket $stage/$n/run/$d.sock http://localhost$path >>$stage/told && [ -s $stage/told ] || exit 1
				done
			done
		done
		! seen_in $stage/told
	'
	test_expect 'no command line of a daemon has one' '
		for pid in $(cat $stage/*/pid.*); do tr "\0" "\n" </proc/$pid/cmdline; done >$stage/cmdlines
		grep -q fexl-apid $stage/cmdlines && grep -q fexl-syncd $stage/cmdlines && ! seen_in $stage/cmdlines
	'
	test_expect 'nor has a file of the till, but its database' '
		! seen_in $(find $stage/till1/data $stage/till1/run -type f ! -name "fexl.db*")
	'
	test_expect 'and there PINs and tokens are hashed' '
		grep -aq Olga $stage/till1/data/fexl.db* && printf "%s\n" "$PIN" "$WRONG_PIN" fxs_ $(jq -r .license_key $stage/cloud/tenant.json) >$stage/canaries &&
		! seen_in $stage/till1/data/fexl.db* $stage/cloud/data/fexl.db*
	'
}

a_day()
{
	people
	test_expect 'the till is paired' 'cloud cloud sqlite && pair till1 cloud'
	foreign_pages
	no_secret_was_told
	the_machine
}

each_engine another_tenant
a_day
test_done
