// The best peer of the REST figures: Bun.serve and bun:sqlite, WAL, synchronous=FULL, a transaction a sale.
//	bun-shop.js FEXL-DATABASE FILE
// The products are those of a Fexl database; a sale is an invoice with three lines, three sums of stock and a journal entry
// with its lines.  It signs nobody in, checks little, has no ETag, no search index, no FIFO, no numbers and no outbox.
import { Database } from 'bun:sqlite';

const [from, file] = process.argv.slice(2);
const db = new Database(file, { create: true });
const text = (blob) => Buffer.from(blob).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
	CREATE TABLE products (uuid TEXT PRIMARY KEY, name TEXT, sku TEXT, barcode TEXT, price INTEGER, updated_at INTEGER) WITHOUT ROWID;
	CREATE TABLE stock (product TEXT PRIMARY KEY, on_hand INTEGER) WITHOUT ROWID;
	CREATE TABLE invoices (uuid TEXT PRIMARY KEY, at INTEGER, total INTEGER) WITHOUT ROWID;
	CREATE TABLE lines (invoice TEXT, pos INTEGER, product TEXT, qty INTEGER, price INTEGER, PRIMARY KEY (invoice, pos)) WITHOUT ROWID;
	CREATE TABLE entries (invoice TEXT, pos INTEGER, account TEXT, debit INTEGER, credit INTEGER, PRIMARY KEY (invoice, pos)) WITHOUT ROWID;`);
const theirs = new Database(from, { readonly: true });
const keep = db.query('INSERT INTO products VALUES (?, ?, ?, ?, ?, ?)'), stocked = db.query('INSERT INTO stock VALUES (?, 0)');
db.transaction(() => {
	for (const p of theirs.query('SELECT uuid, name, sku, barcode, price, updated_at FROM products').iterate()) {
		keep.run(text(p.uuid), p.name, p.sku, p.barcode, p.price, p.updated_at);
		stocked.run(text(p.uuid));
	}
})();
theirs.close();

const one = db.query('SELECT * FROM products WHERE uuid = ?'), list = db.query('SELECT * FROM products ORDER BY uuid LIMIT 50');
const invoice = db.query('INSERT INTO invoices VALUES (?, ?, ?)'), line = db.query('INSERT INTO lines VALUES (?, ?, ?, ?, ?)');
const take = db.query('UPDATE stock SET on_hand = on_hand - ? WHERE product = ?'), entry = db.query('INSERT INTO entries VALUES (?, ?, ?, ?, ?)');
const sell = db.transaction((sale) => {
	const total = sale.lines.reduce((sum, l) => sum + l.qty * l.unit_price / 1000, 0);
	invoice.run(sale.uuid, Date.now(), total);
	sale.lines.forEach((l, pos) => {
		if (!one.get(l.product)) throw new Error('unknown product');
		line.run(sale.uuid, pos, l.product, l.qty, l.unit_price);
		take.run(l.qty, l.product);
	});
	['1010', '4010', '5010', '1200'].forEach((account, pos) => entry.run(sale.uuid, pos, account, pos % 2 ? 0 : total, pos % 2 ? total : 0));
	return { uuid: sale.uuid, total, lines: sale.lines };
});
const json = (body, status) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
const server = Bun.serve({
	port: 0, hostname: '127.0.0.1',
	async fetch(request) {
		const path = request.url.slice(request.url.indexOf('/', 8));
		if (request.method === 'POST') return json(sell(await request.json()), 201);
		if (path.startsWith('/api/products?')) return json({ items: list.all() }, 200);
		const found = one.get(path.slice('/api/products/'.length));
		return found ? json(found, 200) : json({}, 404);
	},
});
console.log(server.port);
