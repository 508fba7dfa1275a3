// A peer that synchronises: a first push of ROWS rows from one device, a first load of them on another, cycles with nothing new.
//	sync.js PEER ROWS SECONDS FOLDER		prints push_s= load_s= cycle_us= server_mb= and the like
// PEER is sync-PEER.js beside this file, its packages in BENCH_PEERS/PEER; FOLDER is new and ours.  The server is a process of its
// own, on loopback.  A row is a product of bun-shop.js.  What another device has is counted and summed before anything is printed.
const { spawn } = require('node:child_process');
const { createRequire } = require('node:module');
const { createServer } = require('node:net');
const { readFileSync } = require('node:fs');

const CYCLES_MIN = 20;
const [name, rows, seconds, folder, port] = process.argv.slice(2);
const peer = require(`./sync-${name}.js`)(createRequire(`${process.env.BENCH_PEERS}/${name}/`));

const product = (n) => ({ id: `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`, name: `Product number ${n} of the shelf`,
	sku: `SKU-${n}`, barcode: `40${String(n).padStart(11, '0')}`, price: 50 + n % 2000, updated_at: 1700000000000 + n });
const products = Array.from({ length: +rows }, (_, n) => product(n)), total = products.reduce((sum, p) => sum + p.price, 0);

const freePort = () => new Promise((done) => {
	const probe = createServer().listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => done(port)); });
});
async function timed(work) {
	const began = process.hrtime.bigint();
	await work();
	return Number(process.hrtime.bigint() - began) / 1e9;
}
async function until(works) {
	for (let tries = 0; tries < 600; tries++) {
		if (await works().catch(() => false)) return;
		await new Promise((done) => setTimeout(done, 50));
	}
	throw new Error(`${name}: its server does not answer`);
}
const peakMb = (pid) => +readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1] / 1024;

async function measure(url, server) {
	const one = await peer.open(url, `${folder}/one`);
	await one.put(products);
	const push = await timed(() => one.push());
	const other = await peer.open(url, `${folder}/other`, true);
	const load = await timed(() => other.pull());
	const has = await other.sum();
	if (has.n !== +rows || has.total !== total) throw new Error(`${name}: ${has.n} rows of ${rows} arrived, ${has.total} of ${total}`);
	const cycles = [], ends = Date.now() + seconds * 1000;
	while (Date.now() < ends || cycles.length < CYCLES_MIN) cycles.push(await timed(() => one.cycle()));
	cycles.sort((a, b) => a - b);
	console.log(`push_s=${(rows / push).toFixed(0)} load_s=${(rows / load).toFixed(0)}`,
		`cycle_us=${(cycles[cycles.length >> 1] * 1e6).toFixed(0)} cycle_p99_us=${(cycles[Math.floor(cycles.length * 0.99)] * 1e6).toFixed(0)}`,
		`server_mb=${peakMb(server.pid).toFixed(1)}`);
}
async function main() {
	if (port) return peer.serve(+port, folder);
	const at = await freePort(), url = `http://127.0.0.1:${at}`;
	const [program, ...args] = peer.server?.(at, folder) ?? [process.execPath, __filename, name, rows, seconds, folder, at];
	const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
	process.once('exit', () => server.kill('SIGKILL'));
	process.once('SIGTERM', () => process.exit(1));
	server.once('exit', (code) => { console.error(`${name}: its server ended with ${code}`); process.exit(1); });
	await until(() => fetch(url).then(() => true));
	await measure(url, server);
	server.removeAllListeners('exit');
	process.exit(0);
}
main().catch((e) => { console.error(e); process.exit(1); });
