#!/bin/sh
test_description='once: the cloud commits and its answer is lost: one sale, one number, nothing doubled'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/link.sh"

command -v perl >/dev/null || skip_all 'perl is needed'

# A lost answer is noticed soon, and tried again soon.
export FEXL_HEALTH_TIMEOUT_MS=1000 FEXL_BACKOFF_MIN_MS=100 FEXL_BACKOFF_MAX_MS=500

# The owner signs in at the cloud, as a browser does: by the line, over TCP.
sign_in()	# node
{
	api cloud POST /api/users '{"name":"Olga","role":"owner","password":"correct horse"}' >/dev/null || return 1
	curl -sS --fail-with-body --max-time 20 -H 'Content-Type: application/json' -d "{\"user\":\"Olga\",\
\"password\":\"correct horse\",\"tenant\":\"$(jq -r .tenant_uuid "$stage/cloud/tenant.json")\"}" \
		"$(url_of "$1")/api/session" | jq -re .token >"$stage/token"
}

# browser NODE METHOD PATH [JSON]: prints the status, 000 without an answer.
browser()
{
	status "$1" "$2" "$3" -H "Authorization: Bearer $(cat "$stage/token")" \
		${4:+-H 'Content-Type: application/json' -d "$4"}
}

# lose_and_store SALE: posted to the cloud, whose answer is lost; so the till stores it.
lose_and_store()
{
	link_forget line && link_mode line lose /api/invoices &&
		[ "$(browser line POST /api/invoices "$1")" = 000 ] && link_saw line 'lose POST /api/invoices' &&
		link_mode line pass && api till1 POST /api/invoices "$1"
}

sale_json()	# uuid [members…]
{
	echo "{\"uuid\":\"$1\",${2:-}\"lines\":[{\"product\":\"$(cat "$stage/tea")\",\"qty\":2000,\"unit_price\":100}],\
\"payments\":[{\"method\":\"cash\",\"amount\":200}]}"
}

# The numbers a sale has on all three, one a line: it should be one and the same.
numbers_of()	# uuid
{
	for n in cloud till1 till2; do
		api "$n" GET "/api/invoices/$1" | jq -r .number || return 1
	done
}

# all_have N: so many sales, each once, and the books agree.
all_have()
{
	for n in cloud till1 till2; do
		[ "$(invoices $n)" = "$1" ] && [ "$(rows $n "SELECT count(DISTINCT number) FROM invoices")" = "$1" ] &&
			[ "$(rows $n "SELECT count(*) FROM stock_moves WHERE source = 'invoice'")" = "$1" ] &&
			[ "$(rows $n "SELECT count(*) FROM journal_entries WHERE source = 'invoice'")" = "$1" ] &&
			[ "$(rows $n "SELECT count(*) FROM conflicts")" = 0 ] || {
			echo "$n: $(invoices $n) invoices, conflicts: $(rows $n "SELECT rule FROM conflicts")"
			return 1
		}
	done
}

story()
{
	test_expect 'two tills behind a line that loses answers' '
		cloud cloud $engine && link line cloud && till till1 && till till2 && pair till1 line && pair till2 cloud &&
		sign_in line && tea=$(product till1 Tea 100) && echo $tea >$stage/tea && buy till1 $tea 100 60 && sync_now till1 till2
	'
	test_expect 'C6: the cloud commits a push, its answer is lost: the till keeps the sale as pending' '
		link_forget line && link_mode line lose /api/sync/push && sell till1 $(cat $stage/tea) 2 100 &&
		link_saw line "lose POST /api/sync/push" && wait_for "[ \$(invoices cloud) = 1 ]" && [ "$(pending till1)" = 1 ]
	'
	test_expect 'C6: and again and again: the cloud has it once' '
		link_saw line "lose POST /api/sync/push" 3 && [ "$(invoices cloud)" = 1 ]
	'
	test_expect 'C6: the line is good again: one sale everywhere, nothing pending' '
		link_mode line pass && sync_now till1 till2 && all_have 1 && [ "$(pending till1)" = 0 ]
	'
	test_expect 'C5: a number reserved at the till, the sale posted to the cloud, its answer lost, the till stores it too' '
		u=$(uuid) && no=$(api till1 POST /api/numbers "{\"uuid\":\"$u\",\"kind\":\"invoice\"}" | jq -re .number) &&
		lose_and_store "$(sale_json $u "\"number\":\"$no\",\"at\":\"2026-11-20T10:00:00.000000Z\",")" &&
		sync_now till1 till2 && all_have 2 && [ "$(numbers_of $u | sort -u)" = "$no" ]
	'
	test_expect 'C5: the same without number and time: each server gives its own, the cloud'"'"'s stands on all' '
		u=$(uuid) && lose_and_store "$(sale_json $u)" && sync_now till1 till2 && all_have 3 &&
		[ "$(numbers_of $u | sort -u)" = "$(api cloud GET /api/invoices/$u | jq -r .number)" ]
	'
	test_expect 'the same again: the till stores it first, the cloud is told by hand before the push' '
		u=$(uuid) && link_mode line cut /api/sync && api till1 POST /api/invoices "$(sale_json $u)" &&
		[ "$(browser line POST /api/invoices "$(sale_json $u)")" = 201 ] &&
		[ "$(browser line POST /api/invoices "$(sale_json $u)")" = 409 ] && jq -e .identical $stage/body &&
		link_mode line pass && sync_now till1 till2 && all_have 4 && [ "$(numbers_of $u | sort -u | wc -l)" = 1 ]
	'
	test_expect 'a line that swallows all: the till sells on, sync now says it, exit 7' '
		link_mode line hole && sell till1 $(cat $stage/tea) 2 100 && { ctl till1 --timeout 20 sync now --wait; [ $? -eq 7 ]; }
	'
	test_expect 'and a line that cuts in the middle: the same' '
		link_mode line cut && { ctl till1 --timeout 20 sync now --wait; [ $? -eq 7 ]; } && link_mode line pass &&
		sync_now till1 till2 && all_have 5
	'
	test_expect 'sums: the same stock and the same books on all three' '
		for n in cloud till1 till2; do
			[ "$(api $n GET /api/inventory | jq ".items[0].on_hand")" = 90000 ] &&
			[ "$(api $n GET /api/reports/trial-balance | jq ".items[] | select(.code == \"4010\") | .credit - .debit")" = 1000 ] ||
			exit 1
		done
	'
	test_expect 'same: digests prove it' 'is_identical till1 till2'
}

each_engine story
test_done
