#!/bin/sh
test_description='what follows an invoice, over REST on either engine: paid later, cancelled, returned; and two tills that do it apart'
. "${FEXL_SRC:-.}/t/lib.sh"

# said NODE METHOD PATH JSON: "409 cancelled", "422 overpaid /amount 12", "201".
said()
{
	curl -sS --max-time "$PATIENCE_S" --unix-socket "$stage/$1/run/apid.sock" -X "$2" -o "$stage/said" -w '%{http_code}' \
		-H 'Content-Type: application/json' ${4:+--data-binary "$4"} "http://localhost$3"
	jq -r 'if .code then " " + .code + (if .field and .field != "" then " " + .field else "" end) +
		(if .max != null then " " + (.max | tostring) else "" end) else "" end' "$stage/said"
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

# on_account NODE UNITS: tea at 9 to Ali, nothing paid.
on_account()
{
	api "$1" POST /api/invoices "{\"customer\":\"$(id ali)\",\"lines\":[{\"product\":\"$(id tea)\",\"qty\":$(($2 * 1000)),\"unit_price\":9}]}"
}

# What an invoice is, alone and in the list.
stands()	# node invoice
{
	api "$1" GET "/api/invoices/$2" | jq -r '"\(.status) \(.owed)"'
	api "$1" GET '/api/invoices?limit=200' | jq -r ".items[] | select(.uuid == \"$2\") | \"\(.status) \(.owed)\""
}

is()	# node invoice "status owed"
{
	[ "$(stands "$1" "$2" | sort -u)" = "$3" ] || { stands "$1" "$2"; return 1; }
}

# Buckets, accounts and the ledger say the same.
is_sound()	# node
{
	api "$1" GET /api/reports/receivables >"$stage/aged" && jq -c .total "$stage/aged" &&
		[ "$(jq .total.owed "$stage/aged")" = "$(balance "$1" 1100)" ] &&
		[ "$(jq '[.items[] | .current + .d30 + .d60 + .d90 + .older] | add // 0' "$stage/aged")" = "$(balance "$1" 1100)" ] &&
		[ "$(jq .total.credit "$stage/aged")" = "$((-($(balance "$1" 2100))))" ] &&
		[ "$(api "$1" GET /api/reports/valuation | jq .total)" = "$(balance "$1" 1200)" ]
}

account()	# node: owed, credit
{
	api "$1" GET "/api/customers/$(id ali)/account" | jq -r '"\(.owed) \(.credit)"'
}

cancel()	# node invoice
{
	api "$1" POST "/api/invoices/$2/cancel" '{"reason":"wrong goods"}'
}

give_back()	# node invoice units
{
	api "$1" POST "/api/invoices/$2/return" "{\"lines\":[{\"line\":0,\"qty\":$(($3 * 1000))}]}"
}

at_the_cloud()
{
	test_expect 'a cloud with 20 teas and a customer' '
		cloud cloud $engine && product cloud Tea 9 >$stage/uuid.tea && customer cloud 0770 >$stage/uuid.ali &&
		buy cloud $(id tea) 10 5 >/dev/null && buy cloud $(id tea) 10 7 >/dev/null
	'
	test_expect 'what is not paid is owed, and paid later' '
		on_account cloud 2 | keep first && on_account cloud 3 | keep second && is cloud $(id first) "unpaid 18" &&
		api cloud POST /api/invoices/$(id second)/payments "{\"method\":\"card\",\"amount\":7}" >$stage/paid &&
		jq -e ".customer == \"$(id ali)\" and (.number | test(\"-CP0\"))" $stage/paid && is cloud $(id second) "partial 20" &&
		api cloud POST /api/customer-payments "{\"customer\":\"$(id ali)\",\"method\":\"cash\",\"amount\":20}" >/dev/null &&
		is cloud $(id first) "paid 0" && is cloud $(id second) "partial 18" && [ "$(account cloud)" = "18 0" ] && is_sound cloud
	'
	test_expect 'no more than is owed, and how much that is' '
		[ "$(said cloud POST /api/invoices/$(id second)/payments "{\"method\":\"cash\",\"amount\":19}")" = "422 overpaid /amount 18" ] &&
		[ "$(said cloud POST /api/customer-payments "{\"customer\":\"$(id ali)\",\"method\":\"cash\",\"amount\":99}")" = "422 overpaid /amount 18" ] &&
		[ "$(said cloud POST /api/invoices/$(id first)/payments "{\"method\":\"cash\",\"amount\":1}")" = "422 overpaid /amount 0" ] &&
		[ "$(said cloud POST /api/invoices/$(id second)/payments "{\"method\":\"store_credit\",\"amount\":1}")" = "422 credit /amount 0" ] &&
		[ "$(said cloud POST /api/invoices/$(uuid)/payments "{\"method\":\"cash\",\"amount\":1}")" = "404 not_found" ] &&
		[ "$(said cloud POST /api/invoices/$(id first)/payments "{\"invoice\":\"$(id first)\",\"method\":\"cash\",\"amount\":1}")" = \
			"422 unknown_field /invoice" ]
	'
	test_expect 'a payment sent again is here already, and the same' '
		u=$(uuid) && body="{\"uuid\":\"$u\",\"method\":\"cash\",\"amount\":18}" &&
		[ "$(said cloud POST /api/invoices/$(id second)/payments "$body")" = 201 ] &&
		[ "$(said cloud POST /api/invoices/$(id second)/payments "$body")" = "409 duplicate" ] && jq -e .identical $stage/said &&
		is cloud $(id second) "paid 0"
	'
	test_expect 'a cancelled sale leaves nothing: goods, cash, cost' '
		sell cloud $(id tea) 12 9 | keep third && cancel cloud $(id third) >$stage/cancelled && keep cancelled <$stage/cancelled &&
		jq -e ".refunds == [{\"method\":\"cash\",\"amount\":108}]" $stage/cancelled && is cloud $(id third) "cancelled 0" &&
		[ "$(on_hand cloud $(id tea))" = 15000 ] && [ "$(balance cloud 1010)" = 38 ] && [ "$(balance cloud 5010)" = 25 ] &&
		[ "$(said cloud POST /api/invoices/$(id third)/cancel "{\"reason\":\"again\"}")" = "409 cancelled" ] &&
		[ "$(api cloud GET /api/invoices/$(id third) | jq -r .cancellation.uuid)" = "$(id cancelled)" ] &&
		[ "$(api cloud GET /api/cancellations/$(id cancelled) | jq -r .invoice)" = "$(id third)" ] && is_sound cloud
	'
	test_expect 'goods come back in parts, at what they were sold for, to where they came from' '
		sell cloud $(id tea) 7 9 | keep fourth && give_back cloud $(id fourth) 3 | jq -e ".total == 27" && is cloud $(id fourth) "partly_returned 0" &&
		[ "$(said cloud POST /api/invoices/$(id fourth)/return "{\"lines\":[{\"line\":0,\"qty\":4001}]}")" = "422 returned /lines/0/qty 4000" ] &&
		[ "$(said cloud POST /api/invoices/$(id fourth)/return "{\"lines\":[{\"line\":0,\"qty\":1,\"unit_price\":9}]}")" = "422 unknown_field /lines/0/unit_price" ] &&
		[ "$(said cloud POST /api/invoices/$(id fourth)/cancel "{\"reason\":\"x\"}")" = "409 returned" ] &&
		api cloud POST /api/invoices/$(id fourth)/return "{\"customer\":\"$(id ali)\",\"lines\":[{\"line\":0,\"qty\":4000,\"condition\":\"defect\"}],
			\"refunds\":[{\"method\":\"store_credit\",\"amount\":36}]}" >/dev/null && is cloud $(id fourth) "returned 0" &&
		[ "$(api cloud GET /api/invoices/$(id fourth) | jq ".returns | length")" = 2 ] && [ "$(account cloud)" = "0 36" ] &&
		[ "$(on_hand cloud $(id tea))" = 11000 ] && [ "$(balance cloud 5010)" = 25 ] && [ "$(balance cloud 6020)" = 20 ] && is_sound cloud
	'
	test_expect 'credit is spent like money, as far as it goes' '
		credit() { echo "{\"customer\":\"$(id ali)\",\"lines\":[{\"product\":\"$(id tea)\",\"qty\":$(($1 * 1000)),\"unit_price\":9}],
			\"payments\":[{\"method\":\"store_credit\",\"amount\":$((9 * $1))}]}"; } &&
		[ "$(said cloud POST /api/invoices "$(credit 5)")" = "422 credit /payments 36" ] &&
		[ "$(said cloud POST /api/invoices "$(credit 4)")" = 201 ] && [ "$(account cloud)" = "0 0" ] && is_sound cloud
	'
	test_expect 'without a receipt, at the price that is said' '
		[ "$(said cloud POST /api/returns "{\"lines\":[{\"product\":\"$(id tea)\",\"qty\":2000,\"unit_price\":8}]}")" = 201 ] &&
		jq -e ".total == 16 and .refunds == [{\"method\":\"cash\",\"amount\":16}] and (.number | test(\"-R0\"))" $stage/said &&
		[ "$(on_hand cloud $(id tea))" = 9000 ] && is_sound cloud
	'
	test_expect 'an account tells how it came about' '
		api cloud GET "/api/customers/$(id ali)/account?limit=3" >$stage/page && [ "$(jq ".items | length" $stage/page)" = 3 ] &&
		api cloud GET "/api/customers/$(id ali)/account?after=$(jq -r .next $stage/page)" >$stage/rest &&
		[ "$(jq -s "[.[].items[].amount] | add" $stage/page $stage/rest)" = 0 ] &&
		[ "$(jq -s "[.[].items[].credit] | add" $stage/page $stage/rest)" = 0 ] &&
		[ "$(jq -rs "[.[].items[].kind] | unique | join(\" \")" $stage/page $stage/rest)" = "customer_payment invoice return" ] &&
		[ "$(said cloud GET /api/customers/$(uuid)/account)" = "404 not_found" ]
	'
	test_expect 'a debt grows old' '
		api cloud POST /api/invoices "{\"customer\":\"$(id ali)\",\"at\":\"2026-01-05T00:00:00Z\",
			\"lines\":[{\"product\":\"$(id tea)\",\"qty\":1000,\"unit_price\":9}]}" >/dev/null &&
		for at in 01-06:current 02-04:d30 03-06:d60 04-05:d90 05-05:older; do
			api cloud GET "/api/reports/receivables?at=2026-${at%:*}T00:00:00Z" |
				jq -e ".items[0].${at#*:} == 9 and .total.owed == 9 and (.items | length) == 1" || exit 1
		done && [ "$(said cloud GET "/api/reports/receivables?at=monday")" = "422 type /at" ] && is_sound cloud
	'
	clear_stage
}

on_two_tills()
{
	test_expect 'a cloud and two tills with 20 teas and a customer' '
		cloud cloud $engine && till till1 && pair till1 cloud && product till1 Tea 9 >$stage/uuid.tea &&
		customer till1 0770 >$stage/uuid.ali && buy till1 $(id tea) 10 5 >/dev/null && buy till1 $(id tea) 10 7 >/dev/null &&
		sell till1 $(id tea) 4 9 | keep cash && on_account till1 8 | keep debt && sync_now till1 && till till2 && pair till2 cloud
	'
	test_expect 'while the cloud is away both take back the same goods and the same money' '
		stop cloud && give_back till1 $(id cash) 3 && cancel till2 $(id cash) &&
		api till1 POST /api/invoices/$(id debt)/payments "{\"method\":\"cash\",\"amount\":72}" &&
		api till2 POST /api/invoices/$(id debt)/payments "{\"method\":\"cash\",\"amount\":72}"
	'
	test_expect 'everything is kept, on all of them alike' '
		rejoin cloud till1 till2 && is_identical till1 till2 &&
		for n in cloud till1 till2; do
			[ "$(rows $n "SELECT count(*) FROM returns")" = 1 ] && [ "$(rows $n "SELECT count(*) FROM cancellations")" = 1 ] &&
				[ "$(rows $n "SELECT count(*) FROM customer_payments")" = 2 ] || exit 1
		done
	'
	for n in cloud till1 till2; do
		test_expect "$n: goods are back once, cash is what is in the drawers, the rest is credit and loss" '
			[ "$(on_hand '"$n"' $(id tea))" = 12000 ] && [ "$(balance '"$n"' 1010)" = $((36 - 27 - 36 + 72 + 72)) ] &&
			[ "$(account '"$n"')" = "0 72" ] && [ "$(balance '"$n"' 7010)" = 27 ] && is '"$n"' $(id cash) "cancelled 0" &&
			is '"$n"' $(id debt) "paid 0" && is_sound '"$n"'
		'
	done
	test_expect 'and people are told of both' '
		[ "$(rows cloud "SELECT kind FROM reviews ORDER BY kind" | paste -sd " ")" = "overpaid returned_twice" ]
	'
}

each_engine at_the_cloud
each_engine on_two_tills
test_done
