#!/bin/sh
test_description='a real shop of 50,000 lines: two tills and a cloud end identical, and the books say what the file says'
. "${FEXL_SRC:-.}/t/lib.sh"

# Online Retail (Chen, UCI Machine Learning Repository, 2015, CC BY 4.0) is not part of the tree.
csv=${FEXL_DATA_CSV:-$src/../shared/data/online-retail.csv.gz}
[ -r "$csv" ] || skip_all "there is no $csv: FEXL_DATA_CSV names it"
PATIENCE_S=${FEXL_PATIENCE_S:-120}
LC_ALL=C
export LC_ALL

figure()	# name, as the file alone has it
{
	sed -n "s/^$1 //p" "$stage/figures"
}

read_the_file()
{
	zcat "$csv" | awk -v units="$stage/units" -v back="$stage/back" -f "$src/t/online-retail.awk" >"$stage/figures" &&
		sort -o "$stage/units" "$stage/units" && sort -o "$stage/back" "$stage/back"
}

imported()	# path in what fexlctl said
{
	jq "$1" "$stage/import.json"
}

balance()	# node code: debit less credit
{
	api "$1" GET /api/reports/trial-balance | jq "[.items[] | select(.code == \"$2\") | .debit - .credit] | add // 0"
}

# On hand of all products, page by page.
on_hand()	# node
{
	after=
	while :; do
		api "$1" GET "/api/inventory?limit=200$after" >"$stage/page" || return 1
		jq -r '.items[] | "\(.product) \(.on_hand)"' "$stage/page"
		[ "$(jq -r .next "$stage/page")" != null ] || break
		after="&after=$(jq -r .next "$stage/page")"
	done | sort
}

# Bought less what the file sold of it, and what came back, for each product.
opening_less_sold()	# node
{
	rows "$1" "SELECT p.sku, sum(l.qty) FROM purchase_lines l JOIN products p ON p.tenant = l.tenant AND p.uuid = l.product GROUP BY p.sku" |
		awk -F '|' -v OFS='|' -v units="$stage/units" -v back="$stage/back" '
			{ left[$1] += $2 }
			END {
				while ((getline <units) > 0) left[$1] -= 1000 * $2
				while ((getline <back) > 0) left[$1] += 1000 * $2
				for (sku in left) printf "%s|%d\n", sku, left[sku]
			}' >"$stage/left"
	# What is no good is in no stock.
	rows "$1" "SELECT sku FROM products WHERE tracked = 1" | sort >"$stage/kept"
	sort "$stage/left" | join -t '|' "$stage/kept" -
}

same_on_hand()	# node
{
	api "$1" GET '/api/products?limit=1' >/dev/null || return 1
	rows "$1" "SELECT sku, $(uuid_as_text "$1") FROM products" | sort -t '|' -k 2 | tr '|' '\t' >"$stage/skus"
	on_hand "$1" | tr ' ' '\t' | join -t "$(printf '\t')" -1 2 -2 1 -o 1.1,2.2 "$stage/skus" - | tr '\t' '|' | sort >"$stage/on_hand"
	opening_less_sold "$1" | sort >"$stage/expected"
	[ "$(wc -l <"$stage/expected")" -gt 2000 ] && join -t '|' "$stage/expected" "$stage/on_hand" |
		awk -F '|' '$2 != $3 { print; bad = 1 } END { exit bad || NR == 0 }' &&
		[ "$(join -t '|' "$stage/expected" "$stage/on_hand" | wc -l)" = "$(wc -l <"$stage/expected")" ]
}

uuid_as_text()	# node
{
	if grep -q '^DB_TYPE=postgres' "$stage/$1/env"; then
		echo "uuid"
	else
		echo "lower(substr(hex(uuid), 1, 8) || '-' || substr(hex(uuid), 9, 4) || '-' || substr(hex(uuid), 13, 4) || '-' || \
substr(hex(uuid), 17, 4) || '-' || substr(hex(uuid), 21))"
	fi
}

