#!/bin/sh
test_description='a shop with 50,000 products on screen: found, scanned and scrolled without a hitch'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"
[ -n "${FEXL_LONG:-}" ] || skip_all '50,000 products take minutes: ./dev test --long'

# In files that one import takes: Arabic beside Latin, as shops have it.
products_csv()	# first last
{
	awk -v first="$1" -v last="$2" 'BEGIN {
		n = split("rice tea oil soap milk bread sugar honey salt water رز شاي", word)
		print "name,sku,barcode,price"
		for (i = first; i <= last; i++)
			printf "%s %s %d,SKU-%d,628%010d,%d\n", word[i % n + 1], word[int(i / n) % n + 1], i, i, i, 100 + i % 900
	}'
}

fill()	# node
{
	first=1
	while [ "$first" -lt 50000 ]; do
		products_csv "$first" $((first + 4999)) >"$stage/products.csv" &&
			curl -sS --fail-with-body --max-time 300 --unix-socket "$stage/$1/run/apid.sock" -H 'Content-Type: text/csv' \
				--data-binary "@$stage/products.csv" http://localhost/api/import/products || return 1
		first=$((first + 5000))
	done
}

{
	full_till till && people till && fill till
} >"$stage/out" 2>&1 || bail "the stage: $(tail -n 3 "$stage/out")"
browse many.mjs till
