#!/bin/sh
test_description='a first load that is broken off again and again goes on where it was, while the till sells'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/link.sh"

PRODUCTS=1400 CUSTOMERS=400 HISTORY=1200 SALES=120
PAGE_ROWS=50 PAGE_MS=40	# small pages over a slow line: time to break it off
command -v perl >/dev/null || skip_all 'perl is needed'

# post NODE PATH N TEMPLATE: with a few cashiers at once.
post()
{
	: >"$stage/acked.$1"
	perl "$src/t/post.pl" "$stage/$1/run/apid.sock" "$2" "$3" 8 "$stage/acked.$1" "$4"
}

a_sale()	# of one piece of the product
{
	printf '{"uuid":"UUID","lines":[{"product":"%s","qty":1000}],"payments":[{"method":"cash","amount":100}]}' "$1"
}

an_old_shop()
{
	product cloud Tea 100 >"$stage/tea" && buy cloud "$(cat "$stage/tea")" 5000 60 >/dev/null &&
		post cloud /api/products $PRODUCTS '{"uuid":"UUID","name":"Product NUMBER","price":100}' &&
		post cloud /api/customers $CUSTOMERS '{"uuid":"UUID","name":"Customer NUMBER"}' &&
		post cloud /api/invoices $HISTORY "$(a_sale "$(cat "$stage/tea")")"
}

# Behind everybody's back: also while apid is dead.
loaded()	# the number of rows, and what it is going to be
{
	rows till1 'SELECT load_done, load_total FROM pairing' | tr '|' ' '
}

loaded_rows()
{
	loaded | cut -d' ' -f1
}

watch_progress()
{
	until [ -e "$stage/watched" ]; do
		loaded 2>/dev/null
		sleep 0.05
	done >"$stage/progress"
}

# Power goes in the middle, comes back, and the load goes on from there.
break_off()	# daemon at
{
	wait_for "[ \"\$(loaded_rows)\" -ge $2 ]" || return 1
	stop_daemon till1 "$1" KILL
	before=$(loaded)
	if [ "$1" = apid ]; then
		start_apid till1
	else
		start_daemon till1 syncd
	fi
	echo "$1 ended at $before" >>"$stage/broken"
	wait_for "[ \"\$(loaded_rows)\" -gt $(echo "$before" | cut -d' ' -f1) ]"
}

five_times()
{
	turn=0
	total=$(loaded | cut -d' ' -f2)
	for daemon in syncd apid syncd apid syncd; do
		turn=$((turn + 1))
		break_off $daemon $((total * turn / 7)) || return 1
	done
}

told_progress()	# the same figures for programs and for people
{
	api till1 GET /api/sync/status >"$stage/status" && jq -e '.state == "loading" and .pairing.load.done > 0' "$stage/status" &&
		jq -r .text "$stage/status" | grep -q '^First load: [0-9]* of [0-9]* rows are here.$' &&
		ctl till1 status | grep -qi 'first load'
}

story()
{
	test_expect 'a cloud with the history of years, a slow line to it' '
		cloud cloud $engine && echo FEXL_SNAPSHOT_ROWS=$PAGE_ROWS >>$stage/cloud/env && stop cloud && start cloud &&
		an_old_shop && link line cloud && link_mode line slow $PAGE_MS /api/sync/snapshot
	'
	test_expect 'a new till begins its first load' '
		till till1 && sell_at=$(product till1 Own 100) && echo $sell_at >$stage/own && ask_to_pair till1 line && approve till1 line &&
		wait_for "[ \"\$(loaded_rows)\" -gt 0 ]"
	'
	watch_progress &
	watcher=$!
	test_expect 'progress is shown, to programs and to people' 'wait_for told_progress'
	test_expect "$SALES sales meanwhile, here and in the cloud, while syncd and apid are killed five times" '
		post till1 /api/invoices $SALES "$(a_sale $(cat $stage/own))" & here=$!
		post cloud /api/invoices $SALES "$(a_sale $(cat $stage/tea))" & there=$!
		five_times && cat $stage/broken && wait $here && wait $there
	'
	test_expect 'it was still loading when it was broken off for the last time' '
		tail -n 1 $stage/broken | awk "{ exit !(\$4 < \$5 && \$5 > 3000) }"
	'
	test_expect 'then it ends, and what was sold goes up' 'sync_now till1 && [ "$(pending till1)" = 0 ]'
	: >"$stage/watched"
	wait $watcher
	note "$(sort -u "$stage/progress" | wc -l) readings of progress, $(sed 's/ended at //; s/ / at /; s/ / of /3' "$stage/broken" | paste -sd,)"
	test_expect 'it never began anew: what was done only grew, and what there is to do was known from the first page on' '
		uniq $stage/progress && cut -d" " -f1 $stage/progress | sort -n -c && cut -d" " -f2 $stage/progress | sort -n -c &&
		[ "$(awk "\$1 > 0 && \$2 < 3000 || \$2 < \$1" $stage/progress | wc -l)" = 0 ]
	'
	test_expect 'no page was fetched more than once, but for those that were broken off' '
		pages=$(grep -c "GET /api/sync/snapshot" $stage/line/log.requests) && total=$(tail -n 1 $stage/progress | cut -d" " -f2) &&
		echo "$pages pages for $total rows" && [ $pages -le $((total / PAGE_ROWS + 20 + 2 * 5)) ]
	'
	test_expect 'kept, once: all sales are on both' '
		for n in cloud till1; do
			[ "$(invoices $n)" = $((HISTORY + 2 * SALES)) ] && [ "$(rows $n "SELECT count(DISTINCT number) FROM invoices")" = $((HISTORY + 2 * SALES)) ] &&
			[ "$(rows $n "SELECT count(*) FROM products")" = $((PRODUCTS + 2)) ] || exit 1
		done
	'
	test_expect 'same: digests prove that both are identical' 'is_identical till1'
}

each_engine story
test_done
