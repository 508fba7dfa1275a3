#!/bin/sh
# What is wrong with a database is found and named with the command that helps.
test_description='the doctor finds what is wrong, and mends what is derived'
. "${FEXL_SRC:-.}/t/lib.sh"

found()	# code [node [options…]]
{
	found_code=$1 found_node=${2:-till1}
	shift
	[ $# -eq 0 ] || shift
	ctl "$found_node" --json doctor "$found_code" "$@" | jq -r '.items[].state'
}

# What is not well there; whether a time service runs is the machine's own affair.
unwell()	# node
{
	ctl "$1" --json doctor | jq -r '[.items[] | select(.state == "warn" or .state == "fail") | .code] - ["ntp"] | join(" ")'
}

ends()	# status command…
{
	wanted=$1
	shift
	"$@"
	[ $? -eq "$wanted" ]
}

# Behind everybody's back, while nobody runs.
alter()	# node SQL
{
	stop "$1" && sqlite3 "$stage/$1/data/fexl.db" "$2" && start "$1"
}

start_realtimed()	# node
{
	start_daemon "$1" realtimed && wait_for "[ -S $stage/$1/run/realtimed.sock ] && ctl $1 api GET /status --daemon realtimed"
}

make_node till1 desktop && echo FEXL_WAL_PINNED_BYTES=1048576 >>"$stage/till1/env" && start_apid till1 && keep_port till1 &&
	start_daemon till1 syncd && wait_for "[ -S $stage/till1/run/syncd.sock ]" && start_realtimed till1
p=$(product till1 Tea 100) && buy till1 "$p" 100 60 >/dev/null
sell_many till1 "$p" 3
test_expect 'a shop without a backup is told so, and nothing else' '
	ends 8 ctl till1 doctor backup && [ "$(unwell till1)" = backup ] &&
	ctl till1 --json doctor | jq -e ".items[] | select(.code == \"backup\") | .next == \"fexlctl backup create\""'
test_expect 'with one it is well' 'ctl till1 backup create && [ -z "$(unwell till1)" ] && ctl till1 doctor backup stock books'
test_expect 'every finding that is not well names the next step' '
	ctl till1 --json doctor >"$stage/all" && jq -e "[.items[] | select(.state == \"warn\" or .state == \"fail\") | .next] | all" "$stage/all"
	[ "$(jq ".items | length" "$stage/all")" -ge 15 ]'
test_expect 'who types a check that is not there is told: exit 2' 'ends 2 ctl till1 doctor nosuch'
test_expect 'a file that others may read is found, and closed' '
	chmod 644 "$stage/till1/data/device.key" && ends 1 ctl till1 doctor files && ctl till1 doctor files | grep device.key &&
	ctl till1 doctor --fix files && [ "$(stat -c %a "$stage/till1/data/device.key")" = 600 ]'
test_expect 'sockets that others reach are found' '
	chmod 666 "$stage/till1/run/syncd.sock" && ends 8 ctl till1 doctor sockets && chmod 660 "$stage/till1/run/syncd.sock" && ctl till1 doctor sockets'
test_expect 'a log that has grown is found' '
	sqlite3 "$stage/till1/data/fexl.db" "PRAGMA wal_autocheckpoint = 0; CREATE TABLE ballast AS SELECT randomblob(3000000); DROP TABLE ballast" &&
	ends 8 ctl till1 doctor log'
test_expect 'a daemon that is missing is named, with what it costs' '
	stop_daemon till1 realtimed && ends 8 ctl till1 doctor daemons && ctl till1 doctor daemons | grep "systemctl start fexl-realtimed"'
test_expect 'without apid too it says what it can: who holds the port' '
	stop till1 && port=$(sed -n "s/^FEXL_LISTEN=.*://p" "$stage/till1/env") &&
	{ perl -MIO::Socket::INET -e "\$s = IO::Socket::INET->new(Listen => 1, LocalAddr => \"127.0.0.1:$port\", ReuseAddr => 1) or die; sleep 60" & } &&
	holder=$! && wait_for "FEXL_LISTEN=127.0.0.1:$port; export FEXL_LISTEN; ctl till1 doctor daemons | grep \"held by perl (pid $holder)\""
	kill $holder; ends 1 ctl till1 doctor daemons && start till1 && start_realtimed till1 && ctl till1 doctor daemons'
test_expect 'a sum of stock that is not what the moves say is found' '
	stop till1 && sqlite3 "$stage/till1/data/fexl.db" "UPDATE stock SET on_hand = on_hand + 1000" && start till1 &&
	[ "$(found stock)" = fail ] && ends 1 ctl till1 doctor'
test_expect 'and made again' 'ctl till1 doctor --fix stock && [ "$(found stock)" = ok ] &&
	[ "$(rows till1 "SELECT on_hand FROM stock")" = 97000 ]'
test_expect 'a sum of what customers owe that is not what the books say is found' '
	stop till1 && sqlite3 "$stage/till1/data/fexl.db" "INSERT INTO balances (tenant, customer, owed, credit)
		SELECT tenant, uuid, 250, 0 FROM customers LIMIT 1" && start till1 && [ "$(found accounts)" = fail ] && ends 1 ctl till1 doctor'
test_expect 'and made again as well' 'ctl till1 doctor --fix accounts && [ "$(found accounts)" = ok ]'
test_expect 'the index of words too' '
	stop till1 && sqlite3 "$stage/till1/data/fexl.db" "DELETE FROM words WHERE uuid IN (SELECT uuid FROM products)" && start till1 &&
	[ "$(api till1 GET "/api/products?q=tea" | jq ".items | length")" = 0 ] && ctl till1 doctor --fix stock &&
	[ "$(api till1 GET "/api/products?q=tea" | jq ".items | length")" = 1 ]'
test_expect 'books that do not balance are found' '
	stop till1 && sqlite3 "$stage/till1/data/fexl.db" "UPDATE journal_lines SET debit = debit + 1 WHERE debit > 0" && start till1 &&
	[ "$(found books)" = fail ]'
stop till1
clear_stage

# --- at a hub ---

certificate()	# days
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$1" -subj '/CN=localhost' \
		-keyout "$stage/key.pem" -out "$stage/cert.pem" 2>/dev/null
}

