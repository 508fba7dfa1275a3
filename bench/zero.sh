# Zero's first copy of PostgreSQL into SQLite, beside a till's first load from a hub
# there, and how soon a change is in its copy.  Sourced by run, after pg.sh and theirs.sh.
#
#	BENCH_ZERO_S	zero-cache in one round, at most (240)
#
# Both have a database of the same throw-away server, with fsync.

zero_is_there()
{
	[ -d "$peers/zero/node_modules" ]
}

# Zero follows the log of PostgreSQL, which must be written for that.
zero_server()
{
	zero_is_there || return 0
	must pg_sql "$stage/pg" "ALTER SYSTEM SET wal_level = 'logical'"
	pg_stop "$stage/pg" fast
	must pg_start "$stage/pg"
}

# As many rows of a product as we have products and sales, in a new database.
zero_database()
{
	must pg_sql "$stage/pg" 'CREATE DATABASE zero'
	must pg_sql "$stage/pg" zero "CREATE TABLE products (id uuid PRIMARY KEY, name text, sku text, barcode text, price bigint, updated_at bigint);
		INSERT INTO products SELECT gen_random_uuid(), 'Product number ' || n || ' of the shelf', 'SKU-' || n, '40' || lpad(n::text, 11, '0'),
			50 + n % 2000, 1700000000000 + n FROM generate_series(1, $size) n; ANALYZE products"
}

# A slot of replication would keep its database.
zero_drop()
{
	must pg_sql "$stage/pg" "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active" >/dev/null
	must wait_for "pg_sql '$stage/pg' 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots'"
	must pg_sql "$stage/pg" 'DROP DATABASE zero WITH (FORCE)'
}

zero_round()
{
	zero_is_there || return 0
	zero_database
	mkdir "$stage/zero"
	if line=$(BENCH_PEERS=$peers timeout "${BENCH_ZERO_S:-240}" node "$src/bench/peers/zero.js" "$stage/pg/pg" zero "$stage/zero" 50 2>"$stage/zero.said"); then
		keep_all zero "$line" load_s seen_p50_us seen_p99_us rss_mb
	else
		say 'round %s: zero-cache ended with %s\n' "$round" $?
		tail -n 5 "$stage/zero.said" >&2
	fi
	rm -r "${stage:?}/zero"
	zero_drop
}

zero_row()
{
	[ -s "$stage/figures/zero.load_s" ] || { say 'Zero is not there: ./dev bench peers\n'; return; }
	say 'zero-cache, %s rows: %.0f rows/s (%s), %.0f MB in its processes; ours by theirs: %s by documents, %s with parts\n' "$size" \
		"$(median zero.load_s)" "$(range zero.load_s)" "$(median zero.rss_mb)" "$(their_ratio pgload.rows_s zero.load_s)" "$(their_ratio pgload.all_s zero.load_s)"
	say 'A change sent to PostgreSQL is in its SQLite after: p50 %.1f ms, p99 %.1f ms (ours, over two hops: ./dev bench hear)\n' \
		"$(median zero.seen_p50_us | in_ms)" "$(median zero.seen_p99_us | in_ms)"
}
