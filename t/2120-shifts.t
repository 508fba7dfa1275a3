#!/bin/sh
test_description='a drawer: opened, moved, counted, handed over; at a till, at its cloud, on either engine'
. "${FEXL_SRC:-.}/t/lib.sh"

# said NODE METHOD PATH JSON: "409 shift_closed".
said()
{
	curl -sS --max-time "$PATIENCE_S" --unix-socket "$stage/$1/run/apid.sock" -X "$2" -o "$stage/said" -w '%{http_code}' \
		-H 'Content-Type: application/json' --data-binary "$4" "http://localhost$3"
	jq -r 'if .code then " " + .code + (if .field and .field != "" then " " + .field else "" end) else "" end' "$stage/said"
}

sell_in()	# node shift units payments
{
	api "$1" POST /api/invoices "{\"shift\":\"$2\",\"customer\":\"$(cat $stage/ali)\",\"lines\":[{\"product\":\"$(cat $stage/tea)\",\
\"qty\":$3000,\"unit_price\":100}],\"payments\":[$4]}"
}

shift_is()	# node shift jq-condition
{
	api "$1" GET "/api/shifts/$2" >"$stage/shift.json" && jq -e "$3" "$stage/shift.json" >/dev/null || { cat "$stage/shift.json"; return 1; }
}

balance()	# node account
{
	api "$1" GET /api/reports/trial-balance | jq "[.items[] | select(.code == \"$2\") | .debit - .credit] | add // 0"
}

