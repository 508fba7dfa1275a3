#!/bin/sh
test_description='what the cloud accepted is at the till at once, of every kind, before any pull'
. "${FEXL_SRC:-.}/t/lib.sh"

# hand KIND TABLE PATH JSON [WHAT-THE-PATH-SAYS]: made at the cloud as the console
# makes it, with key, number and time fixed before, and handed to the till.
hand()
{
	u=$(uuid) && number=$(api till1 POST /api/numbers "{\"uuid\":\"$u\",\"kind\":\"$1\"}" | jq -r .number) &&
		row=$(echo "$4" | jq -c ". + {uuid: \"$u\", number: \"$number\", at: \"$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)\"}") &&
		api cloud POST "$3" "$row" >"$stage/made.json" &&
		row=$(echo "$row" | jq -c ". + ${5:-{\}}") &&
		api till1 POST /api/sync/seen "{\"table\":\"$2\",\"row\":$row}" | jq -e .seen >/dev/null &&
		is_there "$2" "$u" && echo "$u" >>"$stage/handed"
}

is_there()	# table uuid
{
	[ "$(rows till1 "SELECT count(*) FROM $1 WHERE hex(uuid) = upper('$(echo "$2" | tr -d -)')")" = 1 ]
}

{
	cloud cloud && till till1 && pair till1 cloud && p=$(product till1 Tea 100) && c=$(customer till1 0770) &&
		s=$(api till1 POST /api/suppliers '{"name":"Basra Tea"}' | jq -r .uuid) &&
		o=$(api till1 POST /api/purchase-orders "{\"supplier\":\"$s\",\"status\":\"ordered\",\"lines\":[{\"product\":\"$p\",\"qty\":9000,\"unit_cost\":60}]}" |
			jq -r .uuid) && sync_now till1 && stop_daemon till1 syncd
} >/dev/null
line="\"lines\":[{\"product\":\"$p\",\"qty\":2000,\"unit_price\":100}]"

test_expect 'the goods of an order' '
	hand purchase purchases /api/purchase-orders/$o/receive "{\"supplier\":\"$s\",\"lines\":[{\"product\":\"$p\",\"qty\":9000,\"unit_cost\":60}]}" \
		"{\"purchase_order\":\"$o\"}"'
test_expect 'sales: paid, to be cancelled, to come back, on account' '
	for n in paid cancelled returned; do
		hand invoice invoices /api/invoices "{$line,\"payments\":[{\"method\":\"cash\",\"amount\":200}]}" || exit 1
		echo "$u" >"$stage/$n"
	done
	hand invoice invoices /api/invoices "{\"customer\":\"$c\",$line}" && echo "$u" >"$stage/owed"'
test_expect 'a cancellation, a return, a payment' '
	i=$(cat "$stage/cancelled") && hand cancellation cancellations /api/invoices/$i/cancel "{\"reason\":\"wrong\"}" "{\"invoice\":\"$i\"}" &&
	i=$(cat "$stage/returned") && hand return returns /api/invoices/$i/return "{\"lines\":[{\"line\":0,\"qty\":1000}]}" "{\"invoice\":\"$i\"}" &&
	i=$(cat "$stage/owed") && hand customer_payment customer_payments /api/invoices/$i/payments "{\"method\":\"cash\",\"amount\":150}" "{\"invoice\":\"$i\"}"'
test_expect 'a payment of a supplier, an adjustment' '
	hand supplier_payment supplier_payments /api/supplier-payments "{\"supplier\":\"$s\",\"method\":\"bank\",\"amount\":100}" &&
	hand stock_adjustment stock_adjustments /api/stock-adjustments "{\"reason\":\"broken\",\"lines\":[{\"product\":\"$p\",\"qty\":-1000}]}"'
test_expect 'a drawer: opened, moved, closed' '
	hand shift shifts /api/shifts "{\"opening\":1000}" && d=$u &&
	hand shift_movement shift_movements /api/shifts/$d/movements "{\"kind\":\"cash_in\",\"amount\":50,\"reason\":\"coins\"}" "{\"shift\":\"$d\"}" &&
	hand shift_close shift_closes /api/shifts/$d/close "{\"counted\":1050}" "{\"shift\":\"$d\"}"'
test_expect 'the next cycle finds them all at the cloud, and all are the same' '
	start_daemon till1 syncd && wait_for "ctl till1 --json sync now" && sync_now till1 && [ "$(pending till1)" = 0 ] && is_identical till1 &&
	for n in cloud till1; do [ "$(invoices $n)" = 4 ] || exit 1; done &&
	[ "$(api till1 GET /api/reviews | jq ".items | length")" = 0 ]'
test_expect 'the order is received at both' '
	for n in cloud till1; do [ "$(api $n GET /api/purchase-orders/$o | jq -r .status)" = received ] || exit 1; done'
test_done
