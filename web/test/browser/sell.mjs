// A new till from its first moment: set up on screen, then sales by scanner and keyboard.
import { fexlctl, finish, is, note, open, operator, press, promise, scan, shot, signIn, until, url } from './fexl.mjs';
import { clean, everyLook } from './looks.mjs';

const world = await open();
const page = await world.newPage();
const done = () => page.getByTestId('done');
const invoices = () => operator('till', 'GET', '/api/invoices?limit=200').items;
const total = () => page.getByTestId('total').innerText();

await promise('a till that nobody has set up asks for the code', async () => {
	await page.goto(`${url('till')}/`);
	await page.getByText('Set up this till').waitFor();
});
await clean(page, 'set-up');
await promise('a wrong code is refused beside its field', async () => {
	await page.locator('input[name=code]').fill('AAAA-AAAA');
	await page.locator('input[name=name]').fill('Corner shop');
	await page.locator('input[name=owner]').fill('Amal');
	await page.locator('input[name=pin]').fill('1234');
	await press(page, 'Enter');
	await page.getByText('There is no valid set-up code').waitFor();
});
await promise('with the code of fexlctl setup one is the owner and inside', async () => {
	await page.locator('input[name=code]').fill(JSON.parse(fexlctl('till', ['--json', 'setup'])).code.toLowerCase());
	await press(page, 'Enter');
	await page.getByTestId('status').waitFor();
	await until(async () => (await page.getByTestId('status').innerText()) === 'Local only');
});

const codes = [];
for (let i = 0; i < 40; i++) {
	const p = { name: `Product ${i}`, price: 100 + i, barcode: String(6281000000000 + i), sku: `SKU-${i}` };
	operator('till', 'POST', '/api/products', p);
	codes.push(p.barcode);
}
await page.reload();
await page.getByText('Product 7', { exact: true }).first().waitFor();
await clean(page, 'sell');

await promise('scans become lines, the same code twice is two', async () => {
	for (const c of [codes[0], codes[1], codes[1]])
		await scan(page, c);
	await until(async () => (await total()) === '3.02');
	await until(async () => (await page.getByRole('listitem').count()) === 2, 'two lines');
});
await promise('a scan into a field leaves nothing in it', async () => {
	const field = page.getByPlaceholder('Search by name');
	await field.fill('Prod');
	await scan(page, codes[2]);
	await until(async () => (await total()) === '4.04');
	await until(async () => (await field.inputValue()) === 'Prod', 'only what was typed is in it');
});
await clean(page, 'sell-cart');
await page.getByPlaceholder('Search by name').fill('');

await promise('F9, then Enter: sold, exact, with the number of this till', async () => {
	await press(page, 'F9');
	await page.getByTestId('due').waitFor();
	await clean(page, 'sell-pay');
	await press(page, 'Enter');
	await done().waitFor();
});
is(invoices().length, 1, 'it is stored once');
is(invoices()[0]?.total, 404, 'with the total that was shown');
is(await done().getAttribute('data-number').catch(() => null), invoices()[0]?.number, 'the number on the screen is the stored one');
await clean(page, 'sell-done');
await promise('the receipt has its lines and fits 80 mm', async () => {
	await page.emulateMedia({ media: 'print' });
	await until(async () => /Product 1[^]*4\.04/.test(await page.locator('#print').innerText()), 'its lines and its total');
	const width = await page.locator('#print article').evaluate((el) => el.getBoundingClientRect().width / 96 * 25.4);
	await shot(page, 'receipt');
	await page.emulateMedia({ media: 'screen' });
	return width <= 73;
});

await promise('the next scan begins the next sale by itself', async () => {
	await scan(page, codes[3]);
	await until(async () => (await total()) === '1.03');
});
await promise('double Enter, and a double click at once: one sale', async () => {
	await press(page, 'F9');
	await page.getByTestId('due').waitFor();
	await page.evaluate(() => {
		const form = document.querySelector('[role=dialog] form');
		const button = form.querySelector('[type=submit]');
		form.requestSubmit();
		button.click();
		button.click();
		form.requestSubmit();
	});
	await done().waitFor();
	await press(page, 'Enter');
	await press(page, 'Enter');
	return invoices().length === 2;
});

