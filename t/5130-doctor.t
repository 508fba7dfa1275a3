#!/bin/sh
# What is wrong with a database is found and named with the command that helps.
test_description='the doctor finds what is wrong, and mends what is derived'
. "${FEXL_SRC:-.}/t/lib.sh"

found()	# code
{
	ctl till1 --json doctor | jq -r ".items[] | select(.code == \"$1\") | .state"
}

till till1 && p=$(product till1 Tea 100) && buy till1 "$p" 100 60 >/dev/null
sell_many till1 "$p" 3
test_expect 'a shop without a backup is told so, and nothing else' '
	! ctl till1 doctor >/dev/null; [ "$(found backup)" = attention ] &&
	[ "$(ctl till1 --json doctor | jq "[.items[] | select(.state != \"ok\")] | length")" = 1 ] &&
	ctl till1 --json doctor | jq -e ".items[] | select(.code == \"backup\") | .next == \"fexlctl backup create\""'
test_expect 'with one it is well' 'ctl till1 backup create && ctl till1 doctor && ctl till1 --json doctor | jq -e .well'
test_expect 'a sum of stock that is not what the moves say is found' '
	stop till1 && sqlite3 "$stage/till1/data/fexl.db" "UPDATE stock SET on_hand = on_hand + 1000" && start till1 &&
	[ "$(found stock)" = attention ] && ctl till1 doctor >/dev/null; [ $? = 8 ]'
test_expect 'and made again' 'ctl till1 doctor --fix && [ "$(found stock)" = ok ] &&
	[ "$(rows till1 "SELECT on_hand FROM stock")" = 97000 ]'
test_expect 'the index of words too' '
	stop till1 && sqlite3 "$stage/till1/data/fexl.db" "DELETE FROM words WHERE uuid IN (SELECT uuid FROM products)" && start till1 &&
	[ "$(api till1 GET "/api/products?q=tea" | jq ".items | length")" = 0 ] && ctl till1 doctor --fix &&
	[ "$(api till1 GET "/api/products?q=tea" | jq ".items | length")" = 1 ]'
test_expect 'books that do not balance are found' '
	stop till1 && sqlite3 "$stage/till1/data/fexl.db" "UPDATE journal_lines SET debit = debit + 1 WHERE debit > 0" && start till1 &&
	[ "$(found books)" = attention ]'
stop till1
clear_stage

a_hub()
{
	cloud hub "$engine" && p=$(product hub Tea 100) && buy hub "$p" 100 60 >/dev/null && sell_many hub "$p" 3
	tenant=$(jq -r .tenant_uuid "$stage/hub/tenant.json")
	test_expect 'a hub is looked at shop by shop' 'ctl hub backup create --tenant "$tenant" && ctl hub doctor --tenant "$tenant" --fix'
}

each_engine a_hub
test_done
