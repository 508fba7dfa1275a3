#!/bin/sh
test_description='kill -9 of each daemon in the middle of 500 sales: nothing is lost, nothing doubled'
. "${FEXL_SRC:-.}/t/lib.sh"

SALES=500
command -v perl >/dev/null || skip_all 'perl is needed'

# The uuids of the invoices a node has, as the acknowledgements have them.
stored()
{
	if grep -q '^DB_TYPE=postgres' "$stage/$1/env"; then
		rows "$1" 'SELECT uuid FROM invoices'
	else
		rows "$1" 'SELECT lower(hex(uuid)) FROM invoices' |
			sed 's/\(.\{8\}\)\(....\)\(....\)\(....\)/\1-\2-\3-\4-/'
	fi
}

acked()
{
	wc -l <"$stage/acked"
}

# end_and_begin NODE DAEMON: the power of one process went.
end_and_begin()
{
	stop_daemon "$1" "$2" KILL
	if [ "$2" = apid ]; then
		start_apid "$1"
	else
		start_daemon "$1" syncd
	fi
}

# Each of the three dies three times, at the sale where its turn is.
kill_one_after_the_other()
{
	victim=0
	for turn in 1 2 3; do
		for who in 'till1 apid' 'till1 syncd' 'cloud apid'; do
			victim=$((victim + 1))
			wait_for "[ \$(acked) -ge $((victim * SALES / 12)) ]" || return 1
			echo "$who ends at $(acked)"
			[ "$(acked)" -lt $SALES ] || return 1
			end_and_begin $who || return 1
		done
	done
}

story()
{
	test_expect 'a cloud and two tills, and something to sell' '
		cloud cloud $engine && till till1 && till till2 && pair till1 cloud && pair till2 cloud &&
		tea=$(product till1 Tea 100) && echo $tea >$stage/tea && buy till1 $tea 1000 60 >/dev/null && : >$stage/acked
	'
	test_expect "$SALES sales, while each daemon is killed three times" '
		POST_PAUSE_MS=20 perl $src/t/post.pl $stage/till1/run/apid.sock /api/invoices $SALES 2 $stage/acked "{\"uuid\":\"UUID\",\"lines\":[{\
\"product\":\"$(cat $stage/tea)\",\"qty\":1000}],\"payments\":[{\"method\":\"cash\",\"amount\":100}]}" & seller=$!
		kill_one_after_the_other && wait $seller && [ "$(acked)" = $SALES ]
	'
	test_expect 'C6: the two tills and the cloud find together again' '
		wait_for "ctl till1 --json sync history" && sync_now till1 till2 till1 && [ "$(pending till1)" = 0 ]
	'
	for n in till1 cloud till2; do
		test_expect "kept, once: all that was acknowledged is on $n, and nothing else" "
			stored $n | sort >\$stage/stored && sort \$stage/acked | diff - \$stage/stored
		"
		test_expect "once: $n has as many numbers as sales, and each has its line, payment, move and entry" '
			[ "$(rows $n "SELECT count(DISTINCT number) FROM invoices")" = $SALES ] &&
			[ "$(rows $n "SELECT count(*) FROM stock_moves WHERE source = '"'invoice'"'")" = $SALES ] &&
			[ "$(api $n GET /api/inventory | jq ".items[0].on_hand")" = $(((1000 - SALES) * 1000)) ]
		'
		test_expect "balanced: the books of $n say what was sold" '
			api $n GET /api/reports/trial-balance >$stage/books &&
			[ "$(jq "[.items[] | .debit - .credit] | add" $stage/books)" = 0 ] &&
			[ "$(jq ".items[] | select(.code == \"4010\") | .credit - .debit" $stage/books)" = $((SALES * 100)) ] &&
			[ "$(jq ".items[] | select(.code == \"1200\") | .debit - .credit" $stage/books)" = $(((1000 - SALES) * 60)) ]
		'
	done
	test_expect 'same: digests prove that all three are identical' 'is_identical till1 till2'
}

each_engine story
test_done
