#!/bin/sh
test_description='reports over REST: the same figures as JSON and CSV, on SQLite and PostgreSQL'
. "${FEXL_SRC:-.}/t/lib.sh"

# Status and media type behind the body, as anybody gets it.
ask()	# node PATH [curl options…]
{
	ask_node=$1 ask_path=$2
	shift 2
	curl -sS --max-time "$PATIENCE_S" --unix-socket "$stage/$ask_node/run/apid.sock" -w '\n%{http_code} %{content_type}\n' "$@" "http://localhost$ask_path"
}

post()	# node PATH JSON
{
	api "$1" POST "$2" "$3" >/dev/null
}

uuid_number()	# fixed uuids, so that two servers sort alike
{
	printf '01900000-0000-7000-8000-%012d' "$1"
}

tea=$(uuid_number 1) jam=$(uuid_number 2) ali=$(uuid_number 4) mill=$(uuid_number 5) one=$(uuid_number 30)

# What happened in the shop; the fifth of January 2026 was a Monday.
january()	# node
{
	post "$1" /api/products "{\"uuid\":\"$tea\",\"name\":\"Tea, green\",\"price\":100,\"tax_rate\":2500}" &&
	post "$1" /api/products "{\"uuid\":\"$jam\",\"name\":\"=Jam\",\"price\":500,\"tax_rate\":0,\"low_stock\":4000}" &&
	post "$1" /api/customers "{\"uuid\":\"$ali\",\"name\":\"Ali\",\"phone\":\"0770\"}" &&
	post "$1" /api/suppliers "{\"uuid\":\"$mill\",\"name\":\"Mill\"}" &&
	post "$1" /api/purchases "{\"supplier\":\"$mill\",\"uuid\":\"$(uuid_number 10)\",\"number\":\"P1\",\"at\":\"2026-01-01T08:00:00Z\",\
\"lines\":[{\"product\":\"$tea\",\"qty\":20000,\"unit_cost\":30},{\"product\":\"$jam\",\"qty\":5000,\"unit_cost\":333}]}" &&
	post "$1" /api/shifts "{\"uuid\":\"$one\",\"number\":\"S1\",\"at\":\"2026-01-05T08:00:00Z\",\"opening\":0}" &&
	post "$1" /api/invoices "{\"uuid\":\"$(uuid_number 20)\",\"number\":\"A1\",\"at\":\"2026-01-05T23:30:00Z\",\"shift\":\"$one\",\
\"lines\":[{\"product\":\"$tea\",\"qty\":10000,\"discount\":50}],\"payments\":[{\"method\":\"cash\",\"amount\":1000}]}" &&
	post "$1" /api/invoices "{\"uuid\":\"$(uuid_number 21)\",\"number\":\"A2\",\"at\":\"2026-01-06T09:10:00Z\",\"customer\":\"$ali\",\
\"lines\":[{\"product\":\"$jam\",\"qty\":7000}],\"payments\":[{\"method\":\"card\",\"amount\":500}]}" &&
	post "$1" "/api/invoices/$(uuid_number 20)/return" "{\"uuid\":\"$(uuid_number 22)\",\"number\":\"R1\",\"at\":\"2026-01-06T12:00:00Z\",\
\"shift\":\"$one\",\"lines\":[{\"line\":0,\"qty\":1000},{\"line\":0,\"qty\":1000,\"condition\":\"defect\"}],\
\"refunds\":[{\"method\":\"cash\",\"amount\":190}]}" &&
	post "$1" /api/customer-payments "{\"uuid\":\"$(uuid_number 23)\",\"number\":\"CP1\",\"at\":\"2026-01-07T09:00:00Z\",\"customer\":\"$ali\",\
\"method\":\"mobile\",\"amount\":1000}" &&
	post "$1" /api/supplier-payments "{\"uuid\":\"$(uuid_number 24)\",\"number\":\"SP1\",\"at\":\"2026-01-07T10:00:00Z\",\"supplier\":\"$mill\",\
\"method\":\"bank\",\"amount\":265}" &&
	post "$1" "/api/shifts/$one/movements" "{\"uuid\":\"$(uuid_number 25)\",\"number\":\"M1\",\"at\":\"2026-01-07T11:00:00Z\",\"kind\":\"expense\",\
\"amount\":7,\"reason\":\"bread\"}" &&
	post "$1" /api/stock-adjustments "{\"uuid\":\"$(uuid_number 26)\",\"number\":\"A1\",\"at\":\"2026-01-07T12:00:00Z\",\"reason\":\"broken\",\
\"lines\":[{\"product\":\"$tea\",\"qty\":-1000}]}"
}