await promise('reload in the middle of paying, its answer lost: the same sale goes on, once', async () => {
	await scan(page, codes[4]);
	await until(async () => (await total()) === '1.04');
	await page.route('**/api/invoices', async (route) => {
		await route.fetch();
		await route.abort();
	}, { times: 1 });
	await press(page, 'F9');
	await page.getByTestId('due').waitFor();
	await press(page, 'Enter');
	await until(() => invoices().length === 3);
	await page.reload();
	await done().waitFor();
	return invoices().length === 3;
});
await promise('the back button in the middle of paying sells nothing and loses nothing', async () => {
	await scan(page, codes[5]);
	await until(async () => (await total()) === '1.05');
	await press(page, 'F9');
	await page.getByTestId('due').waitFor();
	await page.goBack();
	await page.goForward();
	await until(async () => (await total()) === '1.05');
	return invoices().length === 3;
});
await promise('cash above the total gives change', async () => {
	await press(page, 'F9');
	await page.getByLabel('Received').fill('5');
	await until(async () => (await page.getByTestId('change').innerText()) === '3.95');
	await press(page, 'Enter');
	await done().waitFor();
	return invoices().length === 4 && invoices()[0].change_given === 395;
});
await promise('on account asks for a customer, made on the spot with a phone only', async () => {
	await scan(page, codes[6]);
	await until(async () => (await total()) === '1.06');
	await press(page, 'F9');
	await page.getByLabel('Received').fill('0');
	await press(page, 'Enter');
	await page.getByTestId('new-phone').fill('0770 123 4567');
	await shot(page, 'sell-customer');
	await press(page, 'Enter');
	await page.getByTestId('new-phone').waitFor({ state: 'hidden' });
	await page.getByRole('dialog').getByRole('button', { name: 'Complete Sale' }).click();
	await done().waitFor();
	const [sale] = invoices();
	return invoices().length === 5 && sale.paid === 0 && sale.customer !== null;
});
await promise('a held cart waits in the shop, not in the browser, and is picked up', async () => {
	await scan(page, codes[7]);
	await until(async () => (await total()) === '1.07');
	await press(page, 'F4');
	await until(async () => (await total()) === '0.00');
	await scan(page, codes[8]);
	await until(async () => (await total()) === '1.08');
	await shot(page, 'sell-holds');
	await until(() => operator('till', 'GET', '/api/carts').items.length === 1, 'it is on the server');
	await page.getByTestId('held').click();
	await until(async () => (await total()) === '1.07');
	await until(() => operator('till', 'GET', '/api/carts').items.length === 0, 'and not there any more');
});
await promise('an unknown code is said, and becomes a product', async () => {
	await scan(page, '999000111');
	await page.getByLabel('Name of the product').fill('Dates');
	await page.getByRole('dialog').getByLabel('Price').fill('4.50');
	await shot(page, 'sell-unknown');
	await page.getByRole('dialog').getByRole('button', { name: 'Make it and sell it' }).click();
	await until(async () => (await total()) === '5.57');
});
// From the press to "Sold", and beside it, in turns, the same two requests with no page
// around them: what else this machine has to do slows both.
await promise('Complete Sale to done takes no time but its requests’', async () => {
	const sale = () => page.evaluate(() => new Promise((resolve) => {
		const began = performance.now();
		new MutationObserver((_, o) => {
			if (document.querySelector('[data-testid=done]')) {
				o.disconnect();
				resolve(performance.now() - began);
			}
		}).observe(document.body, { childList: true, subtree: true });
		document.querySelector('[role=dialog] form').requestSubmit();
	}));
	const bare = (product) => page.evaluate(async (id) => {
		const { token } = JSON.parse(localStorage.getItem('fexl.session'));
		const post = (path, body) => fetch(path, { method: 'POST', body: JSON.stringify(body),
			headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` } }).then((r) => r.json());
		const uuid = crypto.randomUUID();
		const began = performance.now();
		const { number } = await post('/api/numbers', { uuid, kind: 'invoice' });
		await post('/api/invoices', { uuid, number, lines: [{ product: id, qty: 1000 }], payments: [{ method: 'cash', amount: 1000 }] });
		return performance.now() - began;
	}, product);
	const product = operator('till', 'GET', '/api/products?limit=1').items[0].uuid;
	const [times, alone] = [[], []];
	for (let i = 0; i < 60; i++) {
		await scan(page, codes[i % 40]);
		await until(async () => (await total()) !== '0.00', 'the line');
		await press(page, 'F9');
		await page.getByTestId('due').waitFor();
		times.push(await sale());
		alone.push(await bare(product));
	}
	const at = (list, share) => list.sort((x, y) => x - y)[Math.floor((list.length - 1) * share)];
	const [p50, p50alone] = [at(times, 0.5), at(alone, 0.5)];
	// 100 ms are promised and stand here to be read; the bar is for a machine with other work.
	note(`p50 ${p50.toFixed(1)} ms, p99 ${at(times, 0.99).toFixed(1)} ms; the requests alone p50 ${p50alone.toFixed(1)} ms, p99 ${at(alone, 0.99).toFixed(1)} ms`);
	return p50 < 500 || p50 < 4 * p50alone;
});

await scan(page, codes[9]);
await until(async () => (await total()) !== '0.00', 'the line');
await everyLook(page, 'sell');
await press(page, 'F9');
await page.getByTestId('due').waitFor();
await everyLook(page, 'sell-pay');
await press(page, 'Escape');
await page.getByTestId('due').waitFor({ state: 'hidden' });
await promise('the language and the colours have a button each, named in the language of who reads it', async () => {
	await page.getByLabel('Show this in Arabic').click();
	await page.getByPlaceholder('ابحث').waitFor();
	await page.getByLabel('ألوان داكنة').click();
	await page.getByLabel('ألوان فاتحة').click();
	await page.getByLabel('عرض الصفحة بالإنجليزية').click();
	await page.getByLabel('Dark colours').waitFor();
});
await promise('signed out; a wrong PIN is said, in words', async () => {
	await page.getByTestId('account').click();
	await page.getByRole('menuitem', { name: 'Sign out' }).click();
	await page.locator('input[name=secret]').fill('9999');
	await press(page, 'Enter');
	await page.getByText('The name or the PIN is wrong').first().waitFor();
});
await clean(page, 'sign-in');
await promise('and in again', () => signIn(page, 'till', 'Amal', '1234'));
await finish(world);
