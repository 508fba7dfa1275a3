# Complete Sale on PostgreSQL, one shop and eight: through fexl-apid, and the
# same transactions in loops over libpq.  Sourced by run.
#
#	BENCH_SHOPS	numbers of shops (1 8)
#
# The server is a throw-away one of its own (t/pg.sh), with fsync.

pg_shop()	# number
{
	must ctl cloud --json tenant create "Shop $1" >"$stage/cloud/tenant.$1"
	tenant=$(jq -r .tenant_uuid "$stage/cloud/tenant.$1")
	echo "$tenant" >"$stage/cloud/uuid.$1"
	must ctl cloud --json user add Owner --role owner --password-file "$stage/password" --tenant "$tenant" >/dev/null
}

pg_token()	# number
{
	curl -sS --fail-with-body -H 'Content-Type: application/json' \
		-d '{"tenant":"'"$(cat "$stage/cloud/uuid.$1")"'","user":"Owner","password":"correct horse battery"}' \
		"$(url_of cloud)/api/session" | jq -r .token >"$stage/cloud/token.$1"
}

# A cloud with so many shops of 200 products: pg_shops N
pg_shops()
{
	echo 'correct horse battery' >"$stage/password"
	quietly cloud cloud postgres
	sed -i 's/^FEXL_LANES=.*/FEXL_LANES=8/' "$stage/cloud/env"
	conninfo=$(pg_named "$story_db")
	for n in $(seq "$1"); do
		pg_shop "$n"
	done
	stop cloud
	for n in $(seq "$1"); do
		BENCH_TENANT=$(cat "$stage/cloud/uuid.$n") \
			must "$build/bench/fill" "$conninfo" 200 0 "$stage/cloud/sale.$n" "$stage/cloud/get"
	done
}

# All shops at once; their rates are added: pg_at_once SHOPS COMMAND-WITH-NUMBER
pg_at_once()
{
	for n in $(seq "$1"); do
		$2 "$n" "$1" >"$stage/figures/part.$n" &
		echo $!
	done >"$stage/parts"
	while read -r part; do
		wait "$part" || fail "$2"
	done <"$stage/parts"
	cat "$stage/figures"/part.* | tr ' ' '\n' | awk -F= '$1 == "per_s" { rate += $2 }
		$1 == "p99_us" && $2 > p99 { p99 = $2 } END { print "per_s=" rate " p99_us=" p99 }'
	rm "$stage/figures"/part.*
}

pg_http()	# number shops
{
	timeout $((seconds + 30)) "$build/bench/load" -a "127.0.0.1:$(port_of cloud)" -c $((64 / $2)) -s "$seconds" -e 201 \
		-H "Authorization: Bearer $(cat "$stage/cloud/token.$1")" "$stage/cloud/sale.$1"
}

pg_loop()	# number shops
{
	BENCH_TENANT=$(cat "$stage/cloud/uuid.$1") timeout $((seconds + 30)) \
		"$build/bench/limit-sale" "$conninfo" "$stage/cloud/sale.$1" $((64 / $2)) "$seconds"
}

pg_round()	# shops
{
	must start_apid cloud
	for n in $(seq "$1"); do
		must pg_token "$n"
	done
	keep_all "pg$1.http" "$(pg_at_once "$1" pg_http)" per_s p99_us
	keep "pg$1.mb" "$(peak_mb cloud apid)"
	stop cloud
	keep_all "pg$1.loop" "$(pg_at_once "$1" pg_loop)" per_s p99_us
}

bench_pgsale()
{
	pg_found || { say '\npgsale: PostgreSQL 15 is not there\n'; return; }
	mkdir "$stage/pg"
	must pg_start "$stage/pg"
	for shops in ${BENCH_SHOPS:-1 8}; do
		pg_shops $shops
		for round in $(each_round); do
			pg_round $shops
		done
		pg_admin "DROP DATABASE $story_db WITH (FORCE)"
		rm -r "${stage:?}/cloud"
	done
	story_db=
	pg_stop "$stage/pg" fast
	say '\nComplete Sale, PostgreSQL 15 with fsync, 64 connections in all, 8 lanes; medians of %s\n' "$rounds"
	say '%6s | %9s %8s %12s | %12s %8s | %5s\n' shops sales/s 'p99 ms' 'peak RSS MB' 'loops sales/s' 'p99 ms' ratio
	for shops in ${BENCH_SHOPS:-1 8}; do
		say '%6s | %9.0f %8.1f %12.1f | %12.0f %8.1f | %5.2f\n' $shops "$(median pg$shops.http.per_s)" \
			"$(median pg$shops.http.p99_us | awk '{ print $1 / 1000 }')" "$(median pg$shops.mb)" "$(median pg$shops.loop.per_s)" \
			"$(median pg$shops.loop.p99_us | awk '{ print $1 / 1000 }')" "$(ratio pg$shops.http.per_s pg$shops.loop.per_s)"
	done
}
