# Complete Sale on one till, beside the same transactions in a C loop and beside Bun.
# Sourced by run.

sale_http()	# connections
{
	fresh_shop shop
	must start_apid shop
	line=$(load shop "$1" 201 sale) || exit 1
	stop shop
	keep_all "http$1" "$line" per_s p99_us cpu_us rss_kb
}

sale_limit()	# name sales-a-commit [--bare]
{
	fresh_shop shop
	line=$(must timeout $((seconds + 30)) "$build/bench/limit-sale" ${3:+"$3"} "$stage/shop/data/fexl.db" "$stage/shop/sale" "$2" "$seconds") || exit 1
	keep_all "$1$2" "$line" per_s p99_us cpu_us
}

sale_bun()	# name program connections
{
	[ -n "$(bun_program)" ] || return 0
	cp "$stage/shop/sale" "$stage/bun/"
	on=
	start_bun "$2"
	line=$(load bun "$3" 201 sale) || exit 1
	stop_daemon bun apid
	keep_all "$1$3" "$line" per_s p99_us cpu_us rss_kb
}

# Of a figure in us or KB, in ms or MB: a thousand of them, or nothing
in_thousands()	# name
{
	[ ! -s "$stage/figures/$1" ] || median "$1" | awk '{ printf "%.1f", $1 / 1000 }'
}

# Ours by theirs, or nothing
sale_ratio()	# our-name their-name
{
	[ ! -s "$stage/figures/$2" ] || ratio "$1" "$2" | awk '{ printf "%.2f", $1 }'
}

sale_head()	# words
{
	say '%-42s %9s %15s %8s %8s %8s | ours by theirs: rate, p99, CPU\n' "$1" sales/s range 'p99 ms' 'CPU us' 'RSS MB'
}

sale_row()	# words name our-name
{
	[ -s "$stage/figures/$2.per_s" ] || return 0
	say '%-42s %9.0f %15s %8s %8s %8s' "$1" "$(median "$2.per_s")" "$(range "$2.per_s")" "$(in_thousands "$2.p99_us")" \
		"$([ ! -s "$stage/figures/$2.cpu_us" ] || median "$2.cpu_us" | awk '{ printf "%.0f", $1 }')" "$(in_thousands "$2.rss_kb")"
	[ "$2" = "$3" ] || say ' | %8s %8s %8s' "$(sale_ratio "$3.per_s" "$2.per_s")" "$(sale_ratio "$3.p99_us" "$2.p99_us")" \
		"$(sale_ratio "$3.cpu_us" "$2.cpu_us")"
	say '\n'
}

sale_rows()	# connections
{
	sale_row "fexl-apid, $1 connections" "http$1" "http$1"
	sale_row "the same in a C loop, $1 a commit" "loop$1" "http$1"
	sale_row 'its rows alone, in a C loop' "bare$1" "http$1"
	sale_row 'Bun, the same rows' "books$1" "http$1"
	sale_row 'Bun, as a programmer does it in a day' "bun$1" "http$1"
}

bench_sale()
{
	shop shop
	save_shop shop
	mkdir -p "$stage/bun"
	for round in $(each_round); do
		for at_once in 1 8 64; do
			sale_http $at_once
			sale_limit loop $at_once
			sale_limit bare $at_once --bare
			sale_bun books bun-books.js $at_once
			sale_bun bun bun-shop.js $at_once
		done
	done
	say '\nComplete Sale (3 lines, 1 payment), SQLite, synchronous=FULL; medians of %s\n' "$rounds"
	sale_head ''
	for at_once in 1 8 64; do
		sale_rows $at_once
	done
	[ -n "$(bun_program)" ] || say 'Bun is not there: ./dev bench peers\n'
}
