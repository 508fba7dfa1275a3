#!/bin/sh
test_description='the scenarios C1 to C16 that a shop with several tills and a cloud must come through'
# Those that other stories tell carry their number there:
#	C3 2200-conflicts   C5 C6 3120-lost-answer, 3100-kill   C8 3140-clock   C9 3200-pairing
#	C11 4130-live-tills   C13 3150-queue   C14 4000-same-json
. "${FEXL_SRC:-.}/t/lib.sh"

# What people see of one product, or of the books.
on_hand()	# node product
{
	api "$1" GET /api/inventory | jq ".items[] | select(.product == \"$2\") | .on_hand"
}

balance()	# node account
{
	api "$1" GET /api/reports/trial-balance | jq "[.items[] | select(.code == \"$2\") | .debit - .credit] | add // 0"
}

valuation()	# node
{
	api "$1" GET /api/reports/valuation | jq .total
}

setting()	# node key
{
	api "$1" GET /api/settings | jq -c ".items[] | select(.key == \"$2\") | .value"
}

everywhere()	# VALUE COMMAND…, with the node as its first argument
{
	wanted=$1 what=$2
	shift 2
	for n in $nodes; do
		is=$($what "$n" "$@")
		[ "$is" = "$wanted" ] || { echo "$n: $what $*: $is, not $wanted"; return 1; }
	done
}

name_of()	# node table uuid
{
	api "$1" GET "/api/$2/$3" | jq -r .name
}

shop()	# tills…
{
	nodes="cloud $*"
	cloud cloud "$engine" && for t in "$@"; do till "$t" && pair "$t" cloud || return 1; done
}

