// Bun.serve and Bun.sql as in bun-pg-shop.js, but a sale is the rows that fexl-apid stores of it, in the same tables with
// the same indexes: number, lines, payment, moves out of the oldest open layers, sums of stock and layers, journal entry.
//	bun-pg-books.js SOCKET DATABASE CONNECTIONS
// Three statements in a transaction: numbers without a gap make the sales of a shop wait for each other, what the layers hold is
// read after that, and all rows go in with one statement.  Nobody is signed in, the body is believed, no reference is looked
// up, no limit is asked, nobody is told of it, no wall stands between the shops.
import { SQL } from 'bun';

const [path, database, max] = process.argv.slice(2);
const sql = new SQL({ adapter: 'postgres', path, database, username: 'postgres', max: +max });
const list = (values) => `{${values.map((v) => v ?? 'NULL').join(',')}}`;
const quoted = (values) => `{${values.map((v) => `"${v.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
const accounts = ['1010', '4010', '5010', '1200'].map((code) => Buffer.from(code.padEnd(16)).toString('hex'));
const column = (rows, name) => list(rows.map((row) => row[name]));

// Out of the layers, oldest first: what each move takes, and what all of them had cost.
function movesOut(goods, lines) {
	const moves = [];
	lines.forEach((l, line) => {
		let left = l.qty;
		for (const layer of goods.filter((g) => g.product === l.product && +g.qty_left > 0)) {
			const had = +layer.qty_left, worth = +layer.value_left, qty = Math.min(had, left);
			const cost = qty === had ? worth : Math.round(worth * qty / had);
			moves.push({ uuid: crypto.randomUUID(), line, product: l.product, qty: -qty, cost: -cost, layer: layer.layer });
			layer.qty_left = had - qty;
			layer.value_left = worth - cost;
			if ((left -= qty) === 0) break;
		}
	});
	return moves;
}

async function sell(tenant, sale) {
	const now = Date.now() * 1000, products = list(sale.lines.map((l) => l.product));
	const total = sale.lines.reduce((sum, l) => sum + l.qty * l.unit_price / 1000, 0);
	const paid = sale.payments.reduce((sum, p) => sum + p.amount, 0);
	return sql.begin(async (tx) => {
		const [next] = await tx`WITH change AS (UPDATE tenants SET seq = seq + 1 WHERE uuid = ${tenant}::uuid RETURNING seq),
			number AS (INSERT INTO series VALUES (${tenant}::uuid, 'invoice', 'C', 1)
				ON CONFLICT (tenant, kind, prefix) DO UPDATE SET last = series.last + 1 RETURNING last)
			SELECT seq, last FROM change, number`;
		const goods = await tx`SELECT p.uuid AS product, p.name, l.uuid AS layer, l.qty_left, l.value_left FROM products p
			LEFT JOIN layers l ON l.tenant = p.tenant AND l.product = p.uuid AND l.open = 1
			WHERE p.tenant = ${tenant}::uuid AND p.uuid = ANY (${products}::uuid[]) AND p.deleted_at IS NULL ORDER BY l.pos, l.doc, l.line`;
		const name = new Map(goods.map((g) => [g.product, g.name]));
		const moves = movesOut(goods, sale.lines), cost = -moves.reduce((sum, m) => sum + m.cost, 0);
		const number = `C-${String(next.last).padStart(6, '0')}`;
		if (sale.lines.some((l) => !name.has(l.product))) throw new Error('unknown product');
		await tx`WITH head AS (INSERT INTO invoices (tenant, uuid, number, at, tax_included, total, tax, paid, change_given, filled, device, clock_offset,
				updated_at, _origin, _seq, _isDirty, _rev) VALUES (${tenant}::uuid, ${sale.uuid}::uuid, ${number}::text, ${now}::bigint, 1, ${total}::bigint,
				0, ${Math.min(paid, total)}::bigint, ${Math.max(paid - total, 0)}::bigint, 3, ${tenant}::uuid, 0, ${now}::bigint, ${tenant}::uuid, ${next.seq}::bigint, 0, 0)),
			lines AS (INSERT INTO invoice_lines SELECT ${tenant}::uuid, ${sale.uuid}::uuid, pos - 1, product, name, qty, price, rate, 0, qty * price / 1000, 0
				FROM unnest(${products}::uuid[], ${quoted(sale.lines.map((l) => name.get(l.product)))}::text[], ${column(sale.lines, 'qty')}::bigint[],
					${column(sale.lines, 'unit_price')}::bigint[], ${column(sale.lines, 'tax_rate')}::bigint[])
				WITH ORDINALITY AS l (product, name, qty, price, rate, pos)),
			payments AS (INSERT INTO invoice_payments SELECT ${tenant}::uuid, ${sale.uuid}::uuid, pos - 1, method, amount
				FROM unnest(${quoted(sale.payments.map((p) => p.method))}::text[], ${column(sale.payments, 'amount')}::bigint[])
				WITH ORDINALITY AS p (method, amount, pos)),
			m AS MATERIALIZED (SELECT * FROM unnest(${column(moves, 'uuid')}::uuid[], ${column(moves, 'line')}::bigint[], ${column(moves, 'product')}::uuid[],
				${column(moves, 'qty')}::bigint[], ${column(moves, 'cost')}::bigint[], ${column(moves, 'layer')}::uuid[])
				WITH ORDINALITY AS m (uuid, line, product, qty, cost, layer, pos)),
			moved AS (INSERT INTO stock_moves SELECT ${tenant}::uuid, ${sale.uuid}::uuid, pos - 1, uuid, 'invoice', ${now}::bigint, line, product, qty, cost, layer FROM m),
			stocked AS (INSERT INTO stock SELECT ${tenant}::uuid, product, sum(qty), sum(cost) FROM m GROUP BY product
				ON CONFLICT (tenant, product) DO UPDATE SET on_hand = stock.on_hand + excluded.on_hand, value = stock.value + excluded.value),
			used AS (UPDATE layers l SET qty_left = qty_left + t.qty, value_left = value_left + t.cost, open = CASE WHEN qty_left + t.qty > 0 THEN 1 ELSE 0 END
				FROM (SELECT layer, sum(qty) AS qty, sum(cost) AS cost FROM m GROUP BY layer) t WHERE l.tenant = ${tenant}::uuid AND l.uuid = t.layer),
			entry AS (INSERT INTO journal_entries VALUES (${tenant}::uuid, ${sale.uuid}::uuid, 0, gen_random_uuid(), 'invoice', ${now}::bigint))
			INSERT INTO journal_lines SELECT ${tenant}::uuid, ${sale.uuid}::uuid, pos - 1, account, debit, credit
				FROM unnest(${list(accounts)}::uuid[], ${list([total, 0, cost, 0])}::bigint[], ${list([0, total, 0, cost])}::bigint[])
				WITH ORDINALITY AS j (account, debit, credit, pos)`;
		return { uuid: sale.uuid, number, total, lines: sale.lines, payments: sale.payments };
	});
}
const server = Bun.serve({
	port: 0, hostname: '127.0.0.1', development: false,
	async fetch(request) {
		const tenant = request.headers.get('authorization').slice('Bearer '.length);
		return new Response(JSON.stringify(await sell(tenant, await request.json())),
			{ status: 201, headers: { 'Content-Type': 'application/json' } });
	},
});
console.log(server.port);
