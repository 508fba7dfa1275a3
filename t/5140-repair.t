#!/bin/sh
# Copies that differ: where, by how much, and made the same again without moving
# what is the same.
test_description='verify says which ranges differ, repair exchanges only those'
. "${FEXL_SRC:-.}/t/lib.sh"

# Behind everybody's back, as a broken disk would.
damage()	# node SQL
{
	stop "$1"
	if grep -q '^DB_TYPE=postgres' "$stage/$1/env"; then
		psql -qAtX -v ON_ERROR_STOP=1 "$(pg_of_node "$1")" -c "$2"
	else
		sqlite3 "$stage/$1/data/fexl.db" "$2"
	fi
	start "$1"
}

told()	# filter: of the last repair
{
	jq -r "$1" "$stage/repair.json"
}

repair()	# till
{
	ctl "$1" --json repair >"$stage/repair.json" 2>"$stage/said"
	ended=$?
	cat "$stage/repair.json" "$stage/said"
	return $ended
}

customers()	# node n: in one file
{
	seq "$2" | awk 'BEGIN { print "name,phone" } { printf "Customer %d,07%06d\n", $1, $1 }' >"$stage/customers.csv"
	curl -sS --fail-with-body --unix-socket "$stage/$1/run/apid.sock" -H 'Content-Type: text/csv' \
		--data-binary @"$stage/customers.csv" 'http://localhost/api/import/customers'
}

forget_sale="DELETE FROM invoice_lines; DELETE FROM invoice_payments; DELETE FROM stock_moves WHERE source = 'invoice';
	DELETE FROM journal_lines WHERE doc IN (SELECT uuid FROM invoices); DELETE FROM journal_entries WHERE doc IN (SELECT uuid FROM invoices);
	DELETE FROM invoices"

two_copies()
{
	cloud hub "$engine" && till till1 && till till2 && { pair till1 hub && pair till2 hub; } >/dev/null
	p=$(product till1 Tea 100) && buy till1 "$p" 1000 60 >/dev/null && customers till1 2000 >/dev/null && sell_many till1 "$p" 5
	test_expect 'two copies of 2000 customers are the same' 'sync_now till1 till2 && is_identical till1 till2 && ctl till2 verify'
	test_expect 'a till that lost two of them and has one otherwise is told where' '
		damage till2 "DELETE FROM customers WHERE phone IN (\"07000007\", \"07001207\"); UPDATE customers SET name = \"Eve\" WHERE phone = \"07001900\"" &&
		! ctl till2 --json verify >"$stage/verify.json"; cat "$stage/verify.json"
		jq -e "(.identical | not) and .rows == 3 and ([.ranges[] | select(.table == \"customers\")] | length) == (.ranges | length) and
			(.ranges | length) >= 1 and .fetched == 0" "$stage/verify.json"'
	test_expect 'of one table it says whether that one differs' '
		ctl till2 verify products && { ctl till2 --json verify customers >"$stage/one"; [ $? -eq 6 ]; } &&
		jq -e "(.tables | length) == 1 and (.identical | not)" "$stage/one" && { ctl till2 verify nosuch; [ $? -eq 5 ]; }'
	test_expect 'people see the ranges' '! ctl till2 verify >"$stage/out2"; cat "$stage/out2"; grep -q "BEHIND" "$stage/out2"'
	test_expect 'it repairs by fetching three rows' 'repair till2 && [ "$(told .fetched)" = 3 ] && [ "$(told .sent)" = 0 ] && is_identical till2'
	test_expect 'what it had otherwise is in the journal' '
		[ "$(told .conflicts)" = 1 ] && ctl till2 --json conflicts | jq -e ".items[] | select(.rule == \"repaired\" and .loser.name == \"Eve\")"'
	test_expect 'sales that the cloud lost go up again, from whoever has them' '
		damage hub "$forget_sale" && [ "$(invoices hub)" = 0 ] && repair till2 && [ "$(told .sent)" = 5 ] && [ "$(told .fetched)" = 0 ] &&
		wait_for "[ \$(invoices hub) = 5 ]" && sync_now till1 till2 till1 && is_identical till1 till2 &&
		[ "$(api till1 GET /status | jq .incarnation)" = 1 ]'
	test_expect 'the books are as before' '
		[ "$(rows hub "SELECT sum(debit) - sum(credit) FROM journal_lines")" = 0 ] && [ "$(rows hub "SELECT count(*) FROM invoice_lines")" = 5 ]'
	test_expect 'a repair with nothing to do says so' 'repair till1 && [ "$(told .rows)" = 0 ]'
	test_expect 'how much was compared and moved stands in the status' '
		api till2 GET /api/sync/status | tee "$stage/status.json" | jq -e ".worker.detail.repair | .compared > 0 and .left == 0 and .fetched == 3 and .sent == 5"'
	test_expect 'Prometheus hears of it' '
		curl -sS --unix-socket "$stage/till2/run/syncd.sock" http://localhost/metrics >"$stage/prom" && grep "^fexl_sync_repairs_total [1-9]" "$stage/prom" &&
		grep "^fexl_sync_repair_fetched_rows_total 3$" "$stage/prom" && grep "^fexl_sync_repair_sent_rows_total 5$" "$stage/prom"'
	test_expect 'sales go on meanwhile' '
		damage till1 "DELETE FROM customers WHERE phone < \"07001000\"" && { sell_many till1 "$p" 20 & selling=$!; repair till1 && wait $selling; } &&
		sync_now till1 till2 && [ "$(invoices till2)" = 25 ] && is_identical till1 till2'
	test_expect 'without the cloud it says so, and changes nothing' '
		stop_node hub && { ctl till1 --timeout 20 repair; [ $? = 7 ]; } && [ "$(invoices till1)" = 25 ]'
}

each_engine two_copies
test_done
