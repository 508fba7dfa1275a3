# Live updates: fan-out, idle sockets, and how soon a sale is seen elsewhere.
# Sourced by run.
#
#	BENCH_FAN	numbers of subscribers (1000 5000 10000)
#	BENCH_IDLE	idle sockets (50000, or what RLIMIT_NOFILE allows)

files_max=$(ulimit -Hn)
[ "$files_max" != unlimited ] || files_max=1000000

# Each server on one processor, the generator on another, where there are two.
on_cpu()	# number command…
{
	cpu=$1
	shift
	if [ "$(nproc)" -gt 1 ]; then exec taskset -c "$cpu" "$@"; else exec "$@"; fi
}

peer_command()
{
	case $1 in
	ws) [ -d "$peers/node_modules/ws" ] && echo "node $src/bench/peers/ws.js" ;;
	uws) [ -d "$peers/node_modules/uwebsockets" ] && echo "node $src/bench/peers/uws.js" ;;
	bun) [ -n "$(bun_program)" ] && echo "$(bun_program) $src/bench/peers/bun.js" ;;
	esac
}

start_peer()	# name; sets server, port
{
	: >"$stage/port"
	# shellcheck disable=SC2046 # words
	(NODE_PATH=$peers/node_modules on_cpu 0 $(peer_command "$1")) >"$stage/port" 2>"$stage/peer.log" &
	server=$!
	must wait_for "[ -s $stage/port ]"
	port=$(cat "$stage/port")
}

start_ours()	# [name]; sets server
{
	ours=$stage/${1:-ours}
	mkdir -p "$ours/run" "$ours/data"
	(FEXL_RUN_DIR=$ours/run FEXL_DATA_DIR=$ours/data FEXL_WS_CLIENTS=$((files_max - 100)) \
		FEXL_WS_CLIENTS_TENANT=1000000 FEXL_LOG_LEVEL=error on_cpu 0 "$build/fexl-realtimed") &
	server=$!
	must wait_for "[ -S $ours/run/realtimed.sock ]"
}

