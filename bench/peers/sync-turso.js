// @tursodatabase/sync and the server that its CLI contains: SQLite on both sides.  A push sends statements, a pull brings pages.
module.exports = (require) => {
	const { connect } = require('@tursodatabase/sync');
	return {
		server: (port, folder) => [require.resolve('@tursodatabase/cli-linux-x64-gnu/package.json').replace('package.json', 'tursodb'),
			`${folder}/server.db`, '--sync-server', `127.0.0.1:${port}`],
		async open(url, folder, empty) {
			const db = await connect({ path: `${folder}.db`, url });
			if (!empty) await db.exec('CREATE TABLE products (id TEXT PRIMARY KEY, name TEXT, sku TEXT, barcode TEXT, price INTEGER, updated_at INTEGER)');
			return {
				async put(products) {
					const insert = await db.prepare('INSERT INTO products VALUES (?, ?, ?, ?, ?, ?)');
					await db.exec('BEGIN');
					for (const p of products) await insert.run(p.id, p.name, p.sku, p.barcode, p.price, p.updated_at);
					await db.exec('COMMIT');
				},
				push: () => db.push(),
				pull: () => db.pull(),
				async cycle() { await db.push(); await db.pull(); },
				sum: async () => (await db.prepare('SELECT count(*) AS n, sum(price) AS total FROM products')).get(),
			};
		},
	};
};