two_tills()
{
	nodes='cloud till1 till2'
	test_expect 'a cloud and two tills' 'shop till1 till2'

	test_expect 'C1: a new price on one till, a sale of that product on the other: both survive' '
		tea=$(product till1 Tea 250) && echo $tea >$stage/tea && buy till1 $tea 10 100 && sync_now till1 till2 && stop cloud &&
		api till1 PATCH /api/products/$tea "{\"price\":300}" && sell till2 $tea 2 250 && start cloud && sync_now till1 till2 till1 &&
		for n in $nodes; do [ "$(api $n GET /api/products/$tea | jq .price)" = 300 ] || exit 1; done &&
		everywhere 1 invoices && everywhere 8000 on_hand $tea && [ "$(rows cloud "SELECT count(*) FROM conflicts")" = 0 ]
	'
	test_expect 'C2: two tills set two different settings offline: both survive' '
		stop cloud && api till1 PUT /api/settings/receipt_footer "{\"value\":\"Thank you\"}" &&
		api till2 PUT /api/settings/low_stock "{\"value\":5000}" && start cloud && sync_now till1 till2 till1 &&
		everywhere "\"Thank you\"" setting receipt_footer && everywhere 5000 setting low_stock
	'
	test_expect 'C4: 7 and 6 units from 10 at 5 and 10 at 7, both offline: 13 are gone, the layers hold 0 and 7, the cost is 71' '
		jam=$(product till1 Jam 9) && buy till1 $jam 10 5 && buy till1 $jam 10 7 && sync_now till1 till2 &&
		for n in $nodes; do balance $n 5010 >$stage/$n/cost || exit 1; done && stop cloud &&
		sell till1 $jam 7 9 && sell till2 $jam 6 9 && start cloud && sync_now till1 till2 till1 &&
		everywhere 7000 on_hand $jam &&
		for n in $nodes; do
			[ $(($(balance $n 5010) - $(cat $stage/$n/cost))) = 71 ] && [ "$(valuation $n)" = "$(balance $n 1200)" ] &&
			[ "$(rows $n "SELECT qty_left FROM layers l JOIN products p ON p.uuid = l.product WHERE p.name = '"'Jam'"' ORDER BY pos" |
				tr "\n" " ")" = "0 7000 " ] || exit 1
		done
	'
	test_expect 'C4: what is sold before its delivery is costed when that arrives, once, by the cloud' '
		nut=$(product till1 Nut 9) && sync_now till1 till2 && stop cloud && sell till1 $nut 5 9 && buy till2 $nut 10 7 &&
		rejoin cloud till1 till2 && everywhere 5000 on_hand $nut &&
		for n in $nodes; do
			[ "$(rows $n "SELECT count(*) FROM cost_corrections")" = 1 ] &&
			[ "$(valuation $n)" = "$(balance $n 1200)" ] || exit 1
		done
	'
	test_expect 'C4: where the delivery reaches the cloud first, there is nothing to correct: the sale has its cost at once' '
		fig=$(product till1 Fig 9) && sync_now till1 till2 && stop cloud && u=$(uuid) && sell till1 $fig 5 9 $u && buy till2 $fig 10 7 &&
		rejoin cloud till2 till1 && everywhere 5000 on_hand $fig &&
		for n in $nodes; do
			[ "$(rows $n "SELECT count(*) FROM cost_corrections")" = 1 ] && [ "$(api $n GET /api/invoices/$u | jq "[.moves[].cost] | add")" = -35 ] &&
			[ "$(valuation $n)" = "$(balance $n 1200)" ] || exit 1
		done
	'
	test_expect 'C7: a customer and a sale on his account, both made offline on one till: the cloud knows whose it is' '
		stop cloud && ali=$(customer till2 0770) && u=$(uuid) &&
		api till2 POST /api/invoices "{\"uuid\":\"$u\",\"customer\":\"$ali\",\"lines\":[{\"product\":\"$(cat $stage/tea)\",\
\"qty\":1000,\"unit_price\":300}]}" && start cloud && sync_now till2 till1 &&
		for n in $nodes; do
			[ "$(api $n GET /api/invoices/$u | jq -r .customer)" = $ali ] &&
			[ "$(api $n GET /api/customers/$ali/account | jq .owed)" = 300 ] || exit 1
		done &&
		for t in customers invoices; do [ "$(rows till2 "SELECT count(*) FROM $t WHERE _seq = 0 OR _isDirty = 1")" = 0 ] || exit 1; done
	'
	test_expect 'C12: the last unit sold on two tills: both sales stand, and people are told of both' '
		one=$(product till1 One 500) && buy till1 $one 1 300 && sync_now till1 till2 && stop cloud && a=$(uuid) && b=$(uuid) &&
		sell till1 $one 1 500 $a && sell till2 $one 1 500 $b && rejoin cloud till1 till2 &&
		everywhere -1000 on_hand $one &&
		for n in $nodes; do
			api $n GET /api/invoices/$a && api $n GET /api/invoices/$b &&
			api $n GET /api/reviews | jq -e "[.items[] | select(.kind == \"oversold\") | [.a, .b]] == [[\"$a\", \"$b\"]]" || exit 1
		done
	'
	test_expect 'and all three are the same' 'is_identical till1 till2'
}

# till: sells in its own drawer while the cloud is away, every fifth on account.
sell_in_a_row()	# till shift count
{
	i=0
	while [ $i -lt "$3" ]; do
		i=$((i + 1))
		paid="\"payments\":[{\"method\":\"cash\",\"amount\":100}]"
		[ $((i % 5)) -ne 0 ] || paid="\"customer\":\"$(cat "$stage/ali")\""
		api "$1" POST /api/invoices "{\"shift\":\"$2\",\"lines\":[{\"product\":\"$(cat "$stage/tea")\",\"qty\":1000,\
\"unit_price\":100}],$paid}" || return 1
	done
}