end_server()
{
	kill -9 "$server"
	wait "$server" 2>/dev/null
	rm -f "$stage/ours"*/run/*
}

# fan NAME N MODE: a line of figures
fan()
{
	if [ "$1" = ours ]; then
		start_ours
		figures=$(on_cpu 1 "$build/bench/fan" realtimed "$stage/ours/run" "$server" "$2" "$3" "$seconds") || { end_server; fail "fan $*"; }
	else
		start_peer "$1"
		figures=$(on_cpu 1 "$build/bench/fan" peer "$port" "$server" "$2" "$3" "$seconds") || { end_server; fail "fan $*"; }
	fi
	end_server
}

those_who_are_there()
{
	echo ours
	for peer in ws uws bun; do
		[ -z "$(peer_command $peer)" ] || echo $peer
	done
}

fan_row()	# name n
{
	say '%6s %6s %12.0f %8.2f %12.0f %8.2f %8.1f %8.1f' "$1" "$2" "$(median "$1.$2.two.deliveries_s")" "$(median "$1.$2.two.cpu_us")" \
		"$(median "$1.$2.burst.deliveries_s")" "$(median "$1.$2.burst.cpu_us")" "$(median "$1.$2.paced.p50_ms")" "$(median "$1.$2.paced.p99_ms")"
	if [ "$1" = ours ]; then
		say '\n'
	else
		say '   %.2f %.2f\n' "$(ratio "ours.$2.two.cpu_us" "$1.$2.two.cpu_us")" "$(ratio "ours.$2.burst.cpu_us" "$1.$2.burst.cpu_us")"
	fi
}

bench_fan()
{
	say '\nOne event to N WebSockets; medians of %s; CPU of the server, a delivery; ratio: ours / theirs of the CPU at 2 and at 16 under way\n' "$rounds"
	say '%6s %6s %12s %8s %12s %8s %8s %8s   %s\n' server N '2: del./s' 'CPU us' '16: del./s' 'CPU us' 'p50 ms' 'p99 ms' ratios
	for n in ${BENCH_FAN:-1000 5000 10000}; do
		for round in $(each_round); do
			for who in $(those_who_are_there); do
				fan "$who" "$n" inflight=2
				keep_all "$who.$n.two" "$figures" deliveries_s cpu_us
				fan "$who" "$n" inflight=16
				keep_all "$who.$n.burst" "$figures" deliveries_s cpu_us
				fan "$who" "$n" paced=20
				keep_all "$who.$n.paced" "$figures" p50_ms p99_ms
			done
		done
		for who in $(those_who_are_there); do
			fan_row "$who" "$n"
		done
	done
}

sockets_of_all()
{
	awk '/^TCP:/ { print $3 }' /proc/net/sockstat
}

# More than one process may hold: several hosts' realtimed on this machine, all of
# them at once.  A line a host.
idle_on_hosts()	# hosts n-each
{
	: >"$stage/servers"
	before=$(sockets_of_all)
	for host in $(seq "$1"); do
		start_ours "ours$host"
		echo "$server" >>"$stage/servers"
		"$build/bench/fan" realtimed "$stage/ours$host/run" "$server" "$2" idle 30 >"$stage/idle.$host" &
	done
	held=0
	must wait_for "[ \$((\$(sockets_of_all) - $before)) -ge $((2 * $1 * $2)) ]" && held=$(($1 * $2))
	must wait_for "[ \$(cat $stage/idle.* | wc -l) -eq $1 ]"
	while read -r server; do
		end_server
	done <"$stage/servers"
	cat "$stage"/idle.* | awk -v held="$held" '{ for (i = 1; i <= NF; i++) { split($i, f, "="); sum[f[1]] += f[2] } }
		END { printf "clients=%d kb_each=%.3f cpu_ms_s=%.2f\n", held, sum["kb_each"] / NR, sum["cpu_ms_s"] }'
}

bench_idle()
{
	n=${BENCH_IDLE:-50000}
	room=$((files_max - 200))
	if [ "$n" -gt "$room" ]; then
		hosts=$(((n + room - 1) / room))
		figures=$(idle_on_hosts "$hosts" $((n / hosts + 1)))
		say '\nOurs as %s hosts, since a process may open %s files: %s idle WebSockets held at once, %.3f kB each, %.2f ms/s of CPU in all\n' \
			"$hosts" "$files_max" "$(value clients "$figures")" "$(value kb_each "$figures")" "$(value cpu_ms_s "$figures")"
		n=$room
	fi
	say '\nIdle WebSockets: memory of the process (RssAnon), each; CPU while they rest\n%6s %6s %9s %9s\n' server N 'kB each' 'ms/s'
	for who in $(those_who_are_there); do
		fan "$who" "$n" idle
		say '%6s %6s %9.3f %9.2f\n' "$who" "$n" "$(value kb_each "$figures")" "$(value cpu_ms_s "$figures")"
	done
}

# A sale on one till until the event is on a screen of the other, which has the row then.
bench_hear()
{
	FEXL_SYNC_INTERVAL_S=3600
	quietly cloud cloud
	quietly till a
	quietly till b
	for node in cloud a b; do
		start_daemon $node realtimed
	done
	quietly pair a cloud
	quietly pair b cloud
	tea=$(product a Tea 100)
	must wait_for "[ \"\$(rows b 'SELECT count(*) FROM products')\" = 1 ]"
	for node in a b; do
		must wait_for "curl -s --unix-socket $stage/$node/run/syncd.sock http://localhost/status | jq -e .cloud_socket"
	done
	for round in $(each_round); do
		line=$(perl -I"$src/t/lib" "$src/bench/hear.pl" "$stage/a" "$stage/b" "$tea" $((20 * seconds * 5)) 20) || fail hear
		keep_all hear "$line" p50_us p95_us p99_us
	done
	say '\nSale on till A until the event on till B, 20 sales a second, by way of the cloud; medians of %s\n' "$rounds"
	say 'p50 %.1f ms, p95 %.1f ms, p99 %.1f ms\n' "$(median hear.p50_us | awk '{ print $1 / 1000 }')" \
		"$(median hear.p95_us | awk '{ print $1 / 1000 }')" "$(median hear.p99_us | awk '{ print $1 / 1000 }')"
	stop a b cloud
}
