// Bun.serve and bun:sqlite as in bun-shop.js, but a sale is the rows that fexl-apid stores of it, in the same tables
// with the same indexes: number, lines, payment, moves out of the oldest open layers, sums of stock and layers,
// journal entry, outbox.
//	bun-books.js FEXL-DATABASE
// Nobody is signed in, the body is believed, no reference is looked up, no limit is asked, nobody is told of it.
import { Database } from 'bun:sqlite';

const db = new Database(process.argv[2]);
db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL');

const bytes = (uuid) => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const { tenant, device } = db.query('SELECT (SELECT uuid FROM tenants LIMIT 1) tenant, uuid device FROM server').get();
const { prefix } = db.query("SELECT prefix FROM series WHERE kind = 'purchase'").get();
const insert = (table, columns) => db.query(`INSERT INTO ${table} (tenant, ${columns}) VALUES (?, ${columns.replace(/\w+/g, '?')})`);

const product = db.query('SELECT name, price, tax_rate, tracked FROM products WHERE tenant = ? AND uuid = ? AND deleted_at IS NULL');
const layers = db.query('SELECT uuid, qty_left, value_left FROM layers WHERE tenant = ? AND product = ? AND open = 1 ORDER BY pos, doc, line');
const count = db.query(`INSERT INTO series VALUES (?, 'invoice', ?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last`);
const invoice = insert('invoices', 'uuid, number, at, tax_included, total, tax, paid, change_given, filled, device, clock_offset, updated_at, _origin, _seq, _isDirty, _rev');
const line = insert('invoice_lines', 'doc, pos, product, name, qty, unit_price, tax_rate, discount, amount, tax');
const payment = insert('invoice_payments', 'doc, pos, method, amount');
const move = insert('stock_moves', 'doc, pos, uuid, source, at, line, product, qty, cost, layer');
const entry = insert('journal_entries', 'doc, pos, uuid, source, at');
const booking = insert('journal_lines', 'doc, pos, account, debit, credit');
const stock = db.query(`INSERT INTO stock VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET on_hand = on_hand + excluded.on_hand,
	value = value + excluded.value`);
const take = db.query('UPDATE layers SET qty_left = qty_left - ?3, value_left = value_left - ?4 WHERE tenant = ?1 AND uuid = ?2');
const close = db.query('UPDATE layers SET open = 0 WHERE tenant = ? AND uuid = ? AND qty_left <= 0');
const outbox = insert('outbox', 'tbl, uuid, since, tries, state');
const account = ['1010', '4010', '5010', '1200'].map((code) => Buffer.from(code.padEnd(16)));

function moveOut(doc, pos, goods, qty, now) {
	let cost = 0;
	for (const layer of layers.all(tenant, goods)) {
		const part = Math.min(layer.qty_left, qty);
		const worth = part === layer.qty_left ? layer.value_left : Math.round(layer.value_left * part / layer.qty_left);
		move.run(tenant, doc, pos, crypto.getRandomValues(Buffer.alloc(16)), 'invoice', now, pos, goods, -part, -worth, layer.uuid);
		stock.run(tenant, goods, -part, -worth);
		take.run(tenant, layer.uuid, part, worth);
		close.run(tenant, layer.uuid);
		cost += worth;
		if ((qty -= part) === 0) break;
	}
	return cost;
}

const sell = db.transaction((sale) => {
	const doc = bytes(sale.uuid), now = Date.now() * 1000;
	const total = sale.lines.reduce((sum, l) => sum + l.qty * l.unit_price / 1000, 0);
	const paid = sale.payments.reduce((sum, p) => sum + p.amount, 0);
	const number = `${prefix}-${String(count.get(tenant, prefix).last).padStart(6, '0')}`;
	let cost = 0;

	invoice.run(tenant, doc, number, now, 1, total, 0, Math.min(paid, total), Math.max(paid - total, 0), 3, device, 0, now, device, 0, 1, 1);
	sale.lines.forEach((l, pos) => {
		const goods = bytes(l.product), found = product.get(tenant, goods);
		if (!found) throw new Error('unknown product');
		line.run(tenant, doc, pos, goods, found.name, l.qty, l.unit_price, l.tax_rate, 0, l.qty * l.unit_price / 1000, 0);
		if (found.tracked) cost += moveOut(doc, pos, goods, l.qty, now);
	});
	sale.payments.forEach((p, pos) => payment.run(tenant, doc, pos, p.method, p.amount));
	entry.run(tenant, doc, 0, crypto.getRandomValues(Buffer.alloc(16)), 'invoice', now);
	[[total, 0], [0, total], [cost, 0], [0, cost]].forEach(([debit, credit], pos) => booking.run(tenant, doc, pos, account[pos], debit, credit));
	outbox.run(tenant, 120, doc, now, 0, 'ready');
	return { uuid: sale.uuid, number, total, lines: sale.lines, payments: sale.payments };
});

const server = Bun.serve({
	port: 0, hostname: '127.0.0.1',
	async fetch(request) {
		return new Response(JSON.stringify(sell(await request.json())), { status: 201, headers: { 'Content-Type': 'application/json' } });
	},
});
console.log(server.port);