reports='daily-sales sales-by-product sales-by-hour cash-flow trial-balance valuation receivables low-stock oversold'

all()	# node
{
	for report in $reports; do
		for query in '' '?format=csv'; do
			echo "== $report$query" && ask "$1" "/api/reports/$report$query"
		done
	done
	for report in daily-sales sales-by-product sales-by-hour cash-flow trial-balance; do
		echo "== $report of the 6th" && ask "$1" "/api/reports/$report?from=2026-01-06&to=2026-01-06"
	done
	for report in valuation receivables; do
		echo "== $report of the 6th" && ask "$1" "/api/reports/$report?at=2026-01-06"
	done
	for path in /api/inventory? '/api/inventory?level=low&' '/api/inventory?level=oversold&' "/api/inventory/$tea/moves?" /api/journal-entries?; do
		echo "== $path" && ask "$1" "${path}format=csv"
	done
}

report()	# node NAME[?query] jq-condition
{
	api "$1" GET "/api/reports/$2" >"$stage/report.json" && jq -e "$3" "$stage/report.json" >/dev/null || { cat "$stage/report.json"; return 1; }
}

# sums of a node, by SQL of its own
booked()	# node account
{
	rows "$1" "SELECT COALESCE(sum(l.debit - l.credit), 0) FROM journal_lines l JOIN accounts a ON a.uuid = l.account WHERE a.code = '$2'"
}

