#!/bin/sh
# What the cloud refuses, and what waits for it, is seen, tried again, or given
# up; nothing else waits for it.
test_description='quarantine: looked at, tried again, given up'
. "${FEXL_SRC:-.}/t/lib.sh"

ends()	# status command…
{
	wanted=$1
	shift
	"$@"
	[ $? -eq "$wanted" ]
}

# Behind everybody's back, as no version of ours would write it.
spoil()	# product price
{
	stop till1
	sqlite3 "$stage/till1/data/fexl.db" "UPDATE products SET price = $2 WHERE hex(uuid) = upper(replace('$1', '-', ''))"
	start till1
}

state_of()	# uuid
{
	ctl till1 --json quarantine list | jq -r ".items[] | select(.uuid == \"$1\") | .state"
}

a_till()
{
	cloud hub "$engine" && till till1 && pair till1 hub
	p=$(product till1 Tea 100) && sync_now till1
	ctl till1 sync pause
	q=$(product till1 Coffee 300) r=$(product till1 Sugar 200) i=$(uuid)
	sell till1 "$q" 1 300 "$i" >/dev/null && api till1 PATCH "/api/products/$p" '{"price":150}' >/dev/null
	test_expect 'nothing is in quarantine' 'ctl till1 quarantine 2>&1 | grep "Nothing is in quarantine"'
	spoil "$p" -5 && spoil "$q" -7 && spoil "$r" -9 && ctl till1 sync resume && sync_now till1
	test_expect 'what the cloud refuses is listed, and what waits for it' '
		wait_for "[ \"\$(state_of $p) \$(state_of $q) \$(state_of $r) \$(state_of $i)\" = \"refused refused refused waiting\" ]" &&
		ctl till1 quarantine 2>&1 | grep "fexlctl quarantine show"'
	test_expect 'show tells why, and what the row says' '
		ctl till1 --json quarantine show "$p" | jq -e ".items[0] | .direction == \"up\" and (.field | endswith(\"price\")) and .row.price == -5" &&
		ctl till1 quarantine show "$p" 2>&1 | grep "quarantine drop $p"'
	test_expect 'a sale is never given up, nor what it needs: exit 6' '
		ends 6 ctl till1 quarantine drop "$i" --yes && ends 6 ctl till1 quarantine drop "$q" --yes && [ "$(state_of "$q")" = refused ]'
	test_expect 'retry tries again, and again it is refused' '
		[ "$(ctl till1 --json quarantine retry "$p" | jq .ready)" = 1 ] && sync_now till1 && wait_for "[ \"\$(state_of $p)\" = refused ]"'
	test_expect 'what is mended goes up, with the sale behind it' '
		api till1 PATCH "/api/products/$q" "{\"price\":300}" && sync_now till1 && sync_now till1 &&
		wait_for "[ -z \"\$(state_of $q)\$(state_of $i)\" ]" && [ "$(api hub GET "/api/invoices/$i" | jq -r .uuid)" = "$i" ]'
	test_expect 'an edit is given up only when somebody says so' 'ends 6 ctl till1 quarantine drop "$p" </dev/null && [ "$(state_of "$p")" = refused ]'
	test_expect 'and the cloud has what it had' '
		ctl till1 --json quarantine drop "$p" --yes | jq -e .in_cloud && [ -z "$(state_of "$p")" ] &&
		[ "$(pending till1)" = 1 ] && [ "$(api hub GET "/api/products/$p" | jq .price)" = 100 ] && ends 6 ctl till1 verify'
	test_expect 'what the cloud never had is deleted, and kept among the conflicts' '
		ctl till1 --json quarantine drop "$r" --yes | jq -e ".in_cloud == false" && [ "$(pending till1)" = 0 ] &&
		ends 5 ctl till1 api GET "/api/products/$r" && ctl till1 --json conflicts | jq -e ".items[] | select(.row == \"$r\")"'
	test_expect 'what is not there: exit 5' 'ends 5 ctl till1 quarantine show "$r" && ends 5 ctl till1 quarantine drop "$r" --yes'
	u=$(uuid)
	stop till1
	sqlite3 "$stage/till1/data/fexl.db" "INSERT INTO parked SELECT uuid, 100, X'$(echo "$u" | tr -d -)', zeroblob(16), 7, '{}', 'cannot be read' FROM tenants"
	start till1
	test_expect 'what came and found no place is there too' '
		ctl till1 --json quarantine show "$u" | jq -e ".items[0] | .direction == \"down\" and .state == \"parked\"" &&
		[ "$(ctl till1 --json quarantine retry | jq .applied)" = 0 ]'
	test_expect 'and is given up alike' 'ctl till1 quarantine drop "$u" --yes && ctl till1 --json quarantine | jq -e ".items == []"'
	stop till1 hub
}

each_engine a_till
test_done
