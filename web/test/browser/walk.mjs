// Walks through the console by its own table of pages: what a page's tabs, rows, buttons
// and menus open is looked at by axe.  Nothing is written on the way: every request that
// would is refused, so that whatever can be pressed is pressed.
//
// In a short test every page once, with its tabs, each in another language and other
// colours than the one before; with FEXL_LONG everything that opens, in all four.
import { readFileSync } from 'node:fs';
import { axeProblems, drawn, finish, note, ok, open, operator, press, promise, shot, signIn, url } from './fexl.mjs';
import { look, looks, settled } from './looks.mjs';

const long = !!process.env.FEXL_LONG;
const DEPTH_MAX = long ? 4 : 1;
const PATHS_MAX = 2000;
const only = process.env.FEXL_ONLY?.split(','); // places, while one is being made

const world = await open({ acceptDownloads: true });
const source = readFileSync(new URL('../../src/pages/index.ts', import.meta.url), 'utf8');
const table = [...source.matchAll(/\{ path: '([^']+)'/g)].map(([, path]) => path);

// --- a shop that has something of each ---

const post = (path, body) => operator('till', 'POST', path, body);
operator('till', 'PUT', '/api/settings/lock_after_min', { value: 0 }); // nobody touches a screen that is walked through
const products = ['Basmati rice 5 kg', 'Red lentils 1 kg', 'شاي أسود', 'Olive oil 1 l'].map((name, i) =>
	post('/api/products', { name, price: 250 + 125 * i, barcode: String(6291000000000 + i), sku: `GR-${100 + i}` }));
const tigris = post('/api/suppliers', { name: 'Tigris Wholesale', phone: '0780 555 0101' });
const noor = post('/api/customers', { name: 'Noor Hadi', phone: '0770 111 2233' });
const lines = products.map((p) => ({ product: p.uuid, qty: 20_000, unit_cost: 150 }));
post('/api/purchases', { supplier: tigris.uuid, lines });
for (const status of ['draft', 'ordered'])
	post('/api/purchase-orders', { supplier: tigris.uuid, status, lines });
for (const payments of [[{ method: 'cash', amount: 250 }], []])
	post('/api/invoices', { customer: noor.uuid, lines: [{ product: products[0].uuid, qty: 1000 }], payments });

// --- one surface: a page, or what lies on top of it ---

// In the page: what can be pressed on the topmost surface, and what that is.
function survey() {
	const shown = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1;
	const last = (sign) => [...document.querySelectorAll(sign)].filter(shown).at(-1);
	const top = last('[role=menu]') ?? last('[role=dialog]') ?? document.querySelector('#content');
	const name = (e) => (e.getAttribute('aria-label') ?? e.innerText).trim().split('\n')[0].slice(0, 60);
	const here = [...document.querySelectorAll('[role=dialog], [role=menu]')].filter(shown)
		.map((e) => e.querySelector('h2')?.innerText ?? e.getAttribute('role'));
	const tabs = [...top.querySelectorAll('[role=tab][aria-selected=true]')].map(name);
	const bad = top.querySelector('[aria-invalid=true]') ? ['invalid'] : [];
	const path = location.pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id').replace(/\/$/, '');
	const alike = new Map(); // of many of one kind the first stands for all
	const things = [];
	document.querySelectorAll('[data-walk]').forEach((e) => delete e.dataset.walk);
	for (const e of top.querySelectorAll('button, [role=tab], [role=menuitem], [role=row][data-open], [role=radio], [role=switch]')) {
		const kind = `${e.getAttribute('role') ?? e.tagName} ${e.className}`;
		alike.set(kind, (alike.get(kind) ?? 0) + 1);
		if (!shown(e) || e.disabled || e.dataset.disabled || alike.get(kind) > 12 || (e.getAttribute('role') === 'row' && alike.get(kind) > 1))
			continue;
		e.dataset.walk = things.length;
		things.push({ n: things.length, role: e.getAttribute('role') ?? 'button', name: name(e) });
	}
	return { sign: [path, ...here, ...tabs, ...bad].join(' > '), things };
}

const tried = new Set();
const seen = new Set();
const walked = new Set();
let turn = 0;
let paths = 0;

async function looksAt(page, sign, who) {
	const chosen = long ? looks : [looks[turn++ % looks.length]];
	for (const [lang, scheme] of chosen) {
		await look(page, lang, scheme);
		await settled(page);
		const problems = await axeProblems(page);
		ok(problems.length === 0, `${who}: ${sign} (${lang}, ${scheme})`, problems.join('\n'));
		await shot(page, `walk-${who}-${sign.replace(/[^\p{L}\p{N}]+/gu, '-')}-${lang}-${scheme}`);
	}
	await look(page, ...looks[0]);
}

async function at(page, place, steps) {
	await page.goto(place);
	await page.locator('#content h1').waitFor({ state: 'attached' });
	await settled(page);
	for (const step of steps)
		if (!(await take(page, step)))
			return false;
	return true;
}

// A step is found again by what it is called, not by where it stood.
async function take(page, step) {
	const { things } = await page.evaluate(survey);
	const thing = things.find((t) => t.role === step.role && t.name === step.name);
	if (!thing)
		return false;
	await page.locator(`[data-walk="${thing.n}"]`).dispatchEvent('click');
	await settled(page);
	return true;
}

const goesAway = /^(Close|Export|Sign out|Print|Back)$/;

async function walk(page, who, place) {
	const queue = [[]];
	for (let steps = queue.shift(); steps && paths < PATHS_MAX; steps = queue.shift()) {
		if (!(await at(page, place, steps)))
			continue;
		const { sign, things } = await page.evaluate(survey);
		if (!seen.has(`${who} ${sign}`)) {
			seen.add(`${who} ${sign}`);
			await looksAt(page, sign, who);
		}
		if (steps.length >= DEPTH_MAX)
			continue;
		for (const t of things) {
			const key = `${who} ${sign} ${t.role} ${t.role === 'row' ? '' : t.name}`;
			if (tried.has(key) || goesAway.test(t.name) || (!long && t.role !== 'tab'))
				continue;
			tried.add(key);
			paths++;
			queue.push([...steps, t]);
		}
	}
}

// --- who walks ---

async function everywhere(who, page, node) {
	await page.route((u) => u.pathname.startsWith('/api/'), (route) => (route.request().method() === 'GET' ? route.fallback() : route.fulfill({
		status: 422, contentType: 'application/problem+json', body: JSON.stringify({ status: 422, code: 'walk', detail: 'only looking' }) })));
	await page.addInitScript(() => (window.print = () => {}));
	const links = await page.getByRole('navigation').getByRole('link').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
	for (const path of links)
		if (only ? only.includes(path) : long || !walked.has(path))
			await promise(`${who}: ${path} is walked through`, () => walk(page, who, url(node) + path));
	links.forEach((path) => walked.add(path));
}

const began = Date.now();
for (const node of ['till', 'cloud']) {
	const owner = await world.newPage();
	await signIn(owner, node, 'Amal', '1234');
	await everywhere(node, owner, node);
}
const admin = await world.newPage();
await admin.goto(url('cloud'));
await admin.getByText('Platform administrator').click();
await admin.locator('input[name=secret]').fill('correct horse battery');
await press(admin, 'Enter');
await admin.getByRole('link', { name: 'Health' }).waitFor();
await drawn(admin);
await everywhere('admin', admin, 'cloud');
const missed = table.filter((path) => !walked.has(path));
ok(table.length > 0 && missed.length === 0, `all ${table.length} pages of the table were walked through`, missed.join(' '));
note(`${seen.size} surfaces, ${paths} ways to go, ${Math.round((Date.now() - began) / 1000)} s`);
await finish(world);
