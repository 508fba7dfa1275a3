#!/bin/sh
test_description='the same thing made on two tills becomes one, and two again'
. "${FEXL_SRC:-.}/t/lib.sh"

owe()	# node customer product
{
	api "$1" POST /api/invoices "{\"customer\":\"$2\",\"lines\":[{\"product\":\"$3\",\"qty\":1000,\"unit_price\":250}]}"
}

on_hand()	# node product
{
	api "$1" GET /api/inventory | jq ".items[] | select(.product == \"$2\") | .on_hand"
}

story()
{
	test_expect 'two tills, alone, make the same product and the same customer' '
		cloud cloud $engine && till till1 && till till2 && pair till1 cloud && pair till2 cloud && stop cloud &&
		for t in till1 till2; do
			api $t POST /api/products "{\"name\":\"Tea of $t\",\"price\":250,\"barcode\":\"4001\"}" | jq -r .uuid >$stage/tea.$t &&
			customer $t 0770 >$stage/ali.$t && buy $t $(cat $stage/tea.$t) 10 100 &&
			owe $t $(cat $stage/ali.$t) $(cat $stage/tea.$t) || exit 1
		done && start cloud && sync_now till1 till2 till1 &&
		[ "$(api cloud GET /api/reviews | jq -c "[.items[].a_table] | sort")" = "[\"customers\",\"products\"]" ]
	'
	test_expect 'merged at the cloud: stock, debt and barcode are one everywhere' '
		a=$(cat $stage/tea.till1) b=$(cat $stage/tea.till2) &&
		api cloud POST /api/products/$b/merge "{\"into\":\"$a\"}" | jq -e ".archived and .merged_into == \"$a\"" &&
		api cloud POST /api/customers/$(cat $stage/ali.till2)/merge "{\"into\":\"$(cat $stage/ali.till1)\"}" &&
		sync_now till1 till2 &&
		for n in cloud till1 till2; do
			[ "$(on_hand $n $a)" = 18000 ] && [ -z "$(on_hand $n $b)" ] &&
			[ "$(api $n GET /api/customers/$(cat $stage/ali.till1)/account | jq .owed)" = 500 ] &&
			[ "$(api $n GET /api/products?q=4001 | jq -r "[.items[].uuid] | unique[]")" = $a ] || exit 1
		done
	'
	test_expect 'the list of what people must judge is empty' '
		[ "$(api till1 GET /api/reviews | jq "[.items[] | select(.state == \"open\")] | length")" = 0 ]
	'
	test_expect 'the books do not change by it' '
		for n in cloud till1 till2; do
			[ "$(api $n GET /api/reports/valuation | jq .total)" = 1800 ] &&
			[ "$(api $n GET /api/reports/trial-balance | jq ".items[] | select(.code == \"1200\") | .debit - .credit")" = 1800 ] ||
			exit 1
		done && is_identical till1 till2
	'
	test_expect 'taken apart again on a till: each has its own' '
		a=$(cat $stage/tea.till1) b=$(cat $stage/tea.till2) && api till1 POST /api/products/$b/unmerge &&
		api till1 POST /api/customers/$(cat $stage/ali.till2)/unmerge && sync_now till1 till2 &&
		for n in cloud till1 till2; do
			[ "$(on_hand $n $a)" = 9000 ] && [ "$(on_hand $n $b)" = 9000 ] &&
			[ "$(api $n GET /api/customers/$(cat $stage/ali.till1)/account | jq .owed)" = 250 ] || exit 1
		done && is_identical till1 till2
	'
	test_expect 'itself, or what is not there: 422' '
		a=$(cat $stage/tea.till1) && ! api cloud POST /api/products/$a/merge "{\"into\":\"$a\"}" >$stage/body &&
		jq -e ".code == \"itself\"" $stage/body && ! api cloud POST /api/products/$a/merge "{\"into\":\"$(uuid)\"}" >$stage/body &&
		jq -e ".code == \"unknown\" and .field == \"/into\"" $stage/body
	'
}

each_engine story
test_done
