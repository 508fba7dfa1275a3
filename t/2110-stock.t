#!/bin/sh
test_description='goods are ordered, bought, counted, sent back and paid for, on either engine and on tills that are alone'
. "${FEXL_SRC:-.}/t/lib.sh"

# said NODE METHOD PATH JSON: "409 in_use", "422 overpaid /amount", "201".
said()
{
	curl -sS --max-time "$PATIENCE_S" --unix-socket "$stage/$1/run/apid.sock" -X "$2" -o "$stage/said" -w '%{http_code}' \
		-H 'Content-Type: application/json' --data-binary "$4" "http://localhost$3"
	jq -r 'if .code then " " + .code + (if .field and .field != "" then " " + .field else "" end) else "" end' "$stage/said"
}

keep()	# name: the uuid of what was answered
{
	jq -er .uuid >"$stage/uuid.$1"
}

id()
{
	cat "$stage/uuid.$1"
}

balance()	# node account
{
	api "$1" GET /api/reports/trial-balance | jq "[.items[] | select(.code == \"$2\") | .debit - .credit] | add // 0"
}

on_hand()	# node product
{
	api "$1" GET /api/inventory | jq ".items[] | select(.product == \"$2\") | .on_hand"
}

line()	# product qty cost
{
	echo "{\"product\":\"$1\",\"qty\":$2,\"unit_cost\":$3}"
}

