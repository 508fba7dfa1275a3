# Complete Sale on PostgreSQL, one shop and eight: through fexl-apid, the same
# transactions in loops over libpq, and Bun.sql.  Sourced by run.
#
#	BENCH_SHOPS	numbers of shops (1 8)
#	BENCH_BUN_POOL	connections of Bun to PostgreSQL (16)
#
# The server is a throw-away one of its own (t/pg.sh), with fsync.

# The server of a run that fails ends with it.
pg_end()
{
	[ ! -f "$stage/pg/pg/data/postmaster.pid" ] || { story_db=; pg_stop "$stage/pg"; }
}
trap 'pg_end; clear_stage; rm -rf "$stage"' EXIT

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
	rows cloud 'VACUUM ANALYZE'	# autovacuum would, after a minute
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

# CPU time so far of PostgreSQL, its processes that ended too, and of one more: pg_cpu_us PID
pg_cpu_us()
{
	cat /proc/[0-9]*/stat 2>/dev/null | sed 's/ (.*) / /' |
		awk -v top="$(head -n 1 "$stage/pg/pg/data/postmaster.pid")" -v pid="$1" -v tick="$(getconf CLK_TCK)" '
		$1 == top || $3 == top { n += $13 + $14 + $15 + $16 }
		$1 == pid { n += $13 + $14 }
		END { printf "%.0f", n * 1e6 / tick }'
}

# pg_measure NAME NODE TABLE SHOPS COMMAND: its rates, and what each of its rows cost NODE and PostgreSQL together
pg_measure()
{
	pg_pid=$(pid_of "$2" apid)
	rows_before=$(rows cloud "SELECT count(*) FROM $3") cpu_before=$(pg_cpu_us "$pg_pid")
	line=$(pg_at_once "$4" "$5") || exit 1
	keep_all "$1" "$line" per_s p99_us
	keep "$1.cpu_us" $((($(pg_cpu_us "$pg_pid") - cpu_before) / ($(rows cloud "SELECT count(*) FROM $3") - rows_before)))
	keep "$1.rss_kb" "$(peak_mb "$2" apid | awk '{ print 1024 * $1 }')"
}

pg_http()	# number shops
{
	timeout $((seconds + 30)) "$build/bench/load" -a "127.0.0.1:$(port_of cloud)" -c $((64 / $2)) -s "$seconds" -e 201 \
		-H "Authorization: Bearer $(cat "$stage/cloud/token.$1")" "$stage/cloud/sale.$1"
}

pg_http_bun()	# number shops
{
	timeout $((seconds + 30)) "$build/bench/load" -a "127.0.0.1:$(port_of bun)" -c $((64 / $2)) -s "$seconds" -e 201 \
		-H "Authorization: Bearer $(cat "$stage/cloud/uuid.$1")" "$stage/cloud/sale.$1"
}

# Bun's sales, and how many there are: pg_bun NAME PROGRAM TABLE SHOPS CONNECTIONS
pg_bun()
{
	[ -n "$(bun_program)" ] || return 0
	: >"$stage/shop/token"
	stand_in bun "$(bun_program)" "$src/bench/peers/$2" "$stage/pg/pg/.s.PGSQL.5432" "$story_db" "$5"
	pg_measure "pg$4.$1" bun "$3" "$4" pg_http_bun
	stop_daemon bun apid
}

# Whether they are whole is asked of the database itself.
pg_bun_day()	# shops
{
	pg_bun bun bun-pg-shop.js bun.invoices "$1" "${BENCH_BUN_POOL:-16}"
	[ -z "$(bun_program)" ] || [ "$(rows cloud 'SELECT count(*) > 0 AND count(*) * 3 = (SELECT count(*) FROM bun.lines)
		AND count(*) * 4 = (SELECT count(*) FROM bun.entries)
		AND (SELECT -sum(on_hand) FROM bun.stock) = (SELECT sum(qty) FROM bun.lines) FROM bun.invoices')" = t ] || fail 'a sale of Bun that is whole'
}

# A connection a shop: its sales wait for each other, and more of them only wait more dearly.
pg_bun_books()	# shops
{
	pg_bun books bun-pg-books.js invoices "$1" "$1"
	[ -z "$(bun_program)" ] || [ "$(rows cloud "SELECT count(*) * 3 = (SELECT count(*) FROM invoice_lines) AND count(*) = count(DISTINCT (tenant, number))
		AND (SELECT sum(on_hand) FROM stock) = (SELECT sum(qty) FROM stock_moves) AND (SELECT sum(qty_left) FROM layers) = (SELECT sum(qty) FROM stock_moves)
		AND (SELECT sum(debit) = sum(credit) FROM journal_lines) FROM invoices")" = t ] || fail 'a sale in the books of Bun that is whole'
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
	pg_measure "pg$1.http" cloud invoices "$1" pg_http
	stop cloud
	line=$(pg_at_once "$1" pg_loop) || exit 1
	keep_all "pg$1.loop" "$line" per_s p99_us
	on=
	pg_bun_books "$1"
	pg_bun_day "$1"
}

pg_rows()	# shops
{
	sale_row "fexl-apid, shops: $1" "pg$1.http" "pg$1.http"
	sale_row 'the same in loops over libpq' "pg$1.loop" "pg$1.http"
	sale_row 'Bun.sql, the same rows' "pg$1.books" "pg$1.http"
	sale_row 'Bun.sql, as a programmer does it in a day' "pg$1.bun" "pg$1.http"
}

bench_pgsale()
{
	pg_found || { say '\npgsale: PostgreSQL 15 is not there\n'; return; }
	mkdir "$stage/pg" "$stage/shop"
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
	sale_head 'CPU with PostgreSQL'"'s"
	for shops in ${BENCH_SHOPS:-1 8}; do
		pg_rows $shops
	done
}
