#!/bin/sh
# A till's database that is an older copy, or is in two places at once: the cloud
# notices, the till begins another life by itself, and nothing is lost.
test_description='a copied till never forks in silence'
. "${FEXL_SRC:-.}/t/lib.sh"

incarnation()
{
	api "$1" GET /status | jq .incarnation
}

roster()	# node filter
{
	ctl hub --json devices | jq -r "[.items[] | $1] | length"
}

name_of()	# node: the device that it is
{
	api "$1" GET /status | jq -r .device_uuid
}

take_copy()	# node folder: as somebody with cp would
{
	stop "$1" && rm -rf "${stage:?}/$2" && mkdir -p "$stage/$2" && cp -a "$stage/$1/data" "$stage/$2/data" && start "$1"
}

an_old_copy()
{
	cloud hub "$engine" && till till1 && till till2 && { pair till1 hub && pair till2 hub; } >/dev/null
	p=$(product till1 Tea 100) && buy till1 "$p" 1000 60 >/dev/null && { sell_many till1 "$p" 5 && sync_now till1 till2; } >/dev/null
	test_expect 'a till is set back to an older copy of its database' '
		take_copy till1 kept && sell_many till1 "$p" 7 && sync_now till1 till2 till1 till2 && [ "$(invoices hub)" = 12 ] &&
		wait_for "[ \$(rows hub \"SELECT count(*) FROM devices WHERE cursor = (SELECT max(seq) FROM tenants)\") = 2 ]" &&
		stop till1 && cp -a "$stage/kept/data/." "$stage/till1/data/" && rm -f "$stage/till1/data"/fexl.db-* &&
		start till1 && [ "$(invoices till1)" = 5 ]'
	test_expect 'it sells on, the cloud tells it, it begins another life' '
		sell_many till1 "$p" 3 && wait_for "ctl till1 --timeout 10 sync now --wait && [ \$(incarnation till1) -gt 1 ]"'
	test_expect 'nobody had to approve anything' '[ "$(roster "select(.status == \"approved\")")" = 2 ] && [ "$(roster "select(.status == \"pending\")")" = 0 ]'
	test_expect 'what it had forgotten comes back, what it sold since went up' '
		wait_for "sync_now till1 till2 && [ \$(invoices till1) = 15 ]" && [ "$(invoices hub)" = 15 ] && [ "$(invoices till2)" = 15 ] &&
		is_identical till1 till2'
	test_expect 'no number was given twice in its new series' '
		u=$(uuid) && sell till1 "$p" 1 100 "$u" >/dev/null && sync_now till1 &&
		rows hub "SELECT number FROM invoices" | sort | uniq -d >"$stage/twice" && prefix=$(api till1 GET "/api/invoices/$u" | jq -r .number | cut -d- -f1) &&
		echo "$prefix" && [ "$prefix" != T1 ] && ! grep "^$prefix-" "$stage/twice"'
}

two_of_one()
{
	cloud hub "$engine" && till till1 && pair till1 hub >/dev/null
	p=$(product till1 Tea 100) && buy till1 "$p" 1000 60 >/dev/null && { sell_many till1 "$p" 5 && sync_now till1; } >/dev/null
	test_expect 'a till is cloned, and both sell' '
		take_copy till1 clone && mkdir -p "$stage/clone/run" && sed "s#/till1/#/clone/#" "$stage/till1/env" >"$stage/clone/env" &&
		sed -i "s/^FEXL_LISTEN=.*/FEXL_LISTEN=127.0.0.1:0/" "$stage/clone/env" &&
		sell_many till1 "$p" 4 && sync_now till1 && start_apid clone && keep_port clone && start_daemon clone syncd && sell_many clone "$p" 6'
	test_expect 'each lives under its own name in the end' '
		wait_for "{ ctl till1 --timeout 5 sync now --wait; ctl clone --timeout 5 sync now --wait; } >/dev/null 2>&1
			[ \$(invoices hub) = 15 ] && [ \$(invoices till1) = 15 ] && [ \$(invoices clone) = 15 ] &&
			[ \"\$(name_of till1)\" != \"\$(name_of clone)\" ]"'
	test_expect 'the owner is told that there are two' '[ "$(roster "select(.alarm != null)")" -ge 1 ]'
	test_expect 'they stay as they are: nobody takes the name of the other again' '
		before="$(incarnation till1) $(incarnation clone)" && sync_now till1 clone till1 clone &&
		sell_many till1 "$p" 2 && sell_many clone "$p" 2 && sync_now till1 clone till1 && echo "$before" &&
		[ "$before" = "$(incarnation till1) $(incarnation clone)" ]'
	test_expect 'and all are the same' 'sync_now till1 clone && is_identical till1 clone && [ "$(invoices till1)" = 19 ]'
}

each_engine an_old_copy
each_engine two_of_one
test_done