story()
{
	test_expect 'a shop, and a shift that is opened with 100.00' '
		cloud cloud $engine && product cloud Tea 100 >$stage/tea && customer cloud 0770 >$stage/ali &&
		api cloud POST /api/shifts "{\"opening\":10000,\"note\":\"early\"}" >$stage/opened &&
		jq -er .uuid $stage/opened >$stage/one && jq -e ".number | test(\"^C-S[0-9]{6}$\")" $stage/opened
	'
	test_expect 'a second one of the same person at the same place is refused' '
		[ "$(said cloud POST /api/shifts "{\"opening\":0}")" = "409 shift_open" ] &&
		[ "$(said cloud POST /api/shifts "{}")" = "422 required /opening" ]
	'
	test_expect 'what should be there is the sum of all cash: sales less change, debts paid, refunds, what was put in and taken out' '
		one=$(cat $stage/one) &&
		sell_in cloud $one 5 "{\"method\":\"cash\",\"amount\":1000}" | jq -er .uuid >$stage/sale &&
		sell_in cloud $one 3 "{\"method\":\"card\",\"amount\":200},{\"method\":\"cash\",\"amount\":50}" &&
		api cloud POST /api/customer-payments "{\"shift\":\"$one\",\"customer\":\"$(cat $stage/ali)\",\"method\":\"cash\",\"amount\":50}" &&
		api cloud POST /api/invoices/$(cat $stage/sale)/cancel "{\"shift\":\"$one\",\"reason\":\"changed his mind\"}" &&
		api cloud POST /api/shifts/$one/movements "{\"kind\":\"cash_in\",\"amount\":2000,\"reason\":\"coins\"}" &&
		api cloud POST /api/shifts/$one/movements "{\"kind\":\"cash_out\",\"amount\":500,\"reason\":\"bank\"}" &&
		api cloud POST /api/shifts/$one/movements "{\"kind\":\"expense\",\"amount\":70,\"reason\":\"bread\"}" &&
		shift_is cloud $one ".status == \"open\" and .expected == 11530 and .counted == null and .difference == null and .gap == null" &&
		shift_is cloud $one ".totals == {sales: 550, customer_payments: 50, refunds: -500, supplier_payments: 0, cash_in: 2000, cash_out: -500, expense: -70}" &&
		shift_is cloud $one "[.movements[].kind] == [\"cash_in\", \"cash_out\", \"expense\"] and .opening + ([.totals[]] | add) == .expected"
	'
	test_expect 'whatever it was paid with stands beside it: by method, and what was sold on account' '
		one=$(cat $stage/one) && shift_is cloud $one ".sold == {invoices: 2, total: 800, tax: 0, on_account: 50}" &&
		shift_is cloud $one ".methods == [
			{method: \"card\", sales: 200, customer_payments: 0, refunds: 0, supplier_payments: 0, total: 200},
			{method: \"cash\", sales: 550, customer_payments: 50, refunds: -500, supplier_payments: 0, total: 100}]"
	'
	test_expect 'what is not cash of a drawer is refused by its field' '
		one=$(cat $stage/one) && accounts=$(api cloud GET "/api/accounts?limit=100") &&
		stock=$(echo "$accounts" | jq -r ".items[] | select(.code == \"1200\") | .uuid") &&
		[ "$(said cloud POST /api/shifts/$one/movements "{\"kind\":\"gift\",\"amount\":1,\"reason\":\"x\"}")" = "422 not_a_choice /kind" ] &&
		[ "$(said cloud POST /api/shifts/$one/movements "{\"kind\":\"expense\",\"amount\":0,\"reason\":\"x\"}")" = "422 range /amount" ] &&
		[ "$(said cloud POST /api/shifts/$one/movements "{\"kind\":\"expense\",\"amount\":1}")" = "422 required /reason" ] &&
		[ "$(said cloud POST /api/shifts/$one/movements "{\"kind\":\"expense\",\"amount\":1,\"reason\":\"x\",\"account\":\"$stock\"}")" = "422 kept_account /account" ] &&
		[ "$(said cloud POST /api/shifts/$(uuid)/movements "{\"kind\":\"expense\",\"amount\":1,\"reason\":\"x\"}")" = "404 not_found" ]
	'
	test_expect 'closed with 5.30 missing: frozen in the close, booked, and the shift takes nothing more' '
		one=$(cat $stage/one) && u=$(uuid) &&
		api cloud POST /api/shifts/$one/close "{\"uuid\":\"$u\",\"counted\":11000}" >$stage/close &&
		jq -e ".expected == 11530 and .difference == -530" $stage/close && [ "$(balance cloud 7010)" = 530 ] &&
		[ "$(said cloud POST /api/shifts/$one/close "{\"uuid\":\"$u\",\"counted\":11000}")" = "409 duplicate" ] && jq -e .identical $stage/said &&
		[ "$(said cloud POST /api/shifts/$one/close "{\"counted\":11000}")" = "409 shift_closed" ] &&
		[ "$(said cloud POST /api/shifts/$one/movements "{\"kind\":\"expense\",\"amount\":1,\"reason\":\"x\"}")" = "409 shift_closed" ] &&
		shift_is cloud $one ".status == \"closed\" and .counted == 11000 and .difference == -530"
	'
	test_expect 'who opens with less than was left has a gap' '
		api cloud POST /api/shifts "{\"opening\":10800}" | jq -er .uuid >$stage/two &&
		api cloud GET /api/shifts | jq -e ".items[0].gap == -200 and .items[0].status == \"open\" and .items[1].gap == null and .items[1].status == \"closed\"" &&
		[ "$(api cloud GET "/api/shifts?q=$(jq -r .number $stage/opened)" | jq ".items | length")" = 1 ]
	'
	test_expect 'a till that was alone: its drawer is its own, its sales count where they are known' '
		till till1 && pair till1 cloud && stop cloud &&
		api till1 POST /api/shifts "{\"opening\":500}" | jq -er .uuid >$stage/three && three=$(cat $stage/three) &&
		sell_in till1 $three 2 "{\"method\":\"cash\",\"amount\":200}" &&
		api till1 POST /api/shifts/$three/movements "{\"kind\":\"cash_in\",\"amount\":50,\"reason\":\"coins\"}" &&
		api till1 POST /api/shifts/$three/close "{\"counted\":740}" && shift_is till1 $three ".expected == 750 and .difference == -10 and .gap == null" &&
		start cloud && sync_now till1 &&
		shift_is cloud $three ".expected == 750 and .difference == -10 and .gap == null and .status == \"closed\" and .closes[0].difference == -10"
	'
	test_expect 'a shift closed at both while the line was cut: both closes stand, one is booked' '
		api cloud POST /api/shifts/$(cat $stage/two)/movements "{\"kind\":\"cash_in\",\"amount\":1,\"reason\":\"found\"}" && sync_now till1 &&
		stop cloud && api till1 POST /api/shifts/$(cat $stage/two)/close "{\"counted\":10701}" && ctl till1 sync pause && start cloud &&
		api cloud POST /api/shifts/$(cat $stage/two)/close "{\"counted\":10801}" && ctl till1 sync resume && sync_now till1 till1 &&
		for n in cloud till1; do
			[ "$(balance $n 7010)" = 540 ] && shift_is $n $(cat $stage/two) "(.closes | length) == 2" || exit 1
		done
	'
	test_expect 'and both servers are the same, row by row' 'is_identical till1'
}

each_engine story
test_done
