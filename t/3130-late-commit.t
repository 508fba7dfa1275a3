#!/bin/sh
test_description='PostgreSQL: a commit that comes late is not missed, and two hosts number as one'
. "${FEXL_SRC:-.}/t/lib.sh"

[ -n "${FEXL_TEST_PG:-}" ] || skip_all 'FEXL_TEST_PG is not set'
command -v perl >/dev/null || skip_all 'perl is needed'
SALES=150	# of each till

# A second host of the same cloud: its own process and port, the same database.
second_host()	# name of
{
	make_node "$1" cloud && grep '^DB_TYPE\|^DATABASE_URL\|^FEXL_DATABASE_\|^FEXL_LANES' "$stage/$2/env" >>"$stage/$1/env" &&
		start_apid "$1" && keep_port "$1" && cp "$stage/$2/tenant.json" "$stage/$1/"
}

# A session of its own, in the story's hand: open_hand; hand SQL…; close_hand.
open_hand()
{
	rm -f "$stage/hand" && mkfifo "$stage/hand" || return 1
	psql -qAtX -v ON_ERROR_STOP=1 "$(pg_of_node host1)" \
		<"$stage/hand" >"$stage/hand.out" 2>&1 &
	hand_pid=$!
	exec 3>"$stage/hand"
}

hand()
{
	echo "$*" >&3
}

close_hand()
{
	exec 3>&-
	wait "$hand_pid"
}

seq_of_shop()
{
	rows host1 'SELECT seq FROM tenants'
}

cursor_of()
{
	rows "$1" 'SELECT cursor FROM pairing'
}

waiting_for_a_lock()
{
	rows host1 "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
}

sell_fast()	# node
{
	perl "$src/t/post.pl" "$stage/$1/run/apid.sock" /api/invoices $SALES 2 "$stage/acked.$1" \
		"{\"uuid\":\"UUID\",\"lines\":[{\"product\":\"$(cat "$stage/tea")\",\"qty\":1000}],\
\"payments\":[{\"method\":\"cash\",\"amount\":100}]}"
}

test_expect 'two hosts of one cloud, a till at each' '
	cloud host1 postgres && second_host host2 host1 && till till1 && till till2 && pair till1 host1 && pair till2 host2 &&
	tea=$(product till1 Tea 100) && echo $tea >$stage/tea && buy till1 $tea 1000 60 && sync_now till1 till2 &&
	[ "$(cursor_of till2)" = "$(seq_of_shop)" ]
'
test_expect 'a change draws its number and does not commit; a sale at the other host waits; a pull sees neither' '
	before=$(seq_of_shop) && open_hand || exit 1
	hand "BEGIN; UPDATE tenants SET seq = seq + 1;"
	hand "UPDATE products SET name = \$\$Late tea\$\$, updated_at = updated_at + 1, _origin = (SELECT uuid FROM server),"
	hand "_seq = (SELECT seq FROM tenants); SELECT \$\$drawn\$\$;"
	wait_for "grep -q drawn $stage/hand.out" || exit 1
	sell host2 $(cat $stage/tea) 1 100 >$stage/waited & seller=$!
	wait_for "[ \$(waiting_for_a_lock) -ge 1 ]" &&
	sync_now till2 && [ "$(cursor_of till2)" = "$before" ] && [ "$(invoices till2)" = 0 ] &&
	hand "COMMIT;" && close_hand && wait $seller && [ "$(seq_of_shop)" = $((before + 2)) ]
'
test_expect 'once committed, both come down to both tills' '
	sync_now till1 till2 &&
	for n in till1 till2; do
		[ "$(api $n GET /api/products/$(cat $stage/tea) | jq -r .name)" = "Late tea" ] && [ "$(invoices $n)" = 1 ] &&
		[ "$(cursor_of $n)" = "$(seq_of_shop)" ] || exit 1
	done
'
test_expect 'and all are the same' 'is_identical till1 till2'
test_expect 'two tills push at once, by two hosts' '
	seq_of_shop >$stage/before || exit 1
	sell_fast till1 & one=$!
	sell_fast till2 & two=$!
	wait $one && wait $two && sync_now till1 till2 till1 && [ "$(pending till1)" = 0 ] && [ "$(pending till2)" = 0 ]
'
test_expect 'the numbers are dense and each was given once' '
	before=$(cat $stage/before) &&
	[ "$(rows host1 "SELECT count(DISTINCT _seq) FROM invoices WHERE _seq > $before")" = $((2 * SALES)) ] &&
	[ "$(rows host1 "SELECT max(_seq) FROM invoices")" = $((before + 2 * SALES)) ] &&
	[ "$(seq_of_shop)" = $((before + 2 * SALES)) ]
'
test_expect 'both tills and both hosts have all of them, once' '
	for n in host1 host2 till1 till2; do
		[ "$(invoices $n)" = $((2 * SALES + 1)) ] && [ "$(rows $n "SELECT count(DISTINCT number) FROM invoices")" = $((2 * SALES + 1)) ] ||
		exit 1
	done &&
	[ "$(api host2 GET /api/inventory | jq ".items[0].on_hand")" = $(((1000 - 2 * SALES - 1) * 1000)) ]
'
test_expect 'same: digests prove it' 'is_identical till1 till2'
test_expect 'one host dies, and the other goes on: the till that knew it finds it back' '
	stop_daemon host2 apid KILL && sell till2 $(cat $stage/tea) 1 100 && sell till1 $(cat $stage/tea) 1 100 && sync_now till1 &&
	start_apid host2 && sync_now till2 till1 && [ "$(invoices till1)" = $((2 * SALES + 3)) ] && is_identical till1 till2
'
test_done
