// RxDB and rxdb-server: in memory on both sides, so nothing is synced to a disk; 1,000 documents a request.  Its server refuses
// bodies above 100 KB unless it is given an Express that takes them, as here.

const BATCH = 1000;
const schema = { version: 0, primaryKey: 'id', type: 'object', required: ['id'], properties: {
	id: { type: 'string', maxLength: 36 }, name: { type: 'string' }, sku: { type: 'string' }, barcode: { type: 'string' },
	price: { type: 'integer' }, updated_at: { type: 'integer' } } };

module.exports = (require) => {
	const { createRxDatabase } = require('rxdb'), { getRxStorageMemory } = require('rxdb/plugins/storage-memory');
	let asked = 0;
	const ask = fetch;
	globalThis.fetch = (...request) => { asked++; return ask(...request); };
	async function collection(name) {
		const db = await createRxDatabase({ name, storage: getRxStorageMemory(), multiInstance: false });
		return (await db.addCollections({ products: { schema } })).products;
	}
	return {
		async serve(port) {
			const { createRxServer } = require('rxdb-server/plugins/server'), { RxServerAdapterExpress } = require('rxdb-server/plugins/adapter-express');
			const express = require('express');
			const products = await collection('server');
			const server = await createRxServer({ database: products.database, adapter: RxServerAdapterExpress, port, hostname: '127.0.0.1',
				serverApp: express().use(express.json({ limit: '64mb' })) });
			server.addReplicationEndpoint({ name: 'products', collection: products });
			await server.start();
		},
		async open(url, folder) {
			const { replicateServer } = require('rxdb-server/plugins/replication-server');
			const products = await collection(folder.replace(/\W/g, ''));
			let replication;
			const first = async () => {
				replication = replicateServer({ collection: products, replicationIdentifier: 'shop', url: `${url}/products/0`, live: true,
					waitForLeadership: false, push: { batchSize: BATCH }, pull: { batchSize: BATCH } });
				await replication.awaitInitialReplication();
				await replication.awaitInSync();
			};
			return {
				put: (all) => products.bulkInsert(all),
				push: first,
				pull: first,
				async cycle() {
					const before = asked;
					replication.reSync();
					await replication.awaitInSync();
					if (asked === before) throw new Error('rxdb: a cycle that asked nobody');
				},
				async sum() {
					const all = await products.find().exec();
					return { n: all.length, total: all.reduce((sum, p) => sum + p.price, 0) };
				},
			};
		},
	};
};
