// The best peer on PostgreSQL: Bun.serve and Bun.sql, a transaction a sale, for all shops of one database.
//	bun-pg-shop.js SOCKET DATABASE CONNECTIONS
// The sale of bun-shop.js with a tenant in each key.  It is one statement, so one round trip and a transaction of its own: BEGIN
// and COMMIT around several are slower.  Stock is taken in the order of its keys, or two sales would wait for each other for ever.
// The caller's tenant is his token.  The products are those of Fexl in the same database; the tables are in a schema "bun".
import { SQL } from 'bun';

const [path, database, max] = process.argv.slice(2);
const sql = new SQL({ adapter: 'postgres', path, database, username: 'postgres', max: +max });

await sql.unsafe(`DROP SCHEMA IF EXISTS bun CASCADE; CREATE SCHEMA bun;
	CREATE TABLE bun.products AS SELECT tenant, uuid, name, sku, barcode, price, updated_at FROM public.products;
	ALTER TABLE bun.products ADD PRIMARY KEY (tenant, uuid);
	CREATE TABLE bun.stock AS SELECT tenant, uuid AS product, 0::bigint AS on_hand FROM bun.products;
	ALTER TABLE bun.stock ADD PRIMARY KEY (tenant, product);
	CREATE TABLE bun.invoices (tenant uuid, uuid uuid, at bigint, total bigint, PRIMARY KEY (tenant, uuid));
	CREATE TABLE bun.lines (tenant uuid, invoice uuid, pos int, product uuid, qty bigint, price bigint, PRIMARY KEY (tenant, invoice, pos),
		FOREIGN KEY (tenant, product) REFERENCES bun.products (tenant, uuid));
	CREATE TABLE bun.entries (tenant uuid, invoice uuid, pos int, account text, debit bigint, credit bigint, PRIMARY KEY (tenant, invoice, pos));
	ANALYZE bun.products; ANALYZE bun.stock;`);

const list = (values) => `{${values.join(',')}}`;
async function sell(tenant, sale) {
	const total = sale.lines.reduce((sum, l) => sum + l.qty * l.unit_price / 1000, 0), taken = new Map();
	for (const l of sale.lines) taken.set(l.product, (taken.get(l.product) ?? 0) + l.qty);
	const products = [...taken.keys()].sort();
	await sql`WITH invoice AS (INSERT INTO bun.invoices VALUES (${tenant}::uuid, ${sale.uuid}::uuid, ${Date.now()}::bigint, ${total}::bigint)),
		lines AS (INSERT INTO bun.lines SELECT ${tenant}::uuid, ${sale.uuid}::uuid, pos, product, qty, price
			FROM unnest(${list(sale.lines.map((l) => l.product))}::uuid[], ${list(sale.lines.map((l) => l.qty))}::bigint[],
				${list(sale.lines.map((l) => l.unit_price))}::bigint[]) WITH ORDINALITY AS l (product, qty, price, pos)),
		mine AS MATERIALIZED (SELECT product FROM bun.stock WHERE tenant = ${tenant}::uuid AND product = ANY (${list(products)}::uuid[])
			ORDER BY product FOR UPDATE),
		stock AS (UPDATE bun.stock s SET on_hand = on_hand - l.qty
			FROM mine JOIN unnest(${list(products)}::uuid[], ${list(products.map((p) => taken.get(p)))}::bigint[]) AS l (product, qty) USING (product)
			WHERE s.tenant = ${tenant}::uuid AND s.product = mine.product)
		INSERT INTO bun.entries SELECT ${tenant}::uuid, ${sale.uuid}::uuid, pos, account,
			CASE WHEN pos % 2 = 1 THEN ${total}::bigint ELSE 0 END, CASE WHEN pos % 2 = 0 THEN ${total}::bigint ELSE 0 END
			FROM unnest('{1010,4010,5010,1200}'::text[]) WITH ORDINALITY AS a (account, pos)`;
	return { uuid: sale.uuid, total, lines: sale.lines };
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