story()
{
	test_expect 'a cloud with goods and two suppliers' '
		cloud cloud $engine && product cloud Tea 900 >$stage/uuid.tea && product cloud Jam 500 >$stage/uuid.jam &&
		api cloud POST /api/suppliers "{\"name\":\"Mill\"}" | keep mill &&
		api cloud POST /api/suppliers "{\"name\":\"Farm\"}" | keep farm
	'
	test_expect 'what is only ordered becomes an order, and nothing is in stock' '
		curl -sS -D $stage/head --unix-socket $stage/cloud/run/apid.sock -H "Content-Type: application/json" \
			-d "{\"status\":\"draft\",\"supplier\":\"$(id mill)\",\"at\":\"2026-01-01T00:00:00Z\",\"lines\":[$(line $(id tea) 10000 5)]}" \
			http://localhost/api/purchases | keep order &&
		grep -qi "^Location: /api/purchase-orders/$(id order)" $stage/head &&
		[ "$(api cloud PATCH /api/purchase-orders/$(id order) "{\"status\":\"ordered\"}" | jq -r .status)" = ordered ] &&
		[ "$(on_hand cloud $(id tea))" = 0 ] && [ "$(balance cloud 2010)" = 0 ]
	'
	test_expect 'a draft may be wrong in no other way than a purchase may' '
		[ "$(said cloud POST /api/purchases "{\"status\":\"draft\",\"lines\":[$(line $(id mill) 1 1)]}")" = "422 unknown /lines/0/product" ] &&
		[ "$(said cloud PATCH /api/purchase-orders/$(id order) "{\"lines\":[$(line $(id tea) 0 5)]}")" = "422 range /lines/0/qty" ] &&
		[ "$(said cloud PATCH /api/purchase-orders/$(id order) "{\"status\":\"received\"}")" = "422 not_a_choice /status" ]
	'
	test_expect 'received once: a purchase that names its order' '
		u=$(uuid) && api cloud POST /api/purchase-orders/$(id order)/receive "{\"uuid\":\"$u\"}" >$stage/bought &&
		keep bought <$stage/bought && [ "$(id bought)" = "$u" ] &&
		[ "$(jq -r .purchase_order $stage/bought)" = "$(id order)" ] && [ "$(jq -r .supplier $stage/bought)" = "$(id mill)" ] &&
		[ "$(api cloud GET /api/purchase-orders/$(id order) | jq -r .status)" = received ] &&
		[ "$(on_hand cloud $(id tea))" = 10000 ] && [ "$(balance cloud 2010)" = -50 ]
	'
	test_expect 'the same receipt again is here already; another one is refused' '
		[ "$(said cloud POST /api/purchase-orders/$(id order)/receive "{\"uuid\":\"$(id bought)\"}")" = "409 duplicate" ] &&
		[ "$(said cloud POST /api/purchase-orders/$(id order)/receive "{}")" = "409 received" ] &&
		[ "$(said cloud POST /api/purchases "{\"purchase_order\":\"$(id order)\",\"lines\":[$(line $(id tea) 1 1)]}")" = "409 received" ] &&
		[ "$(said cloud POST /api/purchase-orders/$(uuid)/receive "{}")" = "404 not_found" ] &&
		[ "$(said cloud PATCH /api/purchase-orders/$(id order) "{\"note\":\"x\"}")" = "409 received" ]
	'
	test_expect 'more than is owed is refused, with the most that would do' '
		[ "$(said cloud POST /api/supplier-payments "{\"supplier\":\"$(id mill)\",\"method\":\"cash\",\"amount\":51}")" = "422 overpaid /amount" ] &&
		[ "$(jq .max $stage/said)" = 50 ] &&
		[ "$(said cloud POST /api/supplier-payments "{\"supplier\":\"$(id farm)\",\"purchase\":\"$(id bought)\",\"method\":\"cash\",\"amount\":1}")" = "422 other_supplier /purchase" ] &&
		[ "$(said cloud POST /api/supplier-payments "{\"supplier\":\"$(id mill)\",\"method\":\"store_credit\",\"amount\":1}")" = "422 not_a_choice /method" ]
	'
	test_expect 'a payment is a debt less, and sending it again is no other' '
		pay="{\"uuid\":\"$(uuid)\",\"supplier\":\"$(id mill)\",\"purchase\":\"$(id bought)\",\"method\":\"cash\",\"amount\":50}" &&
		api cloud POST /api/supplier-payments "$pay" >$stage/paid && jq -e ".number | test(\"^C-SP[0-9]{6}$\")" $stage/paid &&
		[ "$(said cloud POST /api/supplier-payments "$pay")" = "409 duplicate" ] && jq -e .identical $stage/said &&
		[ "$(balance cloud 2010)" = 0 ] && [ "$(balance cloud 1010)" = -50 ] &&
		api cloud GET /api/suppliers/$(id mill)/account | jq -e ".owed == 0 and .credit == 0 and (.items | length) == 2 and .items[1].open == 0"
	'
	test_expect 'a count stores what differs, and books it' '
		api cloud POST /api/stock-adjustments "{\"kind\":\"count\",\"reason\":\"May\",\"lines\":[{\"product\":\"$(id tea)\",\"counted\":8000}]}" >$stage/count &&
		jq -e ".lines[0].expected == 10000 and .lines[0].qty == -2000" $stage/count &&
		[ "$(on_hand cloud $(id tea))" = 8000 ] && [ "$(balance cloud 6020)" = 10 ] && [ "$(balance cloud 1200)" = 40 ]
	'
	test_expect 'a purchase of which something is gone stays, and it is said what and how much' '
		[ "$(said cloud POST /api/purchases/$(id bought)/void "{\"reason\":\"typed twice\"}")" = "409 in_use" ] &&
		jq -r .detail $stage/said | grep -q "^Tea: 2.000 "
	'
	test_expect 'one that is all here is voided, once' '
		api cloud POST /api/purchases "{\"supplier\":\"$(id mill)\",\"lines\":[$(line $(id jam) 3000 100)]}" | keep wrong &&
		[ "$(balance cloud 2010)" = -300 ] &&
		[ "$(said cloud POST /api/purchases/$(id wrong)/void "{}")" = "422 required /reason" ] &&
		[ "$(said cloud POST /api/purchases/$(uuid)/void "{\"reason\":\"x\"}")" = "404 not_found" ] &&
		api cloud POST /api/purchases/$(id wrong)/void "{\"reason\":\"typed twice\"}" &&
		[ "$(said cloud POST /api/purchases/$(id wrong)/void "{\"reason\":\"typed twice\"}")" = "409 voided" ] &&
		[ "$(balance cloud 2010)" = 0 ] && [ "$(on_hand cloud $(id jam))" = 0 ] &&
		[ "$(api cloud GET /api/purchase-voids | jq ".items | length")" = 1 ]
	'
	test_expect 'two tills count and sell while they are alone: both stand' '
		till till1 && till till2 && pair till1 cloud && pair till2 cloud && stop cloud &&
		api till1 POST /api/stock-adjustments "{\"kind\":\"count\",\"reason\":\"June\",\"lines\":[{\"product\":\"$(id tea)\",\"counted\":7000}]}" &&
		sell till2 $(id tea) 2 900 && start cloud && sync_now till1 till2 till1 &&
		for n in cloud till1 till2; do [ "$(on_hand $n $(id tea))" = 5000 ] || exit 1; done
	'
	test_expect 'one till voids what the other has sold, both pay one debt: stored, and listed for people' '
		api cloud POST /api/purchases "{\"supplier\":\"$(id farm)\",\"lines\":[$(line $(id jam) 3000 100)]}" | keep jams &&
		sync_now till1 till2 && stop cloud && sell till1 $(id jam) 1 500 &&
		api till1 POST /api/supplier-payments "{\"supplier\":\"$(id farm)\",\"method\":\"cash\",\"amount\":300}" &&
		api till2 POST /api/supplier-payments "{\"supplier\":\"$(id farm)\",\"method\":\"cash\",\"amount\":200}" &&
		api till2 POST /api/purchases/$(id jams)/void "{\"reason\":\"sent back\"}" &&
		ctl till2 sync pause && start cloud && sync_now till1 && ctl till2 sync resume && sync_now till2 till1 &&
		[ "$(rows cloud "SELECT count(*) FROM reviews WHERE kind = '"'void_after_sale'"'")" = 1 ] &&
		[ "$(rows cloud "SELECT count(*) FROM reviews WHERE kind = '"'overpaid'"'")" = 1 ]
	'
	test_expect 'the books are the same everywhere, and worth what is in stock' '
		for n in cloud till1 till2; do
			[ "$(balance $n 2010)" = 500 ] && [ "$(on_hand $n $(id jam))" = -1000 ] &&
			[ "$(balance $n 1200)" = "$(api $n GET /api/reports/valuation | jq .total)" ] || exit 1
		done
	'
	test_expect 'the void reaches the cloud first, then the sale: listed all the same, and not as sold twice' '
		fig=$(product cloud Fig 500) && api cloud POST /api/purchases "{\"lines\":[$(line $fig 3000 100)]}" | keep figs &&
		sync_now till1 till2 && stop cloud && sell till1 $fig 1 500 &&
		api till2 POST /api/purchases/$(id figs)/void "{\"reason\":\"sent back\"}" && rejoin cloud till2 till1 &&
		for n in cloud till1 till2; do
			api $n GET /api/reviews | jq -e "[.items[] | select(.a == \"$(id figs)\") | [.kind, .detail.gone[0].qty]] == [[\"void_after_sale\", 1000]]" || exit 1
		done && [ "$(rows cloud "SELECT count(*) FROM reviews WHERE kind = '"'oversold'"'")" = 0 ]
	'
	test_expect 'one order received on two tills: both purchases stand, and people are told of both' '
		api cloud POST /api/purchases "{\"status\":\"ordered\",\"lines\":[$(line $(id tea) 1000 5)]}" | keep twice && sync_now till1 till2 && stop cloud &&
		a=$(api till1 POST /api/purchase-orders/$(id twice)/receive {} | jq -r .uuid) &&
		b=$(api till2 POST /api/purchase-orders/$(id twice)/receive {} | jq -r .uuid) && rejoin cloud till1 till2 &&
		for n in cloud till1 till2; do
			api $n GET /api/purchases/$a && api $n GET /api/purchases/$b &&
			api $n GET /api/reviews | jq -e "[.items[] | select(.kind == \"received_twice\") | [.a, .b]] == [[\"$a\", \"$b\"]]" || exit 1
		done
	'
	test_expect 'row by row' 'is_identical till1 till2'
}

each_engine story

# Who may: at a till, with its own people.
signed_in()	# token METHOD PATH JSON -> status
{
	curl -sS -o "$stage/said" -w '%{http_code}' --max-time "$PATIENCE_S" -X "$2" -H "Authorization: Bearer $1" \
		-H 'Content-Type: application/json' --data-binary "$4" "$(url_of till)$3"
}

test_expect 'a cashier neither orders nor counts nor voids nor pays suppliers' '
	till till && product till Tea 900 >$stage/uuid.tea && api till POST /api/users "{\"name\":\"Carla\",\"pin\":\"4711\"}" >/dev/null &&
	token=$(curl -sS -d "{\"user\":\"Carla\",\"pin\":\"4711\"}" -H "Content-Type: application/json" $(url_of till)/api/session | jq -er .token) &&
	for path in purchases purchases/$(uuid)/void purchase-orders purchase-orders/$(uuid)/receive stock-adjustments supplier-payments; do
		[ "$(signed_in $token POST /api/$path "{}")" = 403 ] || exit 1
	done &&
	[ "$(signed_in $token GET /api/suppliers/$(uuid)/account)" = 403 ]
'
test_done
