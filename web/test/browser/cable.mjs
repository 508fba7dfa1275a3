// 100 sales; after the 30th the cable is pulled, after the 70th it is put back.
import { finish, is, linkMode, note, ok, open, operator, press, promise, scan, shot, signIn, toasts, until, url } from './fexl.mjs';

const SALES = 100;
const PULLED_AT = 30;
const MENDED_AT = 70;

const world = await open();
const page = await world.newPage();
const mode = () => page.getByTestId('status').getAttribute('data-mode');
const at = (wanted) => until(async () => (await mode()) === wanted, `the console is at ${wanted}`);
const stored = (node) => operator(node, 'GET', '/api/invoices?limit=500').items;

for (let i = 0; i < 10; i++)
	operator('cloud', 'POST', '/api/products', { name: `Product ${i}`, price: 100 + i, barcode: String(6281000000000 + i) });
await until(() => operator('till', 'GET', '/api/products?limit=50').items.length === 10, 'the till has the products');

// A cloud that a busy machine lets wait longer than the console waits is away too, for it.
const READ_MS = 1500;
let slow = 0;
let line = 'pass';
const began = new Map();
page.on('request', (r) => began.set(r, Date.now()));
page.on('requestfailed', (r) => {
	slow += line === 'pass' && r.url().startsWith(url('line')) && Date.now() - began.get(r) >= READ_MS ? 1 : 0;
});
const set = (mode) => linkMode('line', line = mode);

await signIn(page, 'till', 'Yusuf', '2222');
await promise('paired, and nothing waits: the cloud is asked first', () => at('cloud'));

const receipts = [];
async function sell(i) {
	await scan(page, String(6281000000000 + (i % 10)));
	await until(async () => (await page.getByTestId('total').innerText()) === ((100 + (i % 10)) / 100).toFixed(2), `sale ${i} has its line`);
	await press(page, 'F9');
	await page.getByTestId('due').waitFor();
	await press(page, 'Enter');
	const done = page.getByTestId('done');
	await done.waitFor();
	receipts.push({ uuid: await done.getAttribute('data-uuid'), number: await done.getAttribute('data-number') });
}

const modes = new Set();
await promise(`${SALES} sales, and the cable pulled after ${PULLED_AT} and put back after ${MENDED_AT}`, async () => {
	for (let i = 0; i < SALES; i++) {
		if (i === PULLED_AT)
			set('cut');
		if (i === MENDED_AT)
			set('pass');
		await sell(i);
		modes.add(await mode());
		if (i === PULLED_AT)
			await shot(page, 'cable-pulled');
	}
});
note(`was at ${[...modes].join(', ')}`);
await promise('back at the cloud by itself, when nothing waits any more', () => at('cloud'));
await shot(page, 'cable-back');
is(receipts.length, SALES, `${SALES} receipts`);
is(new Set(receipts.map((r) => r.uuid)).size, SALES, 'each for a sale of its own');
is(new Set(receipts.map((r) => r.number)).size, SALES, 'each with a number of its own');
for (const node of ['cloud', 'till']) {
	await promise(`${SALES} sales on the ${node}, with the numbers on the receipts`, async () => {
		await until(() => stored(node).length >= SALES, `${node} has them`);
		const numbers = stored(node).map((s) => s.number).sort();
		return numbers.length === SALES && numbers.every((n, i) => n === receipts.map((r) => r.number).sort()[i]);
	});
}
const said = await toasts(page);
if (slow)
	note(`${slow} requests found no answer in ${READ_MS} ms though the line was whole: each may cost two toasts`);
ok(said.length === 2 || (said.length % 2 === 0 && said.length <= 2 + 2 * slow), 'exactly two toasts: the cloud is lost, the cloud is back', said.join('\n--\n'));

await promise('a sale whose answer from the cloud is lost is there once, and shown at once', async () => {
	set('lose /api/invoices');
	await sell(3);
	set('pass');
	await at('cloud');
	const last = receipts.at(-1);
	await until(() => stored('cloud').some((s) => s.uuid === last.uuid), 'the cloud has it');
	return stored('cloud').length === SALES + 1 && stored('till').length === SALES + 1;
});
await promise('a sale that the cloud took is known here at once, though the line breaks in that moment', async () => {
	set('cut /api/sync');
	await sell(4);
	await until(() => stored('till').some((s) => s.uuid === receipts.at(-1).uuid), 'it is here while the line is cut');
	set('pass');
	await at('cloud');
	await until(() => operator('till', 'GET', '/api/sync/status').pending.total === 0, 'nothing waits');
	return stored('cloud').length === SALES + 2 && stored('till').length === SALES + 2;
});
await finish(world);
