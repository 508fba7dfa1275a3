#!/bin/sh
test_description='a shop with two tills and a cloud: sell, sync, survive'
. "${FEXL_SRC:-.}/t/lib.sh"

story()
{
	test_expect 'a cloud, a tenant, two tills paired and approved' '
		cloud cloud $engine && till till1 && till till2 && pair till1 cloud && pair till2 cloud
	'
	test_expect 'kept: a sale on one till reaches the cloud and the other till' '
		tea=$(product till1 Tea 250) && echo "$tea" >$stage/tea && buy till1 "$tea" 10 100 && sell till1 "$tea" 3 250 &&
		sync_now till1 till2 &&
		[ "$(invoices cloud)" = 1 ] && [ "$(invoices till2)" = 1 ]
	'
	test_expect 'same: all three have the same rows, and digests prove it' 'is_identical till1 till2'
	test_expect 'sums: the valuation equals the stock account on all three' '
		for n in cloud till1 till2; do
			[ "$(api $n GET /api/reports/valuation | jq .total)" = 700 ] &&
			[ "$(api $n GET /api/reports/trial-balance | jq ".items[] | select(.code == \"1200\") | .debit - .credit")" = 700 ] ||
			exit 1
		done
	'
	test_expect 'the cloud goes away: both tills sell on' '
		tea=$(cat $stage/tea) && stop cloud && sell till1 "$tea" 1 250 && sell till2 "$tea" 2 250 &&
		[ "$(pending till1)" = 1 ] && [ "$(pending till2)" = 1 ]
	'
	test_expect 'sync now says that the cloud is unreachable: exit 7' '
		ctl till1 --timeout 20 sync now --wait; [ $? -eq 7 ]
	'
	test_expect 'the cloud comes back: nothing is lost, nothing doubled' '
		start cloud && sync_now till1 till2 till1 &&
		for n in cloud till1 till2; do [ "$(invoices $n)" = 3 ] || exit 1; done
	'
	test_expect 'and all three are the same again' 'is_identical till1 till2'
	test_expect 'undo: two tills edit one customer offline, the later wins on all three' '
		ali=$(customer till1 0770) && sync_now till1 till2 && stop cloud &&
		api till2 PATCH /api/customers/$ali "{\"name\":\"Earlier\"}" &&
		api till1 PATCH /api/customers/$ali "{\"name\":\"Later\"}" &&
		start cloud && sync_now till1 till2 till1 &&
		for n in cloud till1 till2; do
			[ "$(api $n GET /api/customers/$ali | jq -r .name)" = Later ] || exit 1
		done &&
		[ "$(rows cloud "SELECT count(*) FROM conflicts")" = 1 ] &&
		is_identical till1 till2
	'
	test_expect 'they stop cleanly when asked' '
		for n in till1 till2 cloud; do
			for d in syncd apid; do
				pid=$(pid_of $n $d); [ -n "$pid" ] || continue
				kill -TERM $pid && wait_for "has_ended $pid" || exit 1
			done
		done
	'
}

each_engine story
test_done