three_tills()
{
	nodes='cloud till1 till2 till3'
	test_expect 'C10: the cloud is away, three tills sell 200 times, each in its own shift' '
		shop till1 till2 till3 && product till1 Tea 100 >$stage/tea && customer till1 0770 >$stage/ali &&
		buy till1 $(cat $stage/tea) 500 60 && sync_now till1 till2 till3 && stop cloud &&
		for t in till1:100 till2:60 till3:40; do
			api ${t%:*} POST /api/shifts "{\"opening\":1000}" | jq -r .uuid >$stage/shift.${t%:*} &&
			sell_in_a_row ${t%:*} $(cat $stage/shift.${t%:*}) ${t#*:} || exit 1
		done
	'
	test_expect 'C10: it is back: all are there, no number twice, goods, drawers and debts add up everywhere' '
		start cloud && sync_now till1 till2 till3 till1 till2 && everywhere 200 invoices && everywhere 300000 on_hand $(cat $stage/tea) &&
		for n in $nodes; do
			[ "$(rows $n "SELECT count(DISTINCT number) FROM invoices")" = 200 ] &&
			[ "$(api $n GET /api/customers/$(cat $stage/ali)/account | jq .owed)" = 4000 ] && [ "$(balance $n 1100)" = 4000 ] &&
			[ "$(balance $n 1010)" = 16000 ] && [ "$(valuation $n)" = 18000 ] && [ "$(balance $n 1200)" = 18000 ] &&
			[ "$(for t in till1 till2 till3; do api $n GET /api/shifts/$(cat $stage/shift.$t) | jq .expected; done |
				tr "\n" " ")" = "9000 5800 4200 " ] || exit 1
		done
	'
	test_expect 'and all four are the same' 'is_identical till1 till2 till3'
}

# A till whose disk is lost, and the copy of its database that somebody kept.
copy_of()	# till
{
	rm -f "$stage/$1.db" && sqlite3 "$stage/$1/data/fexl.db" ".backup $stage/$1.db"
}

put_back()	# till
{
	stop_node "$1" && rm -f "$stage/$1/data/fexl.db"* && cp "$stage/$1.db" "$stage/$1/data/fexl.db" && start "$1"
}

restored()
{
	nodes='cloud till1 till2'
	test_expect 'C15: a copy of a till is kept, and it sells on' '
		shop till1 till2 && product till1 Tea 100 >$stage/tea && sell till1 $(cat $stage/tea) 1 100 && sync_now till1 till2 &&
		copy_of till1 && sell till1 $(cat $stage/tea) 2 100 && sell till1 $(cat $stage/tea) 3 100 && sync_now till1 till2 &&
		everywhere 3 invoices
	'
	test_expect 'C15: its disk is lost, the copy is put back, and it is paired anew' '
		put_back till1 && [ "$(invoices till1)" = 1 ] && ctl till1 unpair --yes && pair till1 cloud && sync_now till1
	'
	test_expect 'C15: what it had sold comes back, it goes on in a series of its own, nobody is disturbed' '
		sell till1 $(cat $stage/tea) 4 100 && sync_now till1 till2 && everywhere 4 invoices && everywhere -10000 on_hand $(cat $stage/tea) &&
		for n in $nodes; do
			[ "$(rows $n "SELECT count(DISTINCT number) FROM invoices")" = 4 ] &&
			[ "$(rows $n "SELECT count(*) FROM conflicts")" = 0 ] || exit 1
		done && is_identical till1 till2
	'
}

port_taken()
{
	test_expect 'C16: the port is taken: said within seconds, with who has it and what to do' '
		till till1 && make_node till2 desktop && sed -i "s/^FEXL_LISTEN=.*/FEXL_LISTEN=127.0.0.1:$(port_of till1)/" $stage/till2/env &&
		( cd $stage/till2 && set -a && . ./env && timeout 5 "$build/fexl-apid" >said 2>&1 </dev/null; [ $? -ne 0 ] && [ $? -ne 124 ] ) &&
		cat $stage/till2/said && grep "127.0.0.1:$(port_of till1).*has that port; stop it or choose another" $stage/till2/said
	'
	test_expect 'C16: whoever had it is not disturbed' 'api till1 GET /status'
}

each_engine two_tills
each_engine three_tills
each_engine restored
port_taken
test_done
