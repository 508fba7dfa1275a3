// Zero: zero-cache copies PostgreSQL into SQLite and follows it.  Its first copy by its own account, and how soon a commit is there.
//	zero.js SOCKET-FOLDER DATABASE FOLDER CHANGES		prints load_s= seen_p50_us= seen_p99_us= rss_mb=
// DATABASE has a table products of its own; wal_level is logical.  zero-cache listens on all addresses, so it is given a network of
// its own, in which there is none but loopback; PostgreSQL is asked through its socket.
const { spawn } = require('node:child_process');
const { createRequire } = require('node:module');
const { readdirSync, readFileSync, readlinkSync } = require('node:fs');

const [socket, database, folder, changes] = process.argv.slice(2);
const require_its = createRequire(`${process.env.BENCH_PEERS}/zero/`), replica = `${folder}/replica.db`;
const sql = require_its('postgres')({ host: socket, database, username: 'postgres', max: 1 });
const Sqlite = require_its('@rocicorp/zero-sqlite3');
const now = () => Number(process.hrtime.bigint()) / 1e3;

// Its processes: those in the network that was made for it.  Ours is not that of anybody we may end.
function network(pid) {
	try { return readlinkSync(`/proc/${pid}/ns/net`); } catch { return null; /* it has ended */ }
}
function processes(cache) {
	const its = network(cache.pid);
	if (!its || its === network('self')) return [cache.pid];
	return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && network(pid) === its);
}
function end(pid) {
	try { process.kill(+pid, 'SIGKILL'); } catch { /* it has ended */ }
}
const residentMb = (pids) => pids.reduce((kb, pid) => kb + +(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)?.[1] ?? 0), 0) / 1024;

function start() {
	const env = { ...process.env, PGHOST: socket, PGUSER: 'postgres', ZERO_UPSTREAM_DB: `postgres:///${database}`, ZERO_REPLICA_FILE: replica,
		ZERO_PORT: '4848', ZERO_NUM_SYNC_WORKERS: '1', ZERO_ADMIN_PASSWORD: 'bench', ZERO_ENABLE_TELEMETRY: 'false', DO_NOT_TRACK: '1' };
	const program = `${process.env.BENCH_PEERS}/zero/node_modules/.bin/zero-cache`, alone = process.getuid() === 0 ? '-n' : '-rn';
	const cache = spawn('unshare', [alone, 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, program],
		{ env, stdio: ['ignore', 'pipe', 'inherit'] });
	process.once('exit', () => processes(cache).forEach(end));
	process.once('SIGTERM', () => process.exit(1));
	cache.once('exit', (code) => { console.error(`zero-cache ended with ${code}`); process.exit(1); });
	return cache;
}
// "Synced 2,002 rows of 5 tables in … (flush: …, total: 2952.308 ms)"
const synced = (cache) => new Promise((done) => {
	let text = '';
	cache.stdout.on('data', (more) => {
		const found = (text += more).match(/Synced ([\d,]+) rows of .* total: ([\d.]+) ms/);
		if (found) done({ rows: +found[1].replaceAll(',', ''), ms: +found[2] });
	});
});
async function seen(db, id, price) {
	const read = db.prepare('SELECT price FROM products WHERE id = ?'), began = now();
	await sql`UPDATE products SET price = ${price} WHERE id = ${id}`;
	while (Number(read.get(id)?.price) !== price) await new Promise(setImmediate);
	return now() - began;
}
async function main() {
	const [want] = await sql`SELECT count(*)::int AS n, sum(price)::float AS total, min(id::text) AS id FROM products`;
	const cache = start(), first = await synced(cache);
	const db = new Sqlite(replica);
	const has = db.prepare('SELECT count(*) AS n, sum(price) AS total FROM products').get();
	if (has.n !== want.n || has.total !== want.total) throw new Error(`zero: ${has.n} rows of ${want.n} arrived, ${has.total} of ${want.total}`);
	await seen(db, want.id, 1);	// it follows only a while after the copy
	const times = [];
	for (let n = 0; n < changes; n++) times.push(await seen(db, want.id, 2 + n));
	times.sort((a, b) => a - b);
	console.log(`load_s=${(want.n / first.ms * 1000).toFixed(0)} seen_p50_us=${times[times.length >> 1].toFixed(0)}`,
		`seen_p99_us=${times[Math.floor(times.length * 0.99)].toFixed(0)} rss_mb=${residentMb(processes(cache)).toFixed(0)}`);
	process.exit(0);
}
main().catch((e) => { console.error(e); process.exit(1); });
