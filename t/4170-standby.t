#!/bin/sh
test_description='two hosts, a primary and its standby: the primary dies while both sell, the standby takes over, nothing acknowledged is lost'
. "${FEXL_SRC:-.}/t/lib.sh"

pg_found || skip_all 'no PostgreSQL 15 server to run'
command -v perl >/dev/null || skip_all 'perl is needed'
PATIENCE_S=${FEXL_PATIENCE_S:-90}

# --- four machines: db1, db2, north, south ---

# Each has a network of its own, all plugged into one bridge; where that is not
# permitted they share ours, and reach the databases by their Unix sockets.
net_of()
{
	echo "fexl-$$-$1"
}

address_of()
{
	case $1 in
	db1) echo 10.77.0.1 ;;
	db2) echo 10.77.0.2 ;;
	north) echo 10.77.0.11 ;;
	south) echo 10.77.0.12 ;;
	esac
}

machines='db1 db2 north south'
plug_in()	# name
{
	ip netns add "$(net_of "$1")" && ip -n "$(net_of "$1")" link set lo up &&
		ip link add eth0 netns "$(net_of "$1")" type veth peer name "$1" netns "$(net_of switch)" &&
		ip -n "$(net_of switch)" link set "$1" master bridge up &&
		ip -n "$(net_of "$1")" addr add "$(address_of "$1")/24" dev eth0 && ip -n "$(net_of "$1")" link set eth0 up
}

lay_cables()
{
	ip netns add "$(net_of switch)" && ip -n "$(net_of switch)" link add bridge type bridge &&
		ip -n "$(net_of switch)" link set bridge up || return 1
	for m in $machines; do
		plug_in "$m" || return 1
	done
}

clear_cables()
{
	for m in $machines switch; do
		ip netns del "$(net_of "$m")" 2>/dev/null
	done
}

wrapper()	# name -> the words before a program that runs there
{
	[ "$apart" = 0 ] || echo "ip netns exec $(net_of "$1")"
}

# The server's user, in that machine's network.
pg_at()	# name command…
{
	pg_machine=$1
	shift
	cd "$stage" || return 1
	if [ "$apart" = 1 ]; then
		ip netns exec "$(net_of "$pg_machine")" setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
	else
		pg_as "$@"
	fi
}

# As if its power failed: nobody says goodbye, and no packet says that nobody is there.
cut_power()	# db
{
	[ "$apart" = 0 ] || ip -n "$(net_of switch)" link set "$1" down
	pg_stop "$stage/$1" immediate
}

# --- the databases ---

db_host()
{
	if [ "$apart" = 1 ]; then address_of "$1"; else echo "$stage/$1/pg"; fi
}

db_start()	# name [more options]
{
	pg_at "$1" "$pg_bin/pg_ctl" start --silent --wait --timeout=60 --pgdata="$stage/$1/pg/data" --log="$stage/$1/pg/log" \
		--options="-c fsync=off -c unix_socket_directories=$stage/$1/pg \
			-c listen_addresses=$([ "$apart" = 0 ] || address_of "$1") ${2:-}" </dev/null >/dev/null ||
		pg_fail "no start: $(tail -n 5 "$stage/$1/pg/log")"
}

primary()
{
	pg_make "$stage/db1" && echo 'host all,replication all 10.77.0.0/24 trust' | pg_as tee -a "$stage/db1/pg/data/pg_hba.conf" &&
		db_start db1 '-c synchronous_standby_names=*'
}

standby()
{
	install -d -m 700 "$stage/db2/pg" && { [ "$(id -u)" -ne 0 ] || chown postgres "$stage/db2/pg"; } &&
		pg_at db2 "$pg_bin/pg_basebackup" --no-sync --checkpoint=fast --write-recovery-conf --pgdata="$stage/db2/pg/data" \
			--dbname="host=$(db_host db1) user=postgres application_name=db2" &&
		db_start db2 && wait_for is_followed
}

is_followed()
{
	[ "$(pg_sql "$stage/db1" "SELECT sync_state FROM pg_stat_replication")" = sync ]
}

walreceiver()	# -> the process of the standby that takes what the primary sends
{
	pgrep -P "$(head -n 1 "$stage/db2/pg/data/postmaster.pid")" -f walreceiver
}

# --- the hosts ---

host()	# name
{
	make_node "$1" cloud
	{
		pg_env "host=$(db_host db1),$(db_host db2) user=postgres dbname=cloud"
		echo "FEXL_LANES=2"
		echo "FEXL_CONNECT_TIMEOUT_S=2"
		echo "FEXL_STATEMENT_TIMEOUT_MS=4000"
	} >>"$stage/$1/env"
	# shellcheck disable=SC2046 # words
	start_apid "$1" $(wrapper "$1") && keep_port "$1" && start_daemon "$1" realtimed $(wrapper "$1") &&
		wait_for "curl -s --max-time 5 --unix-socket $stage/$1/run/realtimed.sock http://localhost/status | jq -e .apid"
}

# Beside the north, as if in the same building: it knows no other way to the cloud.
till_at_north()
{
	make_node till1 desktop
	# shellcheck disable=SC2046 # words
	start_apid till1 $(wrapper north) && keep_port till1 && start_daemon till1 syncd $(wrapper north) &&
		wait_for "[ -S $stage/till1/run/syncd.sock ]" && pair till1 north
}

# acknowledged NODE PRODUCT UUID: it is stored, by this attempt or by one before it
acknowledged()
{
	sell "$1" "$2" 1 100 "$3" >"$stage/answer.$1" || jq -e .identical "$stage/answer.$1"
}

