# What a shop costs that does nothing, or little: cycles of sync without news,
# and daemons at rest.  Sourced by run.
#
#	BENCH_REST_S	seconds that the daemons are watched (60)
#	BENCH_GROW	products and past sales of first loads and pushes (2000 20000 200000)
#	BENCH_SELLING	cycles with a sale in each (50)

. "$src/t/device.sh"

# CPU of all threads of a process so far, in us: cpu_us PID
cpu_us()
{
	cat "/proc/$1"/task/*/schedstat | awk '{ n += $1 } END { printf "%.0f", n / 1000 }'
}

# --- cycle: a hub asked by tills that have nothing to tell ---

# A cloud, and a till whose copy is whole.
quiet_pair()
{
	quietly cloud cloud
	quietly till till
	quietly pair till cloud
	tea=$(product till Tea 100)
	quietly sync_now till
}

# A cycle without news is one request: the hub's number is the one that the till has
# pulled up to, so there is nothing to pull.
cycle_tasks()
{
	since=$(rows cloud "SELECT lower(hex(epoch)) || ' ' || seq FROM tenants" |
		sed 's/^\(........\)\(....\)\(....\)\(....\)\(.*\) \(.*\)/\1-\2-\3-\4-\5.\6/')
	printf 'GET\t/api/sync/health?pending=0&cursor=%s&epoch=%s\t"seq":%s,\n' "${since#*.}" "${since%.*}" "${since#*.}"
}

cycle_quiet()	# connections
{
	device_token till >"$stage/cloud/token"
	cycle_tasks >"$stage/cloud/cycle"
	line=$(load cloud "$1" 200 cycle) || exit 1
	keep_all "cycle$1" "$line" per_s p50_us p99_us cpu_us
}

till_syncd()	# [curl option…] path
{
	curl -sS --fail-with-body --max-time "$PATIENCE_S" --unix-socket "$stage/till/run/syncd.sock" "$@"
}

cycles_complete()
{
	till_syncd http://localhost/metrics | sed -n 's/^fexl_sync_cycles_complete_total //p'
}

# A whole cycle on the till, which is told to begin the next one all the time.
cycle_whole()
{
	quietly sync_now till
	complete=$(cycles_complete) began=$(now_ms)
	must till_syncd -o "$stage/answer" -X POST 'http://localhost/sync/now?[1-2000]'
	complete=$(($(cycles_complete) - complete))
	keep till.cycle_us $((($(now_ms) - began) * 1000 / complete))
}

# What a cycle with one sale in it costs the hub: health, push, pull.
cycle_selling()
{
	hub=$(pid_of cloud apid)
	before=$(cpu_us "$hub")
	cycles=${BENCH_SELLING:-50}
	for n in $(seq "$cycles"); do
		must sell till "$tea" 1 100 >/dev/null
		quietly sync_now till
	done
	keep selling.us $((($(cpu_us "$hub") - before) / cycles))
	[ "$(invoices cloud)" = "$(invoices till)" ] || fail 'a sale that was told'
}

# Per core: cycles a second, and tills that come every 30 s: cycle_capacity US
cycle_capacity()
{
	awk -v us="$1" 'BEGIN { printf "%6.0f cycles/s, %8.0f tills", 1e6 / us, 30e6 / us }'
}

bench_cycle()
{
	quiet_pair
	for round in $(each_round); do
		for at_once in 1 8 64; do
			cycle_quiet $at_once
		done
		cycle_whole
		cycle_selling
		their_round 2000
	done
	say '\nA cycle in which nothing is new (health, signed in), SQLite hub; medians of %s\n' "$rounds"
	say '%11s %9s %8s %7s\n' connections cycles/s 'p99 ms' 'CPU us'
	for at_once in 1 8 64; do
		say '%11s %9.0f %8.2f %7.0f\n' $at_once "$(median cycle$at_once.per_s)" \
			"$(median cycle$at_once.p99_us | awk '{ print $1 / 1000 }')" "$(median cycle$at_once.cpu_us)"
	done
	quiet=$(median cycle8.cpu_us)
	mixed=$(median selling.us | awk -v q="$quiet" '{ print 0.99 * q + 0.01 * $1 }')
	say 'A cycle with a sale in it costs the hub %s us of CPU.  One core, tills at 30 s:\n' "$(median selling.us)"
	say '  nothing new     %s\n' "$(cycle_capacity "$quiet")"
	say '  1 %% of them sell %s\n' "$(cycle_capacity "$mixed")"
	their_cycles
	stop till cloud
}

# --- rest: what the daemons cost while nobody asks ---

# How often its threads were put on a processor: switches PID
switches()
{
	cat "/proc/$1"/task/*/status | awk '/ctxt_switches/ { n += $2 } END { print n }'
}

kb_of()	# pid key
{
	awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"
}

# Memory with what is shared divided among all who share it, in KB: shared_kb PID
shared_kb()
{
	awk '$1 == "Pss:" { print $2 }' "/proc/$1/smaps_rollup"
}

rest_pids()
{
	for daemon in apid syncd realtimed; do
		echo "till $daemon $(pid_of till $daemon)"
	done
	echo "cloud apid $(pid_of cloud apid)"
	echo "cloud realtimed $(pid_of cloud realtimed)"
}

bench_rest()
{
	rest_s=${BENCH_REST_S:-60}
	quiet_pair
	start_daemon till realtimed
	start_daemon cloud realtimed
	must wait_for "curl -s --unix-socket $stage/till/run/syncd.sock http://localhost/status | jq -e .cloud_socket"
	quietly sync_now till
	rest_pids | while read -r node daemon pid; do
		echo "$node $daemon $pid $(switches "$pid") $(cpu_us "$pid")"
	done >"$stage/began"
	sleep "$rest_s"
	say '\nDaemons at rest for %s s, till paired and approved, cycle every 30 s\n' "$rest_s"
	say '%6s %10s %12s %10s %8s %8s %12s\n' node daemon 'wake-ups/min' 'CPU ms/min' 'RSS MB' 'PSS MB' 'RssAnon MB'
	while read -r node daemon pid had_switches had_us; do
		say '%6s %10s %12.0f %10.1f %8.1f %8.1f %12.1f\n' "$node" "$daemon" \
			"$(($(switches "$pid") - had_switches))e0" "$(($(cpu_us "$pid") - had_us))e-3" \
			"$(kb_of "$pid" VmRSS)e-3" "$(shared_kb "$pid")e-3" "$(kb_of "$pid" RssAnon)e-3"
	done <"$stage/began" | awk -v s="$rest_s" '/^ *(till|cloud)/ { $3 *= 60 / s; $4 *= 60 / s }
		{ printf "%6s %10s %12.0f %10.1f %8.1f %8.1f %12.1f\n", $1, $2, $3, $4, $5, $6, $7 }'
	stop_daemon till realtimed
	stop_daemon cloud realtimed
	stop till cloud
}

# --- grow: first loads and pushes of ever larger shops ---

bench_grow()
{
	for size in ${BENCH_GROW:-2000 20000 200000}; do
		say '\n%s products and past sales' "$size"
		for what in load push; do
			bench_$what
			clear_stage
			mkdir "$stage/figures"
		done
	done
}