a_hub()
{
	cloud hub "$engine" && p=$(product hub Tea 100) && buy hub "$p" 100 60 >/dev/null && sell_many hub "$p" 3
	tenant=$(jq -r .tenant_uuid "$stage/hub/tenant.json")
	test_expect 'a hub is looked at shop by shop' '
		ctl hub backup create --tenant "$tenant" && start_realtimed hub && ctl hub doctor --tenant "$tenant" --fix; [ -z "$(unwell hub)" ]'
	test_expect 'a till that waits, or is silent, is told of' '
		till till1 && ask_to_pair till1 hub && [ "$(found devices hub)" = warn ] && approve till1 hub && sync_now till1 &&
		[ "$(found devices hub)" = ok ]'
	stop till1
}

a_server_that_is_away()
{
	test_expect 'a PostgreSQL that is away is told of, by a hub that runs on' '
		ctl hub doctor database | grep "PostgreSQL 15" && pg_admin "ALTER DATABASE $story_db ALLOW_CONNECTIONS false" &&
		pg_admin "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"'$story_db'"'" &&
		ends 1 ctl hub doctor database && ctl hub doctor database | grep postgresql &&
		pg_admin "ALTER DATABASE $story_db ALLOW_CONNECTIONS true" && wait_for "ctl hub doctor database"'
}

at_a_hub()
{
	a_hub
	[ "$engine" != postgres ] || a_server_that_is_away
}

each_engine at_a_hub

# --- the two together ---

engine=sqlite
cloud hub && certificate 300 && printf 'FEXL_TLS_CERT=%s\nFEXL_TLS_KEY=%s\n' "$stage/cert.pem" "$stage/key.pem" >>"$stage/hub/env"
test_expect 'a certificate that is good for long is well, one that is soon over is told of' '
	stop hub && start hub && ctl hub doctor certificate && certificate 10 && ends 8 ctl hub doctor certificate'
test_expect 'one that is over, or none at all, has failed' '
	echo none >"$stage/cert.pem" && ends 1 ctl hub doctor certificate'
sed -i /TLS/d "$stage/hub/env"
test_expect 'a till in its cloud is well' '
	stop hub && start hub && till till1 && start_realtimed till1 && ctl till1 backup create && pair till1 hub && [ -z "$(unwell till1)" ]
	for c in clock sync quarantine conflicts cloud; do [ "$(found $c)" = ok ] || { echo $c; exit 1; }; done'
test_expect 'sync that is paused' 'ctl till1 sync pause && ends 8 ctl till1 doctor sync && ctl till1 sync resume'
test_expect 'a cloud that is away has failed, and how; sync has time yet' '
	stop hub && ends 1 ctl till1 doctor cloud && ctl till1 doctor cloud | grep "cannot be reached" && [ "$(found sync)" = ok ]'
test_expect 'an hour without it is a warning, a day a failure' '
	now=$(date +%s)000000 && alter till1 "UPDATE pairing SET last_cycle = $((now - 7200000000)), loaded_at = 1" && [ "$(found sync)" = warn ] &&
	alter till1 "UPDATE pairing SET last_cycle = $((now - 200000000000)), loaded_at = 1" && [ "$(found sync)" = fail ]'
test_expect 'what waits aside, and many conflicts' '
	alter till1 "INSERT INTO parked SELECT tenant, 1, tenant, tenant, 1, \"{}\", \"its parent\" FROM pairing;
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
		INSERT INTO conflicts (uuid, tenant, tbl, row, at, rule, winner, loser, winner_origin, loser_origin, seq)
		SELECT randomblob(16), tenant, \"customers\", tenant, $(date +%s)000000, \"newest_wins\", \"{}\", \"{}\", tenant, tenant, i FROM n, pairing" &&
	[ "$(found quarantine)" = warn ] && [ "$(found conflicts)" = warn ]'
test_done