# One who does not give up: each sale is sent again, as it was, until it is acknowledged.
# A line for each: its uuid, and when, in ms.
cashier()	# node product
{
	(
		trap 'stop=1' TERM
		stop=
		until [ "$stop" ]; do
			u=$(uuid)
			until acknowledged "$1" "$2" "$u" >/dev/null 2>&1; do
				sleep 0.05
			done
			echo "$u $(($(date +%s%N) / 1000000))" >>"$stage/sold.$1"
		done
	) &
	echo $! >"$stage/$1/pid.cashier"
	wait_for "[ -s $stage/sold.$1 ]"
}

sold()	# node
{
	wc -l <"$stage/sold.$1"
}

sells_on()	# node: ten more than now
{
	sells_until=$(($(sold "$1") + 10))
	wait_for "[ \$(sold $1) -ge $sells_until ]"
}

go_home()	# node
{
	kill "$(cat "$stage/$1/pid.cashier")" && wait_for "has_ended $(cat "$stage/$1/pid.cashier")"
}

longest_pause()	# node -> ms
{
	awk 'NR > 1 && $2 - last > most { most = $2 - last } { last = $2 } END { print most + 0 }' "$stage/sold.$1"
}

# --- the story ---

apart=0
mkdir -p "$stage/db1" "$stage/db2" && chmod 755 "$stage/db1" "$stage/db2"
trap '{ pg_stop "$stage/db1"; pg_stop "$stage/db2"; } 2>/dev/null; clear_stage; clear_cables; rm -rf "$stage"' EXIT
if [ "$(id -u)" -ne 0 ]; then
	why='only root may lay cables'
elif lay_cables >"$stage/cables" 2>&1; then
	apart=1
else
	why=$(tail -n 1 "$stage/cables")
	clear_cables
fi
if [ "$apart" = 1 ]; then
	test_expect 'four machines, each in a network of its own' 'ip -n $(net_of north) -br addr show eth0 | grep 10.77.0.11'
else
	test_skip 'four machines, each in a network of its own' "no network namespaces here: $why"
fi
test_expect 'a primary, and a standby that has what the primary acknowledges' '
	primary && standby && pg_roles "$stage/db1" && pg_fresh "$stage/db1" cloud
'
test_expect 'a host in the north, one in the south, a till' '
	host north && host south && ctl north --json tenant create "Corner shop" >$stage/north/tenant.json &&
	cp $stage/north/tenant.json $stage/south/ && product north Tea 100 >$stage/tea && till_at_north
'
tea=$(cat "$stage/tea")
test_expect 'what is sold at one is heard at the other' '
	listen north heard.north && listen south heard.south && u=$(uuid) && sell north $tea 1 100 $u >/dev/null &&
	wait_for "grep -q \"invoice:created $u\" $stage/heard.south" && v=$(uuid) && sell south $tea 1 100 $v >/dev/null &&
	wait_for "grep -q \"invoice:created $v\" $stage/heard.north"
'
test_expect 'while the standby stands still nothing is acknowledged, not even what is sent again; then it is' '
	uuid >$stage/waiting && kill -STOP $(walreceiver) &&
	! acknowledged north $tea $(cat $stage/waiting) && ! acknowledged north $tea $(cat $stage/waiting) &&
	! acknowledged south $tea $(cat $stage/waiting) && kill -CONT $(walreceiver) &&
	wait_for "acknowledged south $tea $(cat $stage/waiting)"
'
test_expect 'both sell, and so does the till' '
	cashier north $tea && cashier south $tea && cashier till1 $tea && sells_on north && sells_on south
'
test_expect 'the primary is gone from one moment to the next; the till does not wait' '
	cut_power db1 && sells_on till1
'
test_expect 'the standby is promoted: both hosts find it and go on' '
	pg_as $pg_bin/pg_ctl promote --silent --wait --timeout=60 --pgdata=$stage/db2/pg/data && sells_on north && sells_on south
'
note "longest pause: north $(longest_pause north) ms, south $(longest_pause south) ms, till $(longest_pause till1) ms"
test_expect 'nobody who listens was thrown out: he is told to look himself, and hears on' '
	wait_for "grep -q ^resync $stage/heard.north && grep -q ^resync $stage/heard.south" && ! grep closed $stage/heard.north $stage/heard.south &&
	w=$(uuid) && wait_for "acknowledged north $tea $w" && wait_for "grep -q \"invoice:created $w\" $stage/heard.south" &&
	x=$(uuid) && wait_for "acknowledged south $tea $x" && wait_for "grep -q \"invoice:created $x\" $stage/heard.north"
'
test_expect 'the till brings what it sold meanwhile' '
	go_home north && go_home south && go_home till1 && wait_for "sync_now till1 && [ \$(pending till1) = 0 ]" && wait_for "is_identical till1"
'
test_expect 'each sale that was acknowledged is there, once, with its payment and its stock' '
	cat $stage/sold.* | cut -d" " -f1 | sort >$stage/acked && pg_sql $stage/db2 cloud "SELECT uuid FROM invoices" | sort >$stage/stored &&
	[ -z "$(comm -23 $stage/acked $stage/stored)" ] && [ -z "$(uniq -d $stage/stored)" ] &&
	n=$(wc -l <$stage/stored) && [ $n = $(($(wc -l <$stage/acked) + 5)) ] &&
	[ "$(api south GET /api/inventory | jq ".items[0].on_hand")" = -$((n * 1000)) ]
'
note "$(wc -l <"$stage/acked") sales acknowledged, none lost"
for m in north south till1; do
	stop_daemon $m realtimed
	stop $m
done
test_done
