// PouchDB and express-pouchdb, its routes that replication needs, LevelDB on both sides, 1,000 documents a batch (its default is 100).
module.exports = (require) => {
	const PouchDB = require('pouchdb'), batch = { batch_size: 1000 };
	return {
		serve(port, folder) {
			const server = require('express')(), mode = { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: `${folder}/log` };
			server.use('/', require('express-pouchdb')(PouchDB.defaults({ prefix: `${folder}/server-` }), mode));
			server.listen(port, '127.0.0.1');
		},
		async open(url, folder) {
			const db = new PouchDB(folder), remote = new PouchDB(`${url}/shop`);
			await remote.info();
			return {
				put: (products) => db.bulkDocs(products.map(({ id, ...fields }) => ({ _id: id, ...fields }))),
				push: () => db.replicate.to(remote, batch),
				pull: () => db.replicate.from(remote, batch),
				cycle: () => db.sync(remote, batch),
				async sum() {
					const { rows } = await db.allDocs({ include_docs: true });
					return { n: rows.length, total: rows.reduce((sum, r) => sum + r.doc.price, 0) };
				},
			};
		},
	};
};