story()
{
	test_expect 'a shop with a January' 'cloud cloud $engine && january cloud'
	test_expect 'a day: total, tax, what came back, what it had cost' '
		report cloud daily-sales ".items == [
			{date: \"2026-01-05\", invoices: 1, total: 950, tax: 190, discounts: 40, refunds: 0, cost: 300, profit: 460},
			{date: \"2026-01-06\", invoices: 1, total: 3500, tax: -38, discounts: 0, refunds: 190, cost: 1605, profit: 1743}]" &&
		report cloud daily-sales ".total == {invoices: 2, total: 4450, tax: 152, discounts: 40, refunds: 190, cost: 1905, profit: 2203}"
	'
	test_expect 'its profit is what the books say' '
		[ "$(jq .total.profit $stage/report.json)" = $((-$(booked cloud 4010) - $(booked cloud 4020) - $(booked cloud 4030) - $(booked cloud 5010))) ] &&
		[ "$(api cloud GET /api/reports/sales-by-product | jq "[.items[].profit] | add")" = 2203 ]
	'
	test_expect 'a day begins when the shop says so' '
		api cloud PUT /api/settings/utc_offset_min "{\"value\":60}" &&
		report cloud daily-sales "[.items[].date] == [\"2026-01-06\"]" &&
		report cloud "sales-by-hour?from=2026-01-06&to=2026-01-06" "[.items[] | [.weekday, .hour]] == [[2, 0], [2, 10]]" &&
		api cloud PUT /api/settings/utc_offset_min "{\"value\":0}" && report cloud sales-by-hour ".items[0].weekday == 1 and .items[0].hour == 23"
	'
	test_expect 'cash: opening, by source, closing' '
		report cloud "cash-flow?from=2026-01-06" ".items[0] == {code: \"1010\", name: \"Cash\", opening: 950, in: 0, out: 197, closing: 753,
			sources: [{source: \"return\", in: 0, out: 190}, {source: \"shift_movement\", in: 0, out: 7}]}" &&
		[ "$(api cloud GET /api/reports/cash-flow | jq "[.items[].closing] | add")" = \
			$(($(booked cloud 1010) + $(booked cloud 1020) + $(booked cloud 1030))) ]
	'
	test_expect 'the valuation is account 1200, receivables are account 1100, then as now' '
		[ "$(api cloud GET /api/reports/valuation | jq .total)" = "$(booked cloud 1200)" ] &&
		[ "$(api cloud GET /api/reports/receivables | jq .total.owed)" = "$(booked cloud 1100)" ] &&
		[ "$(api cloud GET "/api/reports/valuation?at=2026-01-05" | jq .total)" = 1965 ] &&
		[ "$(api cloud GET "/api/reports/trial-balance?to=2026-01-05" | jq ".items[] | select(.code == \"1200\") | .debit")" = 1965 ] &&
		[ "$(api cloud GET "/api/reports/receivables?at=2026-01-06" | jq .total.owed)" = 3000 ]
	'
	test_expect 'what is low, and what was sold before it was here' '
		report cloud low-stock "[.items[] | [.name, .on_hand, .low_stock]] == [[\"Tea, green\", 10000, 10000], [\"=Jam\", -2000, 4000]]" &&
		report cloud oversold ".items[0].qty == 2000 and .items[0].lines[0].qty == 2000 and .items[0].lines[0].source == \"invoice\""
	'
	test_expect 'each product in stock says whether that is enough, and those of one level are asked for' '
		[ "$(api cloud GET "/api/inventory" | jq -c "[.items[] | [.name, .level, .low_stock]]")" = "[[\"Tea, green\",\"low\",10000],[\"=Jam\",\"oversold\",4000]]" ] &&
		[ "$(api cloud GET "/api/inventory?level=low" | jq -c "[.items[] | [.name, .on_hand]]")" = "[[\"Tea, green\",10000]]" ] &&
		[ "$(api cloud GET "/api/inventory?level=oversold&q=jam" | jq -c "[.items[].product]")" = "[\"$jam\"]" ] &&
		[ "$(api cloud GET "/api/inventory?level=oversold&q=tea" | jq -c .items)" = "[]" ] &&
		ask cloud "/api/inventory?level=some" | grep -q "\"field\":\"/level\""
	'
	test_expect 'CSV by ?format= or by Accept: a header, CRLF, no formula, a name to be kept under' '
		ask cloud "/api/reports/low-stock" -H "Accept: text/csv" -D $stage/head >$stage/csv &&
		printf "product,name,on_hand,low_stock\r\n$tea,\"Tea, green\",10000,10000\r\n$jam,'"'"'=Jam,-2000,4000\r\n\n200 text/csv; charset=utf-8\n" | diff - $stage/csv &&
		grep -qi "^Content-Disposition: attachment; filename=\"low-stock.csv\"" $stage/head &&
		ask cloud "/api/reports/valuation?format=csv" | grep -q "^$tea,\"Tea, green\",10000,300" &&
		ask cloud "/api/reports/low-stock?format=json" -H "Accept: text/csv" | tail -n 1 | grep -q "200 application/json"
	'
	test_expect 'a file holds all, or says where the rest is' '
		[ "$(api cloud GET "/api/journal-entries?format=csv" | grep -c ",4010,")" = 2 ] &&
		ask cloud "/api/reports/sales-by-product?format=csv&limit=1&from=2026-01-01" -D $stage/head >$stage/csv &&
		next=$(tr -d "\r" <$stage/head | sed -n "s/^Link: <\(.*\)>; rel=\"next\"$/\1/p") &&
		echo "$next" | grep -q "^/api/reports/sales-by-product?format=csv&limit=1&from=2026-01-01&after=" &&
		ask cloud "$next" -D $stage/head | grep -q "^$tea," && ! grep -qi "^Link:" $stage/head
	'
	test_expect 'what is no time or no form is refused by its name' '
		ask cloud "/api/reports/daily-sales?from=2026-13-01" | grep -q "\"field\":\"/from\"" &&
		ask cloud "/api/reports/valuation?at=soon" | grep -q "\"field\":\"/at\"" &&
		ask cloud "/api/reports/daily-sales?format=xls" | grep -q "\"field\":\"/format\"" &&
		ask cloud "/api/reports/oversold?from=2026-01-01" | grep -q query_unknown &&
		ask cloud "/api/reports/sales-by-product?after=x" | grep -q "\"code\":\"cursor\""
	'
	all cloud >"$stage.$engine"
}

each_engine story
if [ -n "${FEXL_TEST_PG:-}" ]; then
	test_expect 'byte for byte the same on both engines' '
		[ "$(grep -c "^200 " $stage.sqlite)" = 30 ] &&
		perl -pe "s/[0-9a-f]{8}-[0-9a-f]{4}-[458][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/\$seen{\$&} \/\/= \"u\" . ++\$n/ge" $stage.sqlite >$stage/sqlite.txt &&
		perl -pe "s/[0-9a-f]{8}-[0-9a-f]{4}-[458][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/\$seen{\$&} \/\/= \"u\" . ++\$n/ge" $stage.postgres >$stage/postgres.txt &&
		diff $stage/sqlite.txt $stage/postgres.txt
	'
fi
rm -f "$stage.sqlite" "$stage.postgres"

# Who may, at a till with its own people.
test_expect 'a cashier sees what is low, and no other report' '
	till till && api till POST /api/users "{\"name\":\"Carla\",\"pin\":\"4711\"}" >/dev/null &&
	token=$(curl -sS -d "{\"user\":\"Carla\",\"pin\":\"4711\"}" -H "Content-Type: application/json" $(url_of till)/api/session | jq -er .token) &&
	for report in $reports; do
		expected=403 && [ $report != low-stock ] || expected=200
		[ "$(status till GET /api/reports/$report -H "Authorization: Bearer $token")" = $expected ] || exit 1
	done
'
test_done
