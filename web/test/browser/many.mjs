// 50,000 products.  How long things take stands in the log; what must hold on any
// machine is work: requests, elements of the page, the page's own processor time.
import { readFileSync } from 'node:fs';
import { finish, is, note, ok, open, operator, press, promise, scan, shot, signIn, until } from './fexl.mjs';

const MANY = 50_000;
const ELEMENTS_MAX = 2500;
const ROWS_DEEP = process.env.FEXL_LONG ? 10_000 : 1500; // how far down the list somebody scrolls; 1000 are kept

const world = await open({ acceptDownloads: true });
const page = await world.newPage();
const elements = () => page.evaluate(() => document.querySelectorAll('*').length);
const cdp = await page.context().newCDPSession(page);
await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });

// Processor time of the page so far: other work of the machine is not in it.
async function cpuMs() {
	const { metrics } = await cdp.send('Performance.getMetrics');
	return 1000 * metrics.find((m) => m.name === 'TaskDuration').value;
}

// What is asked for, from now on.
let asked = [];
page.on('request', (r) => /\/api\//.test(r.url()) && asked.push(new URL(r.url()).pathname));
const askedFor = (path) => asked.filter((a) => a === path).length;

// Nothing was asked for a while, or more than anybody would.
async function quiet() {
	for (let before = -1; before < asked.length && asked.length < 500; await new Promise((r) => setTimeout(r, 1000)))
		before = asked.length;
}

const at = (list, share) => [...list].sort((x, y) => x - y)[Math.floor((list.length - 1) * share)] ?? 0;
const figures = (list) => `p50 ${at(list, 0.5).toFixed(0)} ms, p95 ${at(list, 0.95).toFixed(0)} ms, longest ${at(list, 1).toFixed(0)} ms`;

// In the page: from the last key to what it is to show, as a person sees it.
async function shownAfter(act, where, wanted) {
	await page.evaluate(([sign, text]) => {
		window.took = new Promise((resolve) => {
			let began = 0;
			const begin = () => (began = performance.now());
			addEventListener('keydown', begin, { capture: true });
			const look = () => {
				if (!began || !document.querySelector(sign)?.innerText.includes(text))
					return requestAnimationFrame(look);
				removeEventListener('keydown', begin, { capture: true });
				resolve(performance.now() - began);
			};
			requestAnimationFrame(look);
		});
	}, [where, wanted]);
	await act();
	return page.evaluate(() => window.took);
}

await signIn(page, 'till', 'Amal', '1234');
await page.getByText('SKU-1', { exact: true }).waitFor();

await promise(`one of ${MANY} products is found while its name is typed`, async () => {
	const times = [];
	const search = page.getByPlaceholder('Search by name');
	for (const n of [49_999, 31_234, 77, 25_000, 12_345])
		times.push(await shownAfter(() => search.pressSequentially(`SKU-${n}`), '#content section', `SKU-${n}`));
		await search.fill('');
	note(`last key to result: ${figures(times)}`);
});
await promise('one of them is scanned', async () => {
	const times = [];
	for (const n of [49_999, 40_001, 3, 22_222, 11_111]) {
		const code = `628${String(n).padStart(10, '0')}`;
		const { name } = operator('till', 'GET', `/api/products?q=${code}`).items[0];
		times.push(await shownAfter(() => scan(page, code), '#content ul', name));
	}
	note(`scan to line: ${figures(times)}`);
	await until(async () => (await page.getByRole('listitem').count()) === 5, 'five lines');
});
await press(page, 'F4'); // put aside

// Turns the wheel until the list has come so far; frames and long tasks meanwhile.
async function wheel(scroller, isFarEnough) {
	await page.evaluate(() => {
		window.frames_ms = [];
		window.tasks_ms = [];
		let last = performance.now();
		const frame = (now) => (window.frames_ms.push(now - last), last = now, window.watching = requestAnimationFrame(frame));
		window.watching = requestAnimationFrame(frame);
		window.tasks = new PerformanceObserver((l) => l.getEntries().forEach((e) => window.tasks_ms.push(e.duration)));
		window.tasks.observe({ type: 'longtask' });
	});
	const box = await scroller.boundingBox();
	await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
	const cpu = await cpuMs();
	let most = 0;
	for (let i = 0; !(await isFarEnough()); i++) {
		await page.mouse.wheel(0, 600);
		if (i % 10 === 0)
			most = Math.max(most, await elements());
	}
	const spent = (await cpuMs()) - cpu;
	const seen = await page.evaluate(() => (cancelAnimationFrame(window.watching), window.tasks.disconnect(), { frames: window.frames_ms, tasks: window.tasks_ms }));
	note(`${seen.frames.length} frames: ${figures(seen.frames)}; ${(spent / seen.frames.length).toFixed(1)} ms of processor time each; ` +
		`${seen.tasks.length} tasks over 50 ms, ${figures(seen.tasks)}; at most ${most} elements`);
	return { most, cpuOfFrame: spent / seen.frames.length };
}

const topmost = () => page.locator('[role=row][aria-rowindex]').first().getAttribute('aria-rowindex').then(Number);

await page.getByRole('navigation').getByRole('link', { name: 'Inventory' }).click();
await page.getByRole('row', { name: /SKU-1\b/ }).waitFor();
const scroller = page.locator('[role=table]').locator('..');
let scrolled;
await promise(`the list of the inventory is scrolled ${ROWS_DEEP} rows down`, async () => {
	scrolled = await wheel(scroller, async () => (await topmost()) > ROWS_DEEP);
	await shot(page, 'inventory-deep');
});
ok(scrolled.most < ELEMENTS_MAX, 'the page stays small', `${scrolled.most} elements`);
ok(scrolled.cpuOfFrame < 50, 'and a frame of it is little work', `${scrolled.cpuOfFrame} ms`);
await promise('a price that somebody changes shows where one looks, and costs a few requests', async () => {
	const row = page.locator('[role=row][aria-rowindex]').nth(10);
	const name = await row.locator('[role=cell]').first().innerText();
	const [p] = operator('till', 'GET', `/api/products?q=${encodeURIComponent(name.split('\n')[0])}`).items;
	asked = [];
	operator('till', 'PATCH', `/api/products/${p.uuid}`, { price: 77_777 });
	await page.getByText('777.77').first().waitFor();
	note(`${askedFor('/api/products')} requests for products, ${askedFor('/api/inventory')} for stock`);
	await quiet();
	return askedFor('/api/products') + askedFor('/api/inventory') <= 20;
});
await promise('on the way back what was let go is there again, to the first row', async () => {
	await scroller.evaluate((el) => (el.scrollTop = 0));
	await page.getByRole('row', { name: /SKU-1\b/ }).waitFor();
	await until(async () => (await topmost()) === 2, 'it is the first');
});
await promise('what is low the server finds among all of them', async () => {
	asked = [];
	const began = Date.now();
	await page.getByRole('radiogroup', { name: 'Level' }).getByText('Low', { exact: true }).click();
	await page.getByText('No product is at this level').waitFor();
	await quiet();
	note(`${askedFor('/api/products')} requests for products, ${askedFor('/api/inventory')} for stock, in ${Date.now() - began} ms`);
	return askedFor('/api/products') + askedFor('/api/inventory') <= 3;
});
await promise('a file of all of them', async () => {
	await page.getByRole('radiogroup', { name: 'Level' }).getByText('All', { exact: true }).click();
	const began = Date.now();
	const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
	const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n').length;
	note(`${lines} lines in ${Date.now() - began} ms`);
	return lines === 1 + MANY;
});
await finish(world);
