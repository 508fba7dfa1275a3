#!/bin/sh
test_description='on screen, side by side: sold twice, paid twice, made twice; settled, merged, and taken apart'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"

owe()	# node customer product
{
	api "$1" POST /api/invoices "{\"customer\":\"$2\",\"lines\":[{\"product\":\"$3\",\"qty\":1000,\"unit_price\":250}]}" | jq -r .uuid
}

# Two tills that cannot reach each other do what cannot both be right.
apart()
{
	for t in till1 till2; do
		sell $t "$tea" 1 250 >/dev/null &&
			api $t POST /api/invoices/"$debt"/payments '{"method":"cash","amount":250}' >/dev/null &&
			api $t POST /api/products "{\"name\":\"Basmati of $t\",\"price\":5000,\"barcode\":\"4006381333931\"}" |
			jq -r .uuid >"$stage/rice.$t" && buy $t "$(cat "$stage/rice.$t")" 4 3000 >/dev/null &&
			api $t POST /api/customers "{\"name\":\"Layla at $t\",\"phone\":\"07701234567\"}" | jq -r .uuid >"$stage/layla.$t" &&
			owe $t "$(cat "$stage/layla.$t")" "$(cat "$stage/rice.$t")" >/dev/null || return 1
	done
}

{
	full_cloud cloud && full_till till1 && full_till till2 && pair till1 cloud && pair till2 cloud &&
		tea=$(product till1 Tea 250) && buy till1 "$tea" 2 100 && ali=$(customer till1 0790) && debt=$(owe till1 "$ali" "$tea") &&
		sync_now till1 till2 && stop cloud && apart && start cloud && sync_now till1 till2 till1
} >"$stage/out" 2>&1 || bail "the stage: $(tail -n 3 "$stage/out")"
browse reviews.mjs cloud till1