books()	# node: does it say what the file says?
{
	test_expect "$1: as many sales as the file has, of the same worth" '
		[ "$(invoices '"$1"')" = "$(figure sales)" ] && [ "$(rows '"$1"' "SELECT sum(total) FROM invoices")" = "$(figure amount)" ] &&
		[ "$(rows '"$1"' "SELECT count(*) FROM invoice_lines")" = "$(figure sold_lines)" ]
	'
	test_expect "$1: as many returns" '
		[ "$(rows '"$1"' "SELECT count(*) FROM returns")" = "$(figure return_invoices)" ] &&
		[ "$(rows '"$1"' "SELECT sum(total) FROM returns")" = "$(figure refunds)" ] &&
		[ "$(rows '"$1"' "SELECT count(*) FROM return_lines")" = "$(figure return_lines)" ] &&
		rows '"$1"' "SELECT p.sku, CAST(sum(l.qty) / 1000 AS bigint) FROM return_lines l JOIN products p
			ON p.tenant = l.tenant AND p.uuid = l.product GROUP BY p.sku" | sort | diff - $stage/back
	'
	test_expect "$1: of each product as many units" '
		rows '"$1"' "SELECT p.sku, CAST(sum(l.qty) / 1000 AS bigint) FROM invoice_lines l JOIN products p
			ON p.tenant = l.tenant AND p.uuid = l.product GROUP BY p.sku" | sort | diff - $stage/units
	'
	test_expect "$1: on hand is the opening stock less what was sold and with what came back, product by product" "same_on_hand $1"
	test_expect "$1: sales, refunds, cash and cost are the file's, and all of it balances" '
		api '"$1"' GET /api/reports/trial-balance | jq -c ".items[]" &&
		[ "$(balance '"$1"' 4010)" = "-$(figure amount)" ] && [ "$(balance '"$1"' 4020)" = "$(figure refunds)" ] &&
		[ "$(balance '"$1"' 1010)" = "$(($(figure amount) - $(figure refunds)))" ] &&
		[ "$(balance '"$1"' 5010)" = "$(($(figure cost) - $(figure worth_back)))" ] &&
		[ "$(api '"$1"' GET /api/reports/trial-balance | jq "[.items[] | .debit - .credit] | add")" = 0 ]
	'
	test_expect "$1: the valuation is the stock account" '
		worth=$((3150 + $(figure worth_back))) && [ "$(api '"$1"' GET /api/reports/valuation | jq .total)" = $worth ] &&
		[ "$(balance '"$1"' 1200)" = $worth ]
	'
}

story()
{
	test_expect 'a cloud and a till' 'cloud cloud $engine && till till1 && pair till1 cloud'
	test_expect 'the file comes in on the till' '
		began=$(date +%s) && ctl till1 --json import "$csv" --map online-retail --report $stage/report.csv >$stage/import.json &&
		echo $(($(date +%s) - began)) >$stage/took
	'
	note "imported in $(cat "$stage/took") s; the file says: $(paste -sd, "$stage/figures" | sed 's/,/, /g')"
	test_expect 'every line is sold, returned or refused, with the reason that the file gives' '
		[ "$(imported .lines.total)" = "$(figure lines)" ] && [ "$(imported .lines.sold)" = "$(figure sold_lines)" ] &&
		[ "$(imported .products)" = "$(figure products)" ] && [ "$(imported .customers)" = "$(figure customers)" ] &&
		[ "$(imported .lines.returned)" = "$(figure return_lines)" ] && [ "$(imported .returns.posted)" = "$(figure return_invoices)" ] &&
		[ "$(imported "[.refused | to_entries[] | select(.key | startswith(\"negative_quantity:\")) | .value] | add")" = "$(figure negative_lines)" ] &&
		[ "$(imported "[.refused[]] | add")" = "$(figure negative_lines)" ]
	'
	test_expect 'the report names them one by one' '[ "$(($(wc -l <$stage/report.csv) - 1))" = "$(figure negative_lines)" ]'
	test_expect 'the cloud has all of it' 'sync_now till1 && [ "$(pending till1)" = 0 ] && [ "$(invoices cloud)" = "$(figure sales)" ]'
	test_expect 'a late delivery, so that something is left' '
		buy till1 $(api till1 GET "/api/products?limit=1" | jq -r ".items[0].uuid") 7 450 && sync_now till1
	'
	test_expect 'a second till gets it' '
		began=$(date +%s) && till till2 && pair till2 cloud && sync_now till1 && echo $(($(date +%s) - began)) >$stage/took
	'
	note "the second till had all of it after $(cat "$stage/took") s: $(api till2 GET /api/sync/status | jq .pairing.load.total) rows"
	for n in till1 cloud till2; do
		books $n
	done
	test_expect 'same: digests prove that all three are identical' 'is_identical till1 till2'
}

# clear_stage() takes the figures too: they are cheap.
on_each_engine()
{
	test_expect 'figures from the file alone, by awk' 'read_the_file && [ "$(figure bad_lines)" = 0 ] && [ "$(figure bad_returns)" = 0 ] && [ "$(figure lines)" -gt 0 ]'
	story
}

each_engine on_each_engine
test_done
