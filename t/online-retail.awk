# What the books must say of online-retail.csv, figured out from the file alone.
#
#	zcat online-retail.csv.gz | awk -v units=UNITS -v back=BACK -f online-retail.awk >FIGURES
#
# FIGURES gets lines "name value"; UNITS a line "code|units" for each product that
# was sold, BACK for each that came back.  An invoice whose number begins with C
# took goods back, at the price it says; a line of a sale with a negative quantity
# is none and is refused.  What came back is worth what it had cost to buy, and
# nothing where it was never bought.  What is no good (postage,
# vouchers) is kept in no stock.  The opening stock covers what was sold, at 60 %
# of the price that a code mostly has; the first one in the file wins a tie.

# Fields of a record into f[]; a quote in a quoted field stands twice.
function split_csv(record, f,   n, i, c, quoted)
{
	if (index(record, "\"") == 0)
		return split(record, f, ",")
	n = 1
	f[1] = ""
	for (i = 1; i <= length(record); i++) {
		c = substr(record, i, 1)
		if (c == "\"" && quoted && substr(record, i + 1, 1) == "\"")
			f[n] = f[n] substr(record, ++i, 1)
		else if (c == "\"")
			quoted = !quoted
		else if (c == "," && !quoted)
			f[++n] = ""
		else
			f[n] = f[n] c
	}
	return n
}

function is_good(code)
{
	code = toupper(code)
	return code !~ /^(POST|DOT|C2|D|M|B|S|BANK CHARGES|AMAZONFEE|CRUK|PADS)$/ && code !~ /^GIFT_/
}

function note_price(code, price)
{
	if (price <= 0)
		return
	if (!((code, price) in seen))
		order[code] = order[code] " " price
	seen[code, price]++
}

function usual_price(code,   p, n, i, best)
{
	n = split(order[code], p, " ")
	for (i = 1; i <= n; i++)
		if (!best || seen[code, p[i]] > seen[code, best])
			best = p[i]
	return best + 0
}

# Pence, without the noise of a binary fraction.
function pence(text)
{
	return text < 0 ? -int(-text * 100 + 0.5) : int(text * 100 + 0.5)
}

NR == 1 { next }
{
	sub(/\r$/, "")
	if (split_csv($0, f) != 7) {
		bad++
		next
	}
	invoice = f[1]; code = f[2]; qty = f[4] + 0; price = pence(f[5])
	lines++
	products[code]
	if (f[6] != "")
		customers[f[6]]
	note_price(code, price)
	if (toupper(substr(invoice, 1, 1)) == "C") {
		returns[invoice]
		return_lines++
		bad_returns += qty >= 0 || price < 0
		refunds -= qty * price
		came_back[code] -= qty
	} else if (qty < 0) {
		negative_lines++
	} else {
		sold[invoice]
		sold_lines++
		amount += qty * price
		of[code] += qty
	}
}
END {
	for (i in products) n_products++
	for (i in customers) n_customers++
	for (i in returns) n_returns++
	for (i in sold) n_sold++
	for (code in of) {
		printf "%s|%d\n", code, of[code] >units
		if (is_good(code))
			cost += of[code] * int(usual_price(code) * 60 / 100 + 0.5)
	}
	for (code in came_back) {
		printf "%s|%d\n", code, came_back[code] >back
		if (is_good(code) && of[code] > 0)
			worth_back += came_back[code] * int(usual_price(code) * 60 / 100 + 0.5)
	}
	printf "lines %d\nbad_lines %d\nproducts %d\ncustomers %d\n", lines, bad, n_products, n_customers
	printf "sales %d\nsold_lines %d\namount %d\ncost %d\n", n_sold, sold_lines, amount, cost
	printf "return_invoices %d\nreturn_lines %d\nnegative_lines %d\n", n_returns, return_lines, negative_lines
	printf "refunds %d\nworth_back %d\nbad_returns %d\n", refunds, worth_back, bad_returns
}
