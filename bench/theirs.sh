# First pushes, first loads and cycles of those who synchronise too.  Sourced by run.
#
#	BENCH_SYNC_PEERS	who (rxdb turso pouch)
#	BENCH_SYNC_S		one of them in one round, at most (300)
#
# peers/sync.js takes the same number of rows one way and the other, on one device and
# its server: a product each.  Of ours a sale is one document and some fifteen rows, so
# both ratios are printed.

sync_peers()
{
	for peer in ${BENCH_SYNC_PEERS:-rxdb turso pouch}; do
		[ ! -d "$peers/$peer/node_modules" ] || echo "$peer"
	done
}

# One round of each: their_round ROWS.  Who does not end, or is wrong, is said to.
their_round()
{
	for peer in $(sync_peers); do
		mkdir "$stage/$peer"
		if line=$(BENCH_PEERS=$peers timeout "${BENCH_SYNC_S:-300}" node "$src/bench/peers/sync.js" "$peer" "$1" "$seconds" "$stage/$peer" \
			2>"$stage/$peer/said"); then
			keep_all "$peer" "$line" push_s load_s cycle_us cycle_p99_us server_mb
		else
			say 'round %s: %s ended with %s\n' "$round" "$peer" $?
			tail -n 5 "$stage/$peer/said" >&2
		fi
		rm -r "${stage:?}/$peer"
	done
}

# Only rounds that both have make a ratio: a peer that failed in one is left out of it.
their_ratio()	# OURS THEIRS
{
	if [ "$(wc -l <"$stage/figures/$1")" = "$(wc -l <"$stage/figures/$2")" ]; then
		say '%.3g' "$(ratio "$1" "$2")"
	else
		say '%s' -
	fi
}

# their_rates WHAT ROWS: WHAT is push or load
their_rates()
{
	say '%14s %9s %17s %16s | ours by theirs: %8s %16s\n' "$2 rows" 'rows/s' range 'server peak MB' documents 'with parts'
	for peer in $(sync_peers); do
		[ -s "$stage/figures/$peer.$1_s" ] || continue
		say '%14s %9.0f %17s %16.1f | %24s %16s\n' "$peer" "$(median "$peer.$1_s")" "$(range "$peer.$1_s")" "$(median "$peer.server_mb")" \
			"$(their_ratio "$1.rows_s" "$peer.$1_s")" "$(their_ratio "$1.all_s" "$peer.$1_s")"
	done
	[ -n "$(sync_peers)" ] || say 'peers are not there: ./dev bench peers\n'
}

# Their cycles, seen from the device, beside ours: there, and on the hub's wire
their_cycles()
{
	say 'A cycle in which nothing is new, seen from the device that asks, one after the other; ours by theirs:\n'
	say '%10s %9s %9s | %16s %22s\n' '' 'p50 us' 'p99 us' 'a till, whole' 'the hub, keep-alive'
	say '%10s %9.0f %9s |\n' fexl-syncd "$(median till.cycle_us)" ''
	for peer in $(sync_peers); do
		[ -s "$stage/figures/$peer.cycle_us" ] || continue
		say '%10s %9.0f %9.0f | %16s %22s\n' "$peer" "$(median "$peer.cycle_us")" "$(median "$peer.cycle_p99_us")" \
			"$(their_ratio till.cycle_us "$peer.cycle_us")" "$(their_ratio cycle1.p50_us "$peer.cycle_us")"
	done
	[ -n "$(sync_peers)" ] || say 'peers are not there: ./dev bench peers\n'
}
